/**
 * `<end-cap>`: where the chain ends, drawn so that it cannot be overlooked.
 *
 * @import { Report, RootOfTrust } from '../report.d.ts'
 */

import { h } from '../dom.js';
import { beyondEnd, linkTitle, stateName } from '../titles.js';
import { say, ui } from '../wording.js';
import { folded } from './report-actions.js';

export class EndCap extends HTMLElement {
  /** @param {Report} report */
  draw({ ends_at: { link, next, state }, assurance: { root_of_trust: root } }) {
    this.setAttribute('data-end', next === null ? 'complete' : 'early');
    this.replaceChildren(
      h('div', { class: 'cap', 'aria-hidden': 'true' }),
      h(
        'div',
        { class: 'cap-body' },
        h('h3', {}, link === null ? ui('chain-never-begins') : ui('chain-ends-here')),
        h(
          'p',
          {},
          say(['ends-at', next === null ? 'complete' : link === null ? 'nowhere' : 'after'], {
            link: link === null ? '' : linkTitle(link, root),
            next: next === null ? '' : linkTitle(next, root),
            state: state === null ? '' : stateName(state),
          }),
        ),
      ),
    );
  }
}

/**
 * What no chain of this kind reaches.
 *
 * @param {RootOfTrust} root
 */
export function beyond(root) {
  return folded('beyond', ui('beyond'), [
    h('ul', {}, beyondEnd(root).map((sentence) => h('li', {}, sentence))),
  ]);
}

customElements.define('end-cap', EndCap);
