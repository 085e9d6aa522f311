/** What the tests of the offline file share: files with a bundle in them, and two browsers without a network. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

import puppeteer from 'puppeteer-core';

import { skipped } from '../skipped.mjs';
import { ROOT, SITE, launch } from './page.mjs';

const verifier = createRequire(import.meta.url)(
  join(process.env.SITE_NODE_DIR ?? join(ROOT, 'target/site-node'), 'pkg/silicon_to_source.js'),
);

/** The empty file of the built site. */
export const EMPTY = readFileSync(join(SITE, 'audit.html'), 'utf8');

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const folder = mkdtempSync(join(tmpdir(), 'offline-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Files with what was recorded of them, as a page makes it. */
export function bundled(files, options) {
  const report = verifier.verify(files, options);
  return { report, bundle: verifier.bundle(files, options, report, {}) };
}

/** What `recorded` of the verifier tells, outside of a browser. */
export const recorded = (bundle) => JSON.parse(verifier.recorded(bundle));

/** The demonstration, as somebody recorded it at a moment. */
export function demonstration(at = '2026-02-01T00:00:00Z') {
  const bytes = new Uint8Array(readFileSync(join(SITE, 'demo/bundle.json')));
  return bundled([{ name: 'bundle.json', bytes }], { at, policy: 'simulated' });
}

/**
 * A bundle with something changed by somebody who writes its digest anew: it is of the text without
 * the digest.
 */
export function rewritten(bundle, change) {
  const { sha256: _, ...content } = JSON.parse(new TextDecoder().decode(bundle));
  change(content);
  const digest = sha256(JSON.stringify(content, null, 2));
  return new TextEncoder().encode(`${JSON.stringify({ ...content, sha256: digest }, null, 2)}\n`);
}

let count = 0;

/** The address of a file on disk with this text. */
export function onDisk(text) {
  count += 1;
  const path = join(folder, `audit-${count}.html`);
  writeFileSync(path, text);
  return pathToFileURL(path).href;
}

/**
 * The offline file with bytes in the place of a bundle: packed and lettered here, for what the verifier
 * takes for no bundle and packs for nobody.
 */
export function withRecording(bundle) {
  const parts = EMPTY.split('<script type="text/plain" id="bundle"></script>');
  assert.equal(parts.length, 2, 'the empty file has one place for a bundle');
  const letters = lettered(deflateRawSync(bundle));
  const tag = `<script type="text/plain" id="bundle" data-sha256="${sha256(letters)}">`;
  return parts.join(`${tag}${letters.replace(/[^]{4000}(?=[^])/g, '$&\n')}</script>`);
}

/** Seven bits that are no letter: each is written with the seven after it, or as what ends the letters. */
const ABSENT = [0x00, 0x0a, 0x0d, 0x3c];
const [PAIRS, LASTS] = [0x100, 0xa1];

const reversed = (text) => [...text].reverse().join('');

/** A letter is seven bits, from the least one of each byte on. */
function lettered(bytes) {
  const bits = [...bytes].map((byte) => reversed(byte.toString(2).padStart(8, '0'))).join('');
  const values = (bits.match(/.{1,7}/g) ?? []).map((seven) => parseInt(reversed(seven), 2));
  const codes = [];
  for (let at = 0; at < values.length; at += 1) {
    const place = ABSENT.indexOf(values[at]);
    if (place < 0) codes.push(values[at]);
    else if (at + 1 === values.length) codes.push(LASTS + place);
    else codes.push(PAIRS + place * 128 + values[(at += 1)]);
  }
  return codes.map((code) => String.fromCharCode(code)).join('');
}

/** The bundle in an audit file, by the same rules. */
export function recordingIn(file) {
  const [, digest, lines] = file.match(/id="bundle" data-sha256="([0-9a-f]{64})">([^<]*)<\/script>/);
  const letters = lines.replaceAll('\n', '');
  assert.equal(digest, sha256(letters));
  const values = [...letters].flatMap((letter) => {
    const code = letter.charCodeAt(0);
    if (code >= PAIRS) return [ABSENT[Math.floor((code - PAIRS) / 128)], (code - PAIRS) % 128];
    return code >= LASTS ? [ABSENT[code - LASTS]] : [code];
  });
  const bits = values.map((value) => reversed(value.toString(2).padStart(7, '0'))).join('');
  const bytes = bits.match(/.{8}/g).map((byte) => parseInt(reversed(byte), 2));
  return inflateRawSync(Buffer.from(bytes));
}

/** The same by the verifier. */
export const filled = (bundle) => verifier.audit(EMPTY, bundle);

/** Notes what the policy refused, and when the card stood. */
function watch() {
  globalThis.refused = [];
  addEventListener('securitypolicyviolation', (event) => {
    globalThis.refused.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
  new MutationObserver((_, observer) => {
    if (!document.querySelector('answer-card[data-headline]')) return;
    globalThis.drawn = performance.now();
    observer.disconnect();
  }).observe(document, { attributes: true, childList: true, subtree: true });
}

/** Whether a request goes anywhere. */
const leaves = (address, own) => address !== own && !/^(about|blob|data):/.test(address);

/**
 * Chromium and Firefox, each with `open(url, lines)`: the page without a network, `lines` of which are
 * run before it, and what it asked for or complained about.
 */
export async function browsers() {
  const all = [await chromium()];
  const firefox = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
  if (existsSync(firefox)) all.push(await gecko(firefox));
  else skipped('Firefox is not installed, so the offline file was not opened in it');
  return all;
}

async function chromium() {
  const browser = await launch();
  return {
    name: 'Chromium',
    close: () => browser.close(),
    async open(url, { before = '', ...options } = {}) {
      const context = await browser.newContext({ offline: true, viewport: { width: 1100, height: 900 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      const troubles = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) troubles.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => troubles.push(`uncaught: ${error.message}`));
      page.on('request', (request) => {
        if (leaves(request.url(), url)) troubles.push(`request: ${request.url()}`);
      });
      await page.addInitScript(watch);
      if (before) await page.addInitScript(before);
      await page.goto(url);
      return { page, troubles, close: () => context.close() };
    },
  };
}

async function gecko(executablePath) {
  const nowhere = { 'network.proxy.type': 1, 'network.proxy.http': '127.0.0.1', 'network.proxy.http_port': 9 };
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: { ...nowhere, 'network.proxy.ssl': '127.0.0.1', 'network.proxy.ssl_port': 9 },
  });
  return {
    name: 'Firefox',
    close: () => browser.close(),
    async open(url, { before = '' } = {}) {
      const page = await browser.newPage();
      page.setDefaultTimeout(20_000);
      const troubles = [];
      page.on('console', (message) => {
        if (['error', 'warn'].includes(message.type())) troubles.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => troubles.push(`uncaught: ${error.message}`));
      page.on('request', (request) => {
        if (leaves(request.url(), url)) troubles.push(`request: ${request.url()}`);
      });
      await page.evaluateOnNewDocument(watch);
      if (before) await page.evaluateOnNewDocument(new Function(before));
      await page.goto(url);
      return { page, troubles, close: () => page.close() };
    },
  };
}
