#!/usr/bin/env node
/**
 * The wasm as a client of the Sigstore conformance suite (its docs/cli_protocol.md):
 *
 *   s2s-wasm.mjs verify-bundle [--staging] --bundle FILE
 *     (--certificate-identity ID --certificate-oidc-issuer URL | --key FILE)
 *     [--trusted-root FILE] FILE_OR_DIGEST
 *
 * Exit status: 0 when the bundle holds, 1 when it does not, 2 when the command line or a file
 * cannot be read. Signing is not offered.
 */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { packages } from '../packages.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const { verifyBundle } = createRequire(import.meta.url)(
  join(ROOT, 'target/site-node/pkg/silicon_to_source.js'),
);

/** @param {string} path */
const read = (path) => new Uint8Array(readFileSync(path));

/** A digest counts as one only when it is no path on disk. */
function artifact(name) {
  const isDigest = /^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/i.test(name) && !existsSync(name);
  return isDigest ? name : read(name);
}

/** The keys of Sigstore's staging instance, as they come with the Sigstore crates: the wasm has none of them. */
const staging = () => join(packages().get('sigstore-trust-root'), 'src/trusted_root_staging.json');

function main() {
  const text = { type: 'string' };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      staging: { type: 'boolean', default: false },
      bundle: text,
      'certificate-identity': text,
      'certificate-oidc-issuer': text,
      key: text,
      'trusted-root': text,
    },
  });
  const [command, name, ...rest] = positionals;
  if (command !== 'verify-bundle' || !name || !values.bundle || rest.length > 0) {
    throw new Error('Expected: verify-bundle --bundle FILE ... FILE_OR_DIGEST.');
  }
  const options = {
    at: `${new Date().toISOString().slice(0, 19)}Z`,
    artifact: artifact(name),
  };
  if (values['certificate-identity']) options.identity = values['certificate-identity'];
  if (values['certificate-oidc-issuer']) options.issuer = values['certificate-oidc-issuer'];
  if (values.key) options.key = readFileSync(values.key, 'utf8');
  const root = values['trusted-root'] ?? (values.staging ? staging() : null);
  if (root !== null) options.trustedRoot = read(root);
  return verifyBundle(read(values.bundle), options);
}

try {
  const why = main();
  if (why !== '') console.error(why);
  process.exitCode = why === '' ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
