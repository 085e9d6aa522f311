/**
 * What changed in what is remembered of a service, in sentences.
 *
 * What is compared, what is different and what is remembered, the verifier says (`examine`, `remembered` and
 * `noticed` of the wasm). Here it is only drawn.
 *
 * @import { Change, Remembered } from './page.d.ts'
 */

import { shortWords } from './dom.js';
import { COMMIT, hostOf } from './phrases.js';
import { listed, say } from './wording.js';

/**
 * The changes in sentences, and then what stayed as it was.
 *
 * @param {Remembered} own
 */
export function changeWords({ changes, same, last }) {
  const sentences = changes.map((change) => sentence(change));
  if (changes.length > 0 && same.includes('chip')) sentences.push(say(['history', 'same', 'chip']));
  return last.simulated ? sentences.map((words) => say(['simulated', 'sentence'], { sentence: words })) : sentences;
}

/**
 * The sentence about a key that changed, to which people and programs send secrets; `null` where none did.
 *
 * @param {Remembered | null} own
 */
export function keyWords(own) {
  const change = own?.changes.find(({ key }) => key);
  if (!own || !change) return null;
  const words = sentence(change);
  return own.last.simulated ? say(['simulated', 'sentence'], { sentence: words }) : words;
}

/** @param {Change} change */
function sentence({ what, form, before, after }) {
  const words = (/** @type {Change['before']} */ values) => listed(values.map(({ value }) => short(what, value)));
  const values = { before: words(before), after: words(after) };
  // Two values of one kind are shown, unless they would look alike.
  const [old, now] = [before, after].map(([first]) => first?.name);
  const isShown =
    form !== 'changed' || (before.length === 1 && after.length === 1 && old === now && values.before !== values.after);
  return say(['history', what, isShown ? form : 'differs'], values);
}

/**
 * @param {string} what
 * @param {string} value
 */
function short(what, value) {
  if (what === 'repository') return hostOf(value);
  // A policy's name, without the digest of its file.
  if (what === 'policy') return shortWords(value.replace(/ [0-9a-f]{64}$/, ''));
  const digest = value.replace(/^sha256:/, '');
  if (/^[0-9a-f]{32,}$/.test(digest)) return shortWords([...digest].slice(0, COMMIT).join(''));
  return shortWords(value);
}
