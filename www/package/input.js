/**
 * What a caller hands over, as the verifier takes it.
 *
 * @import { Bytes, Evidence, Files } from './index.d.ts'
 */

import { MAX_INPUT } from '../bytes.js';
import { VerifyError } from './errors.js';

const MEMBERS = ['name', 'bytes', 'url'];

/** The options of `verify`. */
export const VERIFY = ['at', 'policy', 'require', 'denyWarnings', 'artifact', 'trustedRoot', 'firmwareRoot', 'engine'];

/**
 * The files, each with a name and its bytes.
 *
 * @param {Files} files
 */
export function filesOf(files) {
  const list = Array.isArray(files) ? files : [files];
  return Promise.all(list.map((file, place) => fileOf(file, place === 0 ? 'input' : `input ${place + 1}`)));
}

/**
 * @param {Evidence} file
 * @param {string} unnamed
 */
async function fileOf(file, unnamed) {
  const isNamed = file !== null && typeof file === 'object' && !(file instanceof Blob) && 'bytes' in file;
  if (isNamed) {
    only(file, MEMBERS, 'member');
    const { name = unnamed, bytes, url } = file;
    const own = { name: String(name), bytes: await bytesOf(bytes, `the file "${name}"`) };
    return url === undefined ? own : { ...own, url: String(url) };
  }
  const name = file instanceof Blob && 'name' in file ? String(file.name) : unnamed;
  return { name, bytes: await bytesOf(file, `the file "${name}"`) };
}

/**
 * The bytes, not copied: nothing here changes them.
 *
 * @param {Bytes} value
 * @param {string} what
 */
export async function bytesOf(value, what) {
  if (value instanceof Blob) {
    // Before it is read: a file may be larger than memory.
    if (value.size > MAX_INPUT) throw new VerifyError('too-large', `More than ${MAX_INPUT} bytes are in ${what}.`);
    return new Uint8Array(await value.arrayBuffer());
  }
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (Object.prototype.toString.call(value) === '[object ArrayBuffer]') return new Uint8Array(value);
  const hint = typeof value === 'string' ? ' A path is not opened, and a text is not evidence until it is bytes.' : '';
  throw new VerifyError('usage', `A Uint8Array, an ArrayBuffer or a Blob is needed for ${what}.${hint}`);
}

/**
 * A moment as the verifier reads it.
 *
 * @param {Date | string} at
 */
export function momentOf(at) {
  if (!(at instanceof Date)) return String(at);
  if (Number.isNaN(at.getTime())) throw new VerifyError('usage', 'The time "at" is an invalid Date.');
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * Refuses members that are not known: a misspelt "require" must not mean that nothing is required.
 *
 * @param {object} given
 * @param {string[]} members
 * @param {'member' | 'option'} word what they are called
 */
export function only(given, members, word) {
  if (given === null || typeof given !== 'object') {
    throw new VerifyError('usage', `The ${word}s must be an object.`);
  }
  for (const name of Object.keys(given)) {
    if (!members.includes(name)) {
      const known = members.join(', ');
      throw new VerifyError('usage', `There is no ${word} "${name}". The ${word}s are: ${known}.`);
    }
  }
}
