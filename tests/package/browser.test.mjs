/** The package in Chromium: built by Vite, from a script tag, under a strict policy, as an element. */

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';
import { build } from 'vite';

import { DEMONSTRATION, demonstration, down, imported, NOW, project, ROOT, SIMULATED, takenDown } from './packed.mjs';
import { simulated } from './service.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Nothing but this origin and services on loopback; no string becomes code. */
const STRICT = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self' http://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const OWN = '/node_modules/silicon-to-source/lib/package';
const HTML = '<!doctype html><html lang="en"><title>test</title><main><h1>test</h1></main>';

/** A module that does everything once, and keeps what came of it for the test. */
const program = (from, element, worker) => `
  import * as own from '${from}';
  import { AnswerElement } from '${element}';
  ${worker ? `import * as worker from '${worker}';` : ''}
  const bytes = new Uint8Array(await (await fetch('./bundle.json')).arrayBuffer());
  const options = ${JSON.stringify(SIMULATED)};
  const report = await own.verify(bytes, options);
  const answer = document.createElement('s2s-answer');
  answer.report = report;
  document.querySelector('main').append(answer);
  let refused = null;
  try { answer.report = structuredClone(report); } catch (error) { refused = error.name; }
  globalThis.came = {
    json: own.toJson(report),
    card: (await own.explain(report)).headline.card,
    refused,
    isElement: answer instanceof AnswerElement,
    inWorker: ${worker ? "worker.toJson(await worker.verify(new Blob([bytes]), options))" : 'null'},
  };
  globalThis.own = own;`;

let browser;
let project_;
let expected;
let healthy;

before(async () => {
  project_ = project();
  copyFileSync(DEMONSTRATION, join(project_.path, 'bundle.json'));
  const { verify, toJson } = await imported(project_.path);
  expected = toJson(await verify(demonstration(), SIMULATED));
  healthy = await simulated();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});

after(async () => {
  await browser?.close();
  down();
});

/** Serves `folder`, with `files` in front of it; the address. */
async function serve(folder, files = {}, headers = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://loopback').pathname);
    // A browser asks for an icon that no page here names.
    if (path === '/favicon.ico') return void response.writeHead(204).end();
    const name = path.endsWith('/') ? `${path}index.html` : path;
    try {
      const body = files[name] ?? (await readFile(join(folder, name)));
      response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', ...headers });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  takenDown(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${server.address().port}/`;
}

/** A page that watches itself. */
async function open(url) {
  const page = await browser.newPage();
  const troubles = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'blob:' && hostname !== '127.0.0.1') troubles.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(url);
  return { page, troubles };
}

/** Everything that the module does came out right. */
async function holds({ page, troubles }, hasWorker) {
  await page.waitForFunction(() => globalThis.came, undefined, { timeout: 30_000 }).catch((error) => {
    throw new Error(`${error.message}\n${troubles.join('\n')}`);
  });
  const came = await page.evaluate(() => globalThis.came);
  assert.equal(came.json, expected);
  assert.equal(came.inWorker, hasWorker ? expected : null);
  assert.equal(came.refused, 'TypeError');
  assert.equal(came.isElement, true);
  await page.waitForFunction((text) => document.querySelector('s2s-answer').shadowRoot.textContent.includes(text), came.card);
  assert.deepEqual(troubles, []);
}

test('Vite builds it, with its wasm, its wording and its worker as files', async (t) => {
  const { path } = project({
    'index.html': `${HTML}<script type="module" src="/main.js"></script>`,
    'main.js': program('silicon-to-source', 'silicon-to-source/element', 'silicon-to-source/worker'),
  });
  const output = await build({ root: path, configFile: false, logLevel: 'error', base: './' });
  const names = output.output.map(({ fileName }) => fileName);
  assert.equal(names.filter((name) => name.endsWith('.wasm')).length, 1, names.join());
  const url = await serve(join(path, 'dist'), { '/bundle.json': readFileSync(DEMONSTRATION) });
  await holds(await open(url), true);
  t.diagnostic(`Vite's files: ${names.join(', ')}`);
});

