/** What lies in this file: blocks of letters that are no script. */

/** RFC 1924, as the build writes it: 5 letters are 4 bytes. */
const ALPHABET =
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

const LETTERS = new Int16Array(128).fill(-1);
for (const [digit, letter] of [...ALPHABET].entries()) LETTERS[letter.charCodeAt(0)] = digit;

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
 * @returns {Promise<ArrayBuffer>}
 */
export function unpacked(letters) {
  const stream = new Blob([fromBase85(letters)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

/**
 * @param {string} text lines of letters
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {TypeError} for a letter that is none
 */
export function fromBase85(text) {
  const bytes = new Uint8Array(Math.ceil((text.length * 4) / 5));
  let [length, word, count] = [0, 0, 0];
  const put = (/** @type {number} */ many) => {
    for (let place = 0; place < many; place += 1) bytes[length + place] = Math.floor(word / 256 ** (3 - place));
    length += many;
    [word, count] = [0, 0];
  };
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13 || code === 32) continue;
    const digit = LETTERS[code] ?? -1;
    if (digit < 0) throw new TypeError('a block of this file was changed');
    word = word * 85 + digit;
    count += 1;
    if (count === 5) put(4);
  }
  if (count > 0) {
    const many = count - 1;
    while (count < 5) [word, count] = [word * 85 + 84, count + 1];
    put(many);
  }
  return bytes.subarray(0, length);
}
