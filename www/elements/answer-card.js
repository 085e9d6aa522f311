/**
 * `<answer-card>`: who was asked, the headline, six questions with their answers, and the next step.
 *
 * It draws a report with the wording that is loaded, and needs nothing else of the page: a popup or
 * a file of its own can use it as well. It decides nothing.
 *
 * @import { AnswerRow, Examination, Report, ShownState } from '../page.d.ts'
 */

import { findingAnchor } from '../anchors.js';
import { HIGHEST, nextWords, rowWords, subjectWords } from '../answer-words.js';
import { button, evidenceWords, h, isolated } from '../dom.js';
import { icon } from '../icons.js';
import { sentencesOf } from '../phrases.js';
import { say, ui } from '../wording.js';

/** Which outline a row has. */
const SHAPES = /** @type {const} */ ({
  yes: 'verified',
  caveat: 'warning',
  no: 'failed',
  open: 'unknown',
  none: 'not-published',
  'not-asked': 'unknown',
});

/**
 * Whose word an answer is: a recorder's, whose check was repeated, or a recorder's that nobody checked.
 *
 * @typedef {'recorder' | 'unchecked'} Told
 */

/** The rows that tell of whoever asked. */
const OF_ASKER = ['fresh', 'connection'];

/** @typedef {{ host: string, doing: string, step: number, steps: number, since: number }} Progress */

export class AnswerCard extends HTMLElement {
  #status = h('div', { role: 'status', class: 'answer-status' });
  #body = h('div', { class: 'answer-body' });
  /** @type {HTMLHeadingElement | null} */
  #heading = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;

  connectedCallback() {
    this.setAttribute('role', 'region');
    if (this.childElementCount === 0) this.append(this.#status, this.#body);
  }

  disconnectedCallback() {
    clearInterval(this.#clock);
  }

  /**
   * @param {Report} report
   * @param {{ jumps?: boolean, actions?: Array<Node | string>, told?: Told | null, note?: Node | string }} [options]
   *   whether rows lead to what they rest upon, which has to stand in the same document; what the next
   *   step offers; whose word the answer is, where it is not the reader's own check; and what is said of
   *   earlier answers
   */
  draw(report, { jumps = false, actions = [], told = null, note = '' } = {}) {
    const line = sentencesOf(report).headline();
    const { verdict, headline } = report;
    const isPartial = verdict.state === 'verified' && !HIGHEST.includes(headline.word);
    const isUnchecked = told === 'unchecked';
    const [short, card] = [line.short, line.card].map((words) => (isUnchecked ? unchecked(words) : words));
    const look = isPartial ? 'partial' : verdict.state;
    this.#begin(isUnchecked ? 'unknown' : verdict.state, subjectWords(report), short ?? '', card ?? '', isUnchecked ? 'unknown' : look);
    if (told) this.setAttribute('data-told', told);
    this.toggleAttribute('data-simulated', report.simulated);
    this.setAttribute('data-headline', headline.word);
    const next = isUnchecked ? null : nextWords(report);
    this.#body.replaceChildren(
      h('dl', { class: 'rows' }, report.answer.rows.map((one) => row(report, one, jumps, told))),
      next
        ? h(
            'div',
            { class: 'next' },
            h('p', {}, h('strong', {}, say(['answer', 'next', 'title'])), ' ', next),
            actions.length > 0 ? h('div', { class: 'row no-print' }, actions) : null,
          )
        : '',
      note,
    );
  }

  /**
   * What is being done about whom, with the seconds that it took so far.
   *
   * @param {Progress} progress
   * @param {(() => void) | null} stop
   */
  checking({ host, doing, step, steps, since }, stop) {
    const words = ui('progress', { doing, step, steps });
    const focused = this.contains(document.activeElement) ? document.activeElement?.id : null;
    this.#begin('checking', ui('checking-host', { host }), words, '');
    const seconds = h('span', { class: 'seconds', 'aria-hidden': 'true' });
    const tick = () => {
      seconds.textContent = ui('seconds', { count: Math.floor((Date.now() - since) / 1000) });
    };
    tick();
    this.#clock = setInterval(tick, 1000);
    this.#body.replaceChildren(
      h(
        'div',
        { class: 'row running' },
        seconds,
        stop ? button(ui('stop'), stop, { id: 'stop-check' }) : null,
      ),
    );
    // The next step is drawn anew, and takes the focus over.
    if (focused === 'stop-check') this.querySelector('button')?.focus({ preventScroll: true });
    else if (focused !== null) this.#heading?.focus({ preventScroll: true });
  }

