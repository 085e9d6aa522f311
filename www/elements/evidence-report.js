/**
 * `<evidence-report>`: draws a report. It is a function of the report and nothing else.
 *
 * @import { Examination, Source } from '../page.d.ts'
 */

import { button, copyButton, evidenceWords, h, redrawn } from '../dom.js';
import { painted, unfoldAll, unfoldLater } from '../folds.js';
import { markPaper } from '../paper.js';
import { listed, ui } from '../wording.js';
import { AnswerCard } from './answer-card.js';
import { chainSection } from './chain-section.js';
import { chainStrip } from './chain-strip.js';
import { claimRow } from './claim-row.js';
import { beyond } from './end-cap.js';
import { fileList } from './file-list.js';
import { nextActions, openChecks } from './open-checks.js';
import { readOn } from './read-on.js';
import { recordedLine } from './recorded-line.js';
import { reportActions, reportFacts, reportFlags } from './report-actions.js';
import { reportMeaning } from './report-meaning.js';
import { serviceKey } from './service-key.js';
import { statedTable } from './stated-table.js';

/** @typedef {import('./answer-card.js').Progress} Progress */

/**
 * What the page knows of how a report came about.
 *
 * @typedef {object} Origin
 * @property {Source | null} [kept] what this page asked and was answered
 * @property {{ origin: string, isRecorded: boolean } | null} [unread] a service that a page may not read
 * @property {boolean} [isRecorded] whether the report is a bundle's, as recorded
 * @property {(() => Promise<Uint8Array<ArrayBuffer>>) | null} [keep] makes one file with everything
 * @property {((bundle: Uint8Array) => Promise<string | null>) | null} [auditFile] makes an audit file of that
 * @property {HTMLElement | null} [above] what the page says above the answer
 * @property {HTMLElement[]} [cover] what the page says between the chain in one row and the rest
 * @property {Node | null} [note] what is said of earlier answers
 * @property {(() => Promise<Examination>) | null} [compare] examines the same again, with both engines
 */

export class EvidenceReport extends HTMLElement {
  #above = h('div', { class: 'report-above' });
  #card = new AnswerCard();
  #rest = h('div', { class: 'report-rest' });
  #paper = h('p', { class: 'paper-hash print-only' });
  /** Counts what was drawn or taken down: what was to be drawn later for another is drawn no more. */
  #turn = 0;
  /** @type {(Node | string)[] | null} what stands below the answer, where it is not on the page yet */
  #waiting = null;

