/** Claims about bundles in the page: one file with everything, as recorded and as of now. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { FAULTS, service } from './faults.mjs';
import { axe, demonstrate, launch, loaded, open, settled, site } from './page.mjs';

let browser;
let served;

before(async () => {
  [browser, served] = await Promise.all([launch(), site()]);
});

after(async () => {
  await browser?.close();
  await served?.close();
});

/** What a button hands to the reader: its name and its bytes. */
async function downloaded(page, selector) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

/** Hands a bundle in, and waits for its line. */
async function handIn(page, buffer) {
  await page.setInputFiles('#files', { name: 'kept.s2s.json', mimeType: 'application/json', buffer });
  await page.waitForSelector('.recorded-line');
  await settled(page);
}

test('a saved bundle is handed in again: the same report as recorded, and another as of now', async () => {
  const { page, context, troubles } = await open(browser, { url: served.url });
  await demonstrate(page);
  const first = await downloaded(page, '#download-report');
  const { name, bytes } = await downloaded(page, '#save-bundle');
  assert.match(name, /^tinfoil-bundle-\d{4}-\d\d-\d\d\.s2s\.json$/);
  const made = JSON.parse(bytes.toString());
  assert.equal(made.report, first.bytes.toString());
  assert.match(made.made_by.sha256, /^[0-9a-f]{64}$/);
  assert.match(await page.locator('section.actions code.url').textContent(), new RegExp(`^s2s verify ${name} --as-recorded --json$`));
  await handIn(page, bytes);
  const line = page.locator('.recorded-line');
  assert.equal(await line.getAttribute('data-same'), 'true');
  assert.match(await line.innerText(), /Recorded by release 0\.1\.0 on .+\. Checked again here: the same report, byte for byte\./);
  assert.deepEqual(await axe(page), []);
  // As of now it is examined for the present, under the policy that its maker chose from the verifier's.
  const now = JSON.parse((await downloaded(page, '#download-report')).bytes.toString());
  assert.equal(now.policy.name, 'simulated');
  await page.click('#bundle-recorded');
  await settled(page);
  assert.match(await line.innerText(), /As recorded\. That person's challenge and connection are told, not yours\./);
  assert.equal(await page.title(), 'As recorded · Silicon to Source');
  assert.equal((await downloaded(page, '#download-report')).bytes.toString(), made.report);
  assert.equal(await page.locator('#save-bundle').count(), 0, 'the reader has it');
  assert.deepEqual(await axe(page), []);
  await page.click('#bundle-now');
  await settled(page);
  assert.deepEqual(JSON.parse((await downloaded(page, '#download-report')).bytes.toString()), now);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a changed bundle is not read, and says that it was changed', async () => {
  const { page, context, troubles } = await open(browser, { url: served.url });
  await demonstrate(page);
  const { bytes } = await downloaded(page, '#save-bundle');
  const text = bytes.toString().replace('"simulated"', '"tinfoil"');
  await page.setInputFiles('#files', { name: 'x.s2s.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await page.waitForSelector('answer-card[data-code="malformed"]');
  assert.match(await page.locator('answer-card').innerText(), /was changed since/);
  assert.equal(await page.locator('.recorded-line').count(), 0);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a session in a bundle is its maker\'s as recorded, and a recording as of now', async () => {
  const coordinator = await service(FAULTS['not found']);
  const { page, context } = await open(browser, { url: served.url });
  await loaded(page);
  await page.fill('#address', coordinator.origin);
  await page.press('#address', 'Enter');
  await page.waitForSelector('.plan:not([hidden])');
  await page.click('#ask');
  await page.waitForSelector('#save-bundle');
  const { name, bytes } = await downloaded(page, '#save-bundle');
  assert.ok(name.startsWith(`127.0.0.1-${new URL(coordinator.origin).port}-`), name);
  const asked = coordinator.asked.length;
  await handIn(page, bytes);
  const now = JSON.parse((await downloaded(page, '#download-report')).bytes.toString());
  assert.deepEqual([now.headline.of, typeof now.recorded_at], [null, 'string']);
  await page.click('#bundle-recorded');
  await settled(page);
  const recorded = JSON.parse((await downloaded(page, '#download-report')).bytes.toString());
  assert.deepEqual([recorded.headline.of, recorded.recorded_at], [coordinator.origin, undefined]);
  assert.equal(coordinator.asked.length, asked, 'nobody is asked');
  await context.close();
  await coordinator.close();
});
