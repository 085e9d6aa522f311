/**
 * What is remembered of a service's evidence, and what is different in another report about it.
 *
 * Both are functions of a report's JSON. Only values whose link holds are remembered: what a service
 * merely states, and what stands beside a broken link, is not a change of anything that was shown.
 *
 * @import { Report } from './report.d.ts'
 */

import { shortWords } from './dom.js';
import { COMMIT, hostOf } from './phrases.js';
import { say } from './wording.js';

/**
 * What is compared, by the claims that tell it, in the order in which changes are told.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const COMPARED = {
  tls: ['key.tls-spki-sha256'],
  sealed: ['key.sealed-request', 'key.hpke'],
  commit: ['git.commit'],
  repository: ['git.repository'],
  image: ['image.digest', 'container.image-digest', 'token.image-digest', 'dstack.compose-hash', 'nitro.pcr0', 'tinfoil.config-sha256'],
  measurement: ['snp.measurement', 'tdx.mrtd', 'tdx.rtmr0', 'tdx.rtmr1', 'tdx.rtmr2', 'sgx.mrenclave', 'nitro.pcr1', 'nitro.pcr2'],
  firmware: ['snp.tcb', 'snp.firmware', 'tdx.tee-tcb-svn', 'tdx.mr-seam', 'dcap.tcb-status', 'dcap.tcb-date', 'gce.firmware', 'tpm.firmware', 'gpu.driver', 'gpu.vbios'],
  chip: ['snp.product', 'dcap.fmspc', 'gpu.model'],
};

/** The keys of the service: a change of these is told loudly. */
const KEYS = ['tls', 'sealed'];

/** States of a verdict about which something is remembered. */
const TELLING = ['verified', 'warning', 'not-published'];

/**
 * What is kept of a report.
 *
 * @typedef {object} Seen
 * @property {string} at when it was seen, RFC 3339
 * @property {string | null} level
 * @property {string} policy the name of the policy
 * @property {string} policySha256
 * @property {boolean} simulated
 * @property {boolean} absent whether nothing is published
 * @property {Record<string, string[]>} values by the keys of `COMPARED`; each is claim, part and value,
 *   with a tab between
 */

/**
 * Something that is different.
 *
 * @typedef {{ what: string, before: string[], after: string[] }} Change
 */

/**
 * What is remembered of a report; `null` for one that decides nothing or contradicts itself.
 *
 * @param {Report} report
 * @returns {Seen | null}
 */
export function seen(report) {
  const { verdict, assurance, claims, links, policy, simulated, checked_at: at } = report;
  if (!TELLING.includes(verdict.state)) return null;
  const holding = new Set(links.filter(({ state, undermined_by: by }) => TELLING.slice(0, 2).includes(state) && !by).map(({ id }) => id));
  /** @type {Record<string, string[]>} */
  const values = {};
  for (const [what, names] of Object.entries(COMPARED)) {
    const own = claims
      .filter(({ name, link }) => names.includes(name) && holding.has(link))
      .map(({ name, value, part }) => [name, part ?? '', String(Object.values(value)[0])].join('\t'));
    if (own.length > 0) values[what] = [...new Set(own)].sort();
  }
  return {
    at,
    level: assurance.level,
    policy: policy.name,
    policySha256: policy.sha256,
    simulated,
    absent: verdict.state === 'not-published',
    values,
  };
}

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
    for (const what of Object.keys(COMPARED)) note(what, before.values[what] ?? [], after.values[what] ?? []);
  }
  /** @param {Seen} own */
  const named = ({ policy, policySha256 }) => `${policy}\t${policySha256}`;
  if (named(before) !== named(after)) {
    found.push({ what: 'policy', before: [before.policy], after: [after.policy] });
  }
  return found;
}

/**
 * What is different from one report to a later one; nothing where one of them decides nothing.
 *
 * @param {Report} before
 * @param {Report} after
 */
export function compared(before, after) {
  const [old, now] = [seen(before), seen(after)];
  return old && now ? changes(old, now) : [];
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
