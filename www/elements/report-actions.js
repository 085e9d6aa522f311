/**
 * With what the check was made, and how its result is kept.
 *
 * @import { Report, Source } from '../page.d.ts'
 */

import { button, copyButton, download, h } from '../dom.js';
import { hexElement, timeElement } from '../values.js';
import { say, ui } from '../wording.js';

/** @param {Report} report */
export function reportFacts({ checked_at, policy, subject, verdict, verifier }) {
  /** @type {Array<[string, Array<Node | string>]>} */
  const rows = [
    [ui('fact.time'), [timeElement(checked_at)]],
    [ui('fact.policy'), [h('strong', {}, policy.name), ' ', hexElement(policy.sha256)]],
    [ui('fact.required'), [ui('required-passed', { passed: verdict.passed, required: verdict.required })]],
    [ui('fact.input'), [hexElement(subject.sha256)]],
    [ui('fact.verifier'), [`${verifier.name} ${verifier.version} `, hexElement(verifier.source_sha256)]],
  ];
  return folded('facts-section', ui('about-this-check'), [
    h('dl', { class: 'facts' }, rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
  ]);
}

/** @param {Report} report */
export function reportFlags({ flags }) {
  return folded('flags', ui('flags'), [
    h(
      'dl',
      { class: 'facts' },
      Object.entries(flags).map(([flag, value]) =>
        h(
          'div',
          { 'data-flag': flag },
          h('dt', {}, say(['flags', flag, 'title'])),
          h('dd', {}, say(['flags', flag, value])),
        ),
      ),
    ),
  ]);
}

/**
 * A section that shows its heading until it is opened.
 *
 * @param {string} name
 * @param {string} title
 * @param {HTMLElement[]} content
 * @param {string} [aside] what is said beside the heading
 */
export function folded(name, title, content, aside = '') {
  return h(
    'section',
    { class: `folded ${name}` },
    h('details', {}, h('summary', {}, h('h2', {}, title), h('span', { class: 'aside' }, aside)), content),
  );
}

/**
 * Fires `save-audit` with the place where a problem is told.
 *
 * @param {Report} report
 * @param {string} json
 * @param {Source | null} kept what this page asked and was answered
 * @param {boolean} isSavable whether the page can make an audit file of this result
 */
export function reportActions({ checked_at, files, policy }, json, kept, isSavable) {
  const words = { copied: ui('copied'), failed: ui('copy-failed') };
  const names = kept || files.length < 2 ? ['FILE'] : files.map((_, place) => `FILE-${place + 1}`);
  const command = `s2s verify ${names.join(' ')} --at ${checked_at} --policy ${policyWord(policy.name)} --json`;
  const problem = h('p', { class: 'problem no-print', role: 'alert' });
  const save = button(
    ui('save-audit'),
    () => save.dispatchEvent(new CustomEvent('save-audit', { bubbles: true, detail: { problem } })),
    { id: 'save-audit', 'aria-describedby': 'save-audit-note' },
  );
  return h(
    'section',
    { class: 'actions', 'aria-labelledby': 'actions-heading' },
    h('h2', { id: 'actions-heading', class: 'visually-hidden' }, ui('actions')),
    h(
      'details',
      {},
      h('summary', {}, ui('again-summary')),
      h('p', {}, ui(kept ? 'again-recorded' : 'again-elsewhere')),
      h('p', {}, h('code', { class: 'url', translate: 'no' }, command)),
      copyButton(ui('copy-command'), command, words, { class: 'quiet no-print' }),
    ),
    h(
      'div',
      { class: 'row no-print' },
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
      button(ui('print'), () => printed(false), { id: 'print-report' }),
      button(ui('print-all'), () => printed(true), { id: 'print-all', class: 'quiet' }),
      isSavable ? save : null,
    ),
    isSavable ? h('p', { class: 'note no-print', id: 'save-audit-note' }, ui('save-audit-note')) : null,
    problem,
  );
}

/** @param {boolean} isWhole whether everything goes on paper */
function printed(isWhole) {
  document.documentElement.toggleAttribute('data-print-all', isWhole);
  print();
}

/**
 * A policy as a command line takes it; a name that a shell would take apart is left to the reader.
 *
 * @param {string} name
 */
function policyWord(name) {
  return /^[a-z0-9][a-z0-9-]*$/.test(name) ? name : 'POLICY';
}
