/** The package in a browser: the verifier is compiled while it arrives. */

import { surface } from './surface.js';

export { NotEnough, VerifyError } from './errors.js';
export { roots } from './roots.js';

export const { check, explain, init, plan, policies, toJson, verify } = surface({
  wasm: async () => new URL('../pkg/silicon_to_source_bg.wasm', import.meta.url),
  text: async (address) => {
    const response = await fetch(address);
    if (!response.ok) throw new TypeError(`${address.pathname}: ${response.status}`);
    return response.text();
  },
  isProgram: false,
});
