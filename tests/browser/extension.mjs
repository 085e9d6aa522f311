/** What the tests of the extension share: browsers that have it, services, and a proxy that tells on it. */

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

import { CLI } from '../target.mjs';
import { NAMES, card } from './fixtures/cards.mjs';
import { drawn } from './fixtures/reports.mjs';
import { ROOT } from './page.mjs';

const SIMULATED = join(dirname(CLI), 's2s-sim');

/** The extension as it is built, by browser. */
export const EXTENSION = resolve(process.env.EXTENSION_DIR ?? join(ROOT, 'target/extension'));

/** Says what has to be built, where it is missing. */
export function built() {
  for (const path of [SIMULATED, join(EXTENSION, 'chromium/manifest.json')]) {
    assert.ok(existsSync(path), `${path} is missing: build it with "cargo build --workspace" and "cargo site build"`);
  }
}

/** A port below those that the system hands out for connections. */
export const anyPort = () => 12_000 + Math.floor(Math.random() * 20_000);

/**
 * Starts simulated coordinators.
 *
 * @param {string[]} more
 * @param {number} [port]
 */
export async function simulated(more, port = anyPort()) {
  const child = spawn(SIMULATED, [...more, '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Map<string, string>} */
  const origins = new Map();
  await new Promise((done, fail) => {
    child.once('exit', (code) => fail(new Error(`the simulator ended with ${code}`)));
    const read = (line) => {
      const [, fault, origin] = line.match(/^SIMULATED (\S+) (http:\S+)$/) ?? [];
      if (fault) origins.set(fault, origin);
      if (/"listening"/.test(line) && origins.size > 0) done();
    };
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', read);
  });
  const close = () =>
    new Promise((done) => {
      child.once('exit', done);
      child.kill();
    });
  return { origins, port, close };
}

/** A service over TLS, in front of another one, with the SHA-256 of its public key. */
export async function encrypted(origin, folder) {
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate,
  ], { stdio: 'ignore' });
  const pem = readFileSync(certificate);
  const server = createSecureServer({ key: readFileSync(key), cert: pem }, async (request, response) => {
    const answer = await fetch(`${origin}${request.url}`);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((done) => server.listen(0, 'localhost', done));
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return {
    origin: `https://localhost:${server.address().port}`,
    key: createHash('sha256').update(spki).digest('hex'),
    close: () => closed(server),
  };
}

/** A service that hands every question on to another one, and counts them. */
export async function counting(origin) {
  const asked = [];
  const server = createServer(async (request, response) => {
    asked.push(request.url);
    try {
      const answer = await fetch(`${origin}${request.url}`);
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      response.writeHead(502).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  return { asked, origin: `http://127.0.0.1:${port}`, close: () => closed(server) };
}

/** Ends a server with whoever is still connected to it. */
function closed(server) {
  server.closeAllConnections();
  server.close();
}

/**
 * A verifier that answers with reports DRAWN BY HAND: a service says which. It lets every state be
 * looked at; no test may conclude from it that anything verifies.
 */
export function drawnVerifier() {
  const reports = Object.fromEntries(NAMES.map((name) => [name, drawn(...card(name))]));
  return `
    const REPORTS = ${JSON.stringify(reports)};
    export default async function init() {}
    export const further = () => '[]';
    export const policies = () => '[]';
    export const subjects = () => '[]';
    export class Session {
      #said = '';
      constructor(origin) { this.origin = origin; this.nonce = 'AA'; }
      first() {
        return JSON.stringify([{ what: 'coordinator-attestation', url: this.origin + '/says', host: new URL(this.origin).host, reveals: 'that-you-ask', limit: 1000, timeout_ms: 1000, reach: 'anyone' }]);
      }
      begin() {}
      record(request, asked) { this.#said = asked.said; }
      asked() { return this.#said; }
      exchange() { return new TextEncoder().encode(this.#said); }
    }
    export async function ask(request, signal, fetch) {
      const answer = await fetch(JSON.parse(request).url, { signal });
      return { status: answer.status, failed: undefined, file: new Uint8Array(), said: await answer.text() };
    }
    const first = {};
    const drawn = ([{ bytes }], { at }) => {
      const said = new TextDecoder().decode(bytes);
      const [name, change = '{}', lasts = 'Infinity'] = said.split('\\n');
      if (name === 'stopped') throw new Error('drawn by hand');
      first[said] ??= Date.parse(at);
      const own = Date.parse(at) - first[said] > Number(lasts) ? 'failed' : name;
      return JSON.stringify({ ...JSON.parse(REPORTS[own]), checked_at: at, ...JSON.parse(change) });
    };
    export async function examine(files, options) {
      const text = drawn(files, options);
      const report = JSON.parse(text);
      const of = (name) => report.claims.filter((claim) => claim.name === name)
        .map(({ value }) => ({ name, value: Object.values(value).join() }));
      const seen = {
        at: report.checked_at, simulated: report.simulated,
        values: { 'tls-key': of('key.tls-spki-sha256'), commit: of('git.commit') },
      };
      return { report: text, signatures: '[]', seen: JSON.stringify(seen) };
    }
    const compared = (since, known, last) => {
      const changes = Object.keys(last.values).filter((what) => JSON.stringify(known.values[what]) !== JSON.stringify(last.values[what]))
        .map((what) => ({ what, form: 'changed', key: what === 'tls-key', before: known.values[what], after: last.values[what] }));
      return JSON.stringify({ since, known: { last: changes.length === 0 ? last : known }, last, changes, same: [] });
    };
    export function remembered(known, seen) {
      const [before, last] = [known && JSON.parse(known), JSON.parse(seen)];
      return before ? compared(before.since, before.known.last, last) : compared(last.at, last, last);
    }
    export function noticed(known) {
      const { last } = JSON.parse(known);
      return compared(last.at, last, last);
    }
  `;
}

/**
 * A service that says which drawn report is to be shown, what is changed of it, and for how many
 * milliseconds it holds after the first report was drawn; a line each. It counts how often it is asked.
 */
export async function saying(words) {
  const own = { words, asked: 0, waits: null };
  const server = createServer(async (request, response) => {
    if (request.url !== '/says') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>A service</title>');
      return;
    }
    own.asked += 1;
    await own.waits;
    response.writeHead(200, { 'content-type': 'text/plain' }).end(own.words);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(own, { origin: `http://127.0.0.1:${server.address().port}`, close: () => closed(server) });
}

/** A proxy that lets nothing through, and knows who was to be reached. */
export async function tattling() {
  const hosts = [];
  const server = createServer((request, response) => {
    hosts.push(new URL(request.url ?? '', 'http://unknown').host);
    response.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    hosts.push(request.url);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { hosts, port: server.address().port, close: () => closed(server) };
}

/**
 * A Chromium that has the extension. Nobody can press the browser's own buttons here: a user who
 * allows whatever is asked for is one whom the manifest does not ask, and another never answers.
 *
 * @param {{ proxy: number, allows?: boolean, isDrawn?: boolean, colorScheme?: 'light' | 'dark', forcedColors?: 'active' | 'none' }} options
 */
export async function withExtension({ proxy, allows = true, isDrawn = false, ...more }) {
  const folder = mkdtempSync(join(tmpdir(), 's2s-extension-'));
  const extension = join(folder, 'extension');
  cpSync(join(EXTENSION, 'chromium'), extension, { recursive: true });
  if (allows) {
    const path = join(extension, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...manifest, host_permissions: manifest.optional_host_permissions, permissions: [...manifest.permissions, ...manifest.optional_permissions] }));
  }
  if (isDrawn) writeFileSync(join(extension, 'pkg/silicon_to_source.js'), drawnVerifier());
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1000, height: 800 },
    ignoreDefaultArgs: ['--disable-extensions'],
    ...more,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
      `--proxy-server=http://127.0.0.1:${proxy}`,
      '--proxy-bypass-list=127.0.0.1;localhost',
      // The services under test have certificates that nobody vouches for.
      '--ignore-certificate-errors',
    ],
  });
  const troubles = [];
  const watch = (page) => {
    page.on('console', (message) => {
      const isOwn = message.location().url.startsWith('chrome-extension:');
      if (isOwn && ['error', 'warning'].includes(message.type())) troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(error.message));
  };
  context.pages().forEach(watch);
  context.on('page', watch);
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  worker.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
  });
  const id = new URL(worker.url()).host;
  const close = async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { context, worker, id, troubles, close };
}

/** A tab of `url`, with the number that the extension knows it by. */
export async function tab({ context, worker }, url) {
  const page = await context.newPage();
  // The simulated services have no page of their own.
  const body = '<!doctype html><html lang="en"><title>A service</title>';
  await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(url);
  const id = await worker.evaluate(async () => (await chrome.tabs.query({})).at(-1).id);
  return { page, id, site: new URL(url).origin };
}

/** The popup of a tab, opened as a page. */
export async function popup({ context, id: extension }, { id, site }) {
  const page = await context.newPage();
  await page.setViewportSize({ width: 360, height: 600 });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(`chrome-extension://${extension}/extension/popup.html#tab=${id}&site=${encodeURIComponent(site)}`);
  await page.waitForSelector('#main > div');
  return page;
}

/** Puts the background's clock forward: what waits for its turn there has it sooner. */
export function later({ worker }, milliseconds) {
  return worker.evaluate((more) => {
    globalThis.ownNow ??= Date.now;
    const ahead = Date.now() - globalThis.ownNow();
    Date.now = () => globalThis.ownNow() + ahead + more;
  }, milliseconds);
}

/** Sets the background's clock right again: one that wakes anew has the right one. */
export function onTime({ worker }) {
  return worker.evaluate(() => {
    Date.now = globalThis.ownNow ?? Date.now;
  });
}

/** What the badge of a tab says. */
export function badge({ worker }, { id }) {
  return worker.evaluate(
    async (tabId) => ({ title: await chrome.action.getTitle({ tabId }), text: await chrome.action.getBadgeText({ tabId }) }),
    id,
  );
}

/** Waits until the badge of a tab says something. */
export async function says(browser, own, pattern, within = 20_000) {
  const end = Date.now() + within;
  for (;;) {
    const { title, text } = await badge(browser, own);
    if (pattern.test(title)) return { title, text };
    assert.ok(Date.now() < end, `the badge says: ${title}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
