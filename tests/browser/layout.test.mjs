/**
 * Claims about how the page shows a report, whatever the verifier says. The reports here are
 * drawn by hand; see fixtures/reports.mjs.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before, suite } from 'node:test';

import { STATES, drawn } from './fixtures/reports.mjs';
import { WWW, axe, demonstrate, open, openAll, serve, settled, stub } from './page.mjs';
import { browser, server, together } from './together.mjs';

together(() => serve(WWW));

const ready = async (state, options = {}, simulated = false, more = {}) => {
  const opened = await open(browser, {
    url: server.url,
    ...options,
    routes: { ...stub(state, { simulated, ...more }), ...options.routes },
  });
  await demonstrate(opened.page);
  return opened;
};

for (const state of STATES) {
  suite(state, () => {
    let opened;
    before(async () => {
      opened = await ready(state);
    });
    after(() => opened.context.close());

    for (const colorScheme of ['light', 'dark']) {
      test(`axe finds nothing in the state ${state}, ${colorScheme}, with everything open`, async () => {
        const { page, troubles } = opened;
        await page.emulateMedia({ colorScheme });
        await openAll(page);
        assert.equal(await page.locator('answer-card').getAttribute('data-state'), state);
        assert.deepEqual(await axe(page), []);
        assert.deepEqual(troubles, []);
      });
    }
  });

  test(`the state ${state} fits 320 px without scrolling sideways, with everything open`, async () => {
    const { page, context } = await ready(state, { context: { viewport: { width: 320, height: 640 } } });
    await openAll(page);
    const { scroll, client, wide } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
      wide: [...document.querySelectorAll('main *')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
        .filter((element) => !element.closest('.hex-scroll, .table-scroll, .comparison-lines'))
        .map((element) => element.outerHTML.slice(0, 80)),
    }));
    assert.deepEqual(wide, []);
    assert.ok(scroll <= client, `${scroll} > ${client}`);
    await context.close();
  });
}

test('axe finds nothing under forced colours, more contrast and less motion', async () => {
  for (const context of [{ forcedColors: 'active' }, { contrast: 'more' }, { reducedMotion: 'reduce' }]) {
    const opened = await ready('warning', { context });
    assert.deepEqual(await axe(opened.page), [], JSON.stringify(context));
    await opened.context.close();
  }
});

test('axe finds nothing while the check is running, and the state is Checking', async () => {
  const { page, context } = await open(browser, {
    url: server.url,
    routes: stub('verified', { init: 'await new Promise(() => {});' }),
  });
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['{}'], 'bundle.json'));
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
  });
  await page.waitForTimeout(300);
  assert.deepEqual(await axe(page), []);
  await context.close();
});

test('every state has an icon with an outline of its own', async () => {
  const { page, context } = await ready('verified');
  const outlines = await page.evaluate(async (states) => {
    const { icon } = await import('/icons.js');
    return states.map((state) => icon(state).firstElementChild.getAttribute('d') ?? 'circle');
  }, [...STATES, 'checking', 'partial']);
  assert.equal(new Set(outlines).size, STATES.length + 2);
  await context.close();
});

test('a state is told by a word beside its icon', async () => {
  const words = new Set();
  for (const state of STATES) {
    const { page, context } = await ready(state);
    words.add((await page.locator('answer-card .short').innerText()).trim());
    await context.close();
  }
  assert.equal(words.size, STATES.length);
});

test('a simulated report says so in the verdict, in the level, at every link and in the title', async () => {
  const { page, context } = await ready('verified', {}, true);
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/);
  assert.match(await page.locator('.sentence').innerText(), /^SIMULATED/);
  assert.match(await page.locator('.level').innerText(), /SIMULATED/);
  assert.match(await page.locator('.meaning .made-up').innerText(), /Its keys, its chip and its build were made up/);
  assert.match(await page.locator('#chain-heading').innerText(), /SIMULATED/);
  assert.match(await page.title(), /^SIMULATED/);
  for (const answer of await page.locator('.rows dd').allInnerTexts()) assert.match(answer, /^SIMULATED/);
  const states = await page.locator('chain-link summary > .state').allInnerTexts();
  assert.equal(states.length, 9);
  for (const state of states) assert.match(state, /^SIMULATED/);
  assert.deepEqual(await axe(page), []);
  await context.close();
});

test('what it means and what it does not mean are said in the same size', async () => {
  const { page, context } = await ready('warning');
  const sizes = await page.evaluate(() =>
    ['.means', '.not-means'].map((part) => {
      const element = document.querySelector(`.meaning ${part}`);
      const { fontSize, fontWeight, color } = getComputedStyle(element);
      return { fontSize, fontWeight, color, empty: element.textContent.trim() === '' };
    }),
  );
  assert.deepEqual(sizes[0], sizes[1]);
  assert.equal(sizes[0].empty, false);
  await context.close();
});

test('the level stands beside its exceptions', async () => {
  const { page, context } = await ready('warning');
  const level = await page.locator('.level').innerText();
  assert.match(level, /A5/);
  assert.match(level, /Except: Container image/);
  await context.close();
});

test('a chain that ends early is cut where it ends, and what follows is called loose', async () => {
  const { page, context } = await ready('failed');
  const order = await page.evaluate(() =>
    [...document.querySelectorAll('.chain chain-link, .chain end-cap')].map((element) => element.id || 'end'),
  );
  assert.deepEqual(order, [
    'link-hardware-root', 'link-chip', 'link-report', 'link-tcb', 'end', 'link-measurements',
    'link-image', 'link-provenance', 'link-commit', 'link-key-binding',
  ]);
  assert.match(await page.locator('end-cap').innerText(), /What was started \(Failed\)/);
  assert.equal(await page.locator('.links.loose chain-link').count(), 4);
  const apart = await page.locator('.links.apart chain-link').evaluateAll((all) => all.map(({ id }) => id));
  assert.deepEqual(apart, ['link-provenance', 'link-commit'], 'what holds by itself is drawn apart');
  assert.match(await page.locator('.chain').innerText(), /True of itself, not tied to this machine/);
  await context.close();
});

test('a chain that never begins has its end before its first link', async () => {
  const { page, context } = await ready('unknown');
  const first = await page.evaluate(() => document.querySelector('.chain chain-link, .chain end-cap').localName);
  assert.equal(first, 'end-cap');
  assert.match(await page.locator('end-cap h3').innerText(), /does not begin/);
  await context.close();
});

test('values of a link that does not hold are called stated and not shown', async () => {
  const { page, context } = await ready('failed');
  assert.match(await page.locator('#link-measurements').innerText(), /Stated here, and not shown/);
  assert.doesNotMatch(await page.locator('#link-chip').innerText(), /Stated here/);
  assert.equal(await page.locator('answer-card [data-claim]').count(), 0);
  await context.close();
});

test('a whole chain names its source in the answer', async () => {
  const { page, context } = await ready('verified');
  assert.match(await page.locator('[data-row="software"]').innerText(), /Commit 5e5e5e5e5e5e/);
  await context.close();
});

test('what was not checked is visible without opening anything', async () => {
  const { page, context } = await ready('verified');
  const section = page.locator('section.not-checked');
  assert.ok(await section.isVisible());
  assert.equal(await section.locator('li').count(), 3);
  assert.equal(await page.locator('details section.not-checked').count(), 0);
  await context.close();
});

test('values are text: markup in a report stays words', async () => {
  const { page, context } = await ready('verified');
  await openAll(page);
  assert.match(await page.locator('.chain [data-claim="git.repository"]').innerText(), /<b>not markup<\/b>/);
  assert.equal(await page.locator('.chain b').count(), 0);
  await context.close();
});

test('the first difference between expected and found is marked by more than colour', async () => {
  const { page, context } = await ready('failed');
  await page.locator('#link-measurements details.findings > summary').click();
  const comparison = page.locator('#link-measurements .comparison');
  assert.match(await comparison.innerText(), /byte 20/);
  assert.match(await comparison.innerText(), /▲/);
  const decoration = await comparison
    .locator('mark')
    .first()
    .evaluate((mark) => getComputedStyle(mark).textDecorationLine);
  assert.equal(decoration, 'underline');
  await context.close();
});

test('a finding leads to its bytes, which are marked and named in the table of fields', async () => {
  const { page, context } = await ready('failed');
  await page.locator('#link-measurements details.findings > summary').click();
  await page.getByRole('button', { name: 'Show the bytes: Launch measurement' }).click();
  const marked = await page.locator('.hex-bytes mark').allInnerTexts();
  const { evidence } = JSON.parse(drawn('failed'));
  const expected = Buffer.from(evidence[0].base64, 'base64').subarray(144, 192).toString('hex');
  assert.equal(marked.join('').replaceAll(/\s/g, ''), expected);
  assert.deepEqual(await page.locator('tr.marked th').allInnerTexts(), ['MEASUREMENT']);
  assert.equal(await page.locator('.hex-dump').getAttribute('aria-hidden'), 'true');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'hex-scroll');
  await context.close();
});

test('the bytes shown are the bytes of the report, and so is the file', async () => {
  const { page, context } = await ready('verified');
  await openAll(page);
  await page.waitForSelector('.hex-dump');
  const { evidence } = JSON.parse(drawn('verified'));
  const bytes = Buffer.from(evidence[0].base64, 'base64');
  const shown = await page.locator('.hex-bytes').allInnerTexts();
  assert.equal(shown.join('').replaceAll(/\s/g, ''), bytes.toString('hex'));
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the bytes' }).click(),
  ]);
  assert.deepEqual(readFileSync(await file.path()), bytes);
  await context.close();
});

test('the report is downloaded and copied exactly as the verifier wrote it', async () => {
  const { page, context, troubles } = await ready('warning', {
    context: { permissions: ['clipboard-read', 'clipboard-write'] },
  });
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('#download-report').click()]);
  assert.equal(readFileSync(await file.path(), 'utf8'), drawn('warning'));
  await page.locator('#copy-report').click();
  await page.waitForFunction(() => document.getElementById('announcement').textContent !== '');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), drawn('warning'));
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a wanted file can be opened at its host, which is named, and nothing is asked by itself', async () => {
  const { page, context, requests } = await ready('unknown');
  const wanted = page.locator('.files-wanted');
  assert.match(await wanted.innerText(), /learns/);
  for (const place of ['.files-wanted', 'answer-card .next']) {
    const link = page.locator(`${place} a[target]`);
    assert.equal(await link.innerText(), 'Open kdsintf.amd.com');
    assert.equal(await link.getAttribute('href'), 'https://kdsintf.amd.com/vcek/v1/Drawn-By-Hand/cert_chain');
    assert.equal(await link.getAttribute('rel'), 'noreferrer noopener');
  }
  assert.ok(requests.every((url) => new URL(url).hostname === '127.0.0.1'));
  await context.close();
});

test('the keyboard reaches every control, and each shows that it has the focus', async () => {
  const { page, context } = await ready('failed');
  await openAll(page);
  const all = await page.evaluate(() => {
    const controls = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    const found = [...document.querySelectorAll(controls)].filter((element) => element.checkVisibility());
    found.forEach((element, index) => element.setAttribute('data-walk', String(index)));
    return found.length;
  });
  const reached = new Set();
  for (let step = 0; step < all + 20; step += 1) {
    await page.keyboard.press('Tab');
    const seen = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element.matches('.visually-hidden') ? element.nextElementSibling : element;
      return { walk: element.getAttribute('data-walk'), outline: getComputedStyle(label).outlineStyle, html: element.outerHTML.slice(0, 80) };
    });
    if (seen.walk === null) continue;
    reached.add(seen.walk);
    assert.notEqual(seen.outline, 'none', `${seen.html} shows no focus`);
  }
  const missed = await page.evaluate(
    (walked) =>
      [...document.querySelectorAll('[data-walk]')]
        .filter((element) => !walked.includes(element.getAttribute('data-walk')))
        // One radio of a group takes the focus; the arrow keys reach the others.
        .filter((element) => element.type !== 'radio')
        .map((element) => element.outerHTML.slice(0, 100)),
    [...reached],
  );
  assert.deepEqual(missed, []);
  await context.close();
});

test('controls are at least 24 px in both directions', async () => {
  for (const width of [1100, 320]) {
    const { page, context } = await ready('unknown', { context: { viewport: { width, height: 800 } } });
    await openAll(page);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('button, .button, input:not(.visually-hidden), select, summary')]
        .filter((element) => element.checkVisibility())
        .map((element) => ({ html: element.outerHTML.slice(0, 80), box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 24 || box.height < 24)
        .map(({ html, box }) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`),
    );
    assert.deepEqual(small, []);
    await context.close();
  }
});

test('the focus moves to the verdict when the reader started the check, and only then', async () => {
  const { page, context } = await ready('verified');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'answer-subject');
  await page.click('#open-intake');
  await page.locator('.options summary').click();
  await page.selectOption('#policy', 'drawn-by-hand');
  await settled(page);
  assert.notEqual(await page.evaluate(() => document.activeElement.className), 'answer-subject');
  assert.equal(await page.locator('answer-card [role="status"] .short').count(), 1);
  await context.close();
});

test('other wording changes words, and no verdict', async () => {
  const wording = JSON.parse(readFileSync(join(WWW, 'locales/en.json'), 'utf8'));
  for (const state of Object.values(wording.states)) state.word = 'Verified';
  wording.headlines.failed.card = 'Everything is fine.';
  const { page, context } = await ready('failed', {
    routes: { '**/locales/en.json': (route) => route.fulfill({ json: wording }) },
  });
  assert.equal(await page.locator('.sentence').innerText(), 'Everything is fine.');
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'failed');
  assert.equal(await page.locator('#link-measurements').getAttribute('data-state'), 'failed');
  assert.equal(await page.locator('answer-card .short svg').getAttribute('data-state'), 'failed');
  await context.close();
});

