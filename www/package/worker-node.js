/**
 * The verifier in a worker thread of Node.
 *
 * @import { Reply } from './pool.js'
 */

import { Worker } from 'node:worker_threads';

import { pool, STOPPED } from './pool.js';

export { explain, NotEnough, signatures, toJson, VerifyError } from './node.js';

export const { check, close, verify } = pool(() => {
  const worker = new Worker(new URL('./thread-node.js', import.meta.url));
  /** @type {(reply: Reply) => void} */
  let settle = () => {};
  let isGone = false;
  worker.on('message', (reply) => settle(reply));
  for (const event of ['error', 'exit']) {
    worker.on(event, () => {
      isGone = true;
      settle(STOPPED);
    });
  }
  return {
    async run(call) {
      if (isGone) return STOPPED;
      worker.ref();
      /** @type {Reply} */
      const reply = await new Promise((done) => {
        settle = done;
        worker.postMessage(call);
      });
      // A worker that waits for work keeps no process alive.
      worker.unref();
      return reply;
    },
    end: () => void worker.terminate(),
  };
});
