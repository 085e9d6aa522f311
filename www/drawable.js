/**
 * Which text is a report that the elements can draw.
 *
 * @import { Report } from './report.d.ts'
 */

const SCHEMA = 'silicon-to-source/report/v1';

const STATES = ['verified', 'warning', 'not-published', 'unknown', 'failed'];

/**
 * The report in `json`, or `null` when it is not one that can be drawn.
 *
 * @param {string} json
 * @returns {Report | null}
 */
export function drawable(json) {
  try {
    const report = JSON.parse(json);
    const isDrawable =
      report.schema === SCHEMA &&
      STATES.includes(report.verdict.state) &&
      typeof report.headline.word === 'string' &&
      Array.isArray(report.answer.rows) &&
      Array.isArray(report.files) &&
      typeof report.simulated === 'boolean';
    return isDrawable ? report : null;
  } catch {
    return null;
  }
}
