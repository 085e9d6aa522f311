/**
 * One finding: what was checked, what came of it, the values, and the bytes they rest upon.
 *
 * @import { LinkFinding, Report, State } from '../report.d.ts'
 */

import { findingAnchor } from '../anchors.js';
import { button, h } from '../dom.js';
import { icon } from '../icons.js';
import { sentencesOf } from '../phrases.js';
import { checkTitle, findingAdvice, outcomeWord } from '../titles.js';
import { comparison, textOf, valueElement } from '../values.js';
import { ui } from '../wording.js';
import { HexView } from './hex-view.js';

/**
 * Which state's icon a finding carries.
 *
 * @param {LinkFinding} finding
 * @returns {State}
 */
function iconOf({ outcome, reason }) {
  if (outcome === 'pass') return 'verified';
  if (outcome === 'warn' || outcome === 'allowed') return 'warning';
  if (outcome === 'fail') return 'failed';
  return reason === 'not-published' || reason === 'not-applicable' ? 'not-published' : 'unknown';
}

/**
 * @param {LinkFinding} finding
 * @param {Report} report
 */
export function findingItem(finding, report) {
  const { check, part, step, weight, outcome, expected, actual, at, basis } = finding;
  const compared = outcome !== 'pass' && expected && actual ? comparison(expected, actual) : null;
  const advice = findingAdvice(finding);
  const differ = expected && actual && textOf(expected) !== textOf(actual);
  return h(
    'li',
    { class: 'finding', id: findingAnchor(check, part), 'data-outcome': outcome, tabindex: -1 },
    h(
      'p',
      { class: 'finding-title' },
      icon(iconOf(finding)),
      h('strong', {}, checkTitle(check, part)),
      ' ',
      h('span', { class: 'outcome' }, outcomeWord(finding)),
    ),
    h('p', {}, sentencesOf(report).finding(finding)),
    advice ? h('p', { class: 'advice' }, advice) : null,
    h(
      'dl',
      { class: compared ? 'facts visually-hidden' : 'facts' },
      differ || (expected && !actual) ? fact(ui('expected'), valueElement(expected)) : null,
      actual ? fact(ui(expected && !differ ? 'as-expected' : 'actual'), valueElement(actual)) : null,
    ),
    compared,
    h(
      'p',
      { class: 'basis' },
      h('code', { translate: 'no' }, check),
      step ? ` · ${ui('step', { step })}` : '',
      ` · ${ui(`weight.${weight}`)} · ${basis}`,
    ),
    at
      ? button(ui('show-bytes'), () => showBytes(at.evidence, at.start, at.len), {
          class: 'quiet',
          'aria-label': ui('show-bytes-of', { check: checkTitle(check, part) }),
        })
      : null,
  );
}

/**
 * @param {string} name
 * @param {HTMLElement} value
 */
function fact(name, value) {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

/**
 * @param {string} evidence
 * @param {number} start
 * @param {number} len
 */
function showBytes(evidence, start, len) {
  const view = document.getElementById(`evidence-${evidence}`);
  if (!(view instanceof HexView)) return;
  const link = view.closest('chain-link');
  const details = link?.querySelector('details');
  if (details instanceof HTMLDetailsElement) details.open = true;
  view.show(start, len);
}
