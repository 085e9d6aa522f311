/**
 * The reports that a verifier of this package made here, each with the bytes it came as.
 *
 * @import { Report } from '../report.d.ts'
 */

const SCHEMA = 'silicon-to-source/report/v1';

/** @type {WeakMap<object, string>} */
const texts = new WeakMap();

/**
 * The report in the text that the verifier wrote.
 *
 * @param {string} json
 * @returns {Report}
 */
export function answer(json) {
  const report = JSON.parse(json);
  if (report.schema !== SCHEMA) throw new TypeError(`The verifier wrote another report than ${SCHEMA}.`);
  texts.set(report, json);
  return report;
}

/**
 * Whether a verifier of this package made the report here. One that was sent or read is none.
 *
 * @param {object} report
 */
export function isOwn(report) {
  return texts.has(report);
}

/** @type {typeof import('./index.d.ts').toJson} */
export function toJson(report) {
  const json = texts.get(report);
  if (json === undefined) {
    throw new TypeError('This report was not made here: only one that check or verify gave has its exact text.');
  }
  return json;
}
