/**
 * The reports that a verifier of this package made here, each with the bytes it came as.
 *
 * @import { Report } from '../report.d.ts'
 * @import { Signatures } from './index.d.ts'
 * @import * as wasm from '../pkg/silicon_to_source.js'
 */

const SCHEMA = 'silicon-to-source/report/v1';

/**
 * A call of the wasm that gave a report.
 *
 * @typedef {{ files: Parameters<typeof wasm.verify>[0], options: Parameters<typeof wasm.verify>[1] }} Call
 */

/** @type {WeakMap<object, string>} */
const texts = new WeakMap();

/** @type {WeakMap<object, Signatures>} */
const engines = new WeakMap();

/** @type {WeakMap<object, Call>} */
const calls = new WeakMap();

/**
 * The report in the text that the verifier wrote.
 *
 * @param {string} json
 * @param {Signatures} by who answered its signatures
 * @param {Call} [call] what it was made of, where this thread made it
 * @returns {Report}
 */
export function answer(json, by, call) {
  const report = JSON.parse(json);
  if (report.schema !== SCHEMA) throw new TypeError(`The verifier wrote another report than ${SCHEMA}.`);
  texts.set(report, json);
  engines.set(report, by);
  if (call) calls.set(report, call);
  return report;
}

/**
 * What a report of this thread's was made of.
 *
 * @param {object} report
 * @returns {Call}
 */
export function callOf(report) {
  const call = calls.get(report);
  if (call === undefined) {
    throw new TypeError('This report was not made here: only one that check or verify gave in this thread is put into a bundle.');
  }
  return call;
}

/**
 * Whether a verifier of this package made the report here. One that was sent or read is none.
 *
 * @param {object} report
 */
export function isOwn(report) {
  return texts.has(report);
}

/** @type {typeof import('./index.d.ts').signatures} */
export function signatures(report) {
  const by = engines.get(report);
  if (by === undefined) {
    throw new TypeError('This report was not made here: who answered its signatures is known of one that check or verify gave.');
  }
  return by;
}

/** @type {typeof import('./index.d.ts').toJson} */
export function toJson(report) {
  const json = texts.get(report);
  if (json === undefined) {
    throw new TypeError('This report was not made here: only one that check or verify gave has its exact text.');
  }
  return json;
}
