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
 * Takes sentences that were loaded elsewhere.
 *
 * @param {unknown} loaded
 */
export function useWording(loaded) {
  words = loaded;
}

/**
 * The sentence at `path`, with `{name}` replaced from `values`; the path itself when there is none.
 *
 * @param {string[]} path
 * @param {Record<string, string | number>} [values]
 */
export function say(path, values = {}) {
  const sentence = lookup(path);
  return typeof sentence === 'string' ? fill(sentence, values) : path.join('.');
}

/**
 * The sentence at `path` for a chain that begins with `root`: one for all, or one for each root.
 *
 * @param {string[]} path
 * @param {string} root
 */
export function sayByRoot(path, root) {
  return say(has(path) ? path : [...path, root]);
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
  const own = `${key}.${form}`;
  return ui(has(['ui', own]) ? own : `${key}.other`, { count });
}

/**
 * The key of a string of the offline file that counts something.
 *
 * @param {string} key
 * @param {number} count
 */
export function uiForm(key, count) {
  const own = `${key}.${new Intl.PluralRules('en').select(count)}`;
  return has(['audit', own]) ? own : `${key}.other`;
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