test('missing wording shows its key, and nothing is blank', async () => {
  const { page, context } = await ready('warning', {
    routes: { '**/locales/en.json': (route) => route.fulfill({ json: {} }) },
  });
  assert.match(await page.locator('answer-card .short').innerText(), /^headlines\.verified\.short/);
  assert.match(await page.locator('.sentence').innerText(), /^headlines\.verified\.card/);
  await openAll(page);
  assert.match(await page.locator('#link-image').innerText(), /tinfoil\.container/);
  const blank = await page.evaluate(() =>
    [...document.querySelectorAll('h2, h3, button, summary, dt, .sentence')].filter(
      (element) => element.textContent.trim() === '',
    ).length,
  );
  assert.equal(blank, 0);
  await context.close();
});

test('a recorded session says so before anything that holds, with the name that the file gives', async () => {
  const at = '2026-01-31T12:00:00Z';
  const { page, context } = await ready('warning', {}, false, { recorded_at: at });
  const banner = await page.locator('.recorded').innerText();
  assert.match(banner, /^This is according to a recording of "drawn-by-hand\.test"/);
  assert.equal(await page.locator('.recorded time').getAttribute('datetime'), at);
  assert.doesNotMatch(await page.locator('#result').innerText(), /connection use[sd] the key|made for this check/i);
  assert.deepEqual(await axe(page), []);
  await context.close();
});

