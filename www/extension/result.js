/**
 * What came of a check, in short.
 *
 * @import { Report } from '../report.d.ts'
 * @import { Choice, Kept, Result } from './extension.d.ts'
 */

import { hostOf, sentencesOf } from '../phrases.js';
import { say } from '../wording.js';
import { shapeOf } from './view.js';

/** How long a result counts at most, in milliseconds. */
export const DAY = 24 * 60 * 60 * 1000;

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
  return { json: null, problem: { code, message }, exchange: '', asked: '', policy };
}
