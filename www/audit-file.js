/** The offline file of this site with a bundle in it; `s2s audit` makes the same. */

/** Where a bundle goes: the place stands in the empty file once, and no hash in the file is about it. */
const PLACE = '<script type="text/plain" id="bundle"></script>';

const END = '</script>';

/**
 * The empty file that comes with the page; `null` when it cannot be had.
 *
 * @returns {Promise<string | null>}
 */
export async function emptyAuditFile() {
  try {
    const response = await fetch(new URL('./audit.html', import.meta.url));
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

/**
 * The file with a bundle in it; `null` when `page` is not an empty one.
 *
 * @param {string} page
 * @param {Uint8Array} bundle
 * @returns {string | null}
 */
export function withBundle(page, bundle) {
  const [before, after, ...more] = page.split(PLACE);
  if (before === undefined || after === undefined || more.length > 0) return null;
  return `${before}${PLACE.slice(0, -END.length)}${lines(bundle)}${END}${after}`;
}

/** @param {Uint8Array} bytes */
function lines(bytes) {
  const parts = [];
  // 57 bytes are 76 letters.
  for (let at = 0; at < bytes.length; at += 57) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 57))));
  }
  return parts.join('\n');
}
