/**
 * What is said above the answer: how it stands to what was recorded, and what today gives.
 *
 * @import { Examination, LinkFinding, RecordedBundle, Report } from '../page.d.ts'
 */

import { h } from '../dom.js';
import { icon } from '../icons.js';
import { sentencesOf } from '../phrases.js';
import { checkTitle } from '../titles.js';
import { timeElement } from '../values.js';
import { listed, say, uiForm, ui } from '../wording.js';

/** How each outcome is drawn. */
const LOOKS = /** @type {const} */ ({
  same: 'partial',
  'other-verifier': 'warning',
  different: 'failed',
  unchecked: 'unknown',
  unreadable: 'unknown',
  'no-verifier': 'unknown',
  'own-files': 'checking',
});

/** How many reasons are told why today differs. */
const REASONS = 4;

/**
 * A sentence of this file's own.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function audit(key, values) {
  return say(['audit', key], values);
}

/**
 * @param {keyof typeof LOOKS} outcome
 * @param {RecordedBundle | null} [told]
 * @param {string} [message]
 */
export function standing(outcome, told = null, message = '') {
  const look = LOOKS[outcome];
  const count = told?.count ?? 0;
  const places = told && outcome !== 'same' ? told.differences : [];
  return h(
    'div',
    { class: 'stance', role: 'status', 'data-standing': outcome, 'data-state': look },
    h('h2', {}, outcome === 'same' ? null : icon(look), h('span', {}, audit(`${outcome}.short`))),
    h('p', {}, outcome === 'different' ? audit(uiForm('different.sentence', count), { count }) : audit(`${outcome}.sentence`, { message })),
    places.length > 0
      ? h(
          'details',
          { open: outcome === 'different' },
          h('summary', {}, audit('places')),
          h('ul', { class: 'places' }, places.map((one) => h('li', {}, h('code', { translate: 'no', dir: 'ltr' }, one || '/')))),
          count > places.length ? h('p', {}, audit('places-more', { count: count - places.length })) : null,
        )
      : null,
  );
}

/**
 * Whose act the recorded answer is, and what of it is the recorder's word alone.
 *
 * @param {RecordedBundle} told
 */
export function recorderNote({ at, makersOwn }) {
  const own = listed(makersOwn.map((what) => audit(`makers-own.${what}`)));
  return h(
    'div',
    { class: 'recorder-note' },
    h('p', {}, h('strong', {}, audit('recorder.short')), ' ', timeElement(at), '. ', audit('recorder.sentence')),
    own ? h('p', { class: 'makers-own' }, audit('makers-own', { list: own })) : null,
  );
}

/**
 * What the same evidence gives today, and why that is not what was recorded.
 *
 * @param {Extract<Examination, { kind: 'report' }>} then
 * @param {Examination} now
 * @param {string} at
 */
export function todayNote({ report: before }, now, at) {
  const time = timeElement(at);
  if (now.kind !== 'report') {
    const why = now.kind === 'unreadable' ? now.message : ui(`${now.reason}.sentence`);
    return h('div', { class: 'today' }, h('h3', {}, audit('today'), ' ', time), h('p', {}, audit('today.none', { why })));
  }
  const was = sentencesOf(before).headline().short;
  const is = sentencesOf(now.report).headline().short;
  const reasons = was === is ? [] : differing(before, now.report);
  return h(
    'div',
    { class: 'today', 'data-changed': was === is ? 'no' : 'yes' },
    h('h3', {}, audit('today'), ' ', time),
    h('p', {}, audit(was === is ? 'today.same' : 'today.other', { short: is }), ' ', audit('today.recording')),
    reasons.length > 0
      ? [
          h('p', {}, audit('today.why')),
          h('ul', {}, reasons.map(({ title, sentence }) => h('li', {}, h('strong', {}, title), ': ', sentence))),
        ]
      : null,
  );
}

/**
 * The findings of `after` that did hold in `before` and do not now, failures first. What is only
 * blocked by another is left out.
 *
 * @param {Report} before
 * @param {Report} after
 */
function differing(before, after) {
  const key = (/** @type {LinkFinding} */ { check, part }) => JSON.stringify([check, part ?? null]);
  const findings = (/** @type {Report} */ report) => report.links.flatMap((link) => link.findings);
  const was = new Map(findings(before).map((finding) => [key(finding), finding]));
  const changed = findings(after).filter((finding) => {
    const old = was.get(key(finding));
    const isSame = old?.outcome === finding.outcome && old?.reason === finding.reason;
    return !isSame && finding.outcome !== 'pass' && !finding.blocked_by;
  });
  const order = ['fail', 'unknown', 'allowed', 'warn'];
  const required = (/** @type {LinkFinding} */ { weight }) => (weight === 'required' ? 0 : 1);
  changed.sort(
    (a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome) || required(a) - required(b),
  );
  const sentences = sentencesOf(after);
  const told = changed.map((finding) => ({
    title: checkTitle(finding.check, finding.part),
    sentence: sentences.finding(finding),
  }));
  const first = new Map(told.map((one) => [one.sentence, one]));
  return [...first.values()].slice(0, REASONS);
}
