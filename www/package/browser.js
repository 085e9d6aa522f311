/** The package in a browser: the verifier is compiled while it arrives. */

import { words } from './page.js';
import { surface } from './surface.js';

export { NotEnough, NotOpened, NotSent, VerifyError } from './errors.js';
export { roots } from './roots.js';

export const { check, connect, explain, init, plan, policies, readBundle, signatures, toBundle, toJson, verify } = surface({
  wasm: async () => new URL('../pkg/silicon_to_source_bg.wasm', import.meta.url),
  words,
  isProgram: false,
});
