/**
 * The files of a check: every one that was handed over, with what it is and what became of it.
 *
 * Fires `remove-file` with the place of the file that is to be left out.
 *
 * @import { Filed, Report } from '../report.d.ts'
 */

import { button, evidenceWords, h } from '../dom.js';
import { sayOr } from '../titles.js';
import { byteCount, hexElement } from '../values.js';
import { say, ui, uiCount } from '../wording.js';
import { folded } from './report-actions.js';

/** What a link to the list names. */
export const FILES = 'file-list';

/**
 * @param {Report} report
 * @param {number} handed how many of the files can be taken out; the others came inside a session
 *   file
 */
export function fileList({ files, subject }, handed) {
  const count = unusedWords(files);
  return folded('files', ui('files'), [
    h('p', { id: FILES, tabindex: -1 }, ui('files-sentence')),
    h('ol', { class: 'file-list' }, files.map((file, place) => row(file, subject.kind, place, place < handed))),
  ], count && ` ${count}`);
}

/**
 * How many files were not used; empty when every one was.
 *
 * @param {Filed[]} files
 */
export function unusedWords(files) {
  const unused = files.filter(({ became }) => became !== 'evidence' && became !== 'used');
  return unused.length > 0 ? uiCount('files-unused', unused.length) : '';
}

/**
 * @param {Filed} file
 * @param {string} subject the kind of what was checked
 * @param {number} place
 * @param {boolean} isRemovable
 */
function row({ name, sha256, len, what, became }, subject, place, isRemovable) {
  const words = evidenceWords(name);
  const remove = button(
    ui('file-remove'),
    () => {
      const detail = { place };
      remove.dispatchEvent(new CustomEvent('remove-file', { bubbles: true, detail }));
    },
    { class: 'quiet no-print', 'aria-label': ui('file-remove-named', { name: words }) },
  );
  const kind = became === 'evidence' ? sayOr(['kinds', subject], subject) : sayOr(['files', 'what', what], what);
  return h(
    'li',
    { 'data-became': became },
    h('p', {}, `${kind}, `, h('span', { dir: 'auto', translate: 'no' }, words), `: ${say(['files', 'became', became])}`),
    h('p', { class: 'basis' }, `${byteCount(len)} · ${ui('sha256')} `, hexElement(sha256)),
    isRemovable ? remove : null,
  );
}
