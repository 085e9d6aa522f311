/**
 * Calls in workers, one call to a worker at a time: a call that is stopped ends its own worker and
 * no other call.
 *
 * @import { Report } from '../report.d.ts'
 * @import { Signatures } from './index.d.ts'
 */

import { answer } from './answers.js';
import { NotEnough, VerifyError } from './errors.js';
import { filesOf, only, VERIFY } from './input.js';

/**
 * What a worker sends back: the report's text with who answered its signatures, or why there is none, or
 * that it is not enough.
 *
 * @typedef {{ json: string, signatures: Signatures }
 *   | { code: string, message: string, file: string | undefined }
 *   | { json: string, signatures: Signatures, required: string, sentence: string }} Reply
 */

/** What is told of a worker that could not be started, or that ended. @type {Reply} */
export const STOPPED = { code: 'stopped', message: 'The worker stopped.', file: undefined };

/**
 * A worker.
 *
 * @typedef {object} Thread
 * @property {(call: object) => Promise<Reply>} run carries out one call
 * @property {() => void} end ends it at once
 */

/** @param {() => Thread} start */
export function pool(start) {
  /** @type {Thread[]} */
  const idle = [];

  /**
   * @param {object} call
   * @param {AbortSignal | undefined} signal
   */
  async function run(call, signal) {
    signal?.throwIfAborted();
    const thread = idle.pop() ?? start();
    const reply = await stoppable(thread.run(call), signal).catch((error) => {
      thread.end();
      throw error;
    });
    if ('code' in reply && ['stopped', 'not-loaded'].includes(reply.code)) thread.end();
    else idle.push(thread);
    return reported(reply);
  }

  return {
    /** @type {typeof import('./worker.d.ts').check} */
    async check(url, { signal, ...options } = {}) {
      only(options, [...VERIFY, 'language'], 'option');
      return run({ url: String(url), options }, signal);
    },
    /** @type {typeof import('./worker.d.ts').verify} */
    async verify(files, { signal, ...options } = {}) {
      only(options, VERIFY, 'option');
      // What is sent is copied with all of the buffer that it is a part of.
      const copies = (await filesOf(files)).map((file) => ({ ...file, bytes: file.bytes.slice() }));
      return run({ files: copies, options }, signal);
    },
    /** @type {typeof import('./worker.d.ts').close} */
    close() {
      for (const thread of idle.splice(0)) thread.end();
    },
  };
}

/**
 * @template T
 * @param {Promise<T>} work
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<T>}
 */
function stoppable(work, signal) {
  if (!signal) return work;
  return new Promise((done, fail) => {
    const stop = () => fail(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(done, fail).finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * @param {Reply} reply
 * @returns {Report}
 */
function reported(reply) {
  if ('code' in reply) {
    const { code, message, file } = reply;
    throw new VerifyError(code, message, file === undefined ? {} : { file });
  }
  const report = answer(reply.json, reply.signatures);
  if ('required' in reply) throw new NotEnough(report, reply.required, reply.sentence);
  return report;
}
