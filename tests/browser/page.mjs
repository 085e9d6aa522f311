/** What the tests share: a loopback server, a browser, and a page that watches itself. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { skipped } from '../skipped.mjs';
import { drawn } from './fixtures/reports.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** The repository. */
export const ROOT = resolve(here, '../..');

/** The page's sources. */
export const WWW = join(ROOT, 'www');

/** The built site. */
export const SITE = resolve(process.env.SITE_DIR ?? join(ROOT, 'target/site'));

/** Real vectors, beside the repository; absent from a plain clone. */
export const SHARED = join(ROOT, '../shared');

export const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** The policy that the page carries, as a server sends it. */
export function contentSecurityPolicy() {
  const html = readFileSync(join(WWW, 'index.html'), 'utf8');
  const meta = html.match(/http-equiv="Content-Security-Policy" content="([^"]+)"/)?.[1];
  assert.ok(meta, 'the page carries a content security policy');
  return `${meta}; frame-ancestors 'none'`;
}

/** What a build says of itself: the page's sources are served with that of the built site. */
const OWN = ['/verifier-manifest.json', '/release.intoto.jsonl', '/release-policy.json'];

/** Serves a directory on loopback; `url` ends in a slash. */
export async function serve(directory) {
  assert.ok(
    existsSync(join(directory, 'index.html')),
    `${directory} holds no page: build it with "cargo site build" first`,
  );
  const policy = contentSecurityPolicy();
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://loopback').pathname);
    const file = join(OWN.includes(path) ? SITE : directory, path.endsWith('/') ? `${path}index.html` : path);
    try {
      const body = await readFile(file);
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
      response.end(body);
    } catch {
      response.writeHead(404, { 'content-security-policy': policy }).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${server.address().port}/`;
  return { url, close: () => new Promise((done) => server.close(done)) };
}

/** The built site: `SITE_URL` when a server of it runs already, otherwise `SITE_DIR` served here. */
export async function site() {
  const url = process.env.SITE_URL;
  return url ? { url, close: async () => {} } : serve(SITE);
}

/** A headless Chromium that asks nobody for anything. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * A page in a context of its own. `troubles` gathers console errors, uncaught errors, policy
 * violations and requests that leave loopback; a test that expects none asserts that it is empty.
 */
export async function open(browser, { context: options = {}, routes = {}, path = '', url } = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const troubles = [];
  const requests = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    requests.push(request.url());
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'blob:' && hostname !== '127.0.0.1') troubles.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  for (const [pattern, handler] of Object.entries(routes)) await page.route(pattern, handler);
  await page.goto(new URL(path, url).href);
  return { page, context, troubles, requests };
}

/**
 * Routes that put a verifier in the page which answers with a report DRAWN BY HAND, so that
 * layout can be tested without a verifier.
 */
export function stub(state, { init = '', exports = '', own = '', seen, endless = false, ...more } = {}) {
  const json = drawn(state, more);
  const module = `
    export default async function () { ${init} }
    export async function examine() { ${endless ? 'for (;;);' : ''} return ${JSON.stringify({ report: json, signatures: '[]', seen })}; }
    ${exports}
    export function policies() {
      return ${JSON.stringify(
        JSON.stringify([
          { name: 'simulated', description: 'Drawn by hand.', sha256: 'd0'.repeat(32) },
          { name: 'drawn-by-hand', description: 'Drawn by hand too.', sha256: 'd0'.repeat(32) },
        ]),
      )};
    }
    export function own() { ${own} }
    export function version() { return '0.0.0'; }
  `;
  const answer = (contentType, body) => (route) => route.fulfill({ contentType, body });
  return {
    '**/pkg/silicon_to_source.js': answer('text/javascript', module),
    '**/pkg/silicon_to_source_bg.wasm': answer('application/wasm', ''),
    '**/demo/bundle.json': answer('application/json', '{}'),
  };
}

/** Presses the button of the demonstration, once the verifier is there. */
export async function demonstrate(page) {
  await loaded(page);
  await page.click('#demonstration');
  await settled(page);
}

/** Opens the part of the page where files are handed in, with its options. */
export async function openIntake(page) {
  await loaded(page);
  if (await page.locator('#intake').isHidden()) await page.click('#open-intake');
  const options = page.locator('details.options');
  if (!(await options.evaluate((details) => details.open))) await options.locator('summary').click();
}

/** Waits until the verifier is there. */
export async function loaded(page) {
  await page.waitForSelector('#known li', { state: 'attached' });
}

/** Waits until an examination has come to its end, and everything about it is drawn. */
export async function settled(page) {
  await page.waitForSelector('answer-card[data-state]:not([data-state="checking"])');
  await whole(page);
}

/** Waits until what stands on the page is drawn with all its folded parts. */
export async function whole(page) {
  await page.waitForSelector('evidence-report[data-drawing]', { state: 'detached' });
}

/**
 * The violations that axe finds on the page as it stands, in a form that a test can print. What holds
 * is not listed: only violations are asked for.
 */
export async function axe(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    });
    return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) }));
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Opens everything that can be opened. */
export async function openAll(page) {
  await whole(page);
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  await page.waitForFunction(() =>
    [...document.querySelectorAll('hex-view')].every((view) => view.querySelector('.hex-dump')),
  );
}

/** Which parts are open, for {@link fold}. */
export function folds(page) {
  return page.evaluate(() => [...document.querySelectorAll('details')].map((details) => details.open));
}

/** Opens and closes each part as `were`. */
export async function fold(page, were) {
  await page.evaluate((were) => {
    for (const [place, details] of [...document.querySelectorAll('details')].entries()) details.open = were[place] ?? false;
  }, were);
}

/** Whether real vectors are there; says loudly what is left out when they are not. */
export function vectors(what) {
  if (existsSync(SHARED)) return true;
  skipped(`../shared is absent, so ${what}`);
  return false;
}
