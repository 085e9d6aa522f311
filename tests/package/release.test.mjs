/** Claims about the tarball of a release, which `cargo site release` packs so that it is the same everywhere. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { PACKAGE, npm } from './packed.mjs';

test('npm would pack every file of the folder, and so the release packs all of them', () => {
  const [packed] = JSON.parse(npm(['pack', '--dry-run', '--json'], { cwd: PACKAGE }));
  const files = readdirSync(PACKAGE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(PACKAGE.length + 1).replaceAll('\\', '/'));
  assert.deepEqual(packed.files.map(({ path }) => path).toSorted(), files.toSorted());
});
