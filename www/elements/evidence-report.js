/**
 * `<evidence-report>`: draws a report. It is a function of the report and nothing else.
 *
 * @import { Examination, Link, NotChecked, PlannedRequest, Report, Source, Wanted } from '../report.d.ts'
 */

import { button, copyButton, download, evidenceWords, h } from '../dom.js';
import { checkTitle, sayOr, sentencesOf } from '../phrases.js';
import { byteCount, hexElement, timeElement } from '../values.js';
import { further } from '../verifier.js';
import { say, ui } from '../wording.js';
import { ChainLink } from './chain-link.js';
import { EndCap, beyond } from './end-cap.js';
import { fileList } from './file-list.js';
import { findingAnchor } from './finding-item.js';
import { RequestList } from './request-list.js';
import { serviceKey } from './service-key.js';
import { simulatedMark } from './simulated-mark.js';
import { statedTable } from './stated-table.js';
import { VerdictBanner } from './verdict-banner.js';

export class EvidenceReport extends HTMLElement {
  #subject = h('div', { class: 'subject' });
  #verdict = new VerdictBanner();
  #rest = h('div', { class: 'report-rest' });

  connectedCallback() {
    if (this.childElementCount > 0) return;
    this.append(this.#subject, this.#verdict, this.#rest);
    this.addEventListener('click', openTarget);
  }

  /**
   * Takes down what stands; `sentence` says why there is no answer now.
   *
   * @param {string} sentence
   */
  clear(sentence) {
    this.setAttribute('aria-busy', 'true');
    this.removeAttribute('data-simulated');
    this.#verdict.clear(sentence);
    this.#subject.replaceChildren();
    this.#rest.replaceChildren();
  }

  /**
   * Draws what came of an examination. A report that cannot be drawn to its end is not drawn at
   * all, and counts as no answer.
   *
   * @param {Examination} examination
   * @param {Source[]} sources what was handed over
   * @param {Source | null} [kept] what this page asked and was answered, to be kept by the reader
   * @returns {Examination} what was drawn.
   */
  show(examination, sources, kept = null) {
    try {
      this.#draw(examination, sources, kept);
      return examination;
    } catch (error) {
      if (examination.kind !== 'report') throw error;
      return this.show({ kind: 'unknown', reason: 'not-a-report' }, sources);
    }
  }

  /**
   * @param {Examination} examination
   * @param {Source[]} sources
   * @param {Source | null} kept
   */
  #draw(examination, sources, kept) {
    this.removeAttribute('aria-busy');
    const report = examination.kind === 'report' ? examination.report : null;
    this.toggleAttribute('data-simulated', report?.simulated ?? false);
    this.#subject.replaceChildren(...(report ? subjectLines(report) : [inputs(sources)]));
    this.#verdict.examination = examination;
    this.#rest.replaceChildren();
    if (examination.kind === 'report') {
      this.#rest.append(...sections(examination.report, examination.json, sources.length, kept));
    }
  }

  /** Moves the focus to the answer. */
  focusAnswer() {
    this.#verdict.focusAnswer();
  }
}

/**
 * What was examined, in our words; then the evidence's own.
 *
 * @param {Report} report
 */
function subjectLines(report) {
  const { subject, checked_at, files, recorded_at: recorded } = report;
  const evidence = files.find(({ became }) => became === 'evidence');
  const itself = recorded ? null : sentencesOf(report).callsItself();
  return [
    h(
      'p',
      {},
      `${kindName(subject.kind)} · ${byteCount(subject.len)} · ${ui('checked-for')} `,
      timeElement(checked_at),
      evidence ? ` · ${ui('from-file', { words: evidenceWords(evidence.name) })}` : '',
    ),
    ...(itself ? [h('p', {}, itself)] : []),
  ];
}

/**
 * What was handed in and could not be read.
 *
 * @param {Source[]} sources
 */
function inputs(sources) {
  const names = sources.map(({ name }) => evidenceWords(name)).join(', ');
  return names === '' ? '' : h('p', {}, ui('subject-unread', { source: names }));
}

