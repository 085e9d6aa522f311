/**
 * The verifier in a worker of a browser.
 *
 * @import { Reply } from './pool.js'
 */

import { pool, STOPPED } from './pool.js';

export { explain, NotEnough, signatures, toJson, VerifyError } from './browser.js';

export const { check, close, verify } = pool(() => {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
  /** @type {(reply: Reply) => void} */
  let settle = () => {};
  let isGone = false;
  worker.addEventListener('message', ({ data }) => settle(data));
  worker.addEventListener('error', () => {
    isGone = true;
    settle(STOPPED);
  });
  return {
    run: (call) =>
      new Promise((done) => {
        settle = done;
        if (isGone) done(STOPPED);
        else worker.postMessage(call);
      }),
    end: () => worker.terminate(),
  };
});
