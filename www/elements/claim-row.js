/**
 * What users are told by the operator, and what the chain shows of it: the report says both.
 *
 * @import { Report } from '../report.d.ts'
 */

import { h } from '../dom.js';
import { valueElement } from '../values.js';
import { ui } from '../wording.js';

/** The name of statements that stand where users write. */
const TOLD = 'told-users';

/** @param {Report} report */
export function claimRow({ stated }) {
  const told = stated.filter(({ name }) => name === TOLD);
  if (told.length === 0) return '';
  return h(
    'section',
    { class: 'claim-row', 'aria-labelledby': 'claim-heading' },
    h('h2', { id: 'claim-heading', class: 'visually-hidden' }, ui('claim')),
    told.map(({ said, shown, standing }) =>
      h(
        'div',
        { 'data-standing': standing },
        h('p', {}, `${ui('claim-told')} `, valueElement(said)),
        h('p', {}, `${ui('stated-shown')} `, shown ? valueElement(shown) : h('strong', {}, ui('claim-nothing'))),
      ),
    ),
  );
}