test('by which checks a link holds, and what ties it to the one before, is said beside its findings', async () => {
  const { page, context } = await ready('verified');
  await openAll(page);
  assert.match(await page.locator('#link-image .carried-by').innerText(), /^It holds by: /);
  assert.match(await page.locator('#link-image .joined-by').innerText(), /^Tied to the link before by: /);
  assert.equal(await page.locator('#link-hardware-root .joined-by').count(), 0);
  await context.close();
});

test("the evidence's own name stands after our words, in quotation marks, and never bold", async () => {
  const { page, context } = await ready('verified');
  const [ours, unused, itself] = await page.locator('.subject p').allInnerTexts();
  assert.match(ours, /^\S.* · .* · from "bundle\.json"$/);
  assert.equal(unused, '1 file was not used.');
  assert.equal(itself, 'It calls itself "drawn-by-hand.test".');
  await page.locator('.subject a').click();
  assert.ok(await page.locator('.file-list').isVisible(), 'it leads to the list of files');
  assert.equal(await page.locator('.subject strong, .subject b').count(), 0);
  await context.close();
});

test('files are named in quotation marks, with every invisible letter written out', async () => {
  const { page, context } = await ready('verified');
  await openAll(page);
  const names = await page.locator('.file-list > li').allInnerTexts();
  assert.equal(names.length, 3);
  assert.match(names[0], /^Tinfoil attestation bundle, "bundle\.json": this is what was checked/);
  assert.match(names[2], /"intel \\u\{202e\}\.crl": not used: it is about something else/);
  await context.close();
});

