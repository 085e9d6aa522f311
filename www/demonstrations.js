/**
 * What comes with the page to be looked at: the demonstrations and a recorded answer.
 *
 * @import { Source } from './page.d.ts'
 */

/**
 * A file of the page.
 *
 * @param {string} path
 * @returns {Promise<Uint8Array | null>} the bytes, or `null` when there are none to be had.
 */
export async function fileOfPage(path) {
  try {
    const response = await fetch(new URL(path, import.meta.url));
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

/** @returns {Promise<Source[] | null>} the demonstration of a build: its bundle and the files beside it. */
export async function buildOfPage() {
  const folder = new URL('./demo/build/', import.meta.url);
  try {
    const list = await fetch(new URL('files.json', folder));
    /** @type {string[]} */
    const names = list.ok ? await list.json() : [];
    const files = names.map(async (name) => {
      const response = await fetch(new URL(name, folder));
      if (!response.ok) throw new TypeError(name);
      return { name, bytes: new Uint8Array(await response.arrayBuffer()) };
    });
    return names.length > 0 ? await Promise.all(files) : null;
  } catch {
    return null;
  }
}
