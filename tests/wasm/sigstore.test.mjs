/**
 * Every bundle in the test data of the Sigstore crates, asked of the wasm: the answer is that of
 * `tests/sigstore_table.json`, and the report equals the command line's, byte for byte. Where the
 * question is one of the conformance protocol, both clients answer it alike.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { packages } from '../packages.mjs';
import { fromCommandLine, fromWasm, ROOT, s2s } from './surface.mjs';

const NOW = '2026-11-01T00:00:00Z';
const FOLDERS = { 'sigstore-verify': 'test_data', 'sigstore-bundle': 'tests/fixtures' };
const CLIENT = join(ROOT, 'tests/conformance/s2s-wasm.mjs');

const table = JSON.parse(readFileSync(join(ROOT, 'tests/sigstore_table.json'), 'utf8'));
const folders = packages();

/** The path of a file of the row's package. */
function path(row, file) {
  const name = row.package ?? 'sigstore-verify';
  return join(folders.get(name), FOLDERS[name], file);
}

const staging = () => join(folders.get('sigstore-trust-root'), 'src/trusted_root_staging.json');

/** The file of the row's own root, or `undefined` for the ones that come with the verifier. */
function root(row) {
  if (!row.root) return undefined;
  return row.root.staging ? staging() : path(row, row.root.file);
}

/** The text of the row's policy. */
function policy(row) {
  const sigstore = {};
  const file = root(row);
  if (file) sigstore['trusted-root'] = JSON.parse(readFileSync(file, 'utf8'));
  if (row.key) sigstore.keys = [readFileSync(path(row, row.key), 'utf8')];
  const required = ['sigstore.signature', 'sigstore.subject', 'sigstore.public-log'];
  return JSON.stringify({ name: 'table', required, sigstore });
}

function artifact(row) {
  if (!row.artifact) return undefined;
  return row.artifact.digest ?? new Uint8Array(readFileSync(path(row, row.artifact.file)));
}

/** The answer that the findings about the bundle come to. */
function answer(row, json) {
  const findings = JSON.parse(json).links.flatMap(({ findings }) => findings);
  const own = findings.filter(({ check }) => /^(sigstore\.|provenance\.statement$)/.test(check));
  const of = (outcome) => {
    const some = own.filter((f) => f.outcome === outcome && f.reason !== 'not-applicable');
    return [...new Set(some.map(({ check }) => check))];
  };
  const [failed, open] = [of('fail'), of('unknown')];
  if (row.check && failed.includes(row.check)) return 'refused';
  if (row.check && failed.length === 0 && open.includes(row.check)) return 'undecided';
  if (!row.check && failed.length + open.length === 0) return 'holds';
  if (!row.check && failed.length === 0 && open.join() === 'sigstore.subject') return 'open';
  return `failed ${failed}, open ${open}`;
}

for (const row of table) {
  const { file, because } = row;
  test(`${file} ${row.answer}: ${because}`, () => {
    const bytes = new Uint8Array(readFileSync(path(row, file)));
    const asked = { at: NOW, policy: policy(row), artifact: artifact(row) };
    const wasm = fromWasm(bytes, asked);
    const native = fromCommandLine(bytes, asked);
    if (row.answer === 'unreadable') {
      assert.ok(wasm.error);
      assert.ok(native.refused.includes(wasm.error.message), native.refused);
      return;
    }
    assert.equal(wasm.error, undefined);
    assert.equal(wasm.json, native.json);
    assert.equal(answer(row, wasm.json), row.answer);
  });
}

/** Asks both clients of the conformance protocol, and returns the exit status they agree on. */
function conformance(...args) {
  const native = s2s('verify-bundle', ...args);
  const wasm = spawnSync(process.execPath, [CLIENT, 'verify-bundle', ...args], { encoding: 'utf8' });
  assert.equal(wasm.status, native.status, `${wasm.stderr}\n${native.stderr}`);
  return native.status;
}

const data = (file) => path({}, file);
const CONDA = [
  '--bundle',
  data('bundles/conda-attestation.sigstore.json'),
  '--certificate-identity',
  'https://github.com/prefix-dev/sigstore-example/.github/workflows/action.yaml@refs/heads/main',
  '--certificate-oidc-issuer',
  'https://token.actions.githubusercontent.com',
];
const PACKAGE = data('bundles/signed-package-2.1.0-hb0f4dca_0.conda');

test('both clients of the conformance protocol accept the right artifact and signer only', () => {
  const replaced = (from, to) => CONDA.map((word) => (word === from ? to : word));
  assert.equal(conformance(...CONDA, PACKAGE), 0);
  const digest = createHash('sha256').update(readFileSync(PACKAGE)).digest('hex');
  assert.equal(conformance(...CONDA, `sha256:${digest}`), 0);
  assert.equal(conformance(...CONDA, `sha256:${'0'.repeat(64)}`), 1);
  assert.equal(conformance(...CONDA, data('bundles/cosign-v3-blob.txt')), 1);
  assert.equal(conformance(...replaced(CONDA[3], `${CONDA[3]}x`), PACKAGE), 1);
  assert.equal(conformance(...replaced(CONDA[5], 'https://accounts.google.com'), PACKAGE), 1);
  assert.equal(conformance('--staging', ...CONDA, PACKAGE), 1, 'another instance');
  const supplied = ['--trusted-root', data('trusted_roots/public-good.json')];
  assert.equal(conformance(...CONDA, ...supplied, PACKAGE), 0);
});

test('both clients of the conformance protocol accept a managed key for its own bundle only', () => {
  const bundle = ['--bundle', data('managed-key/bundle.sigstore.json')];
  const key = ['--key', data('managed-key/key.pub')];
  assert.equal(conformance(...bundle, ...key, data('managed-key/artifact.txt')), 0);
  assert.equal(conformance(...bundle, ...key, data('bundles/cosign-v3-blob.txt')), 1);
  assert.equal(conformance(...CONDA.slice(0, 2), ...key, PACKAGE), 1, 'it has a certificate');
  assert.equal(conformance(...bundle, ...CONDA.slice(2), data('managed-key/artifact.txt')), 1);
});

test('both clients of the conformance protocol refuse what they cannot read', () => {
  const folder = mkdtempSync(join(tmpdir(), 's2s-'));
  try {
    const broken = join(folder, 'bundle.json');
    writeFileSync(broken, '{');
    assert.equal(conformance('--bundle', broken, ...CONDA.slice(2), PACKAGE), 1);
    assert.equal(conformance(...CONDA, 'sha256:00'), 2, 'neither a file nor a digest');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
