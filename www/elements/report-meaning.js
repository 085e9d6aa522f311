/**
 * What stands under the answer: what it is about, what it means and does not mean, what decided it,
 * and how much the evidence can show.
 *
 * @import { Report } from '../report.d.ts'
 */

import { findingAnchor } from '../anchors.js';
import { evidenceWords, h, isolated } from '../dom.js';
import { sentencesOf } from '../phrases.js';
import { checkTitle, level, meanings, rootOfTrust, sayOr } from '../titles.js';
import { byteCount, timeElement } from '../values.js';
import { say, ui, uiCount } from '../wording.js';
import { FILES, unusedWords } from './file-list.js';
import { simulatedMark } from './simulated-mark.js';

/** How many absences are told at once. */
const FIRST = 3;

/** @param {Report} report */
export function reportMeaning(report) {
  return h(
    'section',
    { class: 'meaning', 'aria-labelledby': 'meaning-heading' },
    h('h2', { id: 'meaning-heading', class: 'visually-hidden' }, ui('meaning')),
    subject(report),
    report.simulated ? h('p', { class: 'made-up' }, say(['simulated', 'note'])) : null,
    recorded(report),
    h('div', { class: 'meanings' }, meaning('means', report), meaning('not-means', report)),
    because(report),
    levelLine(report),
  );
}

/**
 * What was examined, in our words; then the evidence's own.
 *
 * @param {Report} report
 */
function subject(report) {
  const { subject, checked_at, files, policy, recorded_at: recorded } = report;
  const evidence = files.find(({ became }) => became === 'evidence');
  const unused = unusedWords(files);
  const itself = recorded ? null : sentencesOf(report).callsItself();
  return h(
    'div',
    { class: 'subject' },
    h(
      'p',
      {},
      `${sayOr(['kinds', subject.kind], subject.kind)} · ${byteCount(subject.len)} · ${ui('checked-for')} `,
      timeElement(checked_at),
      ` · ${ui('under-policy', { policy: policy.name })}`,
      evidence ? fromFile(evidence.name) : [],
    ),
    unused ? h('p', {}, h('a', { href: `#${FILES}` }, unused)) : null,
    itself ? h('p', {}, isolated(itself, evidenceWords(subject.name ?? ''))) : null,
  );
}

/** @param {string} name */
function fromFile(name) {
  const words = evidenceWords(name);
  return isolated(` · ${ui('from-file', { words })}`, words);
}

/**
 * Everything about a recorded session is according to whoever wrote the file.
 *
 * @param {Report} report
 */
function recorded({ recorded_at: at, subject }) {
  if (!at) return null;
  const words = subject.name === null ? '' : evidenceWords(subject.name);
  const of = words ? isolated(`${ui('recorded-of')} ${words}. `, words) : [];
  return h('p', { class: 'recorded' }, of, `${ui('recorded-at')} `, timeElement(at), `. ${ui('recorded-means')}`);
}

/**
 * @param {'means' | 'not-means'} list
 * @param {Report} report
 */
function meaning(list, report) {
  const sentences = meanings(list, report);
  return h(
    'div',
    { class: list },
    // Each sentence says by itself which of the two it is.
    h('h3', { class: 'visually-hidden' }, ui(list)),
    sentences.length === 1
      ? h('p', {}, sentences[0])
      : h('ul', {}, sentences.map((sentence) => h('li', {}, sentence))),
  );
}

/**
 * The findings that decided the verdict.
 *
 * @param {Report} report
 */
function because(report) {
  const { verdict } = report;
  if (verdict.because.length === 0) return null;
  /** @type {Map<string, HTMLElement[]>} */
  const told = new Map();
  for (const named of verdict.because) {
    const finding = sentencesOf(report).named(named);
    const sentence = finding ? sentencesOf(report).finding(finding) : '';
    const href = `#${findingAnchor(named.check, named.part)}`;
    const anchor = h('a', { href }, checkTitle(named.check, named.part));
    told.set(sentence, [...(told.get(sentence) ?? []), anchor]);
  }
  // Where nothing is published one absence leads to all others, and each is listed below.
  const shown = verdict.state === 'not-published' ? [...told].slice(0, FIRST) : [...told];
  return h(
    'div',
    { class: 'because' },
    h('h3', {}, ui(`because.${verdict.state}`)),
    h(
      'ul',
      {},
      shown.map(([sentence, anchors]) =>
        h(
          'li',
          {},
          anchors.flatMap((anchor, index) => (index === 0 ? [anchor] : ['; ', anchor])),
          sentence ? [': ', sentence] : [],
        ),
      ),
    ),
    told.size > shown.length ? h('p', {}, ui('because-rest')) : null,
  );
}

/**
 * The assurance level in small print, always with what it does not cover, and how much was left
 * open.
 *
 * @param {Report} report
 */
function levelLine(report) {
  const { assurance, not_checked: open } = report;
  const { name, meaning } = level(report);
  const except = assurance.except.flatMap((check) => [
    ' ',
    h('a', { href: `#${anchorOf(report, check)}` }, checkTitle(check)),
    ';',
  ]);
  return h(
    'p',
    { class: 'level', 'data-level': assurance.level },
    report.simulated ? [simulatedMark(), ' '] : [],
    h('strong', { class: 'level-name' }, assurance.level ? `${assurance.level}: ${name}.` : `${name}.`),
    ` ${meaning}`,
    except.length > 0 ? [' ', h('strong', {}, ui('level-except')), ...except.slice(0, -1), '.'] : [],
    ` ${ui('root-of-trust')} ${rootOfTrust(report)}.`,
    open.length > 0
      ? [' ', h('a', { class: 'open-count', href: '#not-checked' }, uiCount('not-checked-count', open.length))]
      : [],
  );
}

/**
 * Where the first finding of a check that says something stands.
 *
 * @param {Report} report
 * @param {string} check
 */
function anchorOf(report, check) {
  const own = sentencesOf(report).findings(check);
  const first = own.find(({ outcome }) => outcome !== 'pass') ?? own[0];
  return findingAnchor(check, first?.part);
}
