/** Calls that cannot be answered throw an error with a code and a sentence; nothing traps. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { demonstration, fromWasm, named, NOW, ROOT, verifier } from './surface.mjs';

const files = named(demonstration);

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

test('files that are no array of names and bytes are refused', () => {
  for (const list of [undefined, null, 'text', 7, {}, demonstration, [demonstration], [{ name: 'a' }]]) {
    refuses(() => verifier.verify(list, { at: NOW }), 'usage');
  }
  for (const bytes of [undefined, null, 'text', 7, {}, [1, 2], new ArrayBuffer(4)]) {
    refuses(() => verifier.verify([{ name: 'a', bytes }], { at: NOW }), 'usage');
  }
  for (const file of [{ bytes: demonstration }, { name: 7, bytes: demonstration }]) {
    refuses(() => verifier.verify([file], { at: NOW }), 'usage');
  }
  const misspelt = { name: 'a', bytes: demonstration, ulr: 'https://a.example/' };
  refuses(() => verifier.verify([misspelt], { at: NOW }), 'usage');
  refuses(() => verifier.verify([], { at: NOW }), 'missing');
});

test('options that are absent, misspelt or of the wrong type are refused', () => {
  for (const options of [undefined, null, 'text', {}, { at: 7 }, { at: NOW, polcy: 'snp' }]) {
    refuses(() => verifier.verify(files, options), 'usage');
  }
  refuses(() => verifier.verify(files, { at: NOW, policy: 7 }), 'usage');
  refuses(() => verifier.verify(files, { at: NOW, collateral: [] }), 'usage');
  for (const asked of [7, {}, '', '{}', '{"origin":"https://a.example"}']) {
    refuses(() => verifier.verify(files, { at: NOW, asked }), 'usage');
  }
});

test('an error names the file that it is in', () => {
  const text = new TextEncoder().encode('{"domain": 7');
  assert.throws(
    () => verifier.verify([{ name: 'broken.json', bytes: text }], { at: NOW }),
    (error) => error.file === 'broken.json' && !error.message.includes('broken.json'),
  );
});

test('a file that is nothing known spoils nothing, and is named', () => {
  const stray = { name: 'holiday.txt', bytes: new TextEncoder().encode('Dear diary') };
  const { json } = fromWasm(demonstration, { policy: 'simulated' });
  for (const list of [[...files, stray], [stray, ...files]]) {
    const report = JSON.parse(verifier.verify(list, { at: NOW, policy: 'simulated' }));
    assert.deepEqual(report.verdict, JSON.parse(json).verdict);
    const told = report.files.map(({ name, became }) => [name, became]);
    assert.ok(told.some(([name, became]) => name === 'holiday.txt' && became === 'not-known'), told.join());
    assert.ok(told.some(([name, became]) => name === 'input' && became === 'evidence'), told.join());
  }
});

test('artifact that is neither bytes nor a digest is refused', () => {
  for (const artifact of ['', 'sha256:00', 'image', 7, {}, [1]]) {
    refuses(() => verifier.verify(files, { at: NOW, artifact }), 'usage');
  }
  const artifact = new Uint8Array([1]);
  refuses(() => verifier.verify(files, { at: NOW, artifact }), 'unsupported');
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
    refuses(() => verifier.verify(files, { at }), 'malformed');
  }
});

test('policy that is neither a name nor a policy file is refused, and a wrong name is told the names', () => {
  for (const policy of ['', 'no-such-policy', '["name"]']) {
    refuses(() => verifier.verify(files, { at: NOW, policy }), 'usage');
  }
  for (const policy of ['{', '{"name":"x"}', '{"name":"x","name":"y"}']) {
    refuses(() => verifier.verify(files, { at: NOW, policy }), 'malformed');
  }
  const policy = '{"name":"x","required":["no.such-check"]}';
  refuses(() => verifier.verify(files, { at: NOW, policy }), 'unsupported');
  assert.throws(
    () => verifier.verify(files, { at: NOW, policy: 'nope\u202e' }),
    ({ message }) =>
      message.startsWith('There is no policy "nope\\u{202e}". ') &&
      JSON.parse(verifier.policies()).every(({ name }) => message.includes(name)),
  );
});

test('what is required is a level, and a misspelt one is refused', () => {
  for (const require of ['', 'A6', 'a4', 4, {}]) {
    refuses(() => verifier.verify(files, { at: NOW, require }), 'usage');
  }
  refuses(() => verifier.verify(files, { at: NOW, denyWarnings: 'yes' }), 'usage');
});

test('policy that requires nothing verifies nothing', () => {
  const policy = '{"name":"empty","required":[],"roots":"simulated"}';
  const { json, error } = fromWasm(demonstration, { policy });
  assert.equal(error, undefined);
  assert.ok(!['verified', 'warning'].includes(JSON.parse(json).verdict.state));
});

test('more than 16 MiB are refused before they are copied', () => {
  const large = new Uint8Array(16 * 1024 * 1024 + 1);
  refuses(() => verifier.verify(named(large), { at: NOW }), 'too-large');
  refuses(() => verifier.verify(named(demonstration, [large]), { at: NOW }), 'too-large');
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
