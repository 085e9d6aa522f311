/**
 * Claims about what badge and popup show, with a verifier whose reports are DRAWN BY HAND. No test
 * here may conclude that anything verifies.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { badge, built, later, onTime, popup, says, saying, tab, tattling, withExtension } from './extension.mjs';
import { WWW, axe } from './page.mjs';

const german = JSON.parse(readFileSync(join(WWW, 'locales/de.json'), 'utf8'));

let proxy;
let browser;
const open = [];

before(async () => {
  built();
  proxy = await tattling();
  browser = await withExtension({ proxy: proxy.port, isDrawn: true });
});

after(async () => {
  for (const { close } of open) close();
  await browser?.close();
  proxy?.close();
});

/** A service that shows a drawn report, and a tab whose reader named it. */
async function named(words, own = browser) {
  const service = await saying(words);
  open.push(service);
  const shown = await tab(own, `${service.origin}/`);
  const page = await popup(own, shown);
  await page.click('#enrol');
  await page.waitForSelector('#settings');
  return { service, shown, page };
}

/** What the extension says about a tab. */
const view = (page, { id, site }) =>
  page.evaluate(([tab, url]) => chrome.runtime.sendMessage({ ask: 'view', tab, url }), [id, site]);

const settled = (page) => page.waitForSelector('answer-card:not([data-state="checking"])');

/** Changes what the service says, and presses. */
async function again({ service, page, shown }, words) {
  service.words = words;
  // A press is not repeated within five seconds.
  await later(browser, 5100);
  const [before, { result }] = [service.asked, await view(page, shown)];
  await page.click('#again');
  const isNew = (own) => own.result !== null && own.result.begun !== result.begun;
  while (!isNew(await view(page, shown))) await new Promise((done) => setTimeout(done, 50));
  assert.equal(service.asked, before + 1);
}

