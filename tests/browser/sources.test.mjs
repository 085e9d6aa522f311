/** Claims about the page's sources. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import test from 'node:test';

import { ROOT, WWW, contentSecurityPolicy } from './page.mjs';

const sources = (...endings) =>
  readdirSync(WWW, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => ({ path, name: path.slice(WWW.length + 1), text: readFileSync(path, 'utf8') }));

test('no source turns a string into markup or code', () => {
  const scripts = sources('.js', '.html');
  assert.ok(scripts.length > 10);
  for (const { name, text } of scripts) {
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function/,
      name,
    );
  }
});

test('no script or style is inline', () => {
  const html = readFileSync(join(WWW, 'index.html'), 'utf8');
  assert.doesNotMatch(html, /<style|style=|\son[a-z]+=|javascript:/i);
  for (const [tag, , body] of html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
    assert.match(tag, /src="app\.js"/);
    assert.equal(body, '');
  }
});

test('no source of the page names another host', () => {
  for (const { name, text } of sources('.js', '.html', '.css')) {
    assert.doesNotMatch(text, /(src|href)\s*=\s*"(https?:)?\/\//, name);
    // The contract names schemas and predicate types by their URLs, and the page of the button has
    // examples; that loads nothing.
    if (name.startsWith('contract') || name === 'button/index.html') continue;
    // The sites and services that the extension suggests; it asks none by that.
    if (name === 'extension/addresses.js') continue;
    const hosts = [...text.matchAll(/(?:https?:)?\/\/[a-z0-9.-]+\.[a-z]+/gi)].map(([url]) => url);
    // Where a reader can read on: links that name their host and load nothing.
    const own = name === 'elements/read-on.js' ? ['https://search.sigstore.dev'] : [];
    const allowed = ['http://www.w3.org', 'https://example.com', 'https://api.example.com', ...own];
    assert.deepEqual(hosts.filter((url) => !allowed.includes(url)), [], name);
  }
});

test('only the reports and what reads them mention a verdict, and nothing assigns one', () => {
  for (const { name, text } of sources('.js')) {
    assert.doesNotMatch(text, /[^#]verdict(\.state)?\s*=[^=>]/, name);
    assert.doesNotMatch(text, /\.(state|simulated|assurance|level)\s*=[^=>]/, name);
  }
});

test('the content security policy allows this origin, WebAssembly and questions to named hosts, and nothing else', () => {
  assert.deepEqual(contentSecurityPolicy().split('; '), [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self' https: http://127.0.0.1:* http://localhost:* http://*.localhost:*",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types s2s-worker",
    "frame-ancestors 'none'",
  ]);
});

test('every module is preloaded, and nothing else is', () => {
  const html = readFileSync(join(WWW, 'index.html'), 'utf8');
  const preloaded = [...html.matchAll(/modulepreload" href="([^"]+)"/g)].map(([, href]) => href);
  const modules = sources('.js').map(({ name }) => name.replaceAll('\\', '/'));
  // The npm package, the extension, the offline file and the page of the button are loaded by others.
  const ofPage = modules.filter((name) => !/^(package|extension|offline|button)\//.test(name));
  const expected = ofPage.filter((name) => !['app.js', 'worker.js'].includes(name));
  assert.deepEqual(preloaded.toSorted(), expected.toSorted());
});

test('the pages beside the verifier have one head, but for their title, policy, sheets and scripts', () => {
  const own = /<title>|http-equiv="Content-Security-Policy"|rel="stylesheet"|<script /;
  const heads = ['button/index.html', 'contract/index.html', 'contract/operators.html'].map((name) => {
    const [head] = readFileSync(join(WWW, name), 'utf8').split('<body>');
    return head.split('\n').filter((line) => !own.test(line));
  });
  for (const head of heads) assert.deepEqual(head, heads[0]);
});

test('the text in the page is the text of its wording', () => {
  const html = readFileSync(join(WWW, 'index.html'), 'utf8');
  const { ui } = JSON.parse(readFileSync(join(WWW, 'locales/en.json'), 'utf8'));
  const found = [...html.matchAll(/data-ui="([^"]+)"[^>]*>([^<]*)</g)];
  assert.ok(found.length >= 5);
  for (const [, key, text] of found) assert.equal(text, ui[key], key);
});

test('every string that the page asks for exists, and every string is asked for', () => {
  const { ui } = JSON.parse(readFileSync(join(WWW, 'locales/en.json'), 'utf8'));
  const text = sources('.js', '.html').map((source) => source.text).join('\n');
  const literal = [...text.matchAll(/\bui\(\s*'([^']+)'/g)].map(([, key]) => key);
  const ternary = [...text.matchAll(/\bui\([^)]*?'([a-z-]+)' : '([a-z-]+)'/g)].flatMap(([, a, b]) => [a, b]);
  const counted = [...text.matchAll(/\buiCount\('([^']+)'/g)].map(([, key]) => `${key}.other`);
  for (const key of [...literal, ...ternary, ...counted]) assert.ok(key in ui, `ui.${key} is missing`);
  const built = [...text.matchAll(/\bui(?:Count)?\(`([^`]+)`/g)].map(([, key]) =>
    RegExp(`^${key.replaceAll('.', '\\.').replace(/\$\{[^}]+\}/g, '[a-z0-9-]+')}$`),
  );
  for (const key of Object.keys(ui)) {
    const base = key.replace(/\.(one|other)$/, '');
    const used =
      text.includes(`'${key}'`) ||
      text.includes(`'${base}'`) ||
      text.includes(`data-ui="${key}"`) ||
      built.some((pattern) => pattern.test(base));
    assert.ok(used, `ui.${key} is not used`);
  }
});

test('one list of letters is written out, in the page and everywhere else', () => {
  const rust = readFileSync(join(ROOT, 'src/text.rs'), 'utf8');
  const pairs = [...rust.matchAll(/\(0x([0-9a-f]+), 0x([0-9a-f]+)\)/g)].map(([, from, to]) =>
    from === to ? `\\u{${from}}` : `\\u{${from}}-\\u{${to}}`,
  );
  assert.ok(pairs.length > 10);
  const page = readFileSync(join(WWW, 'dom.js'), 'utf8');
  assert.ok(page.includes(`[${pairs.join('')}]`), pairs.join(''));
});

test('the page says no forbidden word', () => {
  const { ui } = JSON.parse(readFileSync(join(WWW, 'locales/en.json'), 'utf8'));
  for (const [key, sentence] of Object.entries(ui)) {
    assert.doesNotMatch(sentence, /\b(secure|safe|certified|trusted|proof)\b|!/i, key);
  }
});

test('tsc accepts every module', () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
  const bin = join(dirname(tsc), 'bin/tsc');
  try {
    execFileSync(process.execPath, [bin, '--project', join(WWW, 'jsconfig.json')], { encoding: 'utf8' });
  } catch (error) {
    assert.fail(error.stdout);
  }
});

test('the lock file names no registry but the public one', () => {
  const text = readFileSync(join(ROOT, 'tests/browser/package-lock.json'), 'utf8');
  const resolved = [...text.matchAll(/"resolved": "([^"]+)"/g)].map(([, url]) => url);
  for (const url of resolved) assert.match(url, /^https:\/\/registry\.npmjs\.org\//);
  for (const [path, entry] of Object.entries(JSON.parse(text).packages)) {
    if (path) assert.match(entry.integrity, /^sha512-/, path);
  }
});
