/**
 * Claims about when a report is drawn: the answer first, then what stands below it, then what is folded. The
 * reports here are drawn by hand; see fixtures/reports.mjs.
 */

import assert from 'node:assert/strict';
import test from 'node:test';

import { drawn } from './fixtures/reports.mjs';
import { WWW, demonstrate, loaded, open, serve, settled, stub } from './page.mjs';
import { browser, server, together } from './together.mjs';

together(() => serve(WWW));

const ready = (more = {}) => open(browser, { url: server.url, routes: stub('verified', more) });

/** A browser that never has time: what is drawn later is not drawn by itself. */
async function busy(page) {
  await page.addInitScript(() => {
    globalThis.requestIdleCallback = () => 0;
  });
  await page.reload();
  await loaded(page);
  await page.click('#demonstration');
  await page.waitForSelector('#link-chip');
}

const folded = (page) => page.locator('details[data-folded]').count();

test('the answer is on the page before what stands below it', async () => {
  const { page, context, troubles } = await ready();
  await page.evaluate(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('answer-card[data-headline]')) return;
      observer.disconnect();
      globalThis.below = document.querySelector('.report-rest').childElementCount;
    }).observe(document.getElementById('result'), { attributes: true, childList: true, subtree: true });
  });
  await demonstrate(page);
  assert.equal(await page.evaluate(() => globalThis.below), 0);
  assert.ok(await page.locator('.report-rest > section').count() > 5);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('what is folded is there for a search before anybody opens it', async () => {
  const { page, context } = await ready();
  await demonstrate(page);
  assert.equal(await folded(page), 0);
  const chip = page.locator('#link-chip details.link-fold');
  assert.equal(await chip.evaluate((details) => details.open), false);
  assert.match(await chip.textContent(), /Genoa/);
  await context.close();
});

test('what is folded is drawn when it is opened, however busy the page is', async () => {
  const { page, context, troubles } = await ready();
  await busy(page);
  assert.ok((await folded(page)) > 5);
  assert.equal(await page.locator('#link-chip .claims').count(), 0);
  await page.click('#link-chip summary');
  assert.ok(await page.locator('#link-chip .claims').isVisible());
  await page.click('#link-chip details.findings > summary');
  assert.ok(await page.locator('#link-chip .finding').first().isVisible());
  await page.locator('#link-tcb details').first().evaluate((details) => {
    details.open = true;
  });
  await page.waitForSelector('#link-tcb details.findings');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a link into what is folded opens it, however busy the page is', async () => {
  const { page, context } = await ready();
  await busy(page);
  await page.click('[data-row="machine"] a');
  assert.ok(await page.locator('#link-hardware-root .link-fold').evaluate((details) => details.open));
  assert.equal(await folded(page), 0);
  await context.close();
});

test('paper has what is folded, however busy the page is', async () => {
  const { page, context } = await ready();
  await busy(page);
  await page.evaluate(() => document.documentElement.setAttribute('data-print-all', ''));
  await page.pdf({ format: 'A4' });
  assert.equal(await folded(page), 0);
  await context.close();
});

test('another language draws what is folded again and keeps what was opened, however busy the page is', async () => {
  const { page, context } = await ready();
  await busy(page);
  await page.click('#link-chip summary');
  await page.selectOption('#language', 'de');
  await page.waitForSelector('html[lang="de"]');
  const open = page.locator('#link-chip .link-fold');
  await page.waitForFunction(() => document.querySelector('#link-chip .link-fold')?.open);
  assert.ok(await open.locator('.claims').isVisible());
  assert.equal(await page.locator('.link-fold[open]').count(), 1);
  await context.close();
});

test('a report of which a folded part cannot be drawn is taken down, and counts as no answer', async () => {
  const report = JSON.parse(drawn('verified'));
  const claims = [...report.claims, { name: 'snp.product', value: null, link: 'chip' }];
  const { page, context } = await ready({ claims });
  await loaded(page);
  await page.click('#demonstration');
  await page.waitForSelector('answer-card[data-state="unknown"]');
  await settled(page);
  assert.equal(await page.locator('.report-rest > *').count(), 0);
  assert.match(await page.locator('answer-card').innerText(), /counts as no answer/);
  await context.close();
});

test('a report of which a part that is not folded cannot be drawn is never on the page', async () => {
  const { page, context } = await ready({ ends_at: { link: null, next: 'no-such-link', state: 'unknown', apart: [] } });
  await page.evaluate(() => {
    globalThis.headlines = 0;
    new MutationObserver(() => {
      globalThis.headlines += document.querySelectorAll('answer-card[data-headline]').length;
    }).observe(document.getElementById('result'), { attributes: true, childList: true, subtree: true });
  });
  await loaded(page);
  await page.click('#demonstration');
  await page.waitForSelector('answer-card[data-state="unknown"]');
  assert.equal(await page.evaluate(() => globalThis.headlines), 0);
  await context.close();
});