for (const [name, shape, title] of [
  ['A5', 'verified', /: Verified\. api\.example-service\.com runs software built from commit/],
  ['A5-caveat', 'warning', /: Verified, but .*\. /],
  ['A4', 'warning', /: Verified image, but /],
  ['A3', 'partial', /: Real machine, unknown software\. /],
  ['A2', 'partial', /: Cloud provider's word\. /],
  ['A1', 'partial', /: A statement\. /],
  ['failed', 'failed', /: Do not rely on it\. /],
  ['not-published', 'not-published', /: Nothing published\. .* publishes nothing that anyone could check/],
  ['no-answer', 'unknown', /: No answer\. /],
  ['unknown', 'unknown', /: Not decided\. /],
  ['stopped', 'unknown', /: Not decided\. .* was not checked/],
  ['simulated', 'verified', /: SIMULATED: Verified\. SIMULATED: /],
]) {
  test(`${name} is drawn as ${shape}, with its word, its sentence and when it was asked`, async () => {
    const { shown, page } = await named(name);
    await settled(page);
    const said = await says(browser, shown, title);
    assert.match(said.title, /Checked at \d\d:\d\d\.$/);
    assert.equal(said.text, name === 'simulated' ? 'SIM' : '');
    assert.equal((await view(page, shown)).shape, shape);
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(browser.troubles, []);
    await Promise.all([page.close(), shown.page.close()]);
  });
}

test('while a service is asked nothing is shown but that, whatever was found before', async () => {
  const { service, shown, page } = await named('A5');
  await settled(page);
  let answer;
  service.waits = new Promise((done) => {
    answer = done;
  });
  await later(browser, 5100);
  await page.click('#again');
  await says(browser, shown, /Checking/);
  await page.waitForSelector('answer-card[data-state="checking"]');
  assert.doesNotMatch(await page.locator('main').innerText(), /Before this page was loaded/);
  await shown.page.reload();
  await says(browser, shown, /Checking/);
  assert.equal((await view(page, shown)).shape, 'checking');
  await page.waitForSelector('answer-card[data-state="checking"]');
  assert.match(await page.locator('main').innerText(), /Before this page was loaded, at .*, the answer was: Verified\./);
  assert.deepEqual(await axe(page), []);
  answer();
  await Promise.all([page.close(), shown.page.close()]);
});

test('a tab that is loaded fifty times has its service asked twice: at once, and once for all when the minute is over', async () => {
  const { service, shown, page } = await named('A5');
  await settled(page);
  await says(browser, shown, /: Verified\./);
  for (let count = 0; count < 50; count += 1) await shown.page.reload();
  await says(browser, shown, /Checking\. This page is newer than the last answer/);
  assert.equal((await view(page, shown)).shape, 'checking');
  assert.equal(service.asked, 1);
  const alarm = `ask ${service.origin}`;
  const [turn, begun] = await browser.worker.evaluate(async ([name, own]) => {
    const { begun } = await chrome.storage.session.get('begun');
    return [(await chrome.alarms.get(name)).scheduledTime, begun[own]];
  }, [alarm, service.origin]);
  assert.equal(Math.round(turn - begun), 60_000);
  // An alarm before the minute is over changes nothing.
  const ring = () => browser.worker.evaluate((name) => chrome.alarms.create(name, { when: 1 }), alarm);
  await ring();
  await new Promise((done) => setTimeout(done, 600));
  assert.equal(service.asked, 1);
  await later(browser, 60_000);
  await ring();
  await says(browser, shown, /: Verified\./);
  assert.equal(service.asked, 2);
  await Promise.all([page.close(), shown.page.close()]);
});

test('a tab that goes on and comes back has no answer from before', async () => {
  const { shown, page } = await named('A5');
  await settled(page);
  await says(browser, shown, /: Verified\./);
  await shown.page.goto('about:blank');
  assert.deepEqual(await badge(browser, shown), { title: 'Silicon to Source', text: '' });
  await shown.page.goBack();
  await says(browser, shown, /Checking\. This page is newer/);
  assert.equal((await view(page, shown)).shape, 'checking');
  await Promise.all([page.close(), shown.page.close()]);
});

test('a result ends to count after a day', async () => {
  const { service, shown, page } = await named('A5');
  await settled(page);
  const { result } = await view(page, shown);
  assert.equal(result.ends - result.begun, 24 * 60 * 60 * 1000);
  await browser.worker.evaluate((ends) => {
    globalThis.ownNow ??= Date.now;
    Date.now = () => ends + 1;
  }, result.ends);
  assert.deepEqual((await view(page, shown)).doing, { kind: 'expired' });
  assert.equal((await view(page, shown)).shape, 'unknown');
  await browser.worker.evaluate((name) => chrome.alarms.create(name, { when: 1 }), `end ${service.origin}`);
  await says(browser, shown, /Not decided\. The last answer of .* is too old to count/);
  await browser.worker.evaluate((begun) => {
    Date.now = () => begun - 1;
  }, result.begun);
  assert.notEqual((await view(page, shown)).shape, 'verified', 'nor does one from the future');
  await onTime(browser);
  await Promise.all([page.close(), shown.page.close()]);
});

test('a result ends to count earlier where the verifier would not accept the same evidence for a day', async () => {
  const hours = 2 * 60 * 60 * 1000;
  const { shown, page } = await named(`A5\n{}\n${hours}`);
  await settled(page);
  await says(browser, shown, /: Verified\./);
  const { result } = await view(page, shown);
  const lasts = result.ends - result.begun;
  assert.ok(lasts <= hours + 5000 && lasts > hours - 2 * 60_000, `${lasts}`);
  await Promise.all([page.close(), shown.page.close()]);
});

const claims = (own) =>
  `A5\n${JSON.stringify({
    claims: [
      { name: 'git.commit', value: { hex: own.commit ?? '7a'.repeat(20) }, link: 'commit' },
      { name: 'git.repository', value: { text: 'https://github.com/someone/something' }, link: 'commit' },
      { name: 'key.tls-spki-sha256', value: { hex: own.key ?? '11'.repeat(32) }, link: 'key-binding' },
    ],
  })}`;

test('what changed is told until the reader saw it, once the reader asked for that; and it is forgotten', async () => {
  const own = await named(claims({}));
  const { service, shown, page } = own;
  await settled(page);
  const stored = () => browser.worker.evaluate(async () => (await chrome.storage.local.get('remembered')).remembered ?? {});
  assert.equal((await stored())[service.origin], undefined);
  await page.click('#settings summary');
  await page.click('#history');
  await page.waitForSelector('#unchanged');
  assert.ok((await stored())[service.origin]);
  await again(own, claims({ commit: '91'.repeat(20) }));
  await says(browser, shown, /: Changed\. Verified\./);
  assert.equal((await view(page, shown)).shape, 'changed');
  assert.match(await page.locator('.popup-changed').innerText(), /The software changed from commit 7a7a7a7a7a7a to 919191919191\./);
  assert.equal(await page.locator('.popup-bar').count(), 0);
  assert.deepEqual(await axe(page), []);
  await page.click('#noticed');
  await says(browser, shown, /: Verified\./);
  await again(own, claims({ commit: '91'.repeat(20), key: '22'.repeat(32) }));
  await page.waitForSelector('.popup-bar');
  assert.match(await page.locator('.popup-bar').innerText(), /A key of .* is another one than before/);
  await page.click('#forget-history');
  await says(browser, shown, /: Verified\./);
  assert.equal((await stored())[service.origin], undefined);
  assert.deepEqual(browser.troubles, []);
  await Promise.all([page.close(), shown.page.close()]);
});

test('the language can be chosen, is kept, and is spoken by badge, popup and report without another question', async () => {
  const own = await named('A5');
  const { service, shown, page } = own;
  await settled(page);
  await says(browser, shown, /: Verified\. /);
  await page.selectOption('#language', 'de');
  await page.waitForSelector('html[lang="de"]');
  await says(browser, shown, new RegExp(`: ${german.headlines.verified.short}\\. `));
  const said = await page.locator('main').innerText();
  assert.ok(said.includes(german.extension.again) && said.includes(german.answer.rows.machine.question), said);
  assert.deepEqual(await axe(page), []);
  const [report] = await Promise.all([browser.context.waitForEvent('page'), page.click('#full')]);
  await report.waitForSelector('html[lang="de"] answer-card[data-headline]');
  assert.equal(await report.locator('.rows dt span').first().innerText(), german.answer.rows.machine.question);
  await report.selectOption('#language', 'en');
  await report.waitForSelector('html[lang="en"]');
  assert.equal(await report.locator('.rows dt span').first().innerText(), 'Is it a real protected machine?');
  assert.match(await report.locator('#about').innerText(), /This is the report of the check at/);
  await says(browser, shown, /: Verified\. /);
  await page.reload();
  await page.waitForSelector('html[lang="en"] #settings');
  assert.equal(await page.evaluate(async () => (await chrome.storage.local.get('language')).language), 'en');
  assert.equal(service.asked, 1);
  assert.deepEqual(browser.troubles, []);
  await Promise.all([page.close(), report.close(), shown.page.close()]);
});

test('a service that is forgotten leaves nothing behind, and its site has no badge', async () => {
  const { service, shown, page } = await named('A5');
  await settled(page);
  await page.click('#settings summary');
  await page.click('#forget');
  await page.waitForSelector('#enrol');
  const kept = await browser.worker.evaluate(async () =>
    JSON.stringify([await chrome.storage.local.get(null), await chrome.storage.session.get(null)]),
  );
  assert.ok(!kept.includes(service.origin), kept);
  assert.deepEqual(await badge(browser, shown), { title: 'Silicon to Source', text: '' });
  const before = service.asked;
  await shown.page.reload();
  await new Promise((done) => setTimeout(done, 600));
  assert.equal(service.asked, before);
  await Promise.all([page.close(), shown.page.close()]);
});

test('the keyboard reaches everything in the popup in eight stops', async () => {
  const stops = async (page) => {
    await page.evaluate(() => document.activeElement?.blur());
    const seen = [];
    for (let count = 0; count < 20; count += 1) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);
      if (name === 'BODY' || seen.includes(name)) break;
      seen.push(name);
    }
    return seen;
  };
  const service = await saying('A5');
  open.push(service);
  const shown = await tab(browser, `${service.origin}/`);
  const page = await popup(browser, shown);
  assert.deepEqual(await stops(page), ['service', 'vendor-amd', 'vendor-intel', 'enrol', 'language']);
  await page.focus('#enrol');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#settings');
  await settled(page);
  assert.deepEqual(await stops(page), ['again', 'full', 'open', 'SUMMARY', 'language']);
  await Promise.all([page.close(), shown.page.close()]);
});

