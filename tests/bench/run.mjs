/**
 * `cargo site bench`: our verifier beside other people's, in one run, by turns.
 *
 * Needs the built package (`target/npm`) and, unless `--no-native`, the built program
 * `target/bench/native/release/s2s-bench`. The last line of the output is one JSON object.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { bundled, compressed, sizes } from './bundles.mjs';
import { inChromium } from './chromium.mjs';
import { written } from './inputs.mjs';
import { natively } from './native.mjs';
import { inNode } from './node.mjs';
import { round, summary } from './numbers.mjs';
import { served } from './serving.mjs';
import { CHECKS, SIDES } from './sides.js';
import { starts } from './start.mjs';
import { page, quoted } from './table.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const OUT = join(ROOT, 'target/bench');

const { values: given } = parseArgs({
  options: {
    engine: { type: 'string', default: 'default' },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    native: { type: 'boolean', default: true },
    start: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const counts = given.quick ? { warm: 15, before: 5, cold: 1, start: 1, native: 15 } : { warm: 101, before: 10, cold: 5, start: 5, native: 101 };
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const say = (line) => console.error(line);

// What else the machine did before the bench began.
const [load] = loadavg();
mkdirSync(OUT, { recursive: true });
const input = join(OUT, 'input');
const bundles = join(OUT, 'site');
const inputs = written(ROOT, input);
if (!inputs.real) say('../shared/vectors is not there: the inputs are simulated, and peers, which cannot take simulated roots, are left out.');
say('Bundling every library.');
await bundled(join(ROOT, 'target/npm'), bundles);
const libraries = [...new Set(Object.values(SIDES).flat().filter((side) => side.only !== 'node').map((side) => side.lib))];
compressed(bundles);
const size = Object.fromEntries(libraries.map((name) => [name, sizes(bundles, name)]));

const { url, close } = await served({ bundles, input });
say('In Chromium: warm, cold, memory.');
const browser = await inChromium({ program: chromium, url, inputs, engine: given.engine, counts });
close();
say('In Node: warm, cold, memory.');
const node = inNode({ input, inputs, engine: given.engine, counts });
let native = null;
if (given.native) {
  const program = join(OUT, 'native/release/s2s-bench');
  if (!existsSync(program)) throw new Error(`${program} is not there: cargo site bench builds it.`);
  say('Natively: works, instructions, growth.');
  native = natively({ program, input, rounds: counts.native });
}
let start = null;
if (given.start && process.env.SITE_URL) {
  say('The page, from navigation to the painted answer.');
  start = await starts(chromium, process.env.SITE_URL, counts.start);
}

const result = told();
writeFileSync(join(OUT, 'bench.json'), `${JSON.stringify(result, null, 1)}\n`);
const text = page(result);
writeFileSync(join(OUT, 'bench.md'), text);
if (given.write) {
  writeFileSync(join(ROOT, 'docs/bench.md'), text);
  const readme = join(ROOT, 'README.md');
  writeFileSync(readme, quoted(readFileSync(readme, 'utf8'), result));
}
if (!given.json) console.log(text);
console.log(JSON.stringify(result));

/** What was found, with the ratios first. */
function told() {
  const environments = { chromium: environment(browser), node: environment(node) };
  if (native) environments.native = { found: rows(native.found), counted: native.counted };
  return {
    ratios: ratios(browser.found, 'least'),
    ratios_by_median: ratios(browser.found, 'median'),
    ratios_cpu: ratios(browser.found, 'cpu'),
    ratios_cold: ratios(browser.found, 'cold'),
    ratios_node: ratios(node.found, 'least'),
    ratios_native: native ? ratios(native.found, 'least') : null,
    ratios_native_instructions: native?.counted ? ratios(native.found, 'instructions') : null,
    about: 'least time of the quickest peer / least time of ours, in Chromium, warm; more than 1: ours is quicker',
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    engine: given.engine,
    verifier: Object.values(browser.told)[0].verifier,
    evidence: inputs.real ? 'real' : 'simulated; peers left out, for they cannot take simulated roots',
    works: inputs.works.map(({ id, name, about, at }) => ({ id, name, about, at, checks: CHECKS[id] })),
    peers: versions(),
    environments,
    sizes: size,
    start: start && { loopback: summary(start.loopback), slow: summary(start.slow), requests: start.requests, bytes: start.bytes },
    growth: native?.growth.map((row) => ({ ...row, milliseconds: row.milliseconds.map(round), exponent: Number(row.exponent.toFixed(2)) })) ?? null,
    left_out: leftOut(),
  };
}

function environment({ version, found, told: of }) {
  const signatures = Object.fromEntries(Object.entries(of).map(([work, one]) => [work, one.signatures]));
  return { version, found: rows(found), signatures };
}

function rows(found) {
  return Object.fromEntries(Object.entries(found).map(([work, sides]) => [work, Object.fromEntries(Object.entries(sides).map(([side, row]) => [side, {
    warm: summary(row.warm),
    ...(row.cpu ? { cpu: summary(row.cpu) } : {}),
    ...(row.cold?.length ? { cold: summary(row.cold) } : {}),
    ...(row.memory ? { memory: row.memory } : {}),
    ...(row.instructions ? { instructions: row.instructions } : {}),
  }]))]));
}

/**
 * The quickest peer's figure by ours, for each work.
 *
 * @param {Record<string, Record<string, any>>} found
 * @param {'least' | 'median' | 'cold' | 'cpu' | 'instructions'} figure
 */
function ratios(found, figure) {
  const of = (row) => {
    if (figure === 'instructions') return row.instructions;
    if (figure === 'cold' || figure === 'cpu') return summary(row[figure]).median;
    return summary(row.warm)[figure];
  };
  const all = Object.entries(found).map(([work, { ours, ...peers }]) => {
    const quickest = Math.min(...Object.values(peers).map(of));
    return [work, Number.isFinite(quickest) ? Number((quickest / of(ours)).toFixed(2)) : null];
  });
  return Object.fromEntries(all);
}

function machine() {
  const [cpu] = cpus();
  return `${cpus().length} x ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, load ${load?.toFixed(1)}`;
}

function versions() {
  const { devDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
  const tools = ['esbuild', 'playwright-core'];
  return Object.fromEntries(Object.entries(devDependencies).filter(([name]) => !tools.includes(name)));
}

function leftOut() {
  const out = [];
  if (!native) out.push('native: --no-native');
  else if (!native.counted) out.push('instructions: valgrind is not installed');
  if (!start) out.push('start: no SITE_URL, or --no-start');
  if (!inputs.real) out.push('peers: no real evidence');
  return out;
}
