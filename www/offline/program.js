/**
 * The verifier in this file, on the page's own thread: it decides, and what goes wrong on the way is
 * no answer.
 *
 * @import { Examination, PolicyEntry, RecordedBundle, SignatureEngine, Signatures, Source, VerifyOptions } from '../page.d.ts'
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
 * Makes the report of a bundle again, for the bundle's own moment, and says who answered its signatures.
 *
 * @param {Uint8Array} bundle
 * @returns {Promise<{ told: RecordedBundle, signatures: Signatures }>}
 */
export async function recorded(bundle) {
  const { recorded: text, signatures } = await verifier.remade(bundle);
  return { told: JSON.parse(text), signatures: { counts: JSON.parse(signatures), agree: null } };
}

/**
 * @param {Source[]} sources
 * @param {VerifyOptions} options
 * @param {SignatureEngine} [engine]
 * @returns {Promise<Examination>}
 */
export async function examine(sources, options, engine = 'webcrypto') {
  if (!isRunning) return { kind: 'unknown', reason: 'no-verifier' };
  try {
    const { report: json, signatures, agree } = await verifier.examine(sources, options, engine);
    const report = drawable(json);
    const by = { counts: JSON.parse(signatures), agree: agree ?? null };
    return report
      ? { kind: 'report', report, json, further: [], recorded: null, options, signatures: by, seen: null }
      : { kind: 'unknown', reason: 'not-a-report' };
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
