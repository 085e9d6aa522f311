/**
 * Claims about the answer card, for each headline: it fits one screen, it is short, and nothing of an
 * older answer stands in it. The reports are drawn by hand; see fixtures/cards.mjs.
 */

import assert from 'node:assert/strict';
import test, { after, before, suite } from 'node:test';

import { NAMES, card } from './fixtures/cards.mjs';
import { drawn } from './fixtures/reports.mjs';
import { WWW, axe, demonstrate, loaded, open, serve, stub } from './page.mjs';
import { browser, server, together } from './together.mjs';

const SCREENS = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

together(() => serve(WWW));

async function shown(name, context = {}) {
  const [state, more] = card(name);
  const opened = await open(browser, { url: server.url, context, routes: stub(state, more) });
  await demonstrate(opened.page);
  return opened;
}

/** Words as a reader counts them. The mark of a simulated report stands before each sentence. */
const words = (text) => text.split(/\s+/).filter((word) => /\w/.test(word) && word !== 'SIMULATED:').length;

for (const name of NAMES) {
  suite(name, () => {
    /** One page for each screen: how a value is written depends on the width when it is drawn. */
    const pages = [];
    before(async () => {
      for (const viewport of SCREENS) pages.push(await shown(name, { viewport }));
    });
    after(async () => {
      for (const { context } of pages) await context.close();
    });

    for (const [place, viewport] of SCREENS.entries()) {
      test(`${name}: the card ends on the first screen of ${viewport.width} x ${viewport.height}`, async () => {
        const { page, troubles } = pages[place];
        await page.evaluate(() => scrollTo(0, 0));
        const box = await page.locator('answer-card').boundingBox();
        assert.ok(box.y < 200, `it begins at ${box.y}`);
        assert.ok(box.y + box.height <= viewport.height, `it ends at ${box.y + box.height}`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
        assert.deepEqual(troubles, []);
      });
    }

    test(`${name}: the card has at most 90 words, six rows, and the host first`, async () => {
      const [{ page }] = pages;
      const text = await page.locator('answer-card').innerText();
      assert.ok(words(text) <= 90, `${words(text)} words: ${text}`);
      assert.equal(await page.locator('answer-card .rows > div').count(), 6);
      assert.equal(await page.locator('answer-card h2').innerText(), 'api.example-service.com');
      assert.deepEqual(text.match(/\b(answer|headlines|checks|ui)\.[a-z-]+\S*/g) ?? [], [], 'no key is shown');
    });

    for (const colorScheme of ['light', 'dark']) {
      test(`${name}: axe finds nothing, ${colorScheme}`, async () => {
        const [{ page }] = pages;
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await axe(page), []);
      });
    }

    test(`${name}: nothing under A4 is drawn as verified`, async () => {
      const look = await pages[0].page.locator('answer-card').getAttribute('data-look');
      assert.equal(look === 'verified', ['A5', 'A4-plain', 'simulated'].includes(name), `${name}: ${look}`);
    });

    test(`${name}: a whole chain takes at most three screens, any page less than four, and print four pages`, async () => {
      const [{ page }] = pages;
      await page.emulateMedia({ colorScheme: 'light' });
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      assert.ok(height <= (['A5', 'A3'].includes(name) ? 3 : 4) * 800, `${name}: ${height}`);
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
      const count = pdf.match(/\/Type\s*\/Page[^s]/g)?.length ?? 0;
      assert.ok(count >= 1 && count <= 4, `${name}: ${count} pages`);
    });
  });
}

test('each row leads to what it rests upon', async () => {
  const { page, context } = await shown('failed');
  for (const link of await page.locator('answer-card .rows a').all()) {
    await link.click();
    const id = (await link.getAttribute('href')).slice(1);
    assert.equal(await page.evaluate(() => document.activeElement.id), id);
    assert.ok(await page.locator(`[id="${id}"]`).isVisible());
  }
  await context.close();
});

test('the card stands alone: it draws a report without a page around it, and links to nothing', async () => {
  const { page, context, troubles } = await shown('A5');
  const [state, more] = card('A4');
  const found = await page.evaluate(async (json) => {
    const { AnswerCard } = await import('/elements/answer-card.js');
    const own = new AnswerCard();
    document.body.replaceChildren(own);
    own.draw(JSON.parse(json));
    return { rows: own.querySelectorAll('.rows > div').length, links: own.querySelectorAll('a, button').length, text: own.innerText };
  }, drawn(state, more));
  assert.equal(found.rows, 6);
  assert.equal(found.links, 0);
  assert.match(found.text, /^api\.example-service\.com\s+Verified image, but /);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the chain strip is a list that is broken where the chain ends', async () => {
  const { page, context } = await shown('failed');
  assert.equal(await page.locator('ol.strip > li').count(), 7);
  const reached = await page.locator('ol.strip > li').evaluateAll((all) => all.map((one) => one.dataset.reached));
  assert.deepEqual(reached, ['yes', 'yes', 'yes', 'no', 'no', 'no', 'no']);
  assert.equal(await page.locator('ol.strip [data-joint="broken"]').count(), 4);
  const box = await page.locator('.strip-section').boundingBox();
  assert.ok(box.height <= 120, `${box.height}`);
  await context.close();
});

