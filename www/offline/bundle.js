/** The bundle in this file, as bytes. What it says, the verifier decides. */

import { fromBase64 } from '../bytes.js';
import { blockText } from './blocks.js';

/**
 * The bundle's bytes; `null` when this file has none, `broken` when its letters are not as they were
 * written.
 *
 * @returns {Uint8Array<ArrayBuffer> | null | 'broken'}
 */
export function embedded() {
  const text = blockText('bundle').replaceAll(/[\r\n]/g, '');
  if (text === '') return null;
  const bytes = fromBase64(text);
  // Some letters stand for the same bytes: none but those that were written are taken.
  return bytes && base64(bytes) === text ? bytes : 'broken';
}

/**
 * What a bundle holds, for handing it on and for a browser that cannot check it; `null` when it
 * cannot be read.
 *
 * @param {Uint8Array} bundle
 * @returns {{ report: string, files: { name: string, bytes: Uint8Array<ArrayBuffer> }[] } | null}
 */
export function contentOf(bundle) {
  try {
    const { report, files } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bundle));
    if (typeof report !== 'string' || !Array.isArray(files)) return null;
    return {
      report,
      files: files.map(({ name, bytes }) => ({ name: String(name), bytes: fromBase64(bytes) ?? new Uint8Array() })),
    };
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 0x8000) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  return btoa(parts.join(''));
}
