/** The package in Node: its files are read from disk. */

import { readFile } from 'node:fs/promises';

import { surface } from './surface.js';
import { wordings } from './wordings.js';

export { NotEnough, NotOpened, NotSent, VerifyError } from './errors.js';
export { roots } from './roots.js';

export const { check, connect, explain, init, plan, policies, readBundle, signatures, toBundle, toJson, verify } = surface({
  wasm: () => readFile(new URL('../pkg/silicon_to_source_bg.wasm', import.meta.url)),
  words: wordings((address) => readFile(address, 'utf8')),
  isProgram: true,
});
