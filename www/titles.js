/**
 * Titles and other words that stand by themselves, looked up by stable ids.
 *
 * @import { LinkFinding, Report, RootOfTrust, ShownState } from './report.d.ts'
 */

import { has, say, sayAll, sayByRoot, ui } from './wording.js';

/**
 * The word for the state of a link. The verdict has a headline instead.
 *
 * @param {ShownState} state
 */
export function stateName(state) {
  return say(['states', state, 'word']);
}

/**
 * @param {string} id
 * @param {RootOfTrust} root
 */
export function linkTitle(id, root) {
  return sayByRoot(['links', id, 'title'], root);
}

/**
 * @param {string} check
 * @param {string | null | undefined} [part]
 */
export function checkTitle(check, part) {
  const title = sayOr(['checks', check, 'title'], check);
  return part ? ui('title-part', { title, part }) : title;
}

/**
 * What came of a finding, in a word.
 *
 * @param {LinkFinding} finding
 */
export function outcomeWord({ outcome, reason }) {
  return ui(`outcome.${reason === 'not-applicable' ? reason : outcome}`);
}

/**
 * What a reader can do about a finding that does not simply pass, or `null`.
 *
 * @param {LinkFinding} finding
 */
export function findingAdvice({ check, outcome, reason = '' }) {
  if (outcome === 'pass' || reason === 'not-applicable') return null;
  const path = [['checks', check, `todo.${reason}`], ['checks', check, 'todo']].find(has);
  return path ? say(path) : null;
}

/**
 * What the headline means, or does not mean.
 *
 * @param {'means' | 'not-means'} list
 * @param {Report} report
 */
export function meanings(list, { headline }) {
  return sayAll([list, headline.word]);
}

/** @param {Report} report */
export function level({ assurance: { level, root_of_trust: root } }) {
  const key = level ?? (root === 'build-only' ? 'none.build-only' : 'none');
  return { name: say(['levels', key, 'name']), meaning: say(['levels', key, 'meaning']) };
}

/** @param {Report} report */
export function rootOfTrust({ assurance }) {
  return say(['root-of-trust', assurance.root_of_trust]);
}

/**
 * What no chain that begins there reaches.
 *
 * @param {RootOfTrust} root
 */
export function beyondEnd(root) {
  return sayAll(['beyond', root]);
}

/**
 * The sentence at `path`, or `fallback`.
 *
 * @param {string[]} path
 * @param {string} fallback
 */
export function sayOr(path, fallback) {
  return has(path) ? say(path) : fallback;
}
