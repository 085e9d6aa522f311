/**
 * Values as a reader sees them.
 *
 * @import { Value } from './report.d.ts'
 */

import { h } from './dom.js';
import { localMoments, utcMoments } from './formats.js';
import { ui, wordingLanguage } from './wording.js';

/** Characters of a value on one line of a comparison: 16 bytes of hexadecimal, 8 where it is narrow. */
const LINE = matchMedia('(max-width: 40rem)').matches ? 16 : 32;

/** Hexadecimal digits from which on a row of zeros is told by its length. */
const LONG = 16;

/** Values shorter than this are told apart at a glance. */
const SHORT = 16;

/**
 * The text of a value.
 *
 * @param {Value} value
 * @returns {string}
 */
export function textOf(value) {
  if ('hex' in value) return value.hex;
  if ('number' in value) return value.number;
  if ('time' in value) return value.time;
  return value.text;
}

/**
 * A value in the form that suits its type.
 *
 * @param {Value} value
 */
export function valueElement(value) {
  if ('hex' in value) {
    return value.hex.length >= LONG && /^0+$/.test(value.hex)
      ? h('span', { class: 'value' }, ui('all-zero', { count: value.hex.length / 2 }))
      : hexElement(value.hex);
  }
  if ('time' in value) return timeElement(value.time);
  if ('number' in value) return h('code', { translate: 'no' }, value.number);
  return h('span', { class: 'value', dir: 'auto', translate: 'no' }, value.text);
}

/**
 * Hexadecimal in groups of four. The gaps are drawn, not typed: copying gives one token.
 *
 * @param {string} hex
 */
export function hexElement(hex) {
  const groups = hex.match(/.{1,4}/g) ?? [];
  return h(
    'code',
    { class: 'hex', translate: 'no' },
    groups.flatMap((group) => [h('span', {}, group), h('wbr')]),
  );
}

/**
 * A moment, in UTC, with the reader's own time as a title.
 *
 * @param {string} rfc3339
 */
export function timeElement(rfc3339) {
  const date = new Date(rfc3339);
  if (Number.isNaN(date.getTime())) return h('span', { translate: 'no' }, rfc3339);
  const { tag } = wordingLanguage();
  const title = localMoments(tag).format(date);
  return h('time', { datetime: rfc3339, title }, `${utcMoments(tag).format(date)} UTC`);
}

/**
 * The index of the first character in which two texts differ, or -1 when they are equal.
 *
 * @param {string} expected
 * @param {string} actual
 */
export function firstDifference(expected, actual) {
  if (expected === actual) return -1;
  const length = Math.min(expected.length, actual.length);
  for (let index = 0; index < length; index += 1) {
    if (expected[index] !== actual[index]) return index;
  }
  return length;
}

/**
 * The value expected and the value found, one above the other, with the first difference marked
 * by an underline, an arrow below it and a sentence; `null` when there is no need for that.
 *
 * @param {Value} expected
 * @param {Value} actual
 */
export function comparison(expected, actual) {
  const [left, right] = [textOf(expected), textOf(actual)];
  const different = firstDifference(left, right);
  if (different < 0 || (left.length < SHORT && right.length < SHORT)) return null;
  const isHex = 'hex' in expected && 'hex' in actual;
  const where = isHex
    ? ui('difference-byte', { offset: Math.floor(different / 2) })
    : ui('difference-character', { offset: different + 1 });
  const rows = [];
  const lines = Math.ceil(Math.max(left.length, right.length) / LINE);
  for (let line = 0; line < lines; line += 1) {
    const from = line * LINE;
    const column = different - from;
    const marked = column >= 0 && column < LINE;
    rows.push(
      comparisonLine(ui('expected-short'), left.slice(from, from + LINE), marked ? column : -1),
      comparisonLine(ui('actual-short'), right.slice(from, from + LINE), marked ? column : -1),
    );
    if (marked) {
      rows.push(comparisonLine('', `${' '.repeat(column)}▲`, -1));
    }
  }
  return h(
    'div',
    { class: 'comparison' },
    h('p', {}, where),
    h('div', { class: 'comparison-lines', 'aria-hidden': 'true', translate: 'no' }, rows),
  );
}

/**
 * @param {string} label
 * @param {string} text
 * @param {number} column the character to mark, or -1.
 */
function comparisonLine(label, text, column) {
  const content =
    column < 0 || column >= text.length
      ? [text]
      : [text.slice(0, column), h('mark', {}, text.slice(column, column + 1)), text.slice(column + 1)];
  return h(
    'div',
    { class: 'comparison-line' },
    h('span', { class: 'comparison-label' }, label),
    h('code', {}, content),
  );
}

/**
 * A count of bytes.
 *
 * @param {number} bytes
 */
export function byteCount(bytes) {
  return ui('bytes', { count: bytes });
}
