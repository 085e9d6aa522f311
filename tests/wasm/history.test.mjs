/** What a history is made of comes with the examination, and what changed in it the wasm says. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { demonstration, named, NOW, verifier } from './surface.mjs';

const files = named(demonstration);
const examined = (options, engine) => verifier.examine(files, { at: NOW, ...options }, engine);
const remembered = (known, { seen }) => JSON.parse(verifier.remembered(known && JSON.stringify(known), seen));

test('what is seen is the same by either engine, and is there only where the report decides something', async () => {
  const each = await Promise.all(['webcrypto', 'rust', 'both'].map((engine) => examined({ policy: 'simulated' }, engine)));
  const [first] = each;
  for (const own of each) assert.equal(own.seen, first.seen);
  const { values } = JSON.parse(first.seen);
  const { claims } = JSON.parse(first.report);
  assert.deepEqual(values.commit, [
    { name: 'git.commit', value: claims.find(({ name }) => name === 'git.commit').value.hex },
  ]);
  // Simulated evidence under a real policy fails.
  const failed = await examined({ policy: 'tinfoil' });
  assert.equal(JSON.parse(failed.report).verdict.state, 'failed');
  assert.equal(failed.seen, undefined);
});

test('a change is remembered until it is noticed, and what cannot be read is remembered as nothing', async () => {
  const first = await examined({ policy: 'simulated' });
  const later = await examined({ policy: 'simulated-machine' });
  const own = remembered(undefined, first);
  assert.deepEqual([own.since, own.changes], [NOW, []]);
  const changed = remembered(own, later);
  assert.deepEqual(changed.changes.map(({ what, form, key }) => [what, form, key]), [['policy', 'changed', false]]);
  assert.ok(changed.same.includes('chip') && changed.same.includes('commit'));
  const noticed = JSON.parse(verifier.noticed(JSON.stringify(changed)));
  assert.deepEqual(noticed.changes, []);
  assert.deepEqual(remembered(noticed, later).changes, []);
  for (const known of [{}, { ...own, known: 7 }, 'text']) assert.deepEqual(remembered(known, later).changes, []);
  for (const call of [() => verifier.remembered(undefined, '{}'), () => verifier.noticed('{}')]) {
    assert.throws(call, ({ code, message }) => code === 'usage' && message.endsWith('.'));
  }
});
