/** What is left out where something is absent. */

import { appendFileSync } from 'node:fs';

/**
 * Says that tests leave something out, and writes it where `cargo site test` counts it.
 * @param {string} reason
 */
export function skipped(reason) {
  const line = `SKIPPED: ${reason}`;
  console.log(line);
  if (process.env.SKIPPED_TESTS) appendFileSync(process.env.SKIPPED_TESTS, `${line}\n`);
}
