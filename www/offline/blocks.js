/** What lies in this file: blocks of letters that are no script. */

/** The letters of a block: those of ASCII that can be seen, without three. Two of them are 13 bits. */
const DIGITS = new Int16Array(128).fill(-1);
{
  let digit = 0;
  for (let code = 33; code < 127; code += 1) {
    if (!'&<\\'.includes(String.fromCharCode(code))) DIGITS[code] = digit++;
  }
}

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
 * @param {'gzip' | 'deflate-raw'} [form]
 * @returns {Promise<ArrayBuffer>}
 */
export async function unpacked(letters, form = 'gzip') {
  const stream = new Blob([fromLetters(letters)]).stream().pipeThrough(new DecompressionStream(form));
  return new Response(stream).arrayBuffer();
}

/**
 * SHA-256 in hexadecimal; `null` where the browser computes none.
 *
 * @param {BufferSource} bytes
 * @returns {Promise<string | null>}
 */
export async function digestOf(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param {string} text lines of letters
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {TypeError} for a letter that is none
 */
export function fromLetters(text) {
  const bytes = new Uint8Array(Math.ceil((text.length * 13) / 16) + 1);
  let [length, bits, count, first] = [0, 0, 0, -1];
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
    const digit = DIGITS[code] ?? -1;
    if (digit < 0) throw new TypeError('a block of this file was changed');
    if (first < 0) {
      first = digit;
    } else {
      put(first * 91 + digit, 13);
      first = -1;
    }
  }
  // A last letter by itself is 6 bits.
  if (first >= 0) put(first, 6);
  return bytes.subarray(0, length);
}
