/** WebCrypto in Node says yes to nothing that RustCrypto refuses, and answers what the verifier asks. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { skipped } from '../skipped.mjs';
import { QUESTIONS } from '../target.mjs';
import { compared } from './questions.mjs';

test('no signature that RustCrypto refuses holds for WebCrypto, and none that holds is refused', async () => {
  if (!existsSync(QUESTIONS)) return skipped('the Rust tests did not write their questions down');
  const all = { counts: {}, questions: 0 };
  for (const name of readdirSync(QUESTIONS)) {
    const questions = JSON.parse(readFileSync(join(QUESTIONS, name), 'utf8'));
    const { counts, worse } = await compared(questions);
    assert.deepEqual(worse, [], name);
    for (const [both, count] of Object.entries(counts)) all.counts[both] = (all.counts[both] ?? 0) + count;
    all.questions += questions.length;
  }
  console.log(`${all.questions} questions`, all.counts);
  assert.ok(all.questions > 3000, `${all.questions} questions`);
  const refused = Object.keys(all.counts).filter((both) => / true (false|null)$/.test(both));
  assert.deepEqual(refused, [], 'what RustCrypto alone says yes to');
});
