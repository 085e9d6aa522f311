/** Claims about asking services from the page, against services on loopback. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { FAULTS, service } from './faults.mjs';
import { ROOT, axe, demonstrate, launch, loaded, open, settled, site } from './page.mjs';

let browser;
let page_site;

before(async () => {
  [browser, page_site] = await Promise.all([launch(), site()]);
});

after(async () => {
  await browser?.close();
  await page_site?.close();
});

async function ready() {
  const opened = await open(browser, { url: page_site.url });
  await loaded(opened.page);
  return opened;
}

/** Names a service and waits until the page shows whom it would ask. */
async function propose(page, address) {
  await page.fill('#address', address);
  await page.press('#address', 'Enter');
  await page.waitForSelector('.plan:not([hidden])');
}

/** Asks the service that was named and waits for the answer. */
async function askIt(page) {
  await page.click('#ask');
  await page.waitForSelector('.plan[data-asked="done"]', { timeout: 60_000 });
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'answer-subject');
}

async function downloaded(page, selector) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
  return readFileSync(await file.path(), 'utf8');
}

const state = (page) => page.locator('answer-card').getAttribute('data-state');
const statuses = (page) => page.locator('.plan .request-status').allTextContents();

/** Faults leave traces in the console that are the browser's own. */
const ownTroubles = (troubles) =>
  troubles.filter((trouble) => !/Failed to load resource|blocked by CORS policy/.test(trouble));

test('whom a check asks and what they learn is shown before anything is asked', async () => {
  const coordinator = await service(FAULTS['not found']);
  const { page, context, requests, troubles } = await ready();
  await propose(page, coordinator.host);
  const plan = await page.locator('.plan').innerText();
  assert.match(plan, new RegExp(`It asks ${coordinator.host}`));
  assert.match(plan, /learns that you ask/);
  assert.match(plan, /\/v1\/coordinator\/attestation\?nonce=[A-Za-z0-9_-]{43}\s/);
  assert.match(plan, /\/v1\/encryption-key/);
  assert.equal(coordinator.asked.length, 0);
  assert.ok(requests.every((url) => url.startsWith(page_site.url)), 'only the page itself was loaded');
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
  await coordinator.close();
});

test('a service is asked without cookies and without a referrer, and sent the nonce that was shown', async () => {
  const coordinator = await service(FAULTS['not found']);
  const { page, context } = await ready();
  await propose(page, coordinator.origin);
  const nonce = await page.locator('#nonce').textContent();
  assert.match(nonce, /^[A-Za-z0-9_-]{43}$/);
  await askIt(page);
  assert.deepEqual(
    coordinator.asked.map(({ path }) => path),
    [`/v1/coordinator/attestation?nonce=${nonce}`, '/v1/encryption-key'],
  );
  for (const { headers } of coordinator.asked) {
    assert.equal(headers.cookie, undefined);
    assert.equal(headers.referer, undefined);
    assert.equal(headers.authorization, undefined);
  }
  await propose(page, coordinator.origin);
  assert.notEqual(await page.locator('#nonce').textContent(), nonce, 'every session has its own');
  await context.close();
  await coordinator.close();
});