test('an answer that is no report is Unknown', async () => {
  const odd = [
    '{}',
    'null',
    '{"schema":"silicon-to-source/report/v2","verdict":{"state":"verified"}}',
    '{"schema":"silicon-to-source/report/v1","verdict":{"state":"splendid"}}',
    '{"schema":"silicon-to-source/report/v1","verdict":{"state":"verified"}}',
    '{"schema":"silicon-to-source/report/v1","simulated":false,"verdict":{"state":"verified"}}',
    JSON.stringify({ ...JSON.parse(drawn('verified')), simulated: undefined }),
    JSON.stringify({ ...JSON.parse(drawn('verified')), ends_at: { link: 'chip', next: 'moon', state: 'unknown' } }),
  ];
  for (const json of odd) {
    const module = `export default async function () {}
      export async function examine() { return { report: ${JSON.stringify(json)}, signatures: '[]' }; }
      export function policies() { return '[]'; }`;
    const { page, context } = await ready('verified', {
      routes: {
        '**/pkg/silicon_to_source.js': (route) =>
          route.fulfill({ contentType: 'text/javascript', body: module }),
      },
    });
    assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'unknown', json);
    await context.close();
  }
});

test('a verifier that stops is Unknown', async () => {
  const module = `export default async function () {}
    export async function examine() { throw new WebAssembly.RuntimeError('unreachable'); }
    export function policies() { return '[]'; }`;
  const { page, context } = await ready('verified', {
    routes: {
      '**/pkg/silicon_to_source.js': (route) =>
        route.fulfill({ contentType: 'text/javascript', body: module }),
    },
  });
  const banner = page.locator('answer-card');
  assert.equal(await banner.getAttribute('data-state'), 'unknown');
  assert.match(await banner.innerText(), /Do not take this for a pass/);
  await context.close();
});

