/** Sentences by key. They come from one file; a missing one shows its key and is never blank. */

/** @type {unknown} */
let words = {};

/**
 * Loads the sentences. When the file cannot be had, the page shows keys.
 *
 * @param {URL} url
 */
export async function loadWording(url) {
  try {
    const response = await fetch(url);
    if (response.ok) words = await response.json();
  } catch {
    words = {};
  }
}

/**
 * The sentence at the first of `paths` that exists, with `{name}` replaced from `values`; the
 * first path itself when none does.
 *
 * @param {string[][]} paths
 * @param {Record<string, string | number>} [values]
 */
export function sayFirst(paths, values = {}) {
  for (const path of paths) {
    const sentence = lookup(path);
    if (typeof sentence === 'string') return fill(sentence, values);
  }
  return (paths[0] ?? []).join('.');
}

/**
 * The sentence at `path`.
 *
 * @param {string[]} path
 * @param {Record<string, string | number>} [values]
 */
export function say(path, values) {
  return sayFirst([path], values);
}

/**
 * A string of the page itself.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function ui(key, values) {
  return say(['ui', key], values);
}

/**
 * A string of the page that counts something: `key.one`, `key.other` and so on.
 *
 * @param {string} key
 * @param {number} count
 */
export function uiCount(key, count) {
  const form = new Intl.PluralRules('en').select(count);
  return sayFirst([['ui', `${key}.${form}`], ['ui', `${key}.other`]], { count });
}

/**
 * The list of sentences at `path`; empty when there is none.
 *
 * @param {string[]} path
 * @returns {string[]}
 */
export function sayAll(path) {
  const found = lookup(path);
  if (Array.isArray(found)) return found.filter((item) => typeof item === 'string');
  if (typeof found === 'string') return [found];
  if (found !== null && typeof found === 'object') {
    return Object.values(found).filter((item) => typeof item === 'string');
  }
  return [];
}

/**
 * Whether there is a sentence at `path`.
 *
 * @param {string[]} path
 */
export function has(path) {
  return typeof lookup(path) === 'string';
}

/**
 * @param {string[]} path
 * @returns {unknown}
 */
function lookup(path) {
  /** @type {unknown} */
  let at = words;
  for (const key of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) return undefined;
    at = /** @type {Record<string, unknown>} */ (at)[key];
  }
  return at;
}

/**
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 */
function fill(sentence, values) {
  return sentence.replace(/\{([a-z_]+)\}/g, (whole, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
