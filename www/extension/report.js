/**
 * The full report on a service, as the check of the extension left it. Its address names the service:
 * `#service=https://api.example.com`.
 *
 * Files that a reader adds are examined here together with the extension's own; the badge goes on
 * showing what the extension found.
 *
 * @import { Examination, Source } from '../page.d.ts'
 * @import { Kept } from './extension.d.ts'
 */

import { fromBase64, MAX_INPUT } from '../bytes.js';
import { EvidenceReport } from '../elements/evidence-report.js';
import { clockWords } from '../moments.js';
import { answerForPaper } from '../paper.js';
import { byteCount } from '../values.js';
import { bundled, examine, loadVerifier } from '../verifier.js';
import { say, ui } from '../wording.js';
import { hostOf, originOf } from './addresses.js';
import { loadWords } from './badge.js';
import { api } from './browser.js';
import { languageChoice } from './language.js';

const named = new URLSearchParams(location.hash.slice(1));
const service = originOf(named.get('service') ?? '');
const view = new EvidenceReport();

/** @type {Source[]} */
let sources = [];
/** @type {Kept | null} */
let kept = null;
/** @type {string | null} */
let policy = null;
/** @type {() => void} says what stands, in the language that is spoken */
let stands = () => {};

const loading = loadVerifier();
await loadWords();
place('result').replaceChildren(view);
answerForPaper(view);
const host = service === null ? '' : hostOf(service);
place('bar').append(languageChoice(() => view.again(stands)));
kept = service === null ? null : await api.runtime.sendMessage({ ask: 'kept', service });
addEventListener('hashchange', () => location.reload());

if (kept?.json) {
  const report = JSON.parse(kept.json);
  policy = kept.policy;
  const bytes = fromBase64(kept.exchange);
  sources = bytes ? [{ name: service ?? '', bytes }] : [];
  const about = () => say(['extension', 'report-of'], { time: clockWords(new Date(report.checked_at)) });
  const { asked } = kept;
  const options = { at: report.checked_at, asked, ...(policy === null ? {} : { policy }) };
  show(about, { kind: 'report', report, json: kept.json, further: [], recorded: null, options, signatures: null, seen: null });
  if (named.get('part') === 'not-checked') part('not-checked');
} else {
  show(() => say(['extension', 'report-none'], { host }), null);
}

view.addEventListener('add-files', async (event) => {
  const { files, problem } = /** @type {CustomEvent<{ files: File[], problem: HTMLElement }>} */ (event).detail;
  const added = await read(files, problem);
  if (added.length > 0) await again([...sources, ...added], policy);
});
view.addEventListener('remove-file', (event) => {
  const { place: at } = /** @type {CustomEvent<{ place: number }>} */ (event).detail;
  // Without the answer of the service there is nothing that the report could be about.
  if (at > 0) void again(sources.filter((_, own) => own !== at), policy);
});
view.addEventListener('choose-policy', (event) => {
  void again(sources, /** @type {CustomEvent<{ policy: string }>} */ (event).detail.policy);
});

/** @param {string} id */
function place(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {() => string} about what the page says above the answer
 * @param {Examination | null} examination
 */
function show(about, examination) {
  const own = sources;
  const keep = examination?.kind === 'report' ? () => bundled(own, examination.options, examination.json) : null;
  stands = () => {
    const title = say(['extension', 'report-title'], { host });
    document.title = title;
    place('title').textContent = title;
    place('about').textContent = about();
    if (examination) view.show(examination, own, { kept: own[0] ?? null, keep });
  };
  stands();
}

/** @param {string} id */
function part(id) {
  view.whole();
  const target = document.getElementById(id);
  target?.focus();
  target?.scrollIntoView();
}

/**
 * Examines the extension's own exchange anew, with what stands beside it.
 *
 * @param {Source[]} list
 * @param {string | null} chosen
 */
async function again(list, chosen) {
  view.clear(ui('checking'));
  await loading;
  const at = `${new Date().toISOString().slice(0, 19)}Z`;
  const options = { at, policy: chosen, artifact: null, asked: kept?.asked ?? null };
  const examination = await examine(list, options, new AbortController().signal);
  [sources, policy] = [list, chosen];
  show(() => say(['extension', 'report-added']), examination.kind === 'report' ? { ...examination, further: [] } : examination);
  view.focusAnswer();
}

/**
 * @param {File[]} files
 * @param {HTMLElement} problem
 */
async function read(files, problem) {
  /** @type {Source[]} */
  const list = [];
  for (const file of files) {
    if (file.size > MAX_INPUT) {
      problem.textContent = ui('too-large', { name: file.name, limit: byteCount(MAX_INPUT) });
      return [];
    }
    try {
      list.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    } catch {
      problem.textContent = ui('not-read', { name: file.name });
      return [];
    }
  }
  return list;
}
