/**
 * The sentences for the parts of a report, looked up as `locales/README.md` says: the narrowest
 * key that exists is used, and a simulated report has sentences of its own.
 *
 * @import { Link, LinkFinding, Report, RootOfTrust, ShownState } from './report.d.ts'
 */

import { textOf } from './values.js';
import { has, say, sayAll, sayFirst, ui } from './wording.js';

/** @param {ShownState} state */
export function stateName(state) {
  return say(['states', state, 'word']);
}

/**
 * @param {string} id
 * @param {RootOfTrust} root
 */
export function linkTitle(id, root) {
  return sayFirst([['links', id, `title.${root}`], ['links', id, 'title']]);
}

/**
 * @param {Link} link
 * @param {boolean} simulated
 * @param {RootOfTrust} root
 */
export function linkSentence({ id, state, undermined_by: broken }, simulated, root) {
  if (broken) return say(['undermined'], { link: linkTitle(broken, root) });
  const key = state === 'verified' ? 'holds' : state;
  const keys = [`${key}.${root}`, key];
  return sayFirst([
    ...(simulated ? keys.map((key) => ['links', id, `${key}.simulated`]) : []),
    ...keys.map((key) => ['links', id, key]),
  ]);
}

/**
 * What no chain that begins there reaches.
 *
 * @param {RootOfTrust} root
 */
export function beyondEnd(root) {
  const own = sayAll([`beyond.${root}`]);
  return own.length > 0 ? own : sayAll(['beyond']);
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
 * @param {LinkFinding} finding
 * @param {boolean} simulated
 */
export function findingSentence(finding, simulated) {
  const { check, outcome, reason = '', blocked_by: blame } = finding;
  const at = ['checks', check];
  const paths =
    outcome === 'unknown'
      ? [
          ...narrowed(at, [`unknown.${wordOf(finding)}`, `unknown.${reason}`], simulated),
          ...(reason === 'blocked' ? [['why', 'blocked']] : []),
          ...narrowed(at, ['unknown'], simulated),
          ['why', reason],
        ]
      : [
          ...narrowed(at, [`${outcome}.${reason || bitOf(finding)}`, outcome], simulated),
          ['outcomes', outcome],
        ];
  return sayFirst(paths, {
    check: checkTitle(blame ?? check),
    expected: finding.expected ? textOf(finding.expected) : '',
    actual: finding.actual ? textOf(finding.actual) : '',
  });
}

/**
 * What was found, when it is one word, such as why no answer came.
 *
 * @param {LinkFinding} finding
 */
function wordOf({ actual }) {
  const text = actual && 'text' in actual ? actual.text : '';
  return /^[a-z0-9-]+$/.test(text) ? text : '';
}

/**
 * A bit that passed says how it stood.
 *
 * @param {LinkFinding} finding
 */
function bitOf({ actual, outcome }) {
  const text = actual && 'text' in actual ? actual.text : '';
  return outcome === 'pass' && ['set', 'clear'].includes(text) ? text : '';
}

/**
 * A finding in short, for findings that are named together: its own sentence, or the reason alone.
 *
 * @param {LinkFinding} finding
 * @param {boolean} simulated
 */
export function findingGist(finding, simulated) {
  const { check, outcome, reason = '' } = finding;
  const own = [`unknown.${wordOf(finding)}`, `unknown.${reason}`, 'unknown'];
  const hasOwn = own.some((key) => has(['checks', check, key]));
  if (outcome !== 'unknown' || reason === 'blocked' || hasOwn) {
    return `${ui(`outcome.${outcome}`)}. ${findingSentence(finding, simulated)}`;
  }
  return `${ui(`outcome.${outcome}`)}: ${say(['reasons', reason])}.`;
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
 * What a reader can do about a failure or a warning, or `null`.
 *
 * @param {LinkFinding} finding
 */
export function findingAdvice({ check, outcome, reason = '' }) {
  if (outcome !== 'fail' && outcome !== 'warn') return null;
  const paths = [['checks', check, `todo.${reason}`], ['checks', check, 'todo']];
  return paths.some(has) ? sayFirst(paths) : null;
}

/** @param {Report} report */
export function verdictSentence(report) {
  return sayFirst(verdictPaths('verdicts', report));
}

/**
 * What the verdict means, or does not mean.
 *
 * @param {'means' | 'not-means'} list
 * @param {Report} report
 */
export function meanings(list, report) {
  const paths = verdictPaths(list, report);
  for (const path of paths) {
    const sentences = sayAll(path);
    if (sentences.length > 0) return sentences;
  }
  return [(paths[0] ?? []).join('.')];
}

/** @param {Report} report */
export function level({ assurance: { level, root_of_trust: root }, simulated }) {
  const key = level ?? (root === 'build-only' ? 'none.build-only' : 'none');
  return {
    name: sayFirst(narrowed(['levels', key], ['name'], simulated)),
    meaning: sayFirst(narrowed(['levels', key], ['meaning'], simulated)),
  };
}

/** @param {Report} report */
export function rootOfTrust({ assurance, simulated }) {
  return sayFirst(narrowed(['root-of-trust'], [assurance.root_of_trust], simulated));
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

/**
 * @param {string} list
 * @param {Report} report
 */
function verdictPaths(list, { simulated, subject, verdict, assurance }) {
  const kind = simulated ? 'simulated' : subject.kind;
  const key = `${kind}.${verdict.state}`;
  return assurance.level ? [[list, `${key}.${assurance.level}`], [list, key]] : [[list, key]];
}

/**
 * @param {string[]} at
 * @param {string[]} keys
 * @param {boolean} simulated
 */
function narrowed(at, keys, simulated) {
  return keys.flatMap((key) =>
    simulated ? [[...at, `${key}.simulated`], [...at, key]] : [[...at, key]],
  );
}
