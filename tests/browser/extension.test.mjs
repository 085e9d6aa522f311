/** Claims about the extension in Chromium, against simulated services on loopback. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { EXTENSION, built, counting, encrypted, later, popup, says, simulated, tab, tattling, withExtension } from './extension.mjs';
import { axe } from './page.mjs';

let services;
let proxy;
let browser;

before(async () => {
  built();
  [services, proxy] = await Promise.all([simulated(['--all-faults']), tattling()]);
  browser = await withExtension({ proxy: proxy.port });
});

after(async () => {
  await browser?.close();
  await services?.close();
  proxy?.close();
});

/** A tab of a service, whose reader named it in the popup. */
async function enrolled(origin, { simulation = true, ...more } = {}) {
  const own = await tab(browser, `${origin}/`);
  const page = await popup(browser, own);
  // Another test may have named it.
  if (await page.locator('#settings').count()) return { own, page };
  for (const box of more.vendors ?? []) await page.check(`#vendor-${box}`);
  await page.click('#enrol');
  await page.waitForSelector('#settings');
  if (simulation) {
    await page.waitForSelector('answer-card:not([data-state="checking"])');
    if (await page.locator('#simulation').count()) {
      await page.click('#settings summary');
      await page.click('#simulation');
    }
  }
  return { own, page };
}

const state = (page) => page.locator('answer-card').getAttribute('data-state');

test('nothing is asked of a site that is not named, and its badge is plain', async () => {
  const service = await counting(services.origins.get('healthy'));
  const own = await tab(browser, `${service.origin}/`);
  await own.page.reload();
  await new Promise((done) => setTimeout(done, 600));
  assert.deepEqual(service.asked.filter((path) => path.startsWith('/v1/')), []);
  const page = await popup(browser, own);
  assert.match(await page.locator('main').innerText(), /Nothing is expected of this site/);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(service.asked.filter((path) => path.startsWith('/v1/')), []);
  assert.deepEqual(browser.troubles, []);
  service.close();
});

test('a site is named by a press, its service is asked twice, and the popup says so', async () => {
  const service = await counting(services.origins.get('healthy'));
  const { own, page } = await enrolled(service.origin, { simulation: false });
  await says(browser, own, /SIMULATED: Do not rely on it/);
  assert.deepEqual(service.asked.filter((path) => path.startsWith('/v1/')).length, 2);
  assert.match(await page.locator('#asked').innerText(), /^This extension asked: 127\.0\.0\.1:\d+ \(2 requests\)\.$/);
  assert.deepEqual(browser.troubles, []);
  service.close();
});

test('a simulation is checked as one where its reader wants that, and says SIMULATED in every place', async () => {
  const { own, page } = await enrolled(services.origins.get('healthy'));
  const { title, text } = await says(browser, own, /SIMULATED: Verified/);
  assert.equal(text, 'SIM');
  assert.match(title, /: SIMULATED: Verified\. SIMULATED: /);
  await page.waitForSelector('answer-card[data-state="verified"]');
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/);
  for (const row of await page.locator('answer-card dd').allInnerTexts()) assert.match(row, /^SIMULATED: /);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(browser.troubles, []);
});

for (const [fault, expected, sentence] of [
  ['old-nonce', 'failed', /SIMULATED: Do not rely on it/],
  ['wrong-image', 'failed', /SIMULATED: Do not rely on it/],
  ['expired-collateral', 'failed', /SIMULATED: Do not rely on it/],
  ['debug', 'failed', /SIMULATED: Do not rely on it/],
  ['404', 'not-published', /: Nothing published\. /],
  ['503', 'not-published', /: Nothing published\. /],
  ['truncated', 'unknown', /: No answer\. /],
  ['wrong-type', 'unknown', /: No answer\. /],
  ['bad-json', 'unknown', /: No answer\. /],
  ['redirect', 'unknown', /: No answer\. /],
  // A host that was named to the browser can be read, whatever it lets web pages do.
  ['no-cors', 'verified', /SIMULATED: Verified/],
]) {
  test(`${fault}: ${expected}`, async () => {
    const { own, page } = await enrolled(services.origins.get(fault));
    await says(browser, own, sentence);
    await page.waitForSelector(`answer-card[data-state="${expected}"]`);
    assert.deepEqual(await axe(page), []);
    await Promise.all([page.close(), own.page.close()]);
  });
}

test('a maker of chips is asked only where its reader ticked it, and nobody else is asked at all', async () => {
  const outside = () => proxy.hosts.filter((host) => !/(^|\.)(google|googleapis|gvt1)\.com(:\d+)?$/.test(host));
  // Under the policy for real evidence, this service's evidence wants files of AMD's and of Sigstore's.
  const first = await counting(services.origins.get('healthy'));
  const without = await enrolled(first.origin, { simulation: false });
  await says(browser, without.own, /Do not rely on it/);
  assert.deepEqual(outside(), []);
  const second = await counting(services.origins.get('healthy'));
  const ticked = await enrolled(second.origin, { simulation: false, vendors: ['amd'] });
  await says(browser, ticked.own, /Do not rely on it/);
  assert.deepEqual([...new Set(outside())], ['kdsintf.amd.com:443']);
  assert.match(await ticked.page.locator('#asked').innerText(), /127\.0\.0\.1:\d+ \(2 requests\), kdsintf\.amd\.com \(1 request\)\./);
  for (const { close } of [first, second]) close();
});

