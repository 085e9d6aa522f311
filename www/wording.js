/** Sentences by key. They come from one file; a missing one shows its key and is never blank. */

import { lists, numbers, plural } from './formats.js';

/** @typedef {{ tag: string, dir: string }} Language */

/** @type {Language} */
const FIRST = { tag: 'en', dir: 'ltr' };

/** @type {unknown} */
let words = {};

/** The language of the sentences: numbers, dates and lists are written as it writes them. */
let language = FIRST;

/** Counts what was loaded: the last one counts, whichever comes first. */
let loads = 0;

/**
 * Loads the sentences. When the file cannot be had, those that were loaded before stay; the page shows
 * keys where there were none.
 *
 * @param {URL} url
 */
export async function loadWording(url) {
  loads += 1;
  const own = loads;
  try {
    const response = await fetch(url);
    const loaded = response.ok ? await response.json() : null;
    if (loaded !== null && own === loads) useWording(loaded);
  } catch {
    // What was loaded before stays.
  }
}

/**
 * Takes sentences that were loaded elsewhere.
 *
 * @param {unknown} loaded
 */
export function useWording(loaded) {
  words = loaded;
  language = languageOf(loaded);
}

/** The language of the sentences, and the direction that it is read in. */
export function wordingLanguage() {
  return language;
}

/**
 * @param {unknown} loaded
 * @returns {Language}
 */
function languageOf(loaded) {
  const own = loaded !== null && typeof loaded === 'object' && 'language' in loaded ? loaded.language : null;
  if (own === null || typeof own !== 'object' || !('tag' in own) || !('dir' in own)) return FIRST;
  return { tag: String(own.tag), dir: own.dir === 'rtl' ? 'rtl' : 'ltr' };
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
  const form = plural(language.tag).select(count);
  const own = `${key}.${form}`;
  return ui(has(['ui', own]) ? own : `${key}.other`, { count });
}

/**
 * Names in a row, as the language lists them.
 *
 * @param {Iterable<string>} items
 */
export function listed(items) {
  return lists(language.tag).format(items);
}

/**
 * The key of a string of the offline file that counts something.
 *
 * @param {string} key
 * @param {number} count
 */
export function uiForm(key, count) {
  const own = `${key}.${plural(language.tag).select(count)}`;
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
  return sentence.replace(/\{([a-z_]+)\}/g, (whole, name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (typeof value === 'number') return numbers(language.tag).format(value);
    return value ?? whole;
  });
}
