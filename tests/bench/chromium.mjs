/** The sides in headless Chromium: warm in one page by turns, cold and memory in a new browser each. */

import { chromium } from 'playwright-core';

import { SIDES } from './sides.js';

const ARGUMENTS = ['--enable-blink-features=ForceEagerMeasureMemory'];

/** @param {string} program */
function launched(program) {
  return chromium.launch({ executablePath: program, args: ARGUMENTS });
}

/** A page of a new browser with the inputs in it. */
async function page(program, url) {
  const browser = await launched(program);
  const tab = await browser.newPage();
  await tab.goto(url);
  await tab.waitForFunction(() => 'bench' in globalThis);
  await tab.evaluate(() => globalThis.bench.inputs());
  return { browser, tab };
}

/** The sides of a work that run in a browser. @param {string} work @param {boolean} real */
export function inBrowser(work, real) {
  return SIDES[work].filter((side) => side.only !== 'node' && (real || side.id === 'ours')).map((side) => side.id);
}

/**
 * @param {object} given
 * @param {string} given.program
 * @param {string} given.url
 * @param {{ works: { id: string }[], real: boolean }} given.inputs
 * @param {string} given.engine
 * @param {{ warm: number, before: number, cold: number }} given.counts
 */
export async function inChromium({ program, url, inputs, engine, counts }) {
  /** @type {Record<string, Record<string, { warm: number[], cold: number[], memory?: number }>>} */
  const found = {};
  const { browser, tab } = await page(program, url);
  const version = browser.version();
  const engines = {};
  for (const { id } of inputs.works) {
    const sides = inBrowser(id, inputs.real);
    const times = await tab.evaluate(
      ([work, ids, kind, rounds, before]) => globalThis.bench.warm(work, ids, kind, rounds, before),
      [id, sides, engine, counts.warm, counts.before],
    );
    found[id] = Object.fromEntries(sides.map((side, place) => [side, { warm: times[place], cold: [] }]));
    engines[id] = await tab.evaluate(([work, kind]) => globalThis.bench.engines(work, kind), [id, engine]);
  }
  await browser.close();
  for (let turn = 0; turn < counts.cold; turn += 1) {
    for (const { id } of inputs.works) {
      for (const side of inBrowser(id, inputs.real)) {
        const fresh = await page(program, url);
        const call = [id, side, engine];
        found[id][side].cold.push(await fresh.tab.evaluate(([work, name, kind]) => globalThis.bench.cold(work, name, kind), call));
        await fresh.browser.close();
      }
    }
  }
  for (const { id } of inputs.works) {
    for (const side of inBrowser(id, inputs.real)) {
      const fresh = await page(program, url);
      const memory = (calls) => fresh.tab.evaluate(([work, name, kind, n]) => globalThis.bench.memory(work, name, kind, n), [id, side, engine, calls]);
      found[id][side].memory = await memory(10);
      await fresh.browser.close();
    }
  }
  return { version, found, engines };
}