test('where the browser tells no key, the popup says that, and nothing about the connection is concluded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 's2s-key-'));
  const service = await encrypted(services.origins.get('healthy'), folder);
  const { own, page } = await enrolled(service.origin, { simulation: false });
  await says(browser, own, /Do not rely on it/);
  assert.equal(await page.locator('#key').innerText(), 'Your browser does not tell extensions which key it used.');
  const kept = await page.evaluate((origin) => chrome.runtime.sendMessage({ ask: 'kept', service: origin }), service.origin);
  for (const answer of JSON.parse(kept.asked).answers) assert.equal(answer.tls_spki_sha256, undefined);
  service.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a fresh answer is there within two seconds of naming the site', async () => {
  const took = [];
  for (let count = 0; count < 3; count += 1) {
    const service = await counting(services.origins.get('healthy'));
    const own = await tab(browser, `${service.origin}/`);
    const page = await popup(browser, own);
    const begun = Date.now();
    await page.click('#enrol');
    await says(browser, own, /SIMULATED: Do not rely on it/);
    took.push(Date.now() - begun);
    await Promise.all([page.close(), own.page.close()]);
    service.close();
  }
  console.log(`# from the press to the badge: ${took.join(', ')} ms`);
  assert.ok(Math.min(...took) <= 2000, took.join());
});

test('a service that comes back on other hardware is said to have changed, and since when', async () => {
  const first = await simulated([]);
  const { own, page } = await enrolled(first.origins.get('healthy'));
  await says(browser, own, /SIMULATED: Verified/);
  if (!(await page.locator('#settings').evaluate((details) => details.open))) await page.click('#settings summary');
  await page.click('#history');
  await page.waitForSelector('#unchanged');
  await first.close();
  const second = await simulated(['--vendor', 'intel'], first.port);
  await later(browser, 5100);
  await page.click('#again');
  await says(browser, own, /: Changed\. SIMULATED: /);
  const told = await page.locator('.popup-changed').innerText();
  assert.match(told, /^Changed since \d+ \w+/);
  assert.match(told, /SIMULATED: The kind of chip changed|SIMULATED: The firmware/);
  assert.deepEqual(await axe(page), []);
  if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, 'popup-changed.png'), fullPage: true });
  await second.close();
});

test('the full report is drawn from what the extension kept, byte for byte', async () => {
  const own = await simulated([]);
  const origin = own.origins.get('healthy');
  const { page } = await enrolled(origin);
  await page.waitForSelector('answer-card[data-state="verified"]');
  const [report] = await Promise.all([browser.context.waitForEvent('page'), page.click('#open')]);
  await report.waitForSelector('#not-checked');
  assert.match(await report.locator('#about').innerText(), /This is the report of the check at/);
  assert.match(await report.locator('answer-card .short').innerText(), /^SIMULATED/);
  assert.equal(await report.evaluate(() => document.activeElement?.id), 'not-checked');
  assert.deepEqual(await axe(report), []);
  const kept = await page.evaluate((service) => chrome.runtime.sendMessage({ ask: 'kept', service }), origin);
  const [file] = await Promise.all([report.waitForEvent('download'), report.click('#download-report')]);
  assert.equal(readFileSync(await file.path(), 'utf8'), kept.json);
  assert.deepEqual(browser.troubles, []);
  await report.close();
  await own.close();
});

test('a file that is added to the full report is examined with it, and the badge stays as it was', async () => {
  const service = await counting(services.origins.get('healthy'));
  const { own, page } = await enrolled(service.origin, { simulation: false });
  const { title } = await says(browser, own, /Do not rely on it/);
  const [report] = await Promise.all([browser.context.waitForEvent('page'), page.click('#full')]);
  await report.waitForSelector('#add-files', { state: 'attached' });
  const buffer = Buffer.from('{"added":"by a reader"}');
  await report.setInputFiles('#add-files', { name: 'added.json', mimeType: 'application/json', buffer });
  await report.waitForFunction(() => /more files than the extension's/.test(document.getElementById('about').textContent));
  await report.waitForSelector('answer-card[data-state="failed"]');
  assert.match(await report.locator('main').textContent(), /added\.json/);
  assert.deepEqual(await says(browser, own, /Do not rely on it/), { title, text: 'SIM' });
  assert.deepEqual(browser.troubles, []);
  await report.close();
  service.close();
});

test('what is packed is laid out for each browser, and both packages hold the same modules', () => {
  const manifests = ['chromium', 'firefox'].map((name) => JSON.parse(readFileSync(join(EXTENSION, name, 'manifest.json'), 'utf8')));
  for (const manifest of manifests) {
    assert.equal(manifest.host_permissions, undefined);
    assert.equal(manifest.content_scripts, undefined);
    assert.match(manifest.content_security_policy.extension_pages, /require-trusted-types-for 'script'/);
    assert.ok(manifest.description.length <= 132);
  }
});
