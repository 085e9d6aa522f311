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

/** Calls of a side between two readings of the processor's time. */
const BLOCK = 5;

/**
 * The processor's time of a call on the page's main thread, in milliseconds, side by side: what else the machine
 * does is not in it. Chromium's WebCrypto runs on the calling thread.
 */
async function processor(tab, sides, blocks) {
  const session = await tab.context().newCDPSession(tab);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const now = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime').value * 1000;
  };
  const times = sides.map(() => []);
  for (let block = 0; block < blocks; block += 1) {
    for (const [side] of sides.entries()) {
      const before = await now();
      await tab.evaluate(([place, calls]) => globalThis.bench.called(place, calls), [side, BLOCK]);
      times[side].push(((await now()) - before) / BLOCK);
    }
  }
  await session.detach();
  return times;
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
  const told = {};
  for (const { id } of inputs.works) {
    const sides = inBrowser(id, inputs.real);
    const times = await tab.evaluate(
      ([work, ids, kind, rounds, before]) => globalThis.bench.warm(work, ids, kind, rounds, before),
      [id, sides, engine, counts.warm, counts.before],
    );
    const cpu = await processor(tab, sides, Math.ceil(counts.warm / BLOCK));
    found[id] = Object.fromEntries(sides.map((side, place) => [side, { warm: times[place], cpu: cpu[place], cold: [] }]));
    told[id] = await tab.evaluate(([work, kind]) => globalThis.bench.told(work, kind), [id, engine]);
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
  return { version, found, told };
}
