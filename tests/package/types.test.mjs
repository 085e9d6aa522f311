/** The types are those of the reports that the verifier writes, and of the calls that there are. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';

import { skipped } from '../skipped.mjs';
import { demonstration, down, imported, NOW, PACKAGE, project, ROOT, SIMULATED } from './packed.mjs';
import { answering, simulated } from './service.mjs';

after(down);

/** Real vectors, beside the repository; absent from a plain clone. */
const VECTORS = join(ROOT, '../shared/vectors');
const hasVectors = existsSync(VECTORS);

const TSC = createRequire(import.meta.url).resolve('typescript/package.json');

/** What tsc says, as lines; none when it accepts everything. */
function tsc(args, cwd) {
  const { stdout, error } = spawnSync(process.execPath, [join(TSC, '../bin/tsc'), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  return stdout.split('\n').filter((line) => line.trim());
}

/** A project with TypeScript sources, checked as strictly as it goes. */
function checked(path, files) {
  const compilerOptions = {
    target: 'es2024',
    module: 'nodenext',
    lib: ['es2024', 'dom', 'dom.iterable', 'esnext.disposable'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(path, 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return tsc(['--project', '.', '--pretty', 'false'], path);
}

/** A folder and those in it. */
function foldersOf(folder) {
  const inside = readdirSync(folder, { recursive: true, withFileTypes: true });
  return [folder, ...inside.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))];
}

function filesIn(folder) {
  const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = inside.map((entry) => join(folder, entry.name)).sort();
  return paths.map((file) => ({ name: relative(VECTORS, file), bytes: readFileSync(file) }));
}

let path;
let own;
/** Reports of every kind, by name. */
const reports = new Map();

before(async () => {
  ({ path } = project());
  own = await imported(path);
  const keep = async (name, report) => {
    const made = await report.catch(() => null);
    if (made) reports.set(name, JSON.parse(own.toJson(made)));
  };
  for (const { name } of await own.policies()) {
    await keep(`demonstration, ${name}`, own.verify(demonstration(), { at: NOW, policy: name }));
  }
  const demo = join(ROOT, 'target/site/demo');
  for (const name of ['tdx-quote.bin', 'tdx-collateral.json']) {
    const files = ['tdx-quote.bin', name].map((file) => ({ name: file, bytes: readFileSync(join(demo, file)) }));
    await keep(name, own.verify(files, { at: NOW, policy: 'simulated-machine' }));
  }
  const build = readdirSync(join(demo, 'build')).map((name) => ({ name, bytes: readFileSync(join(demo, 'build', name)) }));
  await keep('build', own.verify(build, { policy: 'simulated-build' }));
  const healthy = await simulated();
  await keep('session', own.check(healthy, { policy: 'simulated' }));
  const session = await own.plan(healthy);
  await session.ask();
  await keep('recording', own.verify(session.exchange, { policy: 'simulated' }));
  const absent = await answering((_, response) => response.writeHead(404).end());
  await keep('absent', own.check(absent.origin));
  if (!hasVectors) skipped('../shared is absent, so no report about a real vector is held against the types');
  for (const folder of hasVectors ? foldersOf(VECTORS) : []) {
    const files = filesIn(folder);
    for (const file of files) await keep(file.name, own.verify(file, { at: NOW }));
    await keep(`${relative(VECTORS, folder)}/`, own.verify(files, { at: NOW, require: 'A5', denyWarnings: true }));
  }
  assert.ok(reports.size > (hasVectors ? 80 : 30), `${reports.size} reports`);
});

/** The TypeScript of a report. What is only long is cut. */
function literal(report) {
  const text = JSON.stringify(report, (key, value) => (key === 'base64' ? 'AAAA' : value), 1);
  return `import type { Report } from 'silicon-to-source/report.d.ts';\nexport const report: Report = ${text};\n`;
}

test('every report has the members of its type, and no others', (t) => {
  const files = {};
  const names = [...reports.keys()];
  for (const [place, name] of names.entries()) files[`report-${place}.ts`] = literal(reports.get(name));
  const said = checked(path, files).map((line) =>
    line.replace(/^report-(\d+)\.ts/, (_, place) => names[Number(place)]),
  );
  assert.deepEqual(said, []);
  t.diagnostic(`${names.length} reports`);
});

test('a member, a word or a value that is not in the types is noticed, wherever it stands', () => {
  const report = reports.get('recording');
  const files = {};
  const seen = new Set();
  const change = (name, at, member, value) => {
    const copy = structuredClone(report);
    at.reduce((inner, step) => inner[step], copy)[member] = value;
    files[`case-${Object.keys(files).length}-${name.replaceAll(/\W/g, '-')}.ts`] = literal(copy);
  };
  const walk = (value, at) => {
    if (value === null || typeof value !== 'object') return;
    const shape = at.map((step) => (typeof step === 'number' ? '0' : step)).join('.');
    if (!Array.isArray(value) && !seen.has(shape)) {
      seen.add(shape);
      change(`${shape}.unheard_of`, at, 'unheard_of', 'x');
    }
    for (const [step, inner] of Object.entries(value)) walk(inner, [...at, Array.isArray(value) ? Number(step) : step]);
  };
  walk(report, []);
  assert.ok(seen.size > 20, `${seen.size} shapes`);
  for (const [at, member, value] of [
    [['verdict'], 'state', 'fine'],
    [['headline'], 'word', 'good'],
    [['assurance'], 'level', 'A6'],
    [['assurance'], 'root_of_trust', 'us'],
    [['flags'], 'debug', 'maybe'],
    [['links', 0], 'id', 'software'],
    [['links', 0, 'findings', 0], 'outcome', 'passed'],
    [['files', 0], 'became', 'eaten'],
    [['subject'], 'len', '12'],
    [[], 'schema', 'silicon-to-source/report/v2'],
  ]) {
    change(`${at.join('.')}.${member}`, at, member, value);
  }
  const { path: other } = project();
  const noticed = new Set(checked(other, files).map((line) => line.split('(')[0]));
  assert.deepEqual(Object.keys(files).filter((name) => !noticed.has(name)), []);
});

test('every member of the types is in a report', { skip: !hasVectors }, () => {
  const text = readFileSync(join(PACKAGE, 'lib/report.d.ts'), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '');
  const declared = new Set([...text.matchAll(/[{;\s]([a-z_0-9]+)\??:/g)].map(([, name]) => name));
  assert.ok(declared.size > 50, `${declared.size} members`);
  const seen = new Set();
  const walk = (value) => {
    if (value === null || typeof value !== 'object') return;
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) seen.add(name);
      walk(inner);
    }
  };
  for (const report of reports.values()) walk(report);
  assert.deepEqual([...declared].filter((name) => !seen.has(name)), []);
});

test('tsc accepts the modules of the package', () => {
  assert.deepEqual(tsc(['--project', 'tsconfig.json', '--pretty', 'false'], import.meta.dirname), []);
});

test('a program with types uses every call, and a wrong use of one is noticed', () => {
  const { path: other } = project();
  const said = checked(other, {
    'right.ts': `
      import { check, explain, init, NotEnough, plan, policies, roots, toJson, verify, VerifyError } from 'silicon-to-source';
      import type { Report } from 'silicon-to-source/report.d.ts';
      import { check as inWorker, close } from 'silicon-to-source/worker';
      import { AnswerElement } from 'silicon-to-source/element';
      export async function all(file: File, bytes: Uint8Array): Promise<string | null> {
        await init(new URL('https://example.com/verifier.wasm'));
        const report: Report = await verify([file, { name: 'a', bytes }], { at: new Date(), require: 'A4' });
        const element: AnswerElement = document.createElement('s2s-answer');
        element.report = report;
        const session = await plan('https://api.example.com');
        for (const request of session.requests) await session.record(request, await fetch(request.url));
        await session.verify({ policy: (await policies())[0]?.name });
        const ends: string | undefined = roots[0]?.until;
        const said = await explain(report);
        const sentences: string[] = said.links.flatMap((link) => link.sentences);
        try {
          await check('https://api.example.com', { require: 'A5', mayAsk: ({ host }) => host.endsWith('.amd.com') });
          await inWorker('https://api.example.com', { signal: AbortSignal.timeout(1000) });
          close();
        } catch (error) {
          if (error instanceof NotEnough) return error.report.assurance.level;
          if (error instanceof VerifyError) return error.file ?? null;
        }
        return toJson(report) + ends + sentences;
      }`,
    'wrong.ts': `
      import { check, verify } from 'silicon-to-source';
      import { check as inWorker } from 'silicon-to-source/worker';
      // @ts-expect-error: a path is not opened
      void verify('file.json');
      // @ts-expect-error: no such level
      void check('https://api.example.com', { require: 'A6' });
      // @ts-expect-error: no such option
      void check('https://api.example.com', { requires: 'A5' });
      // @ts-expect-error: a function is not sent to a worker
      void inWorker('https://api.example.com', { fetch });
    `,
  });
  assert.deepEqual(said, []);
});
