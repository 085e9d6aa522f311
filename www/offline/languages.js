/** The sentences in this file. One language stands whole; another without the names of its sentences. */

import { firstKnown } from '../languages.js';
import { useWording } from '../wording.js';
import { unpacked } from './blocks.js';

/** The language that stands whole. */
const WHOLE = 'en';

/**
 * Takes the sentences of a language.
 *
 * @param {string} tag
 */
export async function take(tag) {
  const whole = await block(WHOLE);
  const own = firstKnown([tag]);
  useWording(own === WHOLE ? whole : named(whole, await block(own)));
}

/**
 * @param {string} language
 * @returns {Promise<unknown>}
 */
async function block(language) {
  const letters = document.querySelector(`script.wording[data-language="${language}"]`)?.textContent ?? '';
  return JSON.parse(new TextDecoder().decode(await unpacked(letters)));
}

/**
 * Sentences with the names that they have in the whole language: where both have the same names, a
 * list of members stands for them, in the order of the names.
 *
 * @param {unknown} whole
 * @param {unknown} own
 * @returns {unknown}
 */
export function named(whole, own) {
  if (whole === null || typeof whole !== 'object' || Array.isArray(whole) || !Array.isArray(own)) return own;
  return Object.fromEntries(Object.entries(whole).map(([name, members], place) => [name, named(members, own[place])]));
}
