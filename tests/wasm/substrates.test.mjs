/**
 * Real evidence of every substrate: wasm and command line give the answer that the vectors are
 * documented with, and the same one, byte for byte.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { skipped } from '../skipped.mjs';
import { agree, realFile } from './surface.mjs';

const GOOGLE_TDX = 'gcp/tdx-2026-06-30.collateral.json';
const MARCH_2026 = '2026-03-01T00:00:00Z';
const JULY_2026 = '2026-07-10T00:00:00Z';

/**
 * Name, moment, state, level, and files beside it. A number after `eigencompute/` picks one of
 * the six in that file.
 * @type {Array<[string, string, string, string | null, string[]?]>}
 */
const CASES = [
  ['eigencompute/0', JULY_2026, 'failed', null, [GOOGLE_TDX]],
  ['eigencompute/1', MARCH_2026, 'failed', null],
  ['eigencompute/2', MARCH_2026, 'failed', null],
  ['eigencompute/3', JULY_2026, 'warning', 'A3', [GOOGLE_TDX]],
  ['eigencompute/3', MARCH_2026, 'unknown', null],
  ['eigencompute/4', MARCH_2026, 'warning', 'A3'],
  ['eigencompute/5', MARCH_2026, 'warning', 'A2'],
  ['nitro/production-2022.cose', '2022-10-13T09:00:00Z', 'verified', 'A2'],
  ['nitro/production-2022.cose', '2022-10-13T08:00:00Z', 'failed', null],
  ['nitro/debug-pcr0-zero-2023.cose.b64', '2023-09-18T15:05:00Z', 'failed', null],
  ['nitro/dstack-nitro-attestation.bin', '2025-12-25T13:20:00Z', 'verified', 'A2'],
  ['azure/snp-live-evidence.json', MARCH_2026, 'warning', 'A3'],
  ['nvidia/hopper-report.hex.txt', MARCH_2026, 'verified', 'A3', ['nvidia/hopper-cert-chain.txt']],
  [
    'nvidia/hopper-report.hex.txt',
    MARCH_2026,
    'unknown',
    null,
    ['nvidia/hopper-cert-chain-too-short.txt'],
  ],
  ['gcp/confidential-space-pki-token.jwt', '2024-11-04T00:10:00Z', 'failed', null],
  ['gcp/confidential-space-oidc-token.jwt', '2024-11-04T00:10:00Z', 'unknown', null],
  ['gcp/vtpm-cos-85-nonce9009.pb', MARCH_2026, 'unknown', null],
  ['gcb/v1.0-container-github-both-invalid-sig.json', MARCH_2026, 'failed', null],
  ['gcb/v1.0-container-github.json', MARCH_2026, 'unknown', null],
  ['dstack/quote-report.json', MARCH_2026, 'unknown', null],
  ['dstack/tdx-lite-getquote.json', JULY_2026, 'unknown', null],
  ['dstack/sev-snp-attestation.json', '2026-08-01T00:00:00Z', 'warning', 'A3'],
  ['intel/tdx-v4-debug-td.quote', MARCH_2026, 'failed', null],
];

/** @param {string} name */
function evidence(name) {
  const [folder, number] = name.split('/');
  if (folder !== 'eigencompute') return realFile(name);
  const all = realFile('eigencompute/bound-evidence.json');
  if (all === null) return null;
  const one = JSON.parse(new TextDecoder().decode(all))[Number(number)];
  return new TextEncoder().encode(JSON.stringify(one));
}

if (realFile('README.md') === null) {
  skipped('../shared is absent, so no real evidence is compared between wasm and CLI');
} else {
  for (const [name, at, state, level, beside = []] of CASES) {
    test(`${name} at ${at} is ${state}, ${level ?? 'without a level'}, from both`, () => {
      const collateral = beside.map(realFile);
      const report = agree(evidence(name), { at, collateral });
      assert.deepEqual([report.verdict.state, report.assurance.level], [state, level]);
    });

    test(`${name} at ${at} with changed bytes is answered alike`, () => {
      const collateral = beside.map(realFile);
      const bytes = evidence(name);
      for (let offset = 11; offset < bytes.length; offset += Math.ceil(bytes.length / 12)) {
        const changed = bytes.slice();
        changed[offset] ^= 1;
        const report = agree(changed, { at, collateral });
        const rank = ['verified', 'warning'].indexOf(report?.verdict.state ?? 'refused');
        const before = ['verified', 'warning'].indexOf(state);
        assert.ok(rank === -1 || before !== -1, `byte ${offset} made it ${report?.verdict.state}`);
      }
    });
  }
}
