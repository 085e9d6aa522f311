/**
 * Claims about access: in every state and in both languages axe finds nothing, whatever colours the
 * reader's system asks for, nothing stands wider than the page, and the keyboard reaches everything.
 */

import assert from 'node:assert/strict';
import test, { after, afterEach, before, suite } from 'node:test';

import { WWW, axe, fold, folds, openAll, serve } from './page.mjs';
import { STATES, inState, speak, tooWide } from './states.mjs';
import { browser, server, together } from './together.mjs';

const LANGUAGES = ['en', 'de'];

/** In which language colours are looked at: they are the same in every other. */
const COLORS = 'en';

/** What a reader's system can ask for. */
const LOOKS = [
  { colorScheme: 'light' },
  { colorScheme: 'dark' },
  { colorScheme: 'light', forcedColors: 'active' },
  { colorScheme: 'dark', forcedColors: 'active' },
  { colorScheme: 'light', contrast: 'more', reducedMotion: 'reduce' },
];
const PLAIN = { colorScheme: 'light', forcedColors: 'none', contrast: 'no-preference', reducedMotion: 'no-preference' };

together(() => serve(WWW));

for (const name of Object.keys(STATES)) {
  suite(name, () => {
    /** One page, which each test leaves folded as it came, in the language that it had. */
    let opened;
    let were;
    before(async () => {
      opened = await inState(browser, name, { url: server.url });
      were = await folds(opened.page);
    });
    afterEach(async () => {
      const { page } = opened;
      await page.emulateMedia(PLAIN);
      await page.setViewportSize({ width: 1100, height: 900 });
      await fold(page, were);
    });
    after(() => opened.context.close());

    for (const tag of LANGUAGES) {
      test(`${name}, ${tag}: axe finds nothing under any colours, with everything open`, async () => {
        const { page, troubles } = opened;
        await speak(page, tag);
        assert.deepEqual(await axe(page), [], 'as it comes');
        await openAll(page);
        for (const look of tag === COLORS ? LOOKS : LOOKS.slice(0, 1)) {
          await page.emulateMedia({ ...PLAIN, ...look });
          assert.deepEqual(await axe(page), [], JSON.stringify(look));
        }
        assert.deepEqual(troubles, []);
      });

      test(`${name}, ${tag}: nothing stands wider than 320, 390 and 1280 px, folded and open`, async () => {
        // 320 px is what is left of 1280 at 400 %.
        const { page } = opened;
        await speak(page, tag);
        for (const prepare of [async () => {}, openAll]) {
          await prepare(page);
          for (const width of [1280, 390, 320]) {
            await page.setViewportSize({ width, height: width === 320 ? 256 : 800 });
            assert.deepEqual(await tooWide(page), [], `${width}`);
          }
        }
      });
    }
  });

  test(`${name}: the keyboard reaches every control, none holds it, and each shows that it has the focus`, async () => {
    const { page, context } = await inState(browser, name, { url: server.url });
    await openAll(page);
    const all = await page.evaluate(() => {
      const controls = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
      const found = [...document.querySelectorAll(controls)].filter((element) => element.checkVisibility());
      found.forEach((element, index) => element.setAttribute('data-walk', String(index)));
      document.activeElement?.blur();
      return found.length;
    });
    const reached = new Set();
    const hidden = [];
    for (let step = 0; step < all + 10; step += 1) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate(() => {
        const element = document.activeElement;
        const label = element.matches('.visually-hidden') ? element.nextElementSibling : element;
        const { outlineStyle, outlineWidth } = getComputedStyle(label);
        const box = label.getBoundingClientRect();
        const [x, y] = [box.left + Math.min(box.width, 20) / 2, box.top + Math.min(box.height, 20) / 2];
        const top = document.elementFromPoint(x, y);
        const isCovered = top !== null && top.closest('.site-header') !== null && label.closest('.site-header') === null;
        return {
          walk: element.getAttribute('data-walk'),
          html: label.outerHTML.slice(0, 80),
          isShown: outlineStyle !== 'none' && outlineWidth !== '0px',
          isCovered,
        };
      });
      if (seen.walk === null) continue;
      reached.add(seen.walk);
      assert.ok(seen.isShown, `${seen.html} shows no focus`);
      if (seen.isCovered) hidden.push(seen.html);
    }
    assert.deepEqual(hidden, [], 'nothing that has the focus is under the bar');
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
}

test('the first stop of the keyboard leads past the bar', async () => {
  const { page, context } = await inState(browser, 'start', { url: server.url });
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  // It comes into sight by a movement of 120 ms.
  await page.waitForFunction(() => document.querySelector('.skip').getBoundingClientRect().top >= 0);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.closest('main') !== null), true);
  await context.close();
});

test('Escape closes what the reader opened above the answer, and the focus goes back to its button', async () => {
  const { page, context } = await inState(browser, 'intake', { url: server.url });
  await page.focus('#again');
  await page.keyboard.press('Escape');
  assert.ok(await page.locator('#intake').isHidden());
  assert.equal(await page.evaluate(() => document.activeElement.id), 'open-intake');
  await context.close();
});

test('Escape takes down the plan before anything was asked, and the focus goes back to the address', async () => {
  const { page, context } = await inState(browser, 'plan', { url: server.url });
  await page.focus('#ask');
  await page.keyboard.press('Escape');
  assert.ok(await page.locator('.plan').isHidden());
  assert.equal(await page.evaluate(() => document.activeElement.id), 'address');
  await context.close();
});

test('who asks for less motion sees none', async () => {
  const { page, context } = await inState(browser, 'checking', { url: server.url });
  await page.emulateMedia({ ...PLAIN, reducedMotion: 'reduce' });
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  const slow = await page.evaluate(() =>
    [...document.querySelectorAll('*')].filter((element) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
      return parseFloat(transitionDuration) > 0.01 || animationName !== 'none' || scrollBehavior === 'smooth';
    }).length,
  );
  assert.equal(slow, 0);
  await context.close();
});