test('what was asked and answered can be kept, and handed in again as a recording', async () => {
  const coordinator = await service(FAULTS['not found']);
  const { page, context } = await ready();
  await propose(page, coordinator.origin);
  const nonce = await page.locator('#nonce').textContent();
  await askIt(page);
  const kept = await downloaded(page, '#download-exchange');
  const exchange = JSON.parse(kept);
  assert.equal(exchange.schema, 'silicon-to-source/exchange/v1');
  assert.equal(exchange.nonce, nonce);
  assert.equal(exchange.answers[0].outcome.status, 404);
  assert.equal(Buffer.from(exchange.answers[0].outcome.body, 'base64').toString(), '404 page not found');
  const first = JSON.parse(await downloaded(page, '#download-report'));
  await page.setInputFiles('#files', { name: 'exchange.json', mimeType: 'application/json', buffer: Buffer.from(kept) });
  await page.waitForFunction(() => document.querySelector('.recorded') !== null);
  await settled(page);
  const again = JSON.parse(await downloaded(page, '#download-report'));
  assert.deepEqual(again.ends_at, first.ends_at);
  assert.equal(again.verdict.state, first.verdict.state);
  assert.deepEqual([first.headline.of, first.recorded_at], [coordinator.origin, undefined]);
  assert.deepEqual([again.headline.of, again.recorded_at], [null, exchange.started_at]);
  assert.match(await page.locator('.recorded').innerText(), /according to a recording of "http:/);
  assert.match(await page.locator('.recorded').innerText(), /Nobody was asked now/);
  await context.close();
  await coordinator.close();
});

for (const [fault, expected, words] of [
  ['not found', 'not-published', /answered with status 404/],
  ['unavailable', 'not-published', /answered with status 503/],
  ['no CORS', 'unknown', /does not allow this page to read/],
  ['wrong content type', 'unknown', /answered with status 200/],
  ['bad JSON', 'unknown', /answered with status 200/],
  ['ten megabytes', 'unknown', /larger than such an answer can be/],
  ['endless', 'unknown', /larger than such an answer can be/],
  ['truncated', 'unknown', /ended before it was complete/],
  ['redirect', 'unknown', /pointed to another address/],
]) {
  test(`${fault}: the state is ${expected} and the reason is said`, async () => {
    const coordinator = await service(FAULTS[fault]);
    const { page, context, troubles } = await ready();
    await propose(page, coordinator.origin);
    await askIt(page);
    assert.match((await statuses(page))[0], words);
    assert.equal(await state(page), expected);
    assert.ok((await page.locator('.because, .meanings').first().innerText()).length > 0);
    if (expected === 'unknown') {
      const links = await page.locator('chain-link').evaluateAll((all) => all.map((one) => one.dataset.state));
      assert.deepEqual(new Set(links), new Set(['unknown']), 'no link is told as not published');
      assert.equal(await page.locator('answer-card').getAttribute('data-headline'), 'no-answer');
    }
    assert.deepEqual(ownTroubles(troubles), []);
    await context.close();
    await coordinator.close();
  });
}

test('a service that lets no page read its answer can be asked in a terminal, and so is said', async () => {
  const coordinator = await service(FAULTS['no CORS']);
  const { page, context } = await ready();
  await propose(page, coordinator.origin);
  await askIt(page);
  const elsewhere = page.locator('section.elsewhere');
  assert.match(await elsewhere.innerText(), new RegExp(`s2s verify ${coordinator.origin}`));
  assert.equal(await page.locator('#recorded-instead').count(), 0, 'the recorded answer is another service\'s');
  await context.close();
  await coordinator.close();
});

test('a port at which nobody answers is unknown, and never failed', async () => {
  const gone = await service(FAULTS.silent);
  await gone.close();
  const { page, context } = await ready();
  await propose(page, gone.origin);
  await askIt(page);
  assert.equal(await state(page), 'unknown');
  assert.match((await statuses(page))[0], /could not be reached/);
  await context.close();
});

test('without a network the page says so', async () => {
  const coordinator = await service(FAULTS.silent);
  const { page, context } = await ready();
  await propose(page, coordinator.origin);
  await context.setOffline(true);
  await askIt(page);
  assert.equal(await state(page), 'unknown');
  assert.match((await statuses(page))[0], /no network here/);
  await context.close();
  await coordinator.close();
});

test('a service that stays silent is given up after its time', async () => {
  const coordinator = await service(FAULTS.silent);
  const { page, context } = await ready();
  await propose(page, coordinator.origin);
  await askIt(page);
  assert.equal(await state(page), 'unknown');
  assert.match((await statuses(page))[0], /took too long/);
  await context.close();
  await coordinator.close();
});

test('while a service is asked no answer about anything else stands', async () => {
  const coordinator = await service(FAULTS.silent);
  const { page, context } = await ready();
  await demonstrate(page);
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/);
  await propose(page, coordinator.origin);
  await page.click('#ask');
  await page.waitForSelector('.plan[data-asked="running"]');
  assert.equal(await state(page), 'checking');
  assert.equal(await page.locator('.answer-subject').innerText(), `Checking ${coordinator.origin}`);
  assert.match(await page.locator('answer-card .short').innerText(), /^Asking it, step 1 of 3$/);
  await page.waitForFunction(() => /^[1-9]/.test(document.querySelector('.seconds')?.textContent ?? ''));
  assert.equal(await page.locator('chain-link').count(), 0);
  assert.doesNotMatch(await page.title(), /SIMULATED|Verified/);
  await page.click('#stop-check');
  await page.waitForFunction(() => document.activeElement?.className === 'answer-subject');
  await context.close();
  await coordinator.close();
});

