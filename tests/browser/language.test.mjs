/** Claims about the languages of the page, and about the direction that they are read in. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { NAMES, card } from './fixtures/cards.mjs';
import { WWW, axe, demonstrate, loaded, open, openAll, serve, settled, stub } from './page.mjs';
import { STATES, inState, speak, tooWide } from './states.mjs';
import { browser, server, together } from './together.mjs';

const words = (tag) => JSON.parse(readFileSync(join(WWW, `locales/${tag}.json`), 'utf8'));
const ENGLISH = words('en');
const GERMAN = words('de');

together(() => serve(WWW));

const lang = (page) => page.evaluate(() => document.documentElement.lang);
const wordings = (requests) => requests.filter((url) => url.includes('/locales/')).map((url) => url.split('/').at(-1));

/** A page in which a card is shown. */
async function shown(name, options = {}) {
  const [state, more] = card(name);
  const opened = await open(browser, { url: server.url, routes: stub(state, more), ...options });
  await demonstrate(opened.page);
  return opened;
}

test("the browser's first language that there is wording in is spoken, and only its wording is loaded", async () => {
  for (const [locale, tag] of [['en-US', 'en'], ['de-DE', 'de'], ['de-AT', 'de'], ['fr-FR', 'en']]) {
    const { page, context, requests, troubles } = await open(browser, {
      url: server.url,
      context: { locale },
      routes: stub('verified'),
    });
    await loaded(page);
    assert.equal(await lang(page), tag, locale);
    assert.equal(await page.locator('#start-heading').innerText(), words(tag).ui.start);
    assert.deepEqual(wordings(requests), [`${tag}.json`]);
    assert.equal(await page.locator('#language').inputValue(), tag);
    assert.deepEqual(troubles, []);
    await context.close();
  }
});

test('each language is named by itself', async () => {
  const { page, context } = await shown('A5');
  assert.deepEqual(
    await page.locator('#language option').evaluateAll((all) => all.map(({ lang, textContent }) => [lang, textContent])),
    [['en', 'English'], ['de', 'Deutsch']],
  );
  await context.close();
});

test('a choice draws what stands again, keeps what was opened, and asks and verifies nothing', async () => {
  const { page, context, requests, troubles } = await shown('failed');
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    globalThis.calls = [];
    Worker.prototype.postMessage = function (message, ...rest) {
      globalThis.calls.push(message.call);
      return postMessage.call(this, message, ...rest);
    };
  });
  await page.locator('#link-measurements details.findings > summary').click();
  const open = () => page.locator('details').evaluateAll((all) => all.map((details) => details.open));
  const [before, count] = [await open(), requests.length];
  const english = await page.locator('answer-card .short').innerText();
  await page.focus('#language');
  await speak(page, 'de');
  assert.equal(english, ENGLISH.headlines.failed.short);
  assert.equal(await page.locator('answer-card .short').innerText(), GERMAN.headlines.failed.short);
  assert.match(await page.title(), RegExp(GERMAN.headlines.failed.short));
  assert.equal(await page.locator('#open-intake').innerText(), GERMAN.ui['i-have-a-file']);
  assert.equal(await page.locator('.skip').textContent(), GERMAN.ui.skip);
  assert.deepEqual(await open(), before);
  assert.deepEqual(await page.evaluate(() => globalThis.calls), []);
  assert.deepEqual(requests.slice(count).map((url) => new URL(url).pathname), ['/locales/de.json']);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'language');
  await speak(page, 'en');
  assert.equal(await page.locator('answer-card .short').innerText(), english);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('what is being asked goes on while the language changes', async () => {
  const { page, context } = await inState(browser, 'checking', { url: server.url });
  await speak(page, 'de');
  assert.equal(
    await page.locator('answer-card .answer-subject').innerText(),
    GERMAN.ui['checking-host'].replace('{host}', 'api.example-service.com'),
  );
  assert.equal(await page.locator('.request-status').first().textContent(), GERMAN.ui.asking);
  assert.match(
    await page.locator('.plan').innerText(),
    RegExp(GERMAN.ui['plan-asked'].replace('{host}', 'api.example-service.com')),
  );
  await page.click('#stop-check');
  await settled(page);
  assert.equal(await page.locator('.request-status').first().textContent(), GERMAN.ui['no-answer'].replace('{why}', GERMAN.asked.aborted));
  await context.close();
});

