/** Claims about the extension in Chromium, against simulated services on loopback. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { EXTENSION, built, counting, popup, says, simulated, tab, tattling, withExtension } from './extension.mjs';
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

test('simulated', async () => {
  const { own, page } = await enrolled(services.origins.get('healthy'));
  const { text } = await says(browser, own, /SIMULATED: Verified/);
  assert.equal(text, 'SIM');
  assert.equal(await state(page), 'verified');
  assert.deepEqual(await axe(page), []);
});
