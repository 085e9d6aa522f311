/**
 * What comes with the page to be looked at: the demonstrations and a recorded answer.
 *
 * @import { Source } from './page.d.ts'
 */

import { ui } from './wording.js';

/**
 * One of them: its files, `null` when there are none to be had, and the policy that it is examined
 * under. Simulated roots count under the two policies named here alone, and no real evidence passes
 * them.
 *
 * @typedef {{ read: () => Promise<Source[] | null>, policy: string | null }} Own
 */

/** @type {Own} */
export const DEMONSTRATION = {
  read: () => sourceOfPage('./demo/bundle.json', () => ui('demonstration-name')),
  policy: 'simulated',
};

/**
 * A container of the repository that this page is from.
 *
 * @type {Own}
 */
export const BUILD = { read: buildOfPage, policy: 'simulated-build' };

/**
 * What was recorded of Darkbloom's coordinator.
 *
 * @type {Own & { service: string }}
 */
export const RECORDED = {
  read: () => sourceOfPage('./examples/darkbloom-2026-05-10.json', () => ui('recorded')),
  policy: null,
  service: 'darkbloom',
};

/**
 * @param {string} path
 * @returns {Promise<Uint8Array | null>} a file that comes with the page, `null` when it cannot be had
 */
export async function fileOfPage(path) {
  try {
    const response = await fetch(new URL(path, import.meta.url));
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} path
 * @param {() => string} name
 * @returns {Promise<Source[] | null>}
 */
async function sourceOfPage(path, name) {
  const bytes = await fileOfPage(path);
  return bytes && [{ name: name(), bytes }];
}

/** @returns {Promise<Source[] | null>} its bundle and the files beside it */
async function buildOfPage() {
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