/** @param {string} kind */
function kindName(kind) {
  return sayOr(['kinds', kind], kind);
}

/**
 * @param {Report} report
 * @param {string} json
 * @param {number} handed how many files were handed over
 * @param {Source | null} kept
 */
function sections(report, json, handed, kept) {
  const stated = report.stated.length > 0 ? statedTable(report) : '';
  const isAllThereIs = report.assurance.root_of_trust === 'nothing';
  return [
    ...(isAllThereIs ? [stated, chain(report)] : [chain(report), stated]),
    report.not_checked.length > 0 ? notChecked(report) : '',
    report.wanted.length > 0 ? wanted(report.wanted) : '',
    flags(report),
    fileList(report, handed),
    facts(report),
    actions(report, json, kept),
  ];
}

/** @param {Report} report */
function facts({ checked_at, policy, subject, verdict, verifier }) {
  /** @type {Array<[string, Array<Node | string>]>} */
  const rows = [
    [ui('fact.time'), [timeElement(checked_at)]],
    [ui('fact.policy'), [h('strong', {}, policy.name), ' ', hexElement(policy.sha256)]],
    [ui('fact.required'), [ui('required-passed', { passed: verdict.passed, required: verdict.required })]],
    [ui('fact.input'), [hexElement(subject.sha256)]],
    [
      ui('fact.verifier'),
      [`${verifier.name} ${verifier.version} `, hexElement(verifier.source_sha256)],
    ],
  ];
  return h(
    'section',
    { class: 'facts-section', 'aria-labelledby': 'facts-heading' },
    h('h2', { id: 'facts-heading' }, ui('about-this-check')),
    h(
      'dl',
      { class: 'facts' },
      rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
    ),
  );
}

/** @param {Report} report */
function notChecked({ not_checked }) {
  /** @type {Map<string, NotChecked[]>} */
  const byReason = new Map();
  for (const item of not_checked) {
    const key = `${item.weight} ${item.why}`;
    byReason.set(key, [...(byReason.get(key) ?? []), item]);
  }
  const groups = [...byReason.values()];
  groups.sort((a, b) => Number(a[0]?.weight !== 'required') - Number(b[0]?.weight !== 'required'));
  return h(
    'section',
    { class: 'not-checked', id: 'not-checked', tabindex: -1, 'aria-labelledby': 'not-checked-heading' },
    h('h2', { id: 'not-checked-heading' }, ui('not-checked')),
    h('p', {}, ui('not-checked-sentence')),
    groups.map((group) => {
      const [{ why, weight } = { why: '', weight: 'advisory' }] = group;
      return h(
        'div',
        { class: 'not-checked-group' },
        h('h3', {}, say(['reasons', why]), ' ', h('span', { class: 'aside' }, ui(`weight.${weight}`))),
        h(
          'ul',
          {},
          group.map(({ check, part }) =>
            h('li', {}, h('a', { href: `#${findingAnchor(check, part)}` }, checkTitle(check, part))),
          ),
        ),
      );
    }),
  );
}

