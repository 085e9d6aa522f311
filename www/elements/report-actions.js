/**
 * With what the check was made, and how its result is kept.
 *
 * @import { Examination, Report, Signatures, Source } from '../page.d.ts'
 */

import { button, copyButton, download, evidenceWords, h } from '../dom.js';
import { hexElement, timeElement } from '../values.js';
import { say, ui } from '../wording.js';
import { signatureFacts } from './signature-facts.js';

/**
 * @param {Report} report
 * @param {Signatures | null} signatures who answered them, where that is known
 * @param {(() => Promise<Examination>) | null} compare examines the same again, with both engines
 * @param {(examination: Examination) => void} differ takes what came of it when they do not agree
 */
export function reportFacts({ checked_at, policy, subject, verdict, verifier }, signatures, compare, differ) {
  /** @type {Array<[string, Array<Node | string>]>} */
  const rows = [
    [ui('fact.time'), [timeElement(checked_at)]],
    [ui('fact.policy'), [h('strong', {}, policy.name), ' ', hexElement(policy.sha256)]],
    [ui('fact.required'), [ui('required-passed', { passed: verdict.passed, required: verdict.required })]],
    [ui('fact.input'), [hexElement(subject.sha256)]],
    [ui('fact.verifier'), [`${verifier.name} ${verifier.version} `, hexElement(verifier.source_sha256)]],
  ];
  if (signatures) rows.push([ui('fact.signatures'), [signatureFacts(signatures, compare, differ)]]);
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
 * @param {Report} report
 * @param {string} json
 * @param {Source | null} kept what this page asked and was answered
 * @param {(() => Promise<Uint8Array<ArrayBuffer>>) | null} keep makes one file with everything; `null`
 *   for a report that is out of such a file
 * @param {((bundle: Uint8Array) => Promise<string | null>) | null} auditFile makes an audit file of that,
 *   where the page can
 */
export function reportActions(report, json, kept, keep, auditFile) {
  const words = { copied: ui('copied'), failed: ui('copy-failed') };
  const name = bundleName(report);
  const command = `s2s verify ${name} --as-recorded --json`;
  const problem = h('p', { class: 'problem', role: 'alert' });
  return h(
    'section',
    { class: 'actions', 'aria-labelledby': 'actions-heading' },
    h('h2', { id: 'actions-heading', class: 'visually-hidden' }, ui('actions')),
    h(
      'details',
      {},
      h('summary', {}, ui('again-summary')),
      h('p', {}, ui('again-elsewhere')),
      h('p', {}, h('code', { class: 'url', translate: 'no' }, command)),
      copyButton(ui('copy-command'), command, words, { class: 'quiet no-print' }),
    ),
    h(
      'div',
      { class: 'row no-print' },
      keep ? button(ui('save-bundle'), () => saved(name, keep, problem), { id: 'save-bundle' }) : null,
      keep && auditFile
        ? button(ui('save-audit'), () => savedAudit(name, keep, auditFile, problem), {
            id: 'save-audit',
            'aria-describedby': 'save-audit-note',
          })
        : null,
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
    ),
    keep && auditFile ? h('p', { class: 'note no-print', id: 'save-audit-note' }, ui('save-audit-note')) : null,
    problem,
  );
}

/**
 * Hands the reader one file with everything.
 *
 * @param {string} name
 * @param {() => Promise<Uint8Array<ArrayBuffer>>} keep
 * @param {HTMLElement} problem
 */
async function saved(name, keep, problem) {
  problem.textContent = '';
  try {
    download(name, await keep(), 'application/json');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problem.textContent = ui('bundle-not-saved', { message: evidenceWords(message) });
  }
}

/**
 * Hands the reader one HTML with everything and the verifier, made of the empty one of this site.
 *
 * @param {string} name the bundle's
 * @param {() => Promise<Uint8Array<ArrayBuffer>>} keep
 * @param {(bundle: Uint8Array) => Promise<string | null>} auditFile
 * @param {HTMLElement} problem
 */
async function savedAudit(name, keep, auditFile, problem) {
  problem.textContent = '';
  try {
    const file = await auditFile(await keep());
    if (file === null) problem.textContent = ui('save-audit-no-page');
    else download(name.replace(/\.s2s\.json$/, '.html'), file, 'text/html');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problem.textContent = ui('bundle-not-saved', { message: evidenceWords(message) });
  }
}

/**
 * The name of a bundle: the host, or the kind of evidence, and the day.
 *
 * @param {Report} report
 */
export function bundleName({ checked_at, headline, subject }) {
  const of = headline.of ? new URL(headline.of).host : subject.kind;
  return `${of.replace(/[^A-Za-z0-9.-]/g, '-')}-${checked_at.slice(0, 10)}.s2s.json`;
}

/** @param {boolean} isWhole whether everything goes on paper */
function printed(isWhole) {
  document.documentElement.toggleAttribute('data-print-all', isWhole);
  print();
}
