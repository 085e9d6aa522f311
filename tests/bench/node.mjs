/**
 * The sides in Node. Started as a program it is one process of the bench: `warm ENGINE ROUNDS BEFORE INPUT`
 * or `cold ENGINE WORK SIDE INPUT`; it prints JSON.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

import { SIDES } from './sides.js';

const HERE = import.meta.dirname;
const MODULES = join(HERE, 'node_modules');
const NPM = join(HERE, '../../target/npm/lib/package/node.js');

/** @param {string} name */
async function library(name) {
  const trustedRoot = async () => (await import(`${MODULES}/@tinfoilsh/verifier/dist/sigstore-trusted-root.js`)).default;
  switch (name) {
    case 'ours': {
      const lib = await import(NPM);
      await lib.init();
      return lib;
    }
    case 'dcap-web': {
      const lib = await import('@phala/dcap-qvl-web');
      lib.initSync({ module: readFileSync(`${MODULES}/@phala/dcap-qvl-web/dcap-qvl-web_bg.wasm`) });
      return lib;
    }
    case 'dcap-js':
      return createRequire(import.meta.url)('@phala/dcap-qvl');
    case 'tinfoil':
      return import('@tinfoilsh/verifier');
    case 'sigstore-browser':
      return { ...(await import('@freedomofpress/sigstore-browser')), trustedRoot: await trustedRoot() };
    default: {
      const [verify, bundle, specs] = await Promise.all(
        ['@sigstore/verify', '@sigstore/bundle', '@sigstore/protobuf-specs'].map((part) => import(part)),
      );
      return { ...verify, ...bundle, TrustedRoot: specs.TrustedRoot, trustedRoot: await trustedRoot() };
    }
  }
}

/** @param {string} folder */
function inputs(folder) {
  const works = JSON.parse(readFileSync(join(folder, 'works.json'), 'utf8'));
  const names = new Set([...works.flatMap((work) => work.files), 'vcek.der']);
  const files = Object.fromEntries([...names].map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
  return { works, files };
}

/** @param {{ id: string, real: boolean }} work */
export function inNodeSides(work, real) {
  return SIDES[work].filter((side) => real || side.id === 'ours');
}

async function warm(engine, rounds, before, folder) {
  const { works, files } = inputs(folder);
  const found = {};
  const told = {};
  for (const work of works) {
    const sides = inNodeSides(work.id, work.real);
    const calls = [];
    for (const side of sides) calls.push(await side.open(await library(side.lib), work, files, engine));
    const times = sides.map(() => []);
    for (let round = 0; round < rounds + before; round += 1) {
      for (let turn = 0; turn < sides.length; turn += 1) {
        const place = (turn + round) % sides.length;
        const begun = performance.now();
        await calls[place]();
        const took = performance.now() - begun;
        if (round >= before) times[place].push(took);
      }
    }
    found[work.id] = Object.fromEntries(sides.map((side, place) => [side.id, times[place]]));
    told[work.id] = await calls[0].told();
  }
  return { found, told };
}

/** From nothing to the first answer, and what the process held at most. */
async function cold(engine, id, name, folder) {
  const { works, files } = inputs(folder);
  const work = works.find((known) => known.id === id);
  const side = SIDES[id].find((known) => known.id === name);
  const begun = performance.now();
  const call = await side.open(await library(side.lib), work, files, engine);
  await call();
  const milliseconds = performance.now() - begun;
  for (let round = 0; round < 9; round += 1) await call();
  return { milliseconds, kilobytes: process.resourceUsage().maxRSS };
}

/**
 * @param {object} given
 * @param {string} given.input
 * @param {{ works: { id: string }[], real: boolean }} given.inputs
 * @param {string} given.engine
 * @param {{ warm: number, before: number, cold: number }} given.counts
 */
export function inNode({ input, inputs: { works, real }, engine, counts }) {
  const run = (...words) => JSON.parse(execFileSync(process.execPath, [import.meta.filename, ...words.map(String)], { encoding: 'utf8', maxBuffer: 1 << 26 }));
  const { found: times, told } = run('warm', engine, counts.warm, counts.before, input);
  const found = {};
  for (const { id } of works) {
    found[id] = Object.fromEntries(inNodeSides(id, real).map((side) => [side.id, { warm: times[id][side.id], cold: [], memory: 0 }]));
  }
  for (let turn = 0; turn < counts.cold; turn += 1) {
    for (const { id } of works) {
      for (const side of inNodeSides(id, real)) {
        const { milliseconds, kilobytes } = run('cold', engine, id, side.id, input);
        const row = found[id][side.id];
        row.cold.push(milliseconds);
        row.memory = Math.max(row.memory, kilobytes * 1024);
      }
    }
  }
  return { version: process.version, found, told };
}

if (process.argv[1] === import.meta.filename) {
  const [mode, engine, ...rest] = process.argv.slice(2);
  const answer = mode === 'warm' ? await warm(engine, Number(rest[0]), Number(rest[1]), rest[2]) : await cold(engine, rest[0], rest[1], rest[2]);
  console.log(JSON.stringify(answer));
}