/** @param {Report} report */
function chain(report) {
  const joined = report.links.filter((link) => link.id !== 'key-binding');
  const beside = report.links.filter((link) => link.id === 'key-binding');
  const { next, apart } = report.ends_at;
  const end = next === null ? joined.length : joined.findIndex((link) => link.id === next);
  if (end < 0) throw new TypeError('the chain ends at a link that it does not have');
  const cap = new EndCap();
  cap.draw(report);
  const [held, beyondEnd] = [joined.slice(0, end), joined.slice(end)];
  const own = beyondEnd.filter((link) => apart.includes(link.id));
  const loose = beyondEnd.filter((link) => !apart.includes(link.id));
  const hasMachine = report.assurance.root_of_trust !== 'build-only';
  const drawnLoose =
    loose.length > 0
      ? [
          h('h3', { class: 'loose-heading' }, ui('loose-links')),
          h('p', {}, ui('loose-links-sentence')),
          h('ul', { class: 'links loose' }, loose.map((link) => linkItem(link, report))),
        ]
      : [];
  const drawnApart =
    own.length > 0
      ? [
          h('h3', { class: 'loose-heading' }, ui(hasMachine ? 'apart-links' : 'build-links')),
          h('p', {}, ui(hasMachine ? 'apart-links-sentence' : 'build-links-sentence')),
          h('ul', { class: 'links loose apart' }, own.map((link) => linkItem(link, report))),
        ]
      : [];
  return h(
    'section',
    { class: 'chain', 'aria-labelledby': 'chain-heading' },
    h('h2', { id: 'chain-heading' }, ui('chain'), ' ', report.simulated && simulatedMark()),
    report.links.some(({ findings }) => findings.some(({ reason }) => reason === 'simulated'))
      ? suggestSimulated()
      : null,
    held.length > 0 ? h('ol', { class: 'links' }, held.map((link) => linkItem(link, report))) : null,
    cap,
    // Where there is only a build, what holds of it comes before the machine that is absent.
    ...(hasMachine ? [drawnLoose, drawnApart] : [drawnApart, drawnLoose]),
    beyondEnd.length > 0 ? beyond(report.assurance.root_of_trust) : null,
    h('h3', { class: 'beside-heading' }, ui('beside-the-chain')),
    h('ul', { class: 'links beside' }, beside.map((link) => linkItem(link, report))),
  );
}

/** Evidence of simulated vendors under a policy for real ones: which policy takes them. */
function suggestSimulated() {
  const choose = button(
    ui('simulated-check'),
    () => {
      const detail = { policy: 'simulated' };
      choose.dispatchEvent(new CustomEvent('choose-policy', { bubbles: true, detail }));
    },
    { id: 'simulated-check', class: 'no-print' },
  );
  return h('p', { class: 'suggestion' }, ui('simulated-sentence'), ' ', choose);
}

/**
 * @param {Link} link
 * @param {Report} report
 */
function linkItem(link, report) {
  const element = new ChainLink();
  element.draw(
    link,
    report.claims.filter((claim) => claim.link === link.id),
    report.evidence.filter((item) => link.evidence.includes(item.id)),
    report,
  );
  return h('li', {}, element);
}

/** @param {Report} report */
function flags(report) {
  const { flags } = report;
  return h(
    'section',
    { class: 'flags', 'aria-labelledby': 'flags-heading' },
    h('h2', { id: 'flags-heading' }, ui('flags')),
    h(
      'dl',
      { class: 'facts' },
      Object.entries(flags).map(([flag, value]) =>
        h(
          'div',
          { 'data-flag': flag },
          h('dt', {}, say(['flags', flag, 'title'])),
          h('dd', {}, say(['flags', flag, value]), flag === 'key' ? serviceKey(report) : []),
        ),
      ),
    ),
  );
}

/** @param {Wanted[]} wanted */
function wanted(wanted) {
  const requests = further(wanted);
  const askable = requests.filter(({ reach }) => reach === 'anyone');
  const isAskable = (/** @type {Wanted} */ { url }) => askable.some((request) => request.url === url);
  const byHand = wanted.filter((one) => !isAskable(one));
  return h(
    'section',
    { class: 'wanted', 'aria-labelledby': 'wanted-heading' },
    h('h2', { id: 'wanted-heading' }, ui('wanted')),
    askable.length > 0 ? askFrom(askable, wanted) : [],
    byHand.length > 0 ? fetchByHand(byHand) : [],
    addFiles(),
  );
}

/**
 * What this page can ask for, when the reader allows it.
 *
 * @param {PlannedRequest[]} requests
 * @param {Wanted[]} wanted
 */
function askFrom(requests, wanted) {
  const list = new RequestList();
  const notes = new Map(wanted.map((one) => [one.url, decides(one)]));
  list.draw(requests, { choice: true, notes });
  /** @type {AbortController | null} */
  let running = null;
  const stop = button(ui('stop'), () => running?.abort(), { hidden: true });
  const go = button(
    ui('ask-chosen'),
    () => {
      if (list.chosen.length === 0) return;
      running = new AbortController();
      [go.hidden, stop.hidden] = [true, false];
      const done = () => {
        [go.hidden, stop.hidden] = [false, true];
      };
      const detail = { requests: list.chosen, list, signal: running.signal, done };
      list.dispatchEvent(new CustomEvent('ask-further', { bubbles: true, detail }));
    },
    { id: 'ask-further', class: 'primary' },
  );
  return h(
    'div',
    { class: 'ask-from no-print' },
    h('p', {}, ui('wanted-asked')),
    list,
    h('div', { class: 'row' }, go, stop),
  );
}

