/**
 * `<hex-view>`: the bytes of one piece of evidence with its labelled fields.
 *
 * The bytes are for the eye and hidden from assistive technology; the table of fields says the
 * same in words.
 *
 * @import { EvidenceItem, Field } from '../report.d.ts'
 */

import { fromBase64 } from '../bytes.js';
import { announce, button, copyButton, download, h, shortWords } from '../dom.js';
import { byteCount, hexElement, valueElement } from '../values.js';
import { has, say, ui } from '../wording.js';

/** Evidence longer than this, in bytes, is not printed byte by byte. */
const PRINTED = 8192;

/** Nor is evidence of these kinds: its fields, or its text, say what there is to read. */
const READABLE = ['json', 'text', 'workflow', 'x509'];

/** Evidence of these kinds is text. */
const TEXT = ['json', 'text', 'workflow'];

export class HexView extends HTMLElement {
  /** @type {EvidenceItem | null} */
  #item = null;
  #drawn = false;
  /** @type {Uint8Array<ArrayBuffer>} */
  #bytes = new Uint8Array();
  /** The field that owns each byte. */
  #owner = new Int32Array();
  #marked = { start: 0, len: 0 };
  #width = 16;

  /** @param {EvidenceItem} item */
  set item(item) {
    this.#item = item;
    this.id = `evidence-${item.id}`;
    const details = h(
      'details',
      { class: 'evidence' },
      h(
        'summary',
        {},
        h('span', {}, ui('bytes-of', { name: evidenceName(item) })),
        ' ',
        h('span', { class: 'aside' }, byteCount(item.len)),
      ),
    );
    details.addEventListener('toggle', () => {
      if (details.open) this.draw();
    });
    this.replaceChildren(details);
    this.#drawn = false;
  }

