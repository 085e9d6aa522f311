/** The package as it is packed, installed and loaded. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createRequire } from 'node:module';

import { publint } from 'publint';

import { DEMONSTRATION, down, imported, node, NOW, PACKAGE, packed, project, ROOT, SIMULATED, demonstration } from './packed.mjs';
import { simulated } from './service.mjs';

after(down);

const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));

/** A program that verifies the demonstration and says what came of it. */
const VERIFIES = `
  const { readFileSync } = require('node:fs');
  const bytes = readFileSync(process.argv[2]);
  const said = async ({ verify, explain, toJson }) => {
    const report = await verify(bytes, { at: '${NOW}', policy: 'simulated', require: 'A4' });
    const { headline } = await explain(report);
    console.log(report.verdict.state, report.assurance.level, headline.short, toJson(report).length);
  };
`;
const SAID = /^verified A5 SIMULATED: Verified \d+$/;

test('the tarball has the files that its entries name, the licences, and no test', (t) => {
  const { files, size, unpackedSize } = packed();
  const named = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  const own = named.map((name) => name.replace('./', ''));
  for (const name of [...own, 'README.md', 'LICENSE-APACHE', 'LICENSE-MIT', 'package.json']) {
    assert.ok(files.includes(name), `${name} is not packed`);
  }
  assert.deepEqual(files.filter((name) => /test|jsconfig|tsconfig|node_modules/.test(name)), []);
  t.diagnostic(`the tarball has ${size} bytes, unpacked ${unpackedSize}`);
});

test('the manifest names the version of the verifier, and what a registry shows', async () => {
  const { path } = project();
  const { verify } = await imported(path);
  const report = await verify(demonstration(), SIMULATED);
  assert.equal(manifest.version, report.verifier.version);
  for (const member of ['description', 'homepage', 'license', 'repository']) assert.ok(manifest[member], member);
  assert.ok(manifest.keywords.length > 3);
  assert.equal(manifest.dependencies, undefined);
});

test('publint finds nothing to say', async () => {
  const { messages } = await publint({ pkgDir: PACKAGE, pack: 'npm', strict: true });
  assert.deepEqual(messages, []);
});

test('types are found at every entry', () => {
  const { tarball } = packed();
  const attw = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json');
  node([join(attw, '../dist/index.js'), tarball, '--profile', 'esm-only'], { cwd: import.meta.dirname });
});

test('it is installed and used from an ES module', (t) => {
  const { path, installed } = project({
    'esm.mjs': `import * as own from 'silicon-to-source';
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      ${VERIFIES} await said(own);`,
  });
  assert.match(node(['esm.mjs', DEMONSTRATION], { cwd: path }).trim(), SAID);
  t.diagnostic(`npm install from the tarball, with an empty cache: ${Math.round(installed)} ms`);
});

test('it is used from CommonJS, with import() and where Node can with require', (t) => {
  const { path } = project({
    'import.cjs': `${VERIFIES} import('silicon-to-source').then(said);`,
    'require.cjs': `${VERIFIES} said(require('silicon-to-source'));`,
  });
  assert.match(node(['import.cjs', DEMONSTRATION], { cwd: path }).trim(), SAID);
  if (process.features.require_module) {
    assert.match(node(['require.cjs', DEMONSTRATION], { cwd: path }).trim(), SAID);
  } else {
    t.diagnostic(`Node ${process.version} has no require of ES modules`);
  }
});

test('it is used in a worker thread of its caller, and brings one of its own', () => {
  const { path } = project({
    'thread.cjs': `
      const { Worker, isMainThread, workerData } = require('node:worker_threads');
      if (isMainThread) new Worker(__filename, { workerData: process.argv[2] });
      else { process.argv[2] = workerData; ${VERIFIES} import('silicon-to-source').then(said); }`,
    'own.mjs': `import * as own from 'silicon-to-source/worker';
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      ${VERIFIES} await said(own); await said(own);`,
  });
  assert.match(node(['thread.cjs', DEMONSTRATION], { cwd: path }).trim(), SAID);
  // The program ends by itself: a worker that waits keeps nothing alive.
  const lines = node(['own.mjs', DEMONSTRATION], { cwd: path }).trim().split('\n');
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, SAID);
});

test('the files are there by their entries', () => {
  const { path } = project();
  const { resolve } = createRequire(join(path, 'program.js'));
  const bytes = readFileSync(resolve('silicon-to-source/wasm'));
  assert.equal(bytes.subarray(0, 4).toString('latin1'), '\0asm');
  for (const name of ['en.json', 'de.json']) {
    const words = JSON.parse(readFileSync(resolve(`silicon-to-source/wording/${name}`), 'utf8'));
    assert.deepEqual(words, JSON.parse(readFileSync(join(ROOT, 'www/locales', name), 'utf8')));
  }
  assert.match(readFileSync(resolve('silicon-to-source/report.d.ts'), 'utf8'), /export interface Report \{/);
});

test('its README has at most 300 words and an example of at most ten lines', () => {
  const text = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
  assert.ok(text.split(/\s+/).length <= 300, `${text.split(/\s+/).length} words`);
  const [, example] = text.match(/```js\n([^]*?)```/) ?? [];
  assert.ok(example && example.trim().split('\n').filter((line) => line.trim()).length <= 10);
  assert.doesNotMatch(text.replaceAll(/```[^]*?```/g, ''), /\b(secure|safe|certified|trusted|proof)\b|!/i);
});

test('the example of its README refuses a simulated service, and goes on where the policy is for simulations', async () => {
  const text = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
  const [, example] = text.match(/```js\n([^]*?)```/);
  const origin = await simulated();
  const { path } = project({
    'example.mjs': `console.error = console.log;\n${example.replace('https://api.example.com', origin)}`,
    'fulfilled.mjs': example
      .replace('https://api.example.com', origin)
      .replace("{ require: 'A4' }", "{ require: 'A4', policy: 'simulated' }"),
  });
  assert.match(node(['example.mjs'], { cwd: path }), /^Required: A4\. Shown: .+ SIMULATED: /);
  assert.match(node(['fulfilled.mjs'], { cwd: path }), /^SIMULATED: .+ runs software built from commit [0-9a-f]{12} /);
});

test('the lock file of these tests names no registry, and pins every package by its digest', () => {
  const text = readFileSync(join(import.meta.dirname, 'package-lock.json'), 'utf8');
  assert.doesNotMatch(text, /"resolved"/);
  for (const [path, entry] of Object.entries(JSON.parse(text).packages)) {
    if (path) assert.match(entry.integrity, /^sha512-/, path);
  }
});