  connectedCallback() {
    if (this.childElementCount > 0) return;
    this.append(this.#above, this.#card, this.#rest, this.#paper);
    this.addEventListener('click', (event) => this.#openTarget(event));
    this.addEventListener('undrawable', () => this.show({ kind: 'unknown', reason: 'not-a-report' }, []));
  }

  disconnectedCallback() {
    markPaper(this.#paper, null);
  }

  /**
   * Takes down what stands; `sentence` says why there is no answer now.
   *
   * @param {string} sentence
   */
  clear(sentence) {
    this.#down();
    this.#card.clear(sentence);
  }

  /**
   * Takes down what stands and says what is being done.
   *
   * @param {Progress} progress
   * @param {(() => void) | null} stop
   */
  checking(progress, stop) {
    this.#down();
    this.#card.checking(progress, stop);
  }

  #down() {
    this.#none();
    this.setAttribute('aria-busy', 'true');
    this.removeAttribute('data-simulated');
    this.#above.replaceChildren();
  }

  /** Takes down what stands below the answer. */
  #none() {
    this.#turn += 1;
    this.#waiting = null;
    this.removeAttribute('data-drawing');
    this.#rest.replaceChildren();
    markPaper(this.#paper, null);
  }

  /** Puts what stands below the answer on the page once the answer is on the screen. */
  async #later() {
    const own = this.#turn;
    const isWanted = () => this.#turn === own;
    await painted();
    if (!isWanted()) return;
    this.#attach();
    await unfoldLater(this.#rest, isWanted);
    if (isWanted()) this.removeAttribute('data-drawing');
  }

  #attach() {
    this.#rest.append(...(this.#waiting ?? []));
    this.#waiting = null;
  }

  /** Draws at once what would be drawn later: for paper, for a link into it, and for what was open before. */
  whole() {
    this.#attach();
    unfoldAll(this.#rest);
  }

  /**
   * Has what stands in `root` drawn again, with the whole of this report.
   *
   * @param {() => void} draw
   * @param {Element} [root] what holds this report
   */
  again(draw, root = this) {
    this.whole();
    redrawn(root, () => {
      draw();
      this.whole();
    });
  }

  /**
   * Draws what came of an examination: the answer at once, the rest when the answer is on the screen. A
   * report of which a part cannot be drawn is taken down, and counts as no answer; all but what is folded
   * is made before the answer is drawn.
   *
   * @param {Examination} examination
   * @param {Source[]} sources what was handed over
   * @param {Origin} [origin]
   * @returns {Examination} what was drawn.
   */
  show(examination, sources, origin = {}) {
    try {
      this.#draw(examination, sources, origin);
      return examination;
    } catch (error) {
      if (examination.kind !== 'report') throw error;
      return this.show({ kind: 'unknown', reason: 'not-a-report' }, sources);
    }
  }

  /**
   * @param {Examination} examination
   * @param {Source[]} sources
   * @param {Origin} origin
   */
  #draw(examination, sources, origin) {
    const { kept = null, unread = null, isRecorded = false, keep = null, compare = null } = origin;
    this.removeAttribute('aria-busy');
    this.#above.replaceChildren(origin.above ?? '');
    this.#none();
    if (examination.kind !== 'report') {
      this.removeAttribute('data-simulated');
      this.#card.explain(examination, listed(sources.map(({ name }) => evidenceWords(name))));
      return;
    }
    const { report, json, further, recorded, signatures } = examination;
    const stated = report.stated.length > 0 ? statedTable(report) : '';
    const isAllThereIs = report.assurance.root_of_trust === 'nothing';
    const sections = [
      claimRow(report),
      unread ? elsewhere(unread) : '',
      chainStrip(report),
      ...(origin.cover ?? []),
      reportMeaning(report),
      readOn(report),
      serviceKey(report),
      isAllThereIs ? stated : '',
      openChecks(report, further),
      chainSection(report),
      isAllThereIs ? '' : stated,
      beyond(report.assurance.root_of_trust),
      reportFlags(report),
      fileList(report, recorded ? 0 : sources.length),
      reportFacts(report, signatures, compare, (both) => {
        this.show(both, sources, { ...origin, keep: null, compare: null });
        this.focusAnswer();
      }),
      reportActions(report, json, kept, keep, origin.auditFile ?? null),
    ];
    if (signatures?.agree === false) {
      this.#above.append(h('p', { class: 'problem', role: 'alert' }, ui('engines-differ')));
    }
    if (recorded) this.#above.append(recordedLine(recorded, report, isRecorded));
    this.toggleAttribute('data-simulated', report.simulated);
    this.#card.draw(report, {
      jumps: true,
      actions: isRecorded ? [] : nextActions(report),
      told: isRecorded ? 'recorder' : null,
      note: origin.note ?? '',
    });
    this.#waiting = sections;
    this.setAttribute('data-drawing', '');
    markPaper(this.#paper, json);
    this.#later();
  }

  /**
   * Opens whatever hides the target of a link within the page, and goes there.
   *
   * @param {Event} event
   */
  #openTarget(event) {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    if (!link) return;
    this.whole();
    const target = document.getElementById((link.getAttribute('href') ?? '').slice(1));
    if (!target) return;
    event.preventDefault();
    const inside = target.querySelector(':scope > .link-body > details');
    if (inside instanceof HTMLDetailsElement) inside.open = true;
    for (let at = target.parentElement; at; at = at.parentElement) {
      if (at instanceof HTMLDetailsElement) at.open = true;
    }
    target.focus();
    target.scrollIntoView({ block: 'center' });
  }

  /** Moves the focus to the answer. */
  focusAnswer() {
    this.#card.focusAnswer();
  }
}

/**
 * A service whose answer this page may not read can be asked elsewhere.
 *
 * @param {{ origin: string, isRecorded: boolean }} unread
 */
function elsewhere({ origin, isRecorded }) {
  const command = `s2s verify ${origin}`;
  const words = { copied: ui('copied'), failed: ui('copy-failed') };
  const recorded = button(
    ui('recorded'),
    () => recorded.dispatchEvent(new CustomEvent('recorded', { bubbles: true })),
    { class: 'quiet no-print', id: 'recorded-instead' },
  );
  return h(
    'section',
    { class: 'elsewhere', 'aria-labelledby': 'elsewhere-heading' },
    h('h2', { id: 'elsewhere-heading' }, ui('elsewhere')),
    h('p', {}, ui('elsewhere-sentence'), ' ', h('code', { class: 'url', translate: 'no' }, command)),
    h('div', { class: 'row no-print' }, copyButton(ui('copy-command'), command, words), isRecorded ? recorded : null),
  );
}

customElements.define('evidence-report', EvidenceReport);
