/**
 * What came of a check, in short.
 *
 * @import { Report } from '../report.d.ts'
 * @import { Choice, Kept, Result } from './extension.d.ts'
 */

import { DAY } from '../moments.js';
import { hostOf, sentencesOf } from '../phrases.js';
import { say } from '../wording.js';
import { shapeOf } from './view.js';

/**
 * What a report says.
 *
 * @param {string} json
 * @param {string} service
 * @param {number} begun
 * @returns {Result}
 */
export function resultOf(json, service, begun) {
  /** @type {Report} */
  const report = JSON.parse(json);
  const { short, sentence } = sentencesOf(report).headline();
  return { ...undecided(service, begun), shape: shapeOf(report), simulated: report.simulated, short, sentence };
}

/**
 * The same in the language that is spoken now.
 *
 * @param {Result} result
 * @param {string | null} json its report
 * @returns {Result}
 */
export function retold(result, json) {
  const { service, begun } = result;
  const { short, sentence } = json === null ? undecided(service, begun) : resultOf(json, service, begun);
  return { ...result, short, sentence };
}

/**
 * A check that came to no report.
 *
 * @param {string} service
 * @param {number} begun
 * @returns {Result}
 */
export function undecided(service, begun) {
  return {
    service,
    begun,
    // A result counts for a day at most.
    ends: begun + DAY,
    shape: 'unknown',
    simulated: false,
    short: say(['headlines', 'undecided', 'short']),
    sentence: say(['extension', 'no-report'], { host: hostOf(service) }),
    asked: [],
    key: 'none',
  };
}

/**
 * Why there is no report.
 *
 * @param {string} code
 * @param {string} message
 * @param {Choice} choice
 * @returns {Kept}
 */
export function problem(code, message, { policy }) {
  return { json: null, seen: null, problem: { code, message }, exchange: '', asked: '', policy };
}
