/** Claims about the extension in Firefox, which asks its user for each site and tells an extension the keys it meets. */

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import puppeteer from 'puppeteer-core';

import { skipped } from '../skipped.mjs';
import { EXTENSION, built, counting, encrypted, simulated } from './extension.mjs';
import { AXE, WWW } from './page.mjs';

const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const UUID = '11111111-2222-4333-8444-555555555555';
const POPUP = `moz-extension://${UUID}/extension/popup.html`;

const isThere = existsSync(FIREFOX);
if (!isThere) skipped(`${FIREFOX} is absent, so the extension is not tried in Firefox`);

let folder;
let browser;
let services;
const troubles = [];

before(async () => {
  if (!isThere) return;
  built();
  folder = mkdtempSync(join(tmpdir(), 's2s-firefox-'));
  const extension = join(folder, 'extension');
  cpSync(join(EXTENSION, 'firefox'), extension, { recursive: true });
  const { browser_specific_settings: own } = JSON.parse(readFileSync(join(extension, 'manifest.json'), 'utf8'));
  browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    acceptInsecureCerts: true,
    args: ['--remote-allow-system-access'],
    extraPrefsFirefox: {
      'extensions.webextensions.uuids': JSON.stringify({ [own.gecko.id]: UUID }),
      // Its user says yes to whatever is asked for.
      'extensions.webextOptionalPermissionPrompts': false,
    },
  });
  await browser.installExtension(extension);
  services = await simulated(['--all-faults']);
});

after(async () => {
  await browser?.close();
  await services?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Waits until a page says something. */
async function until(page, pattern, within = 30_000) {
  const end = Date.now() + within;
  for (;;) {
    const text = await page.evaluate(() => document.querySelector('#main')?.innerText ?? '').catch(() => '');
    if (pattern.test(text)) return text;
    assert.ok(Date.now() < end, `the popup says: ${text}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** A tab of a site, and its popup, opened as a page. */
async function opened(origin) {
  const tab = await browser.newPage();
  // The simulated services have no page of their own.
  await tab.goto(`${origin}/`).catch(() => undefined);
  const page = await browser.newPage();
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(String(error)));
  await page.setViewport({ width: 360, height: 700 });
  await page.goto(`${POPUP}#tab=none`, { waitUntil: [] });
  await until(page, /There is no site here/);
  const id = await page.evaluate(async () => (await globalThis.browser.tabs.query({})).at(-2).id);
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#tab=${id}&site=${encodeURIComponent(origin)}`);
  await until(page, /Nothing is expected of this site/);
  return { tab, page, id };
}

const german = JSON.parse(readFileSync(join(WWW, 'locales/de.json'), 'utf8'));

const title = (page, id) => page.evaluate((tabId) => globalThis.browser.action.getTitle({ tabId }), id);

test('a site is asked nothing until its reader names it and the browser allows it; then it has an answer', { skip: !isThere }, async () => {
  const service = await counting(services.origins.get('healthy'));
  const { page, id } = await opened(service.origin);
  assert.deepEqual(service.asked.filter((path) => path.startsWith('/v1/')), []);
  assert.deepEqual(await page.evaluate(async () => (await globalThis.browser.permissions.getAll()).origins), []);
  await page.click('#enrol');
  await until(page, /This extension asked: 127\.0\.0\.1:\d+ \(2 requests\)/);
  assert.deepEqual(await page.evaluate(async () => (await globalThis.browser.permissions.getAll()).origins), ['http://127.0.0.1/*']);
  assert.match(await title(page, id), /SIMULATED: Do not rely on it/);
  assert.equal(service.asked.filter((path) => path.startsWith('/v1/')).length, 2);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  assert.deepEqual(violations.map(({ id: rule }) => rule), []);
  if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, 'popup-firefox.png') });
  service.close();
});

test('a simulation is checked as one where its reader wants that, and says SIMULATED', { skip: !isThere }, async () => {
  const { page, id } = await opened(services.origins.get('healthy'));
  await page.click('#enrol');
  await until(page, /Do not rely on it/);
  await page.click('#settings summary');
  await page.click('#simulation');
  await until(page, /SIMULATED: Verified/);
  assert.match(await title(page, id), /SIMULATED: Verified/);
});

test('the key of the extension\'s own connection is handed to the verifier, and said to be its own', { skip: !isThere }, async () => {
  const service = await encrypted(services.origins.get('healthy'), folder);
  const { page } = await opened(service.origin);
  await page.click('#enrol');
  await until(page, /The key was read from this extension's own connection to localhost:\d+\. Your tab has connections of its own\./);
  const kept = await page.evaluate((own) => globalThis.browser.runtime.sendMessage({ ask: 'kept', service: own }), service.origin);
  const { answers } = JSON.parse(kept.asked);
  assert.equal(answers.length, 2);
  for (const { tls_spki_sha256: met } of answers) assert.equal(met, service.key);
  service.close();
});

test('the language can be chosen, is kept, and is spoken by badge, popup and report without another question', { skip: !isThere }, async () => {
  const service = await counting(services.origins.get('healthy'));
  const asked = () => service.asked.filter((path) => path.startsWith('/v1/')).length;
  const { tab, page, id } = await opened(service.origin);
  await page.click('#enrol');
  await until(page, /Do not rely on it/);
  const before = asked();
  await page.select('#language', 'de');
  await page.waitForSelector('html[lang="de"]');
  const said = await until(page, new RegExp(german.extension.again));
  assert.ok(said.includes(german.answer.rows.machine.question), said);
  assert.match(await title(page, id), new RegExp(german.headlines.failed.short));
  const report = await browser.newPage();
  await report.goto(`moz-extension://${UUID}/extension/report.html#service=${encodeURIComponent(service.origin)}`, { waitUntil: [] });
  await report.waitForSelector('html[lang="de"] answer-card[data-headline]');
  assert.equal(await report.$eval('.rows dt span', (span) => span.textContent), german.answer.rows.machine.question);
  await report.select('#language', 'en');
  await report.waitForSelector('html[lang="en"]');
  assert.equal(await report.$eval('.rows dt span', (span) => span.textContent), 'Is it a real protected machine?');
  assert.match(await title(page, id), /Do not rely on it/);
  assert.equal(asked(), before);
  await Promise.all([report, page, tab].map((own) => own.close()));
  service.close();
});

test('nothing in the extension\'s pages was refused or failed', { skip: !isThere }, () => {
  assert.deepEqual(troubles, []);
});
