/** The bundle in this file, as bytes. What it says, the verifier decides. */

import { digestOf, fromBase64 } from '../bytes.js';
import { blockText, unpacked } from './blocks.js';

/**
 * The bundle's bytes; `null` when this file has none, `broken` when its letters are not as they were
 * written. The digest beside the letters notices damage: some letters stand for the same bytes.
 *
 * @returns {Promise<Uint8Array<ArrayBuffer> | null | 'broken'>}
 */
export async function embedded() {
  const letters = blockText('bundle').replaceAll(/[\r\n]/g, '');
  if (letters === '') return null;
  const digest = await digestOf(new TextEncoder().encode(letters));
  const written = document.getElementById('bundle')?.getAttribute('data-sha256');
  if (digest !== null && digest !== written) return 'broken';
  try {
    return new Uint8Array(await unpacked(letters, 'deflate-raw'));
  } catch {
    return 'broken';
  }
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