test('a script tag loads it without a bundler', async () => {
  const url = await serve(project_.path, {
    '/index.html': `${HTML}<script type="module">${program(`${OWN}/browser.js`, `${OWN}/element.js`, `${OWN}/worker.js`)}</script>`,
  });
  await holds(await open(url), true);
});

test('under a strict content security policy it works, and violates nothing', async () => {
  const files = {
    '/index.html': `${HTML}<script type="module" src="/main.js"></script>`,
    '/main.js': program(`${OWN}/browser.js`, `${OWN}/element.js`, null),
  };
  const url = await serve(project_.path, files, { 'content-security-policy': STRICT });
  const opened = await open(url);
  await holds(opened, false);
  // A service that lets pages read its answer can be asked from there.
  const asked = await opened.page.evaluate(async (origin) => {
    const report = await own.check(origin, { policy: 'simulated', require: 'A5' });
    const refused = await own.check(origin, { require: 'A1' }).catch((error) => error.name);
    return { of: report.headline.of, refused };
  }, healthy);
  assert.deepEqual(asked, { of: healthy, refused: 'NotEnough' });
  assert.deepEqual(opened.troubles, []);
});

test('the element draws the answer, nothing of an older one, and axe finds nothing', async () => {
  const url = await serve(project_.path, {
    '/index.html': `${HTML}<script type="module">${program(`${OWN}/browser.js`, `${OWN}/element.js`, null)}</script>`,
  });
  const { page, troubles } = await open(url);
  await page.waitForFunction(() => globalThis.came);
  for (const options of [SIMULATED, { at: NOW }, { ...SIMULATED, policy: 'snp' }]) {
    const { drawn, said, between } = await page.evaluate(async (options) => {
      const answer = document.querySelector('s2s-answer');
      const bytes = new Uint8Array(await (await fetch('./bundle.json')).arrayBuffer());
      const report = await own.verify(bytes, options);
      answer.report = report;
      const between = answer.shadowRoot.textContent;
      const said = await own.explain(report);
      await new Promise((done) => setTimeout(done, 100));
      return { drawn: answer.shadowRoot.textContent, said, between };
    }, options);
    assert.equal(between, '');
    const texts = said.rows.flatMap(({ question, answer }) => [question, answer]);
    for (const text of [said.headline.short, said.headline.card, ...texts, said.next]) {
      assert.ok(drawn.includes(text), `"${text}" is not in "${drawn}"`);
    }
    await page.evaluate(AXE);
    const violations = await page.evaluate(async () => (await globalThis.axe.run(document)).violations.map(({ id }) => id));
    assert.deepEqual(violations, []);
  }
  // The language is that of the surroundings, or the element's own.
  for (const [where, tag] of [['documentElement', 'de-AT'], ['element', 'en'], ['element', 'de']]) {
    const [drawn, wanted] = await page.evaluate(async ([where, tag]) => {
      const answer = document.querySelector('s2s-answer');
      (where === 'element' ? answer : document.documentElement).lang = tag;
      if (where !== 'element') document.querySelector('main').append(answer);
      await new Promise((done) => setTimeout(done, 200));
      return [answer.shadowRoot.textContent, (await own.explain(answer.report, tag.slice(0, 2))).headline.short];
    }, [where, tag]);
    assert.ok(drawn.includes(wanted), `${where} ${tag}: ${drawn}`);
  }
  await page.evaluate(() => { document.querySelector('s2s-answer').report = null; });
  assert.equal(await page.evaluate(() => document.querySelector('s2s-answer').shadowRoot.textContent), '');
  assert.deepEqual(troubles, []);
});

test('the colours of the element are those of the page', () => {
  const own = readFileSync(join(ROOT, 'www/package/element.js'), 'utf8');
  const page = readFileSync(join(ROOT, 'www/css/page.css'), 'utf8');
  const rules = [...own.matchAll(/^\s+(--[a-z-]+: .+;)$/gm)].map(([, rule]) => rule);
  assert.ok(rules.length > 10);
  for (const rule of rules) assert.ok(page.includes(rule), rule);
});
