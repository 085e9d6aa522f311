/** The native part: our library beside other people's crates, instructions, and growth. */

import { execFileSync, spawnSync } from 'node:child_process';

/** @param {string} program @param {string[]} words */
const run = (program, words) => execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 26 });

/**
 * @param {object} given
 * @param {string} given.program
 * @param {string} given.input
 * @param {number} given.rounds
 */
export function natively({ program, input, rounds }) {
  const rows = JSON.parse(run(program, ['works', input, String(rounds)]));
  const counter = counters(program);
  const found = {};
  for (const { work, side, nanoseconds } of rows) {
    const row = { warm: nanoseconds.map((time) => time / 1e6) };
    if (counter) row.instructions = counter((calls) => ['once', input, work, side, String(calls)]);
    (found[work] ??= {})[side] = row;
  }
  return { found, counted: counter !== null, growth: JSON.parse(run(program, ['growth'])) };
}

/** How to count the instructions of one call; null where valgrind is missing. */
function counters(program) {
  if (spawnSync('valgrind', ['--version']).status !== 0) return null;
  const total = (words) => {
    const { stderr, status } = spawnSync('valgrind', ['--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null', program, ...words], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const count = /I\s+refs:\s+([\d,]+)/.exec(stderr);
    if (status !== 0 || !count) throw new Error(`valgrind: ${stderr}`);
    return Number(count[1].replaceAll(',', ''));
  };
  // What the process does before the first call is in both.
  return (words) => Math.round((total(words(3)) - total(words(1))) / 2);
}
