/**
 * The table of what a service says about itself, beside what the chain derived. Which of the two
 * counts, and how they stand to each other, is the report's word.
 *
 * @import { Report, RootOfTrust, Stated } from '../report.d.ts'
 */

import { h } from '../dom.js';
import { icon } from '../icons.js';
import { linkTitle, sayOr } from '../titles.js';
import { valueElement } from '../values.js';
import { say, ui } from '../wording.js';

/** How a statement's standing is drawn. */
const SHAPES = /** @type {const} */ ({
  agrees: 'verified',
  contradicts: 'failed',
  'not-shown': 'unknown',
});

/** @param {Report} report */
export function statedTable({ assurance, stated }) {
  const names = [...new Set(stated.map(({ name }) => name))];
  return h(
    'section',
    { class: 'stated', 'aria-labelledby': 'stated-heading' },
    h('h2', { id: 'stated-heading' }, ui('stated')),
    h('p', {}, ui('stated-sentence')),
    names.map((name) =>
      group(name, stated.filter((one) => one.name === name), assurance.root_of_trust),
    ),
  );
}

/**
 * @param {string} name
 * @param {Stated[]} rows
 * @param {RootOfTrust} root
 */
function group(name, rows, root) {
  const id = `stated-${name.replaceAll('.', '-')}`;
  const shown = rows.find((row) => row.shown !== null)?.shown;
  const link = rows[0]?.link;
  return h(
    'div',
    { class: 'stated-group', 'data-stated': name },
    h('h3', { id }, sayOr(['stated', name], name)),
    h(
      'p',
      {},
      ui('stated-shown'),
      ' ',
      shown
        ? valueElement(shown)
        : h('span', { class: 'aside' }, ui('stated-nothing', { link: link ? linkTitle(link, root) : '' })),
    ),
    h(
      'table',
      { role: 'table', 'aria-labelledby': id },
      h(
        'thead',
        { role: 'rowgroup' },
        h(
          'tr',
          { role: 'row' },
          ['said', 'source', 'standing'].map((column) =>
            h('th', { scope: 'col', role: 'columnheader' }, ui(`stated-${column}`)),
          ),
        ),
      ),
      h('tbody', { role: 'rowgroup' }, rows.map(row)),
    ),
  );
}

/** @param {Stated} stated */
function row({ said, source, standing }) {
  return h(
    'tr',
    { role: 'row', 'data-standing': standing },
    h('td', { role: 'cell' }, valueElement(said)),
    h('td', { role: 'cell', class: 'source', translate: 'no' }, source),
    h(
      'td',
      { role: 'cell', class: 'standing', 'data-state': SHAPES[standing] },
      icon(SHAPES[standing]),
      ' ',
      say(['standing', standing]),
    ),
  );
}
