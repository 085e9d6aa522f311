/**
 * The verifier in this file, on the page's own thread: it decides, and what goes wrong on the way is
 * no answer.
 *
 * @import { Examination, PolicyEntry, RecordedBundle, Source, VerifyOptions } from '../page.d.ts'
 */

import init, * as verifier from '../pkg/silicon_to_source.js';
import { drawable } from '../drawable.js';
import { made } from './blocks.js';

let isRunning = false;

/**
 * Starts the verifier; `false` where the browser does not run it.
 *
 * @param {ArrayBuffer} wasm
 */
export async function start(wasm) {
  try {
    await init({ module_or_path: wasm });
    isRunning = true;
  } catch {
    isRunning = false;
  }
  return isRunning;
}

/** @returns {PolicyEntry[]} */
export function policies() {
  return isRunning ? JSON.parse(verifier.policies()) : [];
}

/**
 * Which file of the verifier's own these bytes are, or `null`.
 *
 * @param {Uint8Array} bytes
 */
export async function ownFile(bytes) {
  try {
    return verifier.own(bytes) ?? null;
  } catch {
    return null;
  }
}

/**
 * The bundle by itself, as it is saved.
 *
 * @param {Uint8Array} bytes the bundle, or an audit file with one in it
 */
export function bundleOf(bytes) {
  return new Uint8Array(verifier.bundleOf(bytes));
}

/**
 * Makes the report of a bundle again, for the bundle's own moment.
 *
 * @param {Uint8Array} bundle
 * @returns {RecordedBundle}
 */
export function recorded(bundle) {
  return JSON.parse(verifier.recorded(bundle));
}

/**
 * @param {Source[]} sources
 * @param {VerifyOptions} options
 * @returns {Examination}
 */
export function examine(sources, options) {
  if (!isRunning) return { kind: 'unknown', reason: 'no-verifier' };
  try {
    const json = verifier.verify(sources, options);
    const report = drawable(json);
    return report ? { kind: 'report', report, json, further: [], recorded: null, options } : { kind: 'unknown', reason: 'not-a-report' };
  } catch (error) {
    return refused(error);
  }
}

/**
 * One file with `sources` and what they were examined with, and the report that came of it.
 *
 * @param {Source[]} sources
 * @param {VerifyOptions} options
 * @param {string} json the report
 */
export async function bundled(sources, options, json) {
  return new Uint8Array(verifier.bundle(sources, options, json, { sha256: made.wasm.sha256 }));
}

/**
 * What an error of the verifier's means: one without a code is a verifier that came to an end.
 *
 * @param {unknown} error
 * @returns {Exclude<Examination, { kind: 'report' }>}
 */
export function refused(error) {
  const { code, message, file } = /** @type {{ code?: string, message: string, file?: string }} */ (error);
  if (code) return { kind: 'unreadable', code, message, file: file ?? null };
  isRunning = false;
  return { kind: 'unknown', reason: 'stopped' };
}
