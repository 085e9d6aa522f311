/** Calls that cannot be answered throw an error with a code and a sentence; nothing traps. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { demonstration, fromWasm, NOW, ROOT, verifier } from './surface.mjs';

/** Asserts that a call throws an `Error` with a code and a sentence, which a trap is not. */
function refuses(call, code) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof Error);
    assert.ok(!(error instanceof WebAssembly.RuntimeError), `it trapped: ${error.message}`);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, /^[A-Z\w][^]*\.$/, 'a sentence');
    return true;
  });
}

test('input that is no Uint8Array is refused', () => {
  for (const input of [undefined, null, 'text', 7, {}, [1, 2], new ArrayBuffer(4)]) {
    refuses(() => verifier.verify(input, { at: NOW }), 'usage');
  }
});

test('options that are absent, misspelt or of the wrong type are refused', () => {
  for (const options of [undefined, null, 'text', {}, { at: 7 }, { at: NOW, polcy: 'snp' }]) {
    refuses(() => verifier.verify(demonstration, options), 'usage');
  }
  refuses(() => verifier.verify(demonstration, { at: NOW, policy: 7 }), 'usage');
  for (const collateral of ['text', {}, [[1]], [new ArrayBuffer(4)]]) {
    refuses(() => verifier.verify(demonstration, { at: NOW, collateral }), 'usage');
  }
});

test('artifact that is neither bytes nor a digest is refused', () => {
  for (const artifact of ['', 'sha256:00', 'image', 7, {}, [1]]) {
    refuses(() => verifier.verify(demonstration, { at: NOW, artifact }), 'usage');
  }
  const artifact = new Uint8Array([1]);
  refuses(() => verifier.verify(demonstration, { at: NOW, artifact }), 'unsupported');
});

test('question about a bundle that is not complete is refused', () => {
  const artifact = `sha256:${'0'.repeat(64)}`;
  const identity = { identity: 'a', issuer: 'b' };
  for (const options of [
    undefined,
    { at: NOW, artifact },
    { at: NOW, ...identity },
    { at: NOW, artifact, identity: 'a' },
    { at: NOW, artifact, ...identity, key: 'c' },
    { at: NOW, artifact: 'image', ...identity },
    { at: NOW, artifact, ...identity, trustedRoot: 'text' },
    { at: NOW, artifact, ...identity, root: 'text' },
  ]) {
    refuses(() => verifier.verifyBundle(demonstration, options), 'usage');
  }
  const answer = verifier.verifyBundle(demonstration, { at: NOW, artifact, ...identity });
  assert.notEqual(answer, '', 'no bundle at all');
});

test('time that is not RFC 3339 with an offset is refused', () => {
  for (const at of ['', 'now', '2026-02-01', '2026-02-01T00:00:00']) {
    refuses(() => verifier.verify(demonstration, { at }), 'malformed');
  }
});

test('policy that is neither a name nor a policy file is refused', () => {
  for (const policy of ['', 'no-such-policy', '{', '{"name":"x"}', '{"name":"x","name":"y"}']) {
    refuses(() => verifier.verify(demonstration, { at: NOW, policy }), 'malformed');
  }
  const policy = '{"name":"x","required":["no.such-check"]}';
  refuses(() => verifier.verify(demonstration, { at: NOW, policy }), 'unsupported');
});

test('policy that requires nothing verifies nothing', () => {
  const policy = '{"name":"empty","required":[],"roots":"simulated"}';
  const { json, error } = fromWasm(demonstration, { policy });
  assert.equal(error, undefined);
  assert.ok(!['verified', 'warning'].includes(JSON.parse(json).verdict.state));
});

test('more than 16 MiB are refused before they are copied', () => {
  const large = new Uint8Array(16 * 1024 * 1024 + 1);
  refuses(() => verifier.verify(large, { at: NOW }), 'too-large');
  refuses(() => verifier.verify(demonstration, { at: NOW, collateral: [large] }), 'too-large');
});

test('truncated demonstration never traps and is never verified', () => {
  const step = Math.max(1, Math.floor(demonstration.length / 500));
  let answered = 0;
  for (let length = 0; length < demonstration.length; length += step) {
    const { json, error } = fromWasm(demonstration.subarray(0, length), { policy: 'simulated' });
    if (error) {
      assert.equal(typeof error.code, 'string', `at length ${length}: ${error.message}`);
    } else {
      const { state } = JSON.parse(json).verdict;
      assert.ok(!['verified', 'warning'].includes(state), `${state} at length ${length}`);
    }
    answered += 1;
  }
  assert.ok(answered >= Math.min(500, demonstration.length));
  const { json } = fromWasm(demonstration, { policy: 'simulated' });
  assert.ok(json, 'the verifier still answers afterwards');
});

test('collateral that cannot be read never traps', () => {
  for (const length of [0, 1, 4, 100, 5000]) {
    const { json, error } = fromWasm(demonstration, {
      policy: 'simulated',
      collateral: [new Uint8Array(length).fill(0x30)],
    });
    assert.ok(json || error.code, error?.message);
  }
});

test('version() is the version in Cargo.toml', () => {
  const manifest = readFileSync(join(ROOT, 'Cargo.toml'), 'utf8');
  assert.equal(verifier.version(), manifest.match(/^version = "(.+)"$/m)[1]);
});
