/** The command line and the wasm give the same answer, byte for byte. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { skipped } from '../skipped.mjs';
import {
  agree,
  demonstration,
  NOW,
  realCollateral,
  realInputs,
  s2s,
  verifier,
} from './surface.mjs';

/** The demonstration with one byte changed. */
function flipped(offset) {
  const bytes = demonstration.slice();
  bytes[offset] ^= 1;
  return bytes;
}

test('demonstration is verified in wasm, is marked as simulated, and equals the command line', () => {
  const report = agree(demonstration, { policy: 'simulated' });
  assert.equal(report.simulated, true);
  assert.ok(['verified', 'warning'].includes(report.verdict.state), report.verdict.state);
});

test('demonstration under the vendors\' roots is not verified, and equals the command line', () => {
  const report = agree(demonstration, {});
  assert.ok(!['verified', 'warning'].includes(report.verdict.state), report.verdict.state);
});

for (const { name } of JSON.parse(verifier.policies())) {
  test(`demonstration under the policy ${name} equals the command line`, () => {
    agree(demonstration, { policy: name });
  });
}

for (const at of ['1970-01-01T00:00:00Z', '2030-01-01T00:00:00Z', '2100-01-01T00:00:00Z']) {
  test(`demonstration at ${at} equals the command line`, () => {
    agree(demonstration, { at, policy: 'simulated' });
  });
}

test('demonstration with one byte changed equals the command line', () => {
  const step = Math.floor(demonstration.length / 40);
  const states = new Map();
  for (let offset = 0; offset < demonstration.length; offset += step) {
    const report = agree(flipped(offset), { policy: 'simulated' });
    const state = report?.verdict.state ?? 'refused';
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  assert.ok((states.get('failed') ?? 0) > 0, JSON.stringify([...states]));
});

test('inputs of no known kind are refused alike', () => {
  for (const text of ['', '{}', '[]', 'null', '\0', '-----BEGIN CERTIFICATE-----', '{"format":']) {
    assert.equal(agree(new TextEncoder().encode(text), {}), null, JSON.stringify(text));
  }
});

const real = realInputs();
if (real === null) {
  skipped('../shared is absent, so no real vector is compared between wasm and CLI');
} else {
  for (const { name, bytes } of real) {
    test(`${name} equals the command line`, () => {
      agree(bytes, { at: NOW });
    });
  }
  test('reports with all of AMD\'s certificates beside them equal the command line', () => {
    const collateral = [...realCollateral('amd'), ...realCollateral('amd/certs')];
    const reports = real.filter(({ bytes }) => bytes.length === 1184);
    assert.ok(reports.length > 0);
    for (const { bytes } of reports) {
      assert.ok(agree(bytes, { at: '2025-06-01T00:00:00Z', collateral }));
    }
  });
}

test('policies() equals `s2s policy list`', () => {
  const { status, stdout } = s2s('policy', 'list');
  assert.equal(status, 0);
  const policies = JSON.parse(verifier.policies());
  assert.ok(policies.length > 0);
  let from = 0;
  for (const { name, description, sha256 } of policies) {
    for (const part of [name, sha256]) {
      from = stdout.indexOf(part, from);
      assert.ok(from >= 0, `${part} is not in the list, or not in order:\n${stdout}`);
    }
    assert.equal(typeof description, 'string');
  }
});