test('the background wakes to its answer from what it kept, in 150 ms, and asks nobody', async () => {
  await onTime(browser);
  const { service, shown, page } = await named('A5');
  await settled(page);
  const session = await browser.context.newCDPSession(page);
  await session.send('ServiceWorker.enable');
  const took = [];
  for (let count = 0; count < 5; count += 1) {
    await session.send('ServiceWorker.stopAllWorkers');
    await new Promise((done) => setTimeout(done, 300));
    const [time, shape] = await page.evaluate(async ([tab, url]) => {
      const begun = performance.now();
      const own = await chrome.runtime.sendMessage({ ask: 'view', tab, url });
      return [performance.now() - begun, own.shape];
    }, [shown.id, shown.site]);
    assert.equal(shape, 'verified');
    took.push(time);
  }
  console.log(`# from sleep to answer: ${took.map((time) => time.toFixed(0)).join(', ')} ms`);
  assert.ok(Math.min(...took) <= 150, took.join());
  assert.equal(service.asked, 1);
  await Promise.all([page.close(), shown.page.close()]);
});

test('no two shapes look alike without colour, in either size, on light and on dark', async () => {
  const page = await browser.context.newPage();
  await page.goto(`chrome-extension://${browser.id}/extension/popup.html`);
  const near = await page.evaluate(async () => {
    const [{ badgeIcon, SIZES }, { SHAPES }] = await Promise.all([import('./icon.js'), import('./shapes.js')]);
    /** Brightness on a ground, from 0 to 1. */
    const grey = ({ data }, ground) =>
      Array.from({ length: data.length / 4 }, (_, at) => {
        const [r, g, b, a] = data.subarray(at * 4, at * 4 + 4);
        return ((0.2126 * r + 0.7152 * g + 0.0722 * b) / 255) * (a / 255) + ground * (1 - a / 255);
      });
    const found = [];
    for (const size of SIZES) {
      for (const ground of [1, 0.13]) {
        for (const simulated of [false, true]) {
          const icons = SHAPES.map((shape) => grey(badgeIcon(shape, simulated)[size], ground));
          icons.forEach((one, at) => {
            for (let other = at + 1; other < icons.length; other += 1) {
              const far = one.filter((value, pixel) => Math.abs(value - icons[other][pixel]) > 0.25).length / one.length;
              found.push({ far, of: `${SHAPES[at]} and ${SHAPES[other]}, ${size} px, ground ${ground}, simulated ${simulated}` });
            }
          });
        }
      }
    }
    return found.sort((a, b) => a.far - b.far);
  });
  console.log(`# the two most alike: ${near[0].of}: ${(near[0].far * 100).toFixed(1)} % of the pixels differ by a quarter`);
  assert.ok(near[0].far >= 0.08, JSON.stringify(near.slice(0, 3)));
  await page.close();
});

