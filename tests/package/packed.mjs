/** What the tests share: the package, packed and installed in a folder of its own. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** The folder that is packed. */
export const PACKAGE = join(ROOT, 'target/npm');

/** A moment at which the demonstration holds. */
export const NOW = '2026-02-01T00:00:00Z';

/** The built-in demonstration, and the policy under which it holds. */
export const DEMONSTRATION = join(ROOT, 'target/site/demo/bundle.json');
export const demonstration = () => new Uint8Array(readFileSync(DEMONSTRATION));
export const SIMULATED = { at: NOW, policy: 'simulated' };

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a program to its end; its output, or an error with both outputs. */
export function run(program, args, { cwd, ...env } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...env },
    maxBuffer: 1 << 26,
    timeout: 120_000,
  });
  if (error) throw error;
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

export const npm = (args, options) => run(NPM, args, options);
export const node = (args, options) => run(process.execPath, args, options);

/** What is to be taken down. @type {(() => void)[]} */
const standing = [];

/** Has something taken down by `down`. */
export const takenDown = (how) => standing.push(how);

/** Takes down what the tests of a file put up: each file does it when its tests are done. */
export function down() {
  for (const how of standing.splice(0)) how();
}

/** A folder, until everything is taken down. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 's2s-package-'));
  takenDown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The tarball, with the list of what is in it. */
export function packed() {
  assert.ok(existsSync(PACKAGE), `${PACKAGE} is missing: build it with "cargo site build"`);
  const into = folder();
  const [{ filename, files, size, unpackedSize }] = JSON.parse(
    npm(['pack', PACKAGE, '--json', '--pack-destination', into]),
  );
  return { tarball: join(into, filename), files: files.map(({ path }) => path), size, unpackedSize };
}

/**
 * A project in which the tarball is installed, and nothing else. No registry is asked.
 *
 * @param {Record<string, string>} [files] what else is in it
 */
export function project(files = {}) {
  const { tarball } = packed();
  const path = folder();
  writeFileSync(join(path, 'package.json'), '{ "private": true }');
  const begun = performance.now();
  const cache = folder();
  npm(['install', tarball, '--offline', '--no-audit', '--no-fund', '--cache', cache], { cwd: path });
  const installed = performance.now() - begun;
  assert.deepEqual(readdirSync(join(path, 'node_modules')).filter((name) => !name.startsWith('.')), [
    'silicon-to-source',
  ]);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, tarball, installed };
}

/** The package as a program in `path` imports it. */
export async function imported(path, entry = 'silicon-to-source') {
  const found = createRequire(join(path, 'program.js')).resolve(entry);
  return import(pathToFileURL(found).href);
}