test('without the verifier the state is Unknown, with a sentence', async () => {
  const { page, context } = await open(browser, {
    url: server.url,
    routes: { ...stub('verified'), '**/pkg/**': (route) => route.fulfill({ status: 404 }) },
  });
  await settled(page);
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'unknown');
  assert.match(await page.locator('.sentence').innerText(), /nothing was checked/);
  assert.equal(await page.locator('chain-link').count(), 0);
  await context.close();
});

test('without JavaScript the page says that nothing was checked, and offers the command line', async () => {
  const { page, context } = await open(browser, {
    url: server.url,
    context: { javaScriptEnabled: false },
  });
  const text = await page.locator('.no-script').innerText();
  assert.match(text, /Unknown/);
  assert.match(text, /s2s verify/);
  await context.close();
});

test('printing everything opens everything, and closes it again; printing alone opens nothing', async () => {
  const { page, context } = await ready('failed');
  await page.evaluate(() => {
    globalThis.counts = [];
    const count = () => document.querySelectorAll('evidence-report details:not([open])').length;
    addEventListener('beforeprint', () => globalThis.counts.push(count()));
    addEventListener('afterprint', () => globalThis.counts.push(count()));
    globalThis.closedBefore = count();
  });
  const counts = () => page.evaluate(() => globalThis.counts.splice(0));
  const closed = await page.evaluate(() => globalThis.closedBefore);
  assert.ok(closed > 5);
  const short = await page.pdf({ format: 'A4' });
  assert.deepEqual(await counts(), [closed, closed]);
  await page.evaluate(() => document.documentElement.setAttribute('data-print-all', ''));
  const whole = await page.pdf({ format: 'A4' });
  assert.deepEqual(await counts(), [0, closed]);
  assert.ok(whole.length > short.length);
  await context.close();
});

test('each page of paper names the report by its SHA-256, which is that of the downloaded file', async () => {
  const { page, context, troubles } = await ready('verified');
  const digest = createHash('sha256').update(drawn('verified')).digest('hex');
  await page.waitForFunction(() => document.querySelector('.paper-hash').textContent !== '');
  const rules = () =>
    page.evaluate(() => document.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText)).join('\n'));
  assert.equal(await page.locator('.paper-hash').textContent(), `SHA-256 of the report: ${digest}`);
  assert.match(await rules(), new RegExp(`@bottom-left.*${digest}`, 's'));
  assert.equal(await page.locator('.paper-hash').isVisible(), false, 'on a screen it stands nowhere');
  await page.evaluate(() => document.querySelector('evidence-report').clear('Nothing stands here.'));
  assert.equal(await page.locator('.paper-hash').textContent(), '');
  assert.doesNotMatch(await rules(), /[0-9a-f]{64}/);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('an answer that the reader asked for closes the place for files, and an option leaves it open', async () => {
  const { page, context } = await ready('verified');
  assert.equal(await page.locator('#intake').isVisible(), false);
  await page.click('#open-intake');
  await page.locator('#files').setInputFiles({ name: 'bundle.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
  await page.waitForSelector('#intake', { state: 'hidden' });
  await settled(page);
  assert.equal(await page.locator('#open-intake').getAttribute('aria-expanded'), 'false');
  await page.click('#open-intake');
  await page.locator('.options summary').click();
  await page.selectOption('#policy', 'drawn-by-hand');
  await settled(page);
  assert.equal(await page.locator('#intake').isVisible(), true);
  await context.close();
});

test('on paper the verdict, the policy, the hashes and what was not checked come before the chain', async () => {
  const { page, context } = await ready('warning');
  await page.emulateMedia({ media: 'print' });
  const tops = await page.evaluate(() =>
    ['answer-card', '.facts-section', '.not-checked', '.chain'].map(
      (part) => document.querySelector(part).getBoundingClientRect().top,
    ),
  );
  assert.deepEqual(tops, tops.toSorted((a, b) => a - b));
  assert.equal(await page.locator('.intake').isVisible(), false);
  await context.close();
});