/** @param {Wanted[]} wanted */
function fetchByHand(wanted) {
  const words = { copied: ui('copied'), failed: ui('copy-failed') };
  return [
    h('p', {}, ui('wanted-sentence')),
    h(
      'ul',
      {},
      wanted.map((one) =>
        h(
          'li',
          {},
          h('p', {}, h('strong', {}, sayOr(['wanted', one.what], one.what))),
          h('p', {}, sayOr(['reveals', one.reveals], one.reveals)),
          h('p', {}, h('code', { class: 'url', translate: 'no' }, one.url)),
          h('p', {}, decides(one)),
          copyButton(ui('copy-address'), one.url, words, {
            class: 'quiet',
            'aria-label': ui('copy-address-of', { name: sayOr(['wanted', one.what], one.what) }),
          }),
        ),
      ),
    ),
  ];
}

function addFiles() {
  const add = h('input', { type: 'file', multiple: true, id: 'add-files', class: 'visually-hidden' });
  add.addEventListener('change', () => {
    const detail = { files: [...(add.files ?? [])] };
    add.dispatchEvent(new CustomEvent('add-files', { bubbles: true, detail }));
  });
  return h(
    'p',
    { class: 'file-choice no-print' },
    add,
    h('label', { for: 'add-files', class: 'button' }, ui('add-files')),
  );
}

/** @param {Wanted} wanted */
function decides({ decides }) {
  return `${ui('decides')} ${decides.map((check) => checkTitle(check, null)).join(', ')}`;
}

/**
 * @param {Report} report
 * @param {string} json
 * @param {Source | null} kept
 */
function actions({ checked_at, files, policy }, json, kept) {
  const words = { copied: ui('copied'), failed: ui('copy-failed') };
  const names = kept || files.length < 2 ? ['FILE'] : files.map((_, place) => `FILE-${place + 1}`);
  const command = `s2s verify ${names.join(' ')} --at ${checked_at} --policy ${policyWord(policy.name)} --json`;
  return h(
    'section',
    { class: 'actions', 'aria-labelledby': 'actions-heading' },
    h('h2', { id: 'actions-heading' }, ui('actions')),
    h('p', {}, ui(kept ? 'again-recorded' : 'again-elsewhere')),
    h('p', {}, h('code', { class: 'url', translate: 'no' }, command)),
    h(
      'div',
      { class: 'row no-print' },
      copyButton(ui('copy-command'), command, words, { class: '' }),
      copyButton(ui('copy-report'), json, words, { class: '', id: 'copy-report' }),
      kept
        ? button(
            ui('download-exchange'),
            () => download('exchange.json', new Uint8Array(kept.bytes), 'application/json'),
            { id: 'download-exchange' },
          )
        : null,
      button(ui('download-report'), () => download('report.json', json, 'application/json'), {
        id: 'download-report',
      }),
      button(ui('print'), () => print(), { id: 'print-report' }),
    ),
  );
}

/**
 * A policy as a command line takes it; a name that a shell would take apart is left to the reader.
 *
 * @param {string} name
 */
function policyWord(name) {
  return /^[a-z0-9][a-z0-9-]*$/.test(name) ? name : 'POLICY';
}

/**
 * Opens whatever hides the target of a link within the page, and goes there.
 *
 * @param {Event} event
 */
function openTarget(event) {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  const target = link && document.getElementById((link.getAttribute('href') ?? '').slice(1));
  if (!target) return;
  event.preventDefault();
  for (let at = target.parentElement; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
  target.focus();
  target.scrollIntoView({ block: 'center' });
}

customElements.define('evidence-report', EvidenceReport);