  /**
   * There is no answer now.
   *
   * @param {string} sentence why
   */
  clear(sentence) {
    this.#begin('checking', ui('no-answer-now'), sentence, '');
    this.#body.replaceChildren();
  }

  /**
   * A result that is no report: what happened, what it means, what to do.
   *
   * @param {Exclude<Examination, { kind: 'report' }>} examination
   * @param {string} subject
   */
  explain(examination, subject) {
    const key = examination.kind === 'unreadable' ? 'unreadable' : examination.reason;
    this.#begin('unknown', subject || ui('no-answer-title'), ui('no-answer-title'), ui(`${key}.sentence`));
    if (examination.kind === 'unreadable') this.setAttribute('data-code', examination.code);
    this.#body.replaceChildren(
      h(
        'dl',
        { class: 'three-parts' },
        ['happened', 'means', 'do'].map((part) =>
          h('div', {}, h('dt', {}, ui(`part.${part}`)), h('dd', {}, told(key, part, examination))),
        ),
      ),
    );
  }

  /** Moves the focus to the answer: for a check that the reader started. */
  focusAnswer() {
    this.#heading?.focus({ preventScroll: true });
    this.scrollIntoView({ block: 'nearest' });
  }

  /**
   * @param {ShownState} state
   * @param {string} subject
   * @param {string} short
   * @param {string} sentence
   * @param {ShownState | 'partial'} [look]
   */
  #begin(state, subject, short, sentence, look = state) {
    clearInterval(this.#clock);
    this.setAttribute('aria-label', ui('answer'));
    this.setAttribute('data-state', state);
    this.setAttribute('data-look', look);
    for (const name of ['data-code', 'data-headline', 'data-simulated', 'data-told']) this.removeAttribute(name);
    this.#heading = h('h2', { class: 'answer-subject', tabindex: -1 }, subject);
    this.#status.replaceChildren(
      this.#heading,
      h('p', { class: 'short' }, icon(look), h('span', {}, short)),
      sentence ? h('p', { class: 'sentence' }, sentence) : '',
    );
  }
}

/**
 * @param {Report} report
 * @param {AnswerRow} answered
 * @param {boolean} jumps
 * @param {Told | null} told
 */
function row(report, answered, jumps, told) {
  const { question, answer: own } = rowWords(report, answered);
  const isOfAsker = OF_ASKER.includes(answered.id);
  const answer = told === 'unchecked' ? unchecked(own) : told && isOfAsker ? say(['audit', 'of-recorder'], { answer: own }) : own;
  const shape = told === 'unchecked' ? 'unknown' : SHAPES[answered.state];
  return h(
    'div',
    { 'data-row': answered.id, 'data-answer': answered.state, 'data-state': shape },
    h('dt', {}, icon(shape), h('span', {}, question)),
    h('dd', {}, jumps ? h('a', { href: `#${target(answered)}` }, answer) : answer),
  );
}

/** @param {string} words */
function unchecked(words) {
  return say(['audit', 'of-unchecked'], { words });
}

/** @param {AnswerRow} answered */
function target({ check, link }) {
  return check ? findingAnchor(check.check, check.part) : `link-${link}`;
}

/**
 * A sentence about a result that is no report. What the verifier met it says itself, in English.
 *
 * @param {string} key
 * @param {string} part
 * @param {Exclude<Examination, { kind: 'report' }>} examination
 */
function told(key, part, examination) {
  if (examination.kind !== 'unreadable') return [ui(`${key}.${part}`)];
  const { file, message } = examination;
  const place = file === null ? message : ui('in-file', { file: evidenceWords(file), message });
  return isolated(ui(`${key}.${part}`, { message: place }), message, { lang: 'en' });
}

customElements.define('answer-card', AnswerCard);
