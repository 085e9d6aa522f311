/** docs/dependencies.md names every package of the wasm, at its version, with its count of `unsafe`. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import test from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const OURS = ['s2s-seal', 's2s-wasm', 'silicon-to-source'];

/** @param {string[]} args */
const cargo = (args) => execFileSync('cargo', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 27 });

/** The packages that cargo builds the wasm with, as "name version", without ours. */
function packages(edges) {
  const where = ['--package', 's2s-wasm', '--target', 'wasm32-unknown-unknown', '--edges', edges];
  const lines = cargo(['tree', '--offline', '--locked', ...where, '--prefix', 'none', '--format', '{p}']).split('\n');
  const named = lines.map((line) => /^(\S+) v(\S+)/.exec(line)).filter((found) => found !== null);
  return new Set(named.filter(([, name]) => !OURS.includes(name)).map(([, name, version]) => `${name} ${version}`));
}

const text = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
const rows = text
  .split('\n')
  .filter((line) => /^\| [a-z0-9]/.test(line) && !line.startsWith('| package'))
  .map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1));

const page = packages('normal,no-proc-macro');
const everything = packages('normal');

test('the list names what cargo builds the wasm with, no more and no less', () => {
  const inWasm = rows.filter((row) => row.length === 5).map(([name, version]) => `${name} ${version}`);
  assert.deepEqual([...inWasm].sort(), [...page].sort());
  const onBuilder = rows.filter((row) => row.length === 3).map(([name, version]) => `${name} ${version}`);
  assert.deepEqual(onBuilder.sort(), [...everything].filter((one) => !page.has(one)).sort());
});

const wasm32 = ['--filter-platform', 'wasm32-unknown-unknown'];
const metadata = JSON.parse(cargo(['metadata', '--offline', '--locked', '--format-version', '1', ...wasm32]));
/** What cargo knows of each package, by "name version". */
const known = new Map(metadata.packages.map((one) => [`${one.name} ${one.version}`, one]));

test('each row says who keeps the package, why it is there, and how often its sources say unsafe', () => {
  let counted = 0;
  for (const [name, version, keeper, number, why] of rows.filter((row) => row.length === 5)) {
    assert.ok(keeper && why, name);
    const folder = dirname(known.get(`${name} ${version}`).manifest_path);
    const inner = join(folder, 'src');
    const sources = readdirSync(existsSync(inner) ? inner : folder, { recursive: true, withFileTypes: true });
    let found = 0;
    for (const file of sources.filter((one) => one.isFile() && one.name.endsWith('.rs'))) {
      const code = readFileSync(join(file.parentPath ?? file.path, file.name), 'utf8').replaceAll(/\/\/[^\n]*/g, '');
      found += code.match(/\bunsafe\s*(\{|fn\b|impl\b|trait\b|extern\b)/g)?.length ?? 0;
    }
    assert.equal(Number(number), found, name);
    counted += 1;
  }
  assert.equal(counted, page.size);
});

test('the list names every package whose build script runs on the builder\'s machine', () => {
  const scripts = [...everything].filter((one) => known.get(one).targets.some(({ kind }) => kind.includes('custom-build')));
  const names = [...new Set(scripts.map((one) => one.split(' ')[0]))].sort();
  const sentence = text.slice(text.indexOf('These packages have one:'));
  assert.deepEqual([...sentence.matchAll(/`([^`]+)`/g)].map(([, name]) => name), names);
});
