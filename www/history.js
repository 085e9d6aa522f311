/**
 * What is remembered of a service's evidence, and what is different in a later report about it.
 *
 * Which values count, the verifier says (`seen` of the wasm). Here is only told which of them differ.
 *
 * @import { Seen } from './page.d.ts'
 */

import { shortWords } from './dom.js';
import { COMMIT, hostOf } from './phrases.js';
import { say } from './wording.js';

/** What is compared, in the order in which changes are told. */
export const COMPARED = ['tls', 'sealed', 'commit', 'repository', 'image', 'measurement', 'firmware', 'chip'];

/** The keys of the service: a change of these is told loudly. */
const KEYS = ['tls', 'sealed'];

/**
 * Something that is different.
 *
 * @typedef {{ what: string, before: string[], after: string[] }} Change
 */

/**
 * What is different from one time to a later one.
 *
 * @param {Seen} before
 * @param {Seen} after
 * @returns {Change[]}
 */
export function changes(before, after) {
  /** @type {Change[]} */
  const found = [];
  const note = (/** @type {string} */ what, /** @type {string[]} */ old, /** @type {string[]} */ now) => {
    if (old.join('\n') !== now.join('\n')) found.push({ what, before: old, after: now });
  };
  note('level', before.level ? [before.level] : [], after.level ? [after.level] : []);
  // Whoever publishes nothing shows no value either: the level says it.
  if (!before.absent && !after.absent) {
    for (const what of COMPARED) note(what, before.values[what] ?? [], after.values[what] ?? []);
  }
  /** @param {Seen} own */
  const named = ({ policy, policySha256 }) => `${policy}\t${policySha256}`;
  if (named(before) !== named(after)) {
    found.push({ what: 'policy', before: [before.policy], after: [after.policy] });
  }
  return found;
}

/**
 * Whether a key of the service's is among the changes.
 *
 * @param {Change[]} found
 */
export function changesKey(found) {
  return found.some(({ what }) => KEYS.includes(what));
}

/**
 * The changes in sentences, and then what stayed as it was.
 *
 * @param {Seen} before
 * @param {Seen} after
 */
export function changeWords(before, after) {
  const found = changes(before, after);
  const sentences = found.map((change) => sentence(change));
  const chip = before.values['chip']?.join() ?? '';
  if (found.length > 0 && chip !== '' && chip === after.values['chip']?.join()) {
    sentences.push(say(['history', 'same', 'chip']));
  }
  return after.simulated ? sentences.map((words) => say(['simulated', 'sentence'], { sentence: words })) : sentences;
}

/** @param {Change} change */
function sentence({ what, before, after }) {
  const form = before.length === 0 ? 'new' : after.length === 0 ? 'gone' : 'changed';
  const [old, now] = [before, after].map(([first = '']) => parts(first));
  const values = { before: short(what, old?.value ?? ''), after: short(what, now?.value ?? '') };
  // Two values of one kind are shown, unless they would look alike.
  const isShown =
    form !== 'changed' || (before.length + after.length === 2 && old?.name === now?.name && values.before !== values.after);
  return say(['history', what, isShown ? form : 'differs'], values);
}

/** @param {string} line */
function parts(line) {
  const [name = '', , ...value] = line.split('\t');
  return value.length > 0 ? { name, value: value.join('\t') } : { name: '', value: line };
}

/**
 * @param {string} what
 * @param {string} value
 */
function short(what, value) {
  if (what === 'repository') return hostOf(value);
  const digest = value.replace(/^sha256:/, '');
  if (/^[0-9a-f]{32,}$/.test(digest)) return shortWords([...digest].slice(0, COMMIT).join(''));
  return shortWords(value);
}

/**
 * What is remembered of a service.
 *
 * @typedef {object} Remembered
 * @property {string} since when what stands as known was seen first
 * @property {Seen} base what the reader knows, as it was seen last
 * @property {Seen} last what was seen last
 */

/**
 * What is remembered after another report. What a reader knows stays what later reports are compared
 * with, until the reader takes notice of what changed.
 *
 * @param {Remembered | null | undefined} known
 * @param {Seen} last
 * @returns {Remembered}
 */
export function remembered(known, last) {
  if (!known) return { since: last.at, base: last, last };
  return changes(known.base, last).length === 0 ? { ...known, base: last, last } : { ...known, last };
}

/**
 * The reader took notice of what changed.
 *
 * @param {Remembered} known
 * @returns {Remembered}
 */
export function noticed({ last }) {
  return { since: last.at, base: last, last };
}
