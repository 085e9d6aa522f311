/** The offline file of this site with a bundle in it; `s2s audit` makes the same. */

import { filled } from './verifier.js';

/**
 * The file with a bundle in it; `null` when the empty one that comes with the page cannot be had.
 *
 * @param {Uint8Array} bundle
 * @returns {Promise<string | null>}
 */
export async function auditFile(bundle) {
  const page = await emptyFile();
  return page === null ? null : filled(page, bundle);
}

/** @returns {Promise<string | null>} */
async function emptyFile() {
  try {
    const response = await fetch(new URL('./audit.html', import.meta.url));
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
