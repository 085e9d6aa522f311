/**
 * The worker's side of a call.
 *
 * @import { CheckOptions, Files, Surface, VerifyOptions } from './index.d.ts'
 * @import { Reply } from './pool.js'
 */

import { signatures, toJson } from './answers.js';
import { NotEnough, VerifyError } from './errors.js';

/**
 * @param {{ url: string, options: CheckOptions } | { files: Files, options: VerifyOptions }} call
 * @param {Pick<Surface, 'check' | 'verify'>} surface
 * @returns {Promise<Reply>}
 */
export async function reply(call, { check, verify }) {
  try {
    const report = await ('url' in call ? check(call.url, call.options) : verify(call.files, call.options));
    return { json: toJson(report), signatures: signatures(report) };
  } catch (error) {
    if (error instanceof NotEnough) {
      const { report, required, sentence } = error;
      return { json: toJson(report), signatures: signatures(report), required, sentence };
    }
    if (error instanceof VerifyError) {
      return { code: error.code, message: error.message, file: error.file };
    }
    return { code: 'stopped', message: String(error), file: undefined };
  }
}
