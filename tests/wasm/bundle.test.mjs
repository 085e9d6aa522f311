/** Bundles are the same from wasm and command line, byte for byte, and each opens the other's. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { demonstration, NOW, s2s, verifier } from './surface.mjs';

const folder = mkdtempSync(join(tmpdir(), 's2s-bundle-'));
after(() => rmSync(folder, { recursive: true }));

/** A bundle keeps the names of files, which are the same without the folders in which they lie. */
const evidence = join(folder, 'evidence');
writeFileSync(evidence, demonstration);
const files = [{ name: 'evidence', bytes: demonstration }];
const options = { at: NOW, policy: 'simulated', require: 'A2', denyWarnings: true, artifact: undefined };

/** A bundle of the wasm's, with the report in it. */
function kept(more = {}, maker = {}) {
  const own = { ...options, ...more };
  const report = verifier.verify(files, own);
  return { report, bundle: verifier.bundle(files, own, report, maker) };
}

/** The bytes as a file. */
function file(name, bytes) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test('wasm and command line make the same bundle, and each makes the other\'s report again', () => {
  const path = join(folder, 'terminal.s2s.json');
  const args = ['--policy', 'simulated', '--require', 'A2', '--deny-warnings', '--at', NOW, '--json'];
  const made = s2s('verify', evidence, ...args, '--bundle', path);
  const terminals = new Uint8Array(readFileSync(path));
  const { sha256 } = JSON.parse(new TextDecoder().decode(terminals)).made_by;
  const { report, bundle } = kept({}, sha256 ? { sha256 } : {});
  assert.equal(made.stdout, report);
  assert.deepEqual(Buffer.from(bundle), Buffer.from(terminals));
  const again = JSON.parse(verifier.recorded(terminals));
  assert.deepEqual([again.same, again.count, again.differences, again.otherVerifier], [true, 0, [], false]);
  assert.deepEqual([again.report, again.recorded], [report, report]);
  assert.deepEqual([again.at, again.policy, again.session, again.makersOwn], [NOW, 'simulated', false, []]);
  assert.deepEqual(again.files.map(({ name, len }) => [name, len]), [['evidence', demonstration.length]]);
  const wasms = s2s('verify', file('wasm.s2s.json', bundle), '--as-recorded', '--json');
  assert.deepEqual([wasms.stdout, wasms.status], [report, made.status]);
});

test('a bundle is examined as of now as its files are, in wasm and on the command line', () => {
  const at = '2026-08-01T00:00:00Z';
  const { bundle } = kept();
  const path = file('now.s2s.json', bundle);
  const now = verifier.verify([{ name: path, bytes: bundle }], { at });
  assert.equal(now, verifier.verify(files, { ...options, at }));
  assert.equal(now, s2s('verify', path, '--at', at, '--json').stdout);
  const strict = verifier.verify([{ name: path, bytes: bundle }], { at, policy: 'snp' });
  assert.equal(strict, verifier.verify(files, { ...options, at, policy: 'snp', require: undefined }));
  assert.equal(verifier.own(bundle), 'own-bundle');
});

test('no byte of a bundle is changed without being seen', () => {
  const { bundle } = kept();
  const step = Math.floor(bundle.length / 200);
  for (let offset = 0; offset < bundle.length - 1; offset += step) {
    const changed = bundle.slice();
    changed[offset] ^= 1;
    assert.throws(() => verifier.recorded(changed), { code: /malformed|unsupported/ }, `byte ${offset}`);
  }
});

test('what the maker said of its own accord is told, and does not count as of now', () => {
  const policy = JSON.stringify({
    name: 'own', roots: 'simulated', 'least-level': 'A1', required: ['snp.report.signature'],
  });
  const { bundle } = kept({ policy });
  const again = JSON.parse(verifier.recorded(bundle));
  assert.deepEqual([again.same, again.makersOwn, again.policy], [true, ['policy'], policy]);
  const now = JSON.parse(verifier.verify([{ name: 'x', bytes: bundle }], { at: NOW }));
  assert.equal(now.policy.name, 'tinfoil');
});

test('a report that the files do not give is not put into a bundle', () => {
  const { report } = kept();
  const other = report.replace('"simulated": true', '"simulated": false');
  assert.notEqual(other, report);
  assert.throws(() => verifier.bundle(files, options, other, {}), { code: 'malformed', message: /is not what/ });
  assert.throws(() => verifier.bundle(files, options, report, { sha265: '' }), { code: 'usage' });
});

test('keys of the reader\'s that cannot be read are refused by their name', () => {
  for (const name of ['trustedRoot', 'firmwareRoot']) {
    const bytes = new TextEncoder().encode('{}');
    assert.throws(() => verifier.verify(files, { at: NOW, [name]: bytes }), { file: name });
    assert.throws(() => verifier.verify(files, { at: NOW, [name]: 'text' }), { code: 'usage' });
  }
});
