/**
 * The page in which the sides run. `bench` is called from outside, through the browser's own protocol.
 */

import { SIDES } from './sides.js';

const base = new URL('./', import.meta.url);

/** @param {string} name */
async function library(name) {
  const address = name === 'ours' ? 'ours/package/index.js' : `${name}/index.js`;
  const lib = await import(new URL(address, base).href);
  if (name === 'ours') await lib.init();
  if (name === 'dcap-web') await lib.default();
  return lib;
}

/** @type {Record<string, any>} */
let works = {};
/** @type {Record<string, Uint8Array>} */
const files = {};

async function inputs() {
  const list = await (await fetch('/input/works.json')).json();
  works = Object.fromEntries(list.map((work) => [work.id, work]));
  const names = new Set(list.flatMap((work) => work.files));
  if (works.snp) names.add('vcek.der');
  await Promise.all([...names].map(async (name) => {
    files[name] = new Uint8Array(await (await fetch(`/input/${name}`)).arrayBuffer());
  }));
}

/** @param {string} work @param {string} id @param {string} engine */
async function opened(work, id, engine) {
  const side = SIDES[work].find((known) => known.id === id);
  return side.open(await library(side.lib), works[work], files, engine);
}

/** @type {(() => Promise<void>)[]} the calls of the work that is measured */
let calls = [];

/** By turns, each round beginning with another side; the first rounds warm up and are not given. */
async function warm(work, ids, engine, rounds, before) {
  calls = await Promise.all(ids.map((id) => opened(work, id, engine)));
  const times = ids.map(() => []);
  for (let round = 0; round < rounds + before; round += 1) {
    for (let turn = 0; turn < ids.length; turn += 1) {
      const side = (turn + round) % ids.length;
      const begun = performance.now();
      await calls[side]();
      const took = performance.now() - begun;
      if (round >= before) times[side].push(took);
    }
    // Lets the browser do what it put off.
    await new Promise((done) => setTimeout(done, 0));
  }
  return times;
}

/** Calls one side of that work. */
async function called(side, times) {
  for (let time = 0; time < times; time += 1) await calls[side]();
}

/** From nothing to the first answer. */
async function cold(work, id, engine) {
  const begun = performance.now();
  const call = await opened(work, id, engine);
  await call();
  return performance.now() - begun;
}

/** What the page holds after some calls of one side, in bytes, JavaScript and wasm. */
async function memory(work, id, engine, calls) {
  const call = await opened(work, id, engine);
  for (let round = 0; round < calls; round += 1) await call();
  return (await performance.measureUserAgentSpecificMemory()).bytes;
}

/** What our side says of itself. */
async function told(work, engine) {
  return (await opened(work, 'ours', engine)).told();
}

globalThis.bench = { called, cold, inputs, memory, told, warm };
