/** Claims about the built page when a TDX quote is dropped on it. */

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { axe, launch, loaded, open, openAll, openIntake, settled, site, whole } from './page.mjs';

let browser;
let server;
let quote;
let collateral;
before(async () => {
  [browser, server] = await Promise.all([launch(), site()]);
  const get = async (path) => {
    const response = await fetch(new URL(path, server.url));
    assert.ok(response.ok, path);
    return [...new Uint8Array(await response.arrayBuffer())];
  };
  [quote, collateral] = await Promise.all([get('demo/tdx-quote.bin'), get('demo/tdx-collateral.json')]);
});
after(async () => {
  await browser.close();
  await server.close();
});

/** Drops files on the page, then has them examined under a policy. */
async function drop(page, files, policy) {
  await page.evaluate((files) => {
    const data = new DataTransfer();
    for (const [name, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name));
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
  }, files);
  await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('quote.bin'));
  await settled(page);
  await openIntake(page);
  await page.locator('#policy').selectOption(policy);
  await settled(page);
  await page.locator('#again').click();
  await settled(page);
}

async function ready(options = {}) {
  const opened = await open(browser, { url: server.url, ...options });
  await loaded(opened.page);
  return opened;
}

/** The state of every link, by its id. */
function states(page) {
  return page
    .locator('chain-link')
    .evaluateAll((links) =>
      Object.fromEntries(links.map((link) => [link.id.replace('link-', ''), link.dataset.state])),
    );
}

test('a simulated TDX quote with its collateral shows its chain, and says SIMULATED', async () => {
  const { page, context, troubles } = await ready();
  await drop(page, [['quote.bin', quote], ['collateral.json', collateral]], 'simulated-machine');
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'verified');
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/);
  const found = await states(page);
  for (const link of ['hardware-root', 'chip', 'report', 'tcb', 'measurements']) {
    assert.equal(found[link], 'verified', link);
  }
  assert.equal(found.provenance, 'not-published');
  await openAll(page);
  const text = await page.locator('main').innerText();
  assert.match(text, /SEPT_VE_DISABLE/, 'settings are named');
  assert.deepEqual(text.match(/\b(checks|links|why|ui|wanted|reveals)\.[a-z-]+(\.[a-z-]+)*/g) ?? [], []);
  const titles = await page.locator('dt, h3, .finding-title strong').allInnerTexts();
  assert.deepEqual(titles.filter((title) => /^[a-z]+(\.[a-z-]+)+$/.test(title)), []);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the same quote does not hold under the policy for real hardware', async () => {
  const { page, context } = await ready();
  await drop(page, [['quote.bin', quote], ['collateral.json', collateral]], 'tdx');
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'failed');
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/, 'its roots are recognised');
  assert.equal((await states(page))['hardware-root'], 'failed');
  await context.close();
});

test('a quote without collateral is undecided, and one changed byte of it fails', async () => {
  const { page, context } = await ready();
  await drop(page, [['quote.bin', quote]], 'simulated-machine');
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'unknown');
  const changed = quote.with(200, quote[200] ^ 1);
  await drop(page, [['quote.bin', changed], ['collateral.json', collateral]], 'simulated-machine');
  await page.waitForSelector('answer-card[data-state="failed"]');
  await whole(page);
  assert.equal((await states(page)).report, 'failed');
  await context.close();
});

test('a quote with everything open fits 320 px without scrolling sideways', async () => {
  const { page, context } = await ready({ context: { viewport: { width: 320, height: 640 } } });
  await drop(page, [['quote.bin', quote], ['collateral.json', collateral]], 'simulated-machine');
  await openAll(page);
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= client, `${scroll} > ${client}`);
  await context.close();
});
