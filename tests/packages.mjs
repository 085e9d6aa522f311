/** Where the registry packages lie that this crate is built with. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

function cargo(...args) {
  const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 };
  const { stdout, status, stderr, error } = spawnSync('cargo', args, options);
  assert.equal(status, 0, stderr || String(error));
  return stdout;
}

/**
 * The folder of each package by its name. Only the host's packages are asked for, and none of an
 * optional feature: nobody may have fetched another platform's.
 */
export function packages() {
  const host = cargo('-vV').match(/^host: (.+)$/m)?.[1];
  assert.ok(host, 'cargo names its host');
  const asked = ['metadata', '--format-version', '1', '--offline', '--locked'];
  const narrowed = ['--no-default-features', '--filter-platform', host];
  const { packages } = JSON.parse(cargo(...asked, ...narrowed));
  return new Map(packages.map(({ name, manifest_path }) => [name, dirname(manifest_path)]));
}