test('a choice is kept in this browser, and nothing is kept without one', async () => {
  const { page, context } = await open(browser, { url: server.url, routes: stub('verified') });
  await loaded(page);
  const kept = () => page.evaluate(() => ({ ...localStorage }));
  assert.deepEqual(await kept(), {});
  await speak(page, 'de');
  assert.deepEqual(await kept(), { 's2s-language': 'de' });
  await page.reload();
  await loaded(page);
  assert.equal(await lang(page), 'de');
  await context.close();
});

test("the page's address can name a language, and keeps nothing", async () => {
  const { page, context } = await open(browser, { url: server.url, path: '#lang=de', routes: stub('verified') });
  await loaded(page);
  assert.equal(await lang(page), 'de');
  assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), {});
  await page.evaluate(() => {
    location.hash = '#lang=en';
  });
  await page.waitForFunction(() => document.documentElement.lang === 'en');
  assert.equal(await page.locator('#start-heading').innerText(), ENGLISH.ui.start);
  await context.close();
});

test('a wording that cannot be had leaves the language that is spoken', async () => {
  const { page, context } = await shown('A5', {
    routes: { ...stub('verified'), '**/locales/de.json': (route) => route.fulfill({ status: 404 }) },
  });
  const before = await page.locator('body').innerText();
  await page.selectOption('#language', 'de');
  await page.waitForTimeout(200);
  assert.equal(await lang(page), 'en');
  assert.equal(await page.locator('#language').inputValue(), 'en');
  assert.equal(await page.locator('body').innerText(), before);
  await context.close();
});

test('numbers, dates and lists are written as the language writes them', async () => {
  const { page, context } = await shown('A5', { path: '#lang=de' });
  const own = await page.evaluate(async () => {
    const { byteCount, timeElement } = await import('/values.js');
    const { listed } = await import('/wording.js');
    return [byteCount(1234567), timeElement('2026-02-01T13:05:09Z').textContent, listed(['A', 'B', 'C'])];
  });
  assert.deepEqual(own, ['1.234.567 Bytes', '1. Februar 2026 um 13:05:09 UTC', 'A, B und C']);
  await context.close();
});

/** Names that the page gives to what comes with it, when it hands it over: they stay as a file's name does. */
const GIVEN = ['demonstration-name', 'recorded', 'pasted'].map((key) => ENGLISH.ui[key]);

/** Every English sentence that is another in German. */
const left = () => {
  /** @type {string[]} */
  const all = [];
  const gather = (english, german) => {
    if (typeof english === 'string') {
      if (english !== german && english.length > 12 && !english.includes('{') && !GIVEN.includes(english)) all.push(english);
    } else if (english !== null && typeof english === 'object') {
      for (const key of Object.keys(english)) gather(english[key], german?.[key]);
    }
  };
  gather(ENGLISH, GERMAN);
  return all;
};

for (const name of Object.keys(STATES)) {
  test(`${name}: nothing is left in English when the page speaks German`, async () => {
    const { page, context, troubles } = await inState(browser, name, { url: server.url });
    await speak(page, 'de');
    await openAll(page);
    const text = await page.evaluate(() => {
      const labels = [...document.querySelectorAll('[aria-label]')].map((element) => element.getAttribute('aria-label'));
      return [document.body.textContent, ...labels, document.title].join('\n');
    });
    assert.deepEqual(left().filter((sentence) => text.includes(sentence)), []);
    assert.deepEqual(text.match(/\b(answer|headlines|checks|links|states|ui|wanted|levels)\.[a-z-]+\.[a-z-]+/g) ?? [], []);
    assert.deepEqual(troubles, []);
    await context.close();
  });
}