test('a file that is handed in while a service is asked is what is shown', async () => {
  const coordinator = await service(FAULTS.silent);
  const { page, context } = await ready();
  await propose(page, coordinator.origin);
  await page.click('#ask');
  await page.waitForSelector('.plan[data-asked="running"]');
  await page.setInputFiles('#files', { name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
  await page.waitForFunction(() => document.querySelector('.answer-subject')?.textContent.includes('mine.json'));
  assert.ok(await page.locator('.plan').isHidden(), 'no question stands beside an answer about a file');
  assert.equal(await page.inputValue('#address'), '');
  await page.waitForTimeout(300);
  assert.match(await page.locator('.answer-subject').innerText(), /mine\.json/);
  await context.close();
  await coordinator.close();
});

test('the reader can stop the asking, and nothing more is asked', async () => {
  const coordinator = await service(FAULTS.silent);
  const { page, context } = await ready();
  await propose(page, coordinator.origin);
  await page.click('#ask');
  await page.waitForSelector('.plan[data-asked="running"]');
  await page.click('#stop-check');
  await page.waitForFunction(() => document.activeElement?.className === 'answer-subject');
  assert.equal(await state(page), 'unknown');
  assert.match((await statuses(page))[0], /you stopped it/);
  assert.equal(coordinator.asked.length, 1);
  await context.close();
  await coordinator.close();
});

test('an address that may not be asked is refused with a reason', async () => {
  const { page, context, requests } = await ready();
  const before = requests.length;
  for (const [address, why] of [
    ['http://api.darkbloom.dev', /this machine only/],
    ['https://name:word@host.example', /not sent/],
    ['host.example/path', /without a path/],
    ['javascript:alert(1)', /cannot be asked/],
    ['', /cannot be asked/],
  ]) {
    await page.fill('#address', address);
    await page.press('#address', 'Enter');
    await page.waitForFunction(() => document.querySelector('#address-problem')?.textContent);
    assert.match(await page.locator('#address-problem').innerText(), why, address);
    assert.equal(await page.locator('.plan').isHidden(), true);
  }
  assert.equal(requests.length, before);
  await context.close();
});

test('the known services are proposed by their addresses, and not asked', async () => {
  const { page, context, troubles } = await ready();
  for (const [id, host] of [['darkbloom', 'api.darkbloom.dev'], ['tinfoil', 'atc.tinfoil.sh']]) {
    await page.click(`[data-subject="${id}"]`);
    await page.waitForFunction((host) => document.querySelector('#address').value === `https://${host}`, host);
    await page.waitForSelector('.plan:not([hidden])');
    assert.match(await page.locator('.plan').innerText(), new RegExp(`It asks ${host}`));
    assert.equal(await page.inputValue('#address'), `https://${host}`);
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test("Darkbloom's recorded answer is shown as not published, with what its makers say, and nobody is asked", async () => {
  const { page, context, requests, troubles } = await ready();
  await page.click('#recorded');
  await page.waitForFunction(() => document.activeElement?.className === 'answer-subject');
  assert.equal(await state(page), 'not-published');
  const stated = page.locator('section.stated');
  assert.match(await stated.innerText(), /Intel TDX/);
  assert.match(await stated.innerText(), /SEV-SNP/);
  assert.match(await stated.innerText(), /server\.go:11/);
  assert.equal(await stated.locator('tr[data-standing="agrees"]').count(), 0);
  assert.match(await page.locator('.level').innerText(), /A0/);
  assert.ok(requests.every((url) => url.startsWith(page_site.url)));
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the recorded answer is what the request for this endpoint recorded', () => {
  const exchange = JSON.parse(readFileSync(join(ROOT, 'www/examples/darkbloom-2026-05-10.json'), 'utf8'));
  assert.equal(exchange.answers[0].outcome.status, 404);
  assert.equal(exchange.answers[0].url, 'https://api.darkbloom.dev/v1/coordinator/attestation');
  assert.equal(exchange.nonce, undefined);
});

test('the asking works at 320 px and with the keyboard alone', async () => {
  const coordinator = await service(FAULTS['not found']);
  const { page, context } = await open(browser, {
    url: page_site.url,
    context: { viewport: { width: 320, height: 700 } },
  });
  await loaded(page);
  await page.focus('#address');
  await page.keyboard.type(coordinator.origin);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.plan:not([hidden])');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  while ((await page.evaluate(() => document.activeElement?.id)) !== 'ask') await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.className === 'answer-subject');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  await context.close();
  await coordinator.close();
});