test('links are folded to a line, and only one that does not hold is open', async () => {
  const { page, context } = await shown('failed');
  const open_ = await page.locator('.link-fold[open]').evaluateAll((all) => all.map((one) => one.closest('chain-link').id));
  assert.deepEqual(open_, ['link-measurements']);
  await context.close();
  for (const name of ['A5', 'A5-caveat', 'A4', 'A3', 'unknown']) {
    const other = await shown(name);
    const states = await other.page.locator('chain-link:has(.link-fold[open])').evaluateAll((all) => all.map((one) => one.dataset.state));
    assert.deepEqual(states.filter((state) => ['verified', 'warning'].includes(state)), [], name);
    await other.context.close();
  }
});

test('the key that the evidence names is shown with three steps, by itself', async () => {
  const { page, context } = await shown('A5');
  const key = page.locator('#service-key');
  assert.equal(await key.locator('.steps > li').count(), 3);
  assert.match(await key.innerText(), /openssl s_client -connect api\.example-service\.com:443/);
  assert.equal(await key.locator('.service-key').getAttribute('data-key'), 'ab'.repeat(32));
  await context.close();
});

test('links to the source name their host and tell it nothing', async () => {
  const { page, context, requests } = await shown('A5');
  const link = page.locator('.read-on a').first();
  assert.equal(await link.innerText(), 'the commit, at github.com');
  assert.match(await link.getAttribute('href'), /^https:\/\/github\.com\/someone\/confidential-model-router\/commit\/(5e){20}$/);
  assert.equal(await link.getAttribute('rel'), 'noreferrer noopener');
  assert.ok(requests.every((url) => new URL(url).hostname === '127.0.0.1'));
  await context.close();
});

test('a source whose link does not hold is not linked', async () => {
  const { page, context } = await shown('unknown');
  assert.equal(await page.locator('a[href*="log"], a[href*="/runs/"]').count(), 0);
  await context.close();
});

/** A session DRAWN BY HAND whose host lets no page read its answers, or stays silent until it is stopped. */
const session = (answer) => `
  export function subjects() { return '[{"id":"darkbloom","origin":"https://api.example.com"}]'; }
  export class Session {
    constructor(address) { this.origin = address.startsWith('https://') ? address : 'https://' + address; }
    first() {
      return JSON.stringify(['coordinator-attestation', 'encryption-key'].map((what) => ({
        what, url: this.origin + '/' + what, host: 'api.example.com', reveals: 'that-you-ask', limit: 1, timeout_ms: 1, reach: 'anyone',
      })));
    }
    begin() {}
    record() {}
    asked() { return '{}'; }
    exchange() { return new Uint8Array([123, 125]); }
  }
  export function ask(request, signal) { return ${answer}; }
`;
const UNREAD = "Promise.resolve({ status: undefined, failed: 'cors-or-network', file: new Uint8Array() })";
const SILENT = "new Promise((done) => signal.addEventListener('abort', () => done({ status: undefined, failed: 'aborted', file: new Uint8Array() })))";

async function asked(answer) {
  const [state, more] = card('no-answer');
  const opened = await open(browser, { url: server.url, routes: stub(state, { ...more, exports: session(answer) }) });
  await loaded(opened.page);
  await opened.page.fill('#address', 'api.example.com');
  await opened.page.press('#address', 'Enter');
  await opened.page.waitForSelector('.plan:not([hidden])');
  await opened.page.click('#ask');
  return opened;
}

test('while a service is asked the card says which step it is and for how long, and can be stopped', async () => {
  const { page, context, troubles } = await asked(SILENT);
  assert.equal(await page.locator('.answer-subject').innerText(), 'Checking api.example.com');
  assert.equal(await page.locator('answer-card .short').innerText(), 'Asking it, step 1 of 3');
  await page.waitForFunction(() => /^[1-9]/.test(document.querySelector('.seconds')?.textContent ?? ''));
  await page.click('#stop-check');
  await page.waitForSelector('answer-card[data-state="unknown"]');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('where no answer can be read, the terminal and the recorded answer are offered', async () => {
  const { page, context, troubles } = await asked(UNREAD);
  await page.waitForSelector('section.elsewhere');
  assert.match(await page.locator('section.elsewhere').innerText(), /s2s verify https:\/\/api\.example\.com/);
  assert.ok(await page.locator('#recorded-instead').isVisible());
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the address of the page fills in a service and a policy, and sends nothing', async () => {
  const [state, more] = card('A5');
  const { page, context, requests, troubles } = await open(browser, {
    url: server.url,
    path: '#service=api.example.com&policy=drawn-by-hand',
    routes: stub(state, { ...more, exports: session(SILENT) }),
  });
  await page.waitForSelector('.plan:not([hidden])');
  assert.equal(await page.inputValue('#address'), 'https://api.example.com');
  assert.equal(await page.locator('#policy').evaluate((select) => select.value), 'drawn-by-hand');
  assert.match(await page.locator('.plan').innerText(), /It asks api\.example\.com/);
  assert.ok(requests.every((url) => new URL(url).hostname === '127.0.0.1'));
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a check that does not end can be stopped, and the page stays alive meanwhile', async () => {
  const { page, context } = await open(browser, {
    url: server.url,
    routes: stub('verified', { endless: true }),
  });
  await loaded(page);
  await page.click('#demonstration');
  await page.waitForSelector('#stop-check');
  await page.waitForFunction(() => /^[1-9]/.test(document.querySelector('.seconds')?.textContent ?? ''));
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'checking');
  assert.deepEqual(await axe(page), []);
  await page.click('#stop-check');
  await page.waitForSelector('answer-card[data-state="unknown"]');
  assert.match(await page.locator('answer-card').innerText(), /You stopped the check/);
  await context.close();
});
