/**
 * `<source-text>`: a file of the source, as plain text, with what it was compared with. The text is
 * the builder's own: it is only ever shown as text.
 *
 * @import { EvidenceItem } from '../report.d.ts'
 */

import { fromBase64 } from '../bytes.js';
import { h } from '../dom.js';
import { byteCount } from '../values.js';
import { ui } from '../wording.js';
import { evidenceName } from './hex-view.js';

/** What is longer than this, in bytes, is shown up to here; the bytes below have all of it. */
const SHOWN = 64 * 1024;

export class SourceText extends HTMLElement {
  /** @param {EvidenceItem} item */
  draw(item) {
    const name = evidenceName(item);
    const bytes = fromBase64(item.base64) ?? new Uint8Array();
    const text = new TextDecoder().decode(bytes.subarray(0, SHOWN));
    this.replaceChildren(
      h(
        'details',
        { class: 'source-text', open: true },
        h(
          'summary',
          {},
          h('span', {}, ui('text-label', { name })),
          ' ',
          h('span', { class: 'aside' }, byteCount(item.len)),
        ),
        h('p', { class: 'note' }, ui('workflow-note')),
        h(
          'div',
          { class: 'text-scroll', role: 'region', tabindex: 0, 'aria-label': ui('source-lines', { name }) },
          h('pre', { translate: 'no', dir: 'ltr' }, text),
        ),
        bytes.length > SHOWN ? h('p', { class: 'note' }, ui('source-cut')) : null,
      ),
    );
  }
}

customElements.define('source-text', SourceText);