/** Words as a reader counts them. */
const counted = (text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word) && word !== 'SIMULIERT:').length;

for (const name of NAMES) {
  test(`${name}: the German card has at most 90 words and fits one screen of 1280 x 800 and 390 x 844`, async () => {
    const { page, context } = await shown(name, { path: '#lang=de' });
    const text = await page.locator('answer-card').innerText();
    assert.ok(counted(text) <= 90, `${counted(text)} words: ${text}`);
    for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
      await page.setViewportSize(viewport);
      await page.evaluate(() => scrollTo(0, 0));
      const box = await page.locator('answer-card').boundingBox();
      assert.ok(box.y + box.height <= viewport.height, `at ${viewport.width} it ends at ${box.y + box.height}`);
      assert.deepEqual(await tooWide(page), []);
    }
    await context.close();
  });
}

/**
 * The English wording in letters that are read from the right: each letter is one of Hebrew's, and
 * placeholders, names and codes stay. Nobody reads it; it shows where the page takes left for the start.
 */
function mirrored(value) {
  if (typeof value === 'string') {
    return value.replace(/\{[a-z_]+\}|[a-zA-Z]/g, (found) =>
      found.length > 1 ? found : String.fromCodePoint(0x5d0 + ((found.toLowerCase().charCodeAt(0) - 97) % 27)),
    );
  }
  if (Array.isArray(value)) return value.map(mirrored);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mirrored(one)]));
}

const RIGHT_TO_LEFT = {
  '**/locales/en.json': (route) =>
    route.fulfill({ json: { ...mirrored(ENGLISH), language: { tag: 'he', dir: 'rtl' } } }),
};

for (const name of Object.keys(STATES)) {
  test(`${name}: a language that is read from the right takes no more room, at 320, 390 and 1280 px`, async () => {
    const { page, context, troubles } = await inState(browser, name, { url: server.url, routes: RIGHT_TO_LEFT });
    assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl');
    await openAll(page);
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await tooWide(page), [], `${width}`);
    }
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(troubles, []);
    await context.close();
  });
}

test('read from the right, the chain begins at the right', async () => {
  const { page, context } = await inState(browser, 'A5', { url: server.url, routes: RIGHT_TO_LEFT });
  await page.setViewportSize({ width: 1280, height: 800 });
  const nodes = await page.locator('ol.strip > li').evaluateAll((all) =>
    all.map((one) => one.getBoundingClientRect()).map(({ left, top }) => ({ left, top: Math.round(top) })),
  );
  assert.equal(nodes.length, 7);
  for (const [place, node] of nodes.entries()) {
    const before = nodes[place - 1];
    if (before && before.top === node.top) assert.ok(node.left < before.left, `${place}`);
  }
  const bar = await page.locator('.bar > *').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
  assert.deepEqual(bar, bar.toSorted((a, b) => b - a));
  await context.close();
});

test('names, addresses and codes keep their own direction', async () => {
  const { page, context } = await inState(browser, 'A5', { url: server.url, routes: RIGHT_TO_LEFT });
  await openAll(page);
  const wrong = await page.evaluate(() =>
    [...document.querySelectorAll('code, .hex, .url, .hex-dump, .comparison-lines')]
      .filter((element) => element.checkVisibility())
      .filter((element) => {
        const { direction, unicodeBidi } = getComputedStyle(element);
        return direction !== 'ltr' || !['isolate', 'isolate-override'].includes(unicodeBidi);
      })
      .map((element) => element.outerHTML.slice(0, 100)),
  );
  assert.deepEqual(wrong, []);
  const hosts = await page.locator('.read-on bdi').allInnerTexts();
  assert.deepEqual(hosts, ['github.com']);
  await context.close();
});