test('a failure is told at once where a reader wants it, and told once', async () => {
  const own = await named('A5');
  const { shown, page } = own;
  await settled(page);
  await page.click('#settings summary');
  await page.click('#notify');
  await page.waitForFunction(() => document.querySelector('#notify').checked);
  const told = () => browser.worker.evaluate(async () => Object.keys(await chrome.notifications.getAll()));
  assert.deepEqual(await told(), []);
  await again(own, 'failed');
  await says(browser, shown, /Do not rely on it/);
  assert.deepEqual(await told(), [own.service.origin]);
  await browser.worker.evaluate((id) => chrome.notifications.clear(id), own.service.origin);
  await again(own, 'failed');
  assert.deepEqual(await told(), []);
  assert.match(await page.locator('.popup-bar').innerText(), /Do not send anything confidential/);
  await Promise.all([page.close(), shown.page.close()]);
});

test('a service that the browser does not allow to be asked is not asked', async () => {
  const careful = await withExtension({ proxy: proxy.port, isDrawn: true, allows: false });
  const service = await saying('A5');
  open.push(service);
  const shown = await tab(careful, `${service.origin}/`);
  const page = await popup(careful, shown);
  await page.click('#enrol');
  await page.waitForSelector('#settings');
  assert.match(await page.locator('main').innerText(), /does not let the extension ask/);
  await shown.page.reload();
  await new Promise((done) => setTimeout(done, 600));
  assert.equal(service.asked, 0);
  assert.deepEqual(careful.troubles, []);
  await careful.close();
});

for (const more of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }]) {
  test(`the popup is clean for axe: ${Object.values(more)[0]}`, async () => {
    const { shown, page } = await named('A5-caveat');
    await page.emulateMedia(more);
    await settled(page);
    await page.click('#settings summary');
    assert.deepEqual(await axe(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 360));
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/popup-${Object.values(more)[0]}.png`, fullPage: true });
    await Promise.all([page.close(), shown.page.close()]);
  });
}

test('nobody was asked but the services that were named', () => {
  const own = /(^|\.)(google|googleapis|gvt1)\.com(:\d+)?$/;
  assert.deepEqual(proxy.hosts.filter((host) => !own.test(host)), []);
});
