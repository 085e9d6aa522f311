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
  const why = 'The verifier stopped. It answers nothing more until it is loaded anew.';
  return new VerifyError('stopped', why, { cause: error });
}
