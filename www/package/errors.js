/**
 * Why there is no answer, or not the one that was asked for.
 *
 * @import { Report } from '../report.d.ts'
 * @import { Words } from './index.d.ts'
 */

/** The call or a file could not be understood. It says nothing against the evidence. */
export class VerifyError extends Error {
  /**
   * @param {string} code a stable word for programs
   * @param {string} message
   * @param {{ file?: string, cause?: unknown }} [more]
   */
  constructor(code, message, { file, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'VerifyError';
    this.code = code;
    this.file = file;
  }
}

/** Less was shown than was required. It carries the answer. */
export class NotEnough extends Error {
  /**
   * @param {Report} report
   * @param {string} required
   * @param {string} sentence the headline of the report
   */
  constructor(report, required, sentence) {
    const shown = report.assurance.level ?? (report.assurance.root_of_trust === 'build-only' ? 'build' : 'no level');
    super(`Required: ${required}. Shown: ${shown}. ${sentence}`);
    this.name = 'NotEnough';
    this.code = 'not-enough';
    this.report = report;
    this.required = required;
    this.sentence = sentence;
  }
}

/** A request was not sealed, and so nothing of it was sent. It carries the answer to the check. */
export class NotSent extends Error {
  /**
   * @param {string} reason a stable word
   * @param {Words} words the sentences of a language
   * @param {Report} report
   */
  constructor(reason, words, report) {
    super(sentence(words, 'not-sent', reason));
    this.name = 'NotSent';
    this.code = 'not-sent';
    this.reason = reason;
    this.report = report;
  }
}

/** What came back is no answer that was sealed for the request. */
export class NotOpened extends Error {
  /**
   * @param {string} reason a stable word; `unsealed` where the answer is not sealed at all
   * @param {Words} words the sentences of a language
   * @param {number} status the status of the answer, which anybody on the way could have written
   * @param {string} [text] the beginning of an answer that is not sealed: nobody's word
   */
  constructor(reason, words, status, text) {
    const said = text === undefined ? sentence(words, 'not-opened', reason) : sentence(words, 'unsealed');
    super(said.replace('{status}', String(status)));
    this.name = 'NotOpened';
    this.code = 'not-opened';
    this.reason = reason;
    this.status = status;
    this.text = text;
  }
}

/**
 * A sentence about a channel; its own key where a wording lacks it.
 *
 * @param {Words} words
 * @param {...string} keys
 */
function sentence(words, ...keys) {
  /** @type {unknown} */
  let found = words.channel;
  for (const key of keys) found = /** @type {Record<string, unknown> | undefined} */ (found)?.[key];
  return typeof found === 'string' ? found : keys.join('/');
}

/** Whether the wasm broke off inside a call: what it holds since is not known. */
let isStopped = false;

/**
 * What a call of the wasm gives. It throws errors of this package alone; after a call that broke off
 * there is no other.
 *
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
export function guarded(call) {
  if (isStopped) throw stopped();
  try {
    return call();
  } catch (error) {
    throw told(error);
  }
}

/**
 * The same for a call that gives a promise.
 *
 * @template T
 * @param {() => Promise<T>} call
 * @returns {Promise<T>}
 */
export async function guardedPromise(call) {
  return guarded(call).catch((error) => {
    throw told(error);
  });
}

/**
 * What the wasm threw, as an error of this package.
 *
 * @param {unknown} error
 */
export function told(error) {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const file = 'file' in error && typeof error.file === 'string' ? { file: error.file } : {};
    return new VerifyError(error.code, error.message, file);
  }
  isStopped = true;
  return stopped(error);
}

/** @param {unknown} [cause] */
function stopped(cause) {
  const why = 'The verifier stopped inside a call, and answers nothing more in this process.';
  return new VerifyError('stopped', why, { cause });
}
