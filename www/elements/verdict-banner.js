/**
 * `<verdict-banner>`: the answer in one sentence, what it means and what it does not mean.
 *
 * It reads the verdict of a report and never changes it.
 *
 * @import { Examination, Report, ShownState } from '../report.d.ts'
 */

import { evidenceWords, h } from '../dom.js';
import { icon } from '../icons.js';
import {
  checkTitle,
  level,
  meanings,
  rootOfTrust,
  sentencesOf,
} from '../phrases.js';
import { timeElement } from '../values.js';
import { say, ui, uiCount } from '../wording.js';
import { claimFact, holds } from './chain-link.js';
import { findingAnchor } from './finding-item.js';
import { simulatedMark } from './simulated-mark.js';

/** How many absences are told in the banner. */
const FIRST = 3;

export class VerdictBanner extends HTMLElement {
  #status = h('div', { role: 'status' });
  #body = h('div', { class: 'verdict-body' });
  /** @type {HTMLHeadingElement | null} */
  #heading = null;

  connectedCallback() {
    this.setAttribute('role', 'region');
    this.setAttribute('aria-labelledby', 'verdict-heading');
    this.replaceChildren(this.#status, this.#body);
  }

  /**
   * There is no answer now.
   *
   * @param {string} sentence why
   */
  clear(sentence) {
    this.#draw('checking', false, ui('no-answer-now'), sentence);
    this.#body.replaceChildren();
  }

  /** @param {Examination} examination */
  set examination(examination) {
    if (examination.kind === 'report') this.#report(examination.report);
    else if (examination.kind === 'unreadable') {
      const { file, message } = examination;
      const happened = file === null ? message : ui('in-file', { file: evidenceWords(file), message });
      this.#explain('unreadable', { message: happened });
      this.setAttribute('data-code', examination.code);
    } else this.#explain(examination.reason, {});
  }

  /** Moves the focus to the answer: for a check that the reader started. */
  focusAnswer() {
    this.#heading?.focus();
  }

  /** @param {Report} report */
  #report(report) {
    const { short, sentence } = sentencesOf(report).headline();
    this.#draw(report.verdict.state, report.simulated, short, sentence);
    this.setAttribute('data-headline', report.headline.word);
    this.#body.replaceChildren(
      madeUp(report),
      recorded(report),
      source(report),
      h('div', { class: 'meanings' }, meaning('means', report), meaning('not-means', report)),
      because(report),
      levelBox(report),
      open(report),
    );
  }

  /**
   * A result that is no report: what happened, what it means, what to do.
   *
   * @param {string} key
   * @param {Record<string, string>} values
   */
  #explain(key, values) {
    this.#draw('unknown', false, ui('no-answer-title'), ui(`${key}.sentence`));
    this.#body.replaceChildren(
      h(
        'dl',
        { class: 'three-parts' },
        ['happened', 'means', 'do'].map((part) =>
          h('div', {}, h('dt', {}, ui(`part.${part}`)), h('dd', {}, ui(`${key}.${part}`, values))),
        ),
      ),
    );
  }

  /**
   * @param {ShownState} state
   * @param {boolean} simulated
   * @param {string} short
   * @param {string} sentence
   */
  #draw(state, simulated, short, sentence) {
    this.setAttribute('data-state', state);
    this.toggleAttribute('data-simulated', simulated);
    this.removeAttribute('data-code');
    this.removeAttribute('data-headline');
    this.#heading = h('h2', { id: 'verdict-heading', tabindex: -1 }, icon(state), h('span', {}, short));
    this.#status.replaceChildren(
      this.#heading,
      h('p', { class: 'sentence' }, sentence),
    );
  }
}

/**
 * Whose keys, chip and build stand behind every sentence of a simulated report.
 *
 * @param {Report} report
 */
function madeUp({ simulated }) {
  return simulated ? h('p', { class: 'made-up' }, say(['simulated', 'note'])) : '';
}

/**
 * Everything about a recorded session is according to whoever wrote the file.
 *
 * @param {Report} report
 */
function recorded({ recorded_at: at, subject }) {
  if (!at) return '';
  const words = subject.name === null ? '' : `${ui('recorded-of')} ${evidenceWords(subject.name)}. `;
  return h('p', { class: 'recorded' }, `${words}${ui('recorded-at')} `, timeElement(at), `. ${ui('recorded-means')}`);
}

/**
 * The source that a whole chain leads to.
 *
 * @param {Report} report
 */
function source({ claims, ends_at, links, verdict }) {
  if (verdict.state === 'failed') return '';
  const commit = links.find(({ id }) => id === 'commit');
  if (ends_at.next !== null || !commit || !holds(commit)) return '';
  const named = ['git.repository', 'git.ref', 'git.commit'].flatMap((name) =>
    claims.filter((claim) => claim.name === name && claim.link === 'commit'),
  );
  return named.length > 0 ? h('dl', { class: 'facts source' }, named.map(claimFact)) : '';
}

/**
 * The findings that decided the verdict.
 *
 * @param {Report} report
 */
function because(report) {
  const { links, verdict } = report;
  if (verdict.because.length === 0) return '';
  const findings = links.flatMap((link) => link.findings);
  /** @type {Map<string, HTMLElement[]>} */
  const told = new Map();
  for (const { check, part } of verdict.because) {
    const finding = findings.find((one) => one.check === check && (one.part ?? null) === part);
    const sentence = finding ? sentencesOf(report).finding(finding) : '';
    const anchor = h('a', { href: `#${findingAnchor(check, part)}` }, checkTitle(check, part));
    told.set(sentence, [...(told.get(sentence) ?? []), anchor]);
  }
  // Where nothing is published one absence leads to all others, and each is under "Not checked".
  const shown = verdict.state === 'not-published' ? [...told].slice(0, FIRST) : [...told];
  const rest = told.size - shown.length;
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
    rest > 0 ? h('p', {}, ui('because-rest')) : null,
  );
}

/**
 * How much was left open, beside the verdict.
 *
 * @param {Report} report
 */
function open({ not_checked }) {
  if (not_checked.length === 0) return '';
  const words = uiCount('not-checked-count', not_checked.length);
  return h('p', { class: 'open-count' }, h('a', { href: '#not-checked' }, words));
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
    h('h3', {}, ui(list)),
    sentences.length === 1
      ? h('p', {}, sentences[0])
      : h('ul', {}, sentences.map((sentence) => h('li', {}, sentence))),
  );
}

/**
 * The assurance level, always with what it does not cover.
 *
 * @param {Report} report
 */
function levelBox(report) {
  const { assurance } = report;
  const { name, meaning } = level(report);
  return h(
    'div',
    { class: 'level', 'data-level': assurance.level },
    h('h3', {}, ui('level')),
    h(
      'p',
      {},
      report.simulated ? [simulatedMark(), ' '] : [],
      h('strong', { class: 'level-name' }, assurance.level ? `${assurance.level}: ${name}.` : `${name}.`),
      ' ',
      meaning,
    ),
    assurance.except.length > 0
      ? h(
          'p',
          { class: 'except' },
          h('strong', {}, ui('level-except')),
          ' ',
          assurance.except.flatMap((check, index) => [
            index > 0 ? ', ' : '',
            h('a', { href: `#${findingAnchor(check, null)}` }, checkTitle(check)),
          ]),
        )
      : null,
    h('p', {}, ui('root-of-trust'), ' ', rootOfTrust(report), '.'),
  );
}

customElements.define('verdict-banner', VerdictBanner);
