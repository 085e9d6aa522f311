/** What the wasm tests share: the verifier built for Node, the command line, and the inputs. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

import { CLI } from '../target.mjs';

export const ROOT = resolve(import.meta.dirname, '../..');

/** `verify`, `policies` and `version`, as `cargo site build` makes them for Node. */
export const verifier = createRequire(import.meta.url)(
  join(ROOT, 'target/site-node/pkg/silicon_to_source.js'),
);

/** The wasm file that the page loads. */
export const PAGE_WASM = join(ROOT, 'target/site/pkg/silicon_to_source_bg.wasm');

/** A moment at which the demonstration holds. */
export const NOW = '2026-02-01T00:00:00Z';

/** The bundle that the page opens with. */
export const demonstration = new Uint8Array(readFileSync(join(ROOT, 'target/site/demo/bundle.json')));


const SHARED = join(ROOT, '../shared');
const VECTORS = join(SHARED, 'vectors');

/** What an input can be refused with. */
const CODES = ['malformed', 'missing', 'too-large', 'unsupported'];

/** The exit status that follows from a state. */
const EXITS = { verified: 0, warning: 0, failed: 1, unknown: 3, 'not-published': 3 };

/** One of the real files beside the repository, or `null` where there is no folder of them at all. */
export function realFile(name) {
  if (!existsSync(SHARED)) return null;
  return new Uint8Array(readFileSync(join(VECTORS, name)));
}

/** The names of all real files under `folder`, or `null` where there is no folder of them at all. */
export function realNames(folder) {
  if (!existsSync(SHARED)) return null;
  return readdirSync(join(VECTORS, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(VECTORS, join(entry.parentPath, entry.name)))
    .sort();
}

/** Where a real file lies, for the command line. */
export function realPath(name) {
  return join(VECTORS, name);
}

/** The real inputs beside the repository, by name; empty in a plain clone. */
export function realInputs() {
  if (!existsSync(SHARED)) return null;
  return ['amd', 'azure', 'dstack', 'gcb', 'gcp', 'intel', 'nitro', 'nvidia', 'tinfoil']
    .flatMap((folder) => readdirSync(join(VECTORS, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ name: relative(VECTORS, path), bytes: new Uint8Array(readFileSync(path)) }));
}

/** Certificates and revocation lists of a real folder. */
export function realCollateral(folder) {
  const path = join(VECTORS, folder);
  return readdirSync(path)
    .filter((name) => /\.(der|pem|crt|crl)$/.test(name))
    .sort()
    .map((name) => new Uint8Array(readFileSync(join(path, name))));
}

/** Runs `s2s` and returns its exit status and both outputs. */
export function s2s(...args) {
  return s2sIn(undefined, ...args);
}

/** The same in a folder, so that files have short names. */
function s2sIn(cwd, ...args) {
  const { status, stdout, stderr, error } = spawnSync(CLI, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/**
 * What the command line says about `bytes`: the report's JSON, or the sentence with which it
 * refuses them.
 */
export function fromCommandLine(bytes, { at = NOW, policy, collateral = [], artifact, args: more = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 's2s-'));
  try {
    const file = (name, content) => {
      writeFileSync(join(folder, name), content);
      return name;
    };
    const args = ['verify', file('input', bytes), '--json', '--at', at, ...more];
    if (policy !== undefined) {
      const isFile = policy.startsWith('{');
      args.push('--policy', isFile ? file('policy.json', policy) : policy);
    }
    if (artifact !== undefined) {
      const isDigest = typeof artifact === 'string';
      args.push('--artifact', isDigest ? artifact : file('artifact', artifact));
    }
    collateral.forEach((piece, n) => args.push('--collateral', file(`collateral-${n}`, piece)));
    const { status, stdout, stderr } = s2sIn(folder, ...args);
    return status === 2 ? { refused: stderr } : { json: stdout, status };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `bytes` and the files beside it, as the wasm takes them. */
export function named(bytes, collateral = []) {
  const beside = collateral.map((piece, n) => ({ name: `collateral-${n}`, bytes: piece }));
  return [{ name: 'input', bytes }, ...beside];
}

/** What the wasm says about `bytes`: the report's JSON, or the error it throws. */
export function fromWasm(bytes, { at = NOW, policy, collateral, artifact } = {}) {
  try {
    return { json: verifier.verify(named(bytes, collateral), { at, policy, artifact }) };
  } catch (error) {
    return { error };
  }
}

/** Asserts that both answer alike, and returns the report or `null` when both refuse. */
export function agree(bytes, options) {
  const wasm = fromWasm(bytes, options);
  const native = fromCommandLine(bytes, options);
  if (wasm.error) {
    assert.ok(CODES.includes(wasm.error.code), `${wasm.error.code}: ${wasm.error.message}`);
    assert.ok(native.refused, `only the wasm refuses: ${wasm.error.message}`);
    assert.ok(
      native.refused.includes(wasm.error.message),
      `"${native.refused}" is not about "${wasm.error.message}"`,
    );
    if (wasm.error.file) assert.ok(native.refused.includes(`${wasm.error.file}: `), native.refused);
    return null;
  }
  assert.equal(native.refused, undefined, 'only the command line refuses');
  assert.equal(wasm.json, native.json);
  const report = JSON.parse(wasm.json);
  assert.equal(native.status, EXITS[report.verdict.state], report.verdict.state);
  return report;
}
