/** What lies in this file: blocks of letters that are no script. */

import { unpackedLzma } from './lzma.js';

/**
 * What no letter of a block is: what no page may have, the ends of lines, and what could end a script.
 * Every other letter of ASCII is its own seven bits.
 */
const ABSENT = [0x00, 0x0a, 0x0d, 0x3c];

/** The first of the letters that are seven bits which an absent letter would be, and the seven after them. */
const PAIRS = 0x100;

/** The first of the letters that are an absent letter's seven bits with nothing after them. */
const LASTS = 0xa1;

/**
 * The text of the block called `id`; empty when there is none.
 *
 * @param {string} id
 */
export function blockText(id) {
  return document.getElementById(id)?.textContent ?? '';
}

/**
 * What the build wrote into this file about itself.
 *
 * @type {{
 *   version: string,
 *   commit: string | null,
 *   wasm: { sha256: string, len: number },
 *   roots: { kind: string, name: string, sha256: string, until?: string, newest?: string, version?: number }[],
 * }}
 */
export const made = JSON.parse(blockText('made'));

/**
 * The bytes that a block stands for, which are compressed in it.
 *
 * @param {string} letters
 * @param {'gzip' | 'deflate-raw' | 'lzma'} [form]
 * @returns {Promise<ArrayBuffer>}
 */
export async function unpacked(letters, form = 'gzip') {
  if (form === 'lzma') return unpackedLzma(fromLetters(letters)).buffer;
  const stream = new Blob([fromLetters(letters)]).stream().pipeThrough(new DecompressionStream(form));
  return new Response(stream).arrayBuffer();
}

/**
 * @param {string} text lines of letters
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {TypeError} for a letter that is none
 */
export function fromLetters(text) {
  const bytes = new Uint8Array(Math.ceil((text.length * 14) / 8) + 1);
  let [length, bits, count] = [0, 0, 0];
  const put = (/** @type {number} */ value, /** @type {number} */ more) => {
    bits |= value << count;
    for (count += more; count >= 8; count -= 8) {
      bytes[length] = bits;
      length += 1;
      bits >>>= 8;
    }
  };
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) continue;
    if (code < 128 && code !== 0 && code !== 60) {
      put(code, 7);
      continue;
    }
    const [pair, last] = [code - PAIRS, code - LASTS];
    const first = ABSENT[pair >= 0 ? pair >> 7 : last];
    if (first === undefined) throw new TypeError('a block of this file was changed');
    if (pair >= 0) put(first | ((pair & 127) << 7), 14);
    else put(first, 7);
  }
  return bytes.subarray(0, length);
}
