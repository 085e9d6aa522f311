/**
 * What was not checked: by the file that would decide it, then by the reason, each with what to do.
 *
 * Fires `ask-further` with a FurtherInquiry and `add-files` with files.
 *
 * @import { LinkFinding, NotChecked, PlannedRequest, Report, Wanted } from '../page.d.ts'
 */

import { findingAnchor } from '../anchors.js';
import { button, copyButton, h, outward } from '../dom.js';
import { fold } from '../folds.js';
import { sentencesOf } from '../phrases.js';
import { checkTitle, findingAdvice, sayOr } from '../titles.js';
import { say, ui, uiCount } from '../wording.js';
import { RequestList } from './request-list.js';

/**
 * @param {Report} report
 * @param {PlannedRequest[]} further what can be asked for
 */
export function openChecks(report, further) {
  const { not_checked: open, wanted } = report;
  if (open.length === 0 && wanted.length === 0) return '';
  const askable = further.filter(({ reach }) => reach === 'anyone');
  const byHand = wanted.filter(({ url }) => !askable.some((request) => request.url === url));
  const decided = new Set(wanted.flatMap(({ decides }) => decides));
  const rest = open.filter(({ check }) => !decided.has(check));
  return h(
    'section',
    { class: 'not-checked', id: 'not-checked', tabindex: -1, 'aria-labelledby': 'not-checked-heading' },
    h('h2', { id: 'not-checked-heading' }, ui('not-checked')),
    h('p', {}, ui('not-checked-sentence')),
    wanted.length > 0 ? h('h3', {}, ui('by-file')) : null,
    askable.length > 0 ? askFrom(askable, report) : null,
    byHand.length > 0 ? h('ul', { class: 'files-wanted' }, byHand.map((one) => box(one, report))) : null,
    wanted.length > 0 ? addFiles('add-files', ui('add-files')) : null,
    wanted.length > 0 && rest.length > 0 ? h('h3', {}, ui('by-reason')) : null,
    byReason(rest, report),
  );
}

/**
 * What the next step of the card offers: to open the file's address, and to add the file.
 *
 * @param {Report} report
 * @returns {HTMLElement[]}
 */
export function nextActions({ answer: { next } }) {
  if (next?.kind !== 'file') return [];
  const open = outward(next.url, (host) => ui('open-at', { host }), { class: 'button' });
  return [...(open ? [open] : []), addFiles('add-next', ui('add-this'))];
}

/**
 * A file that the reader can fetch: where it is, what its host learns, and what it decides.
 *
 * @param {Wanted} wanted
 * @param {Report} report
 */
function box({ what, url, reveals, decides }, report) {
  const name = sayOr(['wanted', what], what);
  const words = { copied: ui('copied'), failed: ui('copy-failed') };
  return h(
    'li',
    { 'data-what': what },
    h('p', {}, h('strong', {}, name)),
    h('p', {}, sayOr(['reveals', reveals], reveals)),
    h(
      'div',
      { class: 'row no-print' },
      outward(url, (host) => ui('open-at', { host }), { class: 'button' }),
      copyButton(ui('copy-address'), url, words, { 'aria-label': ui('copy-address-of', { name }) }),
    ),
    h('p', { class: 'print-only' }, h('code', { class: 'url', translate: 'no' }, url)),
    waiting(decides, report),
  );
}

/**
 * The checks that wait for a file.
 *
 * @param {string[]} decides
 * @param {Report} report
 */
function waiting(decides, report) {
  const open = new Set(report.not_checked.map(({ check }) => check));
  const own = decides.filter((check) => open.has(check));
  if (own.length === 0) return null;
  return fold({}, h('summary', {}, uiCount('decides-count', own.length)), () => [
    h('ul', {}, own.map((check) => h('li', {}, titleLink(check, null, report)))),
  ]);
}

/**
 * @param {NotChecked[]} open
 * @param {Report} report
 */
function byReason(open, report) {
  /** @type {Map<string, NotChecked[]>} */
  const groups = new Map();
  for (const item of open) {
    const key = `${item.weight} ${item.why}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const ordered = [...groups.values()];
  ordered.sort((a, b) => Number(a[0]?.weight !== 'required') - Number(b[0]?.weight !== 'required'));
  return ordered.map((group) => {
    const [{ why, weight } = { why: '', weight: 'advisory' }] = group;
    return fold(
      { class: 'not-checked-group', 'data-weight': weight },
      h(
        'summary',
        {},
        `${say(['reasons', why])} `,
        h('span', { class: 'aside' }, `${uiCount('count.checks', group.length)}, ${ui(`weight.${weight}`)}`),
      ),
      () => [h('ul', {}, group.map((item) => openItem(item, report)))],
    );
  });
}

/**
 * @param {NotChecked} item
 * @param {Report} report
 */
function openItem({ check, part, why }, report) {
  const findings = sentencesOf(report).findings(check);
  const finding = findings.find((one) => (one.part ?? null) === (part ?? null));
  const advice = findingAdvice(/** @type {LinkFinding} */ (finding ?? { check, outcome: 'unknown', reason: why }));
  return h(
    'li',
    {},
    titleLink(check, part ?? null, report),
    advice ? h('span', { class: 'advice' }, ` ${advice}`) : null,
  );
}

/**
 * @param {string} check
 * @param {string | null} part
 * @param {Report} report
 */
function titleLink(check, part, report) {
  const own = part === null ? sentencesOf(report).findings(check) : [];
  const first = own.find(({ outcome }) => outcome === 'unknown') ?? own[0];
  return h('a', { href: `#${findingAnchor(check, part ?? first?.part)}` }, checkTitle(check, part));
}

/**
 * What this page can ask for, when the reader allows it.
 *
 * @param {PlannedRequest[]} requests
 * @param {Report} report
 */
function askFrom(requests, report) {
  const list = new RequestList();
  const notes = new Map(report.wanted.map(({ url, decides }) => [url, decidesLine(decides)]));
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
    'details',
    { class: 'ask-from no-print', open: requests.length <= 2 },
    h('summary', {}, uiCount('wanted-asked', requests.length)),
    list,
    h('div', { class: 'row' }, go, stop),
  );
}

/** @param {string[]} decides */
function decidesLine(decides) {
  return uiCount('decides-count', decides.length);
}

/**
 * @param {string} id
 * @param {string} words
 */
function addFiles(id, words) {
  const add = h('input', { type: 'file', multiple: true, id, class: 'visually-hidden' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  add.addEventListener('change', () => {
    const detail = { files: [...(add.files ?? [])], problem };
    add.dispatchEvent(new CustomEvent('add-files', { bubbles: true, detail }));
  });
  return h(
    'div',
    { class: 'file-choice no-print' },
    add,
    h('label', { for: id, class: 'button' }, words),
    problem,
  );
}