  /** Draws the bytes and fields, once. */
  draw() {
    const item = this.#item;
    const details = this.querySelector('details');
    if (this.#drawn || !item || !details) return;
    this.#drawn = true;
    const bytes = fromBase64(item.base64) ?? new Uint8Array();
    const isPrinted = bytes.length <= PRINTED && !READABLE.includes(item.kind);
    this.#bytes = bytes;
    this.#owner = fieldOfByte(bytes.length, item.fields);
    details.append(
      h(
        'dl',
        { class: 'facts' },
        h('div', {}, h('dt', {}, ui('sha256')), h('dd', {}, hexElement(item.sha256))),
      ),
      h(
        'div',
        { class: 'row' },
        button(
          ui('download-bytes'),
          () => download(`${item.id}.bin`, bytes, 'application/octet-stream'),
          { class: 'quiet' },
        ),
        copyButton(ui('copy-sha256'), item.sha256, {
          copied: ui('copied'),
          failed: ui('copy-failed'),
        }),
      ),
      TEXT.includes(item.kind) ? this.#text() : '',
      item.fields.length > 0 ? this.#table(item) : '',
      h(
        'div',
        {
          class: isPrinted ? 'hex-scroll' : 'hex-scroll no-print',
          role: 'region',
          tabindex: 0,
          'aria-label': ui('hex-label', { name: evidenceName(item) }),
        },
        this.#dump(),
      ),
      isPrinted ? '' : h('p', { class: 'print-only' }, ui('not-printed')),
    );
  }

  /**
   * Opens the view and marks the bytes of a span.
   *
   * @param {number} start
   * @param {number} len
   */
  show(start, len) {
    const details = this.querySelector('details');
    if (details) details.open = true;
    this.draw();
    this.#mark(start, len);
    this.#parts().region?.focus();
    announce(ui('bytes-marked', { start: offset(start), count: len }));
  }

  /**
   * Marks the bytes of a span, and the fields that it touches.
   *
   * @param {number} start
   * @param {number} len
   */
  #mark(start, len) {
    const { dump, region } = this.#parts();
    if (!dump || !region) return;
    const before = this.#marked;
    this.#marked = { start, len };
    for (const line of [...dump.children]) {
      const at = Number(line.getAttribute('data-at'));
      if (overlap(before, at, this.#width) || overlap(this.#marked, at, this.#width)) {
        line.replaceWith(this.#line(at));
      }
    }
    for (const row of this.querySelectorAll('tbody tr')) {
      const at = Number(row.getAttribute('data-start'));
      row.classList.toggle('marked', overlap(this.#marked, at, Number(row.getAttribute('data-len'))));
    }
    const line = dump.querySelector('mark')?.closest('.hex-line');
    if (line instanceof HTMLElement) region.scrollTop = line.offsetTop - region.clientHeight / 3;
  }

  #parts() {
    const [region, dump] = [this.querySelector('.hex-scroll'), this.querySelector('.hex-dump')];
    return {
      region: region instanceof HTMLElement ? region : null,
      dump: dump instanceof HTMLElement ? dump : null,
    };
  }

  /** Text, for evidence that is text. */
  #text() {
    const text = new TextDecoder().decode(this.#bytes);
    const label = ui('text-label', { name: this.#item ? evidenceName(this.#item) : '' });
    return h(
      'div',
      { class: 'text-scroll', role: 'region', tabindex: 0, 'aria-label': label },
      h('pre', { translate: 'no', dir: 'ltr' }, text),
    );
  }

  /** @param {EvidenceItem} item */
  #table(item) {
    const rows = item.fields.map((field) => {
      const row = h(
        'tr',
        { 'data-start': field.start, 'data-len': field.len },
        h(
          'th',
          { scope: 'row' },
          button(field.name, () => this.#mark(field.start, field.len), {
            class: 'link',
            'aria-label': ui('mark-field', { name: field.name }),
          }),
        ),
        h('td', {}, h('code', { translate: 'no' }, offset(field.start))),
        h('td', {}, String(field.len)),
        h('td', { class: 'wide' }, valueElement(field.value)),
        h('td', { class: 'wide aside' }, field.basis),
      );
      row.addEventListener('pointerenter', () => this.#mark(field.start, field.len));
      return row;
    });
    const headings = ['field', 'offset', 'length', 'value', 'basis'];
    return h(
      'div',
      {
        class: 'table-scroll',
        role: 'region',
        tabindex: 0,
        'aria-label': ui('fields-label', { name: evidenceName(item) }),
      },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, headings.map((key) => h('th', { scope: 'col' }, ui(key))))),
        h('tbody', {}, rows),
      ),
    );
  }

  #dump() {
    this.#width = matchMedia('(max-width: 40rem)').matches ? 8 : 16;
    const lines = [];
    for (let at = 0; at < this.#bytes.length; at += this.#width) lines.push(this.#line(at));
    const hidden = { 'aria-hidden': 'true', translate: 'no', dir: 'ltr' };
    return h('div', { class: 'hex-dump', ...hidden }, lines);
  }

  /** @param {number} start */
  #line(start) {
    const end = Math.min(start + this.#width, this.#bytes.length);
    const hex = h('span', { class: 'hex-bytes' });
    const ascii = h('span', { class: 'hex-ascii' });
    for (let at = start; at < end; ) {
      const owner = this.#owner[at] ?? -1;
      const marked = overlap(this.#marked, at, 1);
      let next = at + 1;
      while (next < end && this.#owner[next] === owner && overlap(this.#marked, next, 1) === marked) {
        next += 1;
      }
      const segment = [...this.#bytes.subarray(at, next)];
      const attributes = {
        class: owner < 0 ? 'free' : owner % 2 === 0 ? 'even' : 'odd',
        title: this.#item?.fields[owner]?.name,
      };
      const tag = marked ? 'mark' : 'span';
      hex.append(
        h(tag, attributes, segment.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')),
        next < end ? ' ' : '',
      );
      ascii.append(h(tag, attributes, segment.map(printable).join('')));
      at = next;
    }
    const label = h('span', { class: 'hex-offset' }, offset(start));
    return h('div', { class: 'hex-line', 'data-at': start }, label, hex, ascii);
  }
}

/**
 * Whether a marked span touches the `len` bytes at `at`.
 *
 * @param {{ start: number, len: number }} span
 * @param {number} at
 * @param {number} len
 */
function overlap(span, at, len) {
  return at < span.start + span.len && span.start < at + len;
}

/** @param {number} byte */
function printable(byte) {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}

/**
 * The index of the innermost field that holds each byte, or -1.
 *
 * @param {number} length
 * @param {Field[]} fields
 */
function fieldOfByte(length, fields) {
  const owner = new Int32Array(length).fill(-1);
  const outermostFirst = fields.map((field, index) => ({ field, index }));
  outermostFirst.sort((a, b) => b.field.len - a.field.len);
  for (const { field, index } of outermostFirst) {
    owner.fill(index, field.start, field.start + field.len);
  }
  return owner;
}

/** @param {number} at */
function offset(at) {
  return `0x${at.toString(16).padStart(3, '0')}`;
}

/**
 * What a piece of evidence is, in words: by its name, or else by the kind of its bytes. What the
 * evidence itself put before the name, and its number, stay beside it.
 *
 * @param {EvidenceItem} item
 */
export function evidenceName({ id, kind }) {
  if (id.startsWith('git-file:')) return id.slice('git-file:'.length);
  const [, base = id, number = ''] = /^(.*?)[- ]?([0-9]*)$/.exec(id) ?? [];
  const parts = base.split('-');
  for (let from = 0; from < parts.length; from += 1) {
    const path = ['evidence', 'names', parts.slice(from).join('-')];
    if (!has(path)) continue;
    const before = parts.slice(0, from).join('-');
    return [say(path), number, before ? `(${shortWords(before)})` : ''].filter(Boolean).join(' ');
  }
  const path = ['evidence', 'kinds', kind];
  return has(path) ? `${say(path)} (${shortWords(id)})` : shortWords(id);
}

customElements.define('hex-view', HexView);
