/**
 * The worker's side of a call.
 *
 * @import { CheckOptions, Files, Surface, VerifyOptions } from './index.d.ts'
 * @import { Reply } from './pool.js'
 */

import { toJson } from './answers.js';
import { NotEnough, VerifyError } from './errors.js';

/**
 * @param {{ url: string, options: CheckOptions } | { files: Files, options: VerifyOptions }} call
 * @param {Pick<Surface, 'check' | 'verify'>} surface
 * @returns {Promise<Reply>}
 */
export async function reply(call, { check, verify }) {
  try {
    const report = await ('url' in call ? check(call.url, call.options) : verify(call.files, call.options));
    return { json: toJson(report) };
  } catch (error) {
    if (error instanceof NotEnough) {
      return { json: toJson(error.report), required: error.required, sentence: error.sentence };
    }
    if (error instanceof VerifyError) {
      return { code: error.code, message: error.message, file: error.file };
    }
    return { code: 'stopped', message: String(error), file: undefined };
  }
}
