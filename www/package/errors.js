/**
 * Why there is no answer, or not the one that was asked for.
 *
 * @import { Report } from '../report.d.ts'
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
