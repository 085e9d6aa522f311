/**
 * What a badge shows about one tab.
 *
 * A result counts for a tab only if its first question was sent after the tab was loaded, and until
 * it ends. Everything else is no answer: it is being asked for, it waits for its turn, or nothing is
 * known.
 *
 * @import { Report } from '../report.d.ts'
 * @import { Load, Result, View } from './extension.d.ts'
 * @import { BadgeShape } from './shapes.js'
 * @import { State } from './store.js'
 */

import { HIGHEST } from '../answer-words.js';

/** How long lies between two checks of one service that no reader pressed for, in milliseconds. */
export const PAUSE = 60_000;

/**
 * The shape of a report. Only what reaches an image is drawn as verified.
 *
 * @param {Report} report
 * @returns {BadgeShape}
 */
export function shapeOf({ verdict: { state }, headline: { word } }) {
  if (state === 'failed' || state === 'not-published') return state;
  if (state !== 'verified' && state !== 'warning') return 'unknown';
  return HIGHEST.includes(word) ? state : 'partial';
}

/**
 * Whether a result is an answer about what a tab shows.
 *
 * @param {Result | undefined} result
 * @param {Load} load
 * @param {number} now
 */
export function counts(result, load, now) {
  return result !== undefined && result.begun >= load.at && result.begun <= now && now < result.ends;
}

/**
 * When a service may be asked next without a reader's press.
 *
 * @param {number | undefined} begun when it was asked last
 * @param {number} now
 */
export function nextTurn(begun, now) {
  // A clock that was set back would hold the next question off for long.
  return begun === undefined || begun > now ? now : begun + PAUSE;
}

/**
 * What is being done: whom a running check asks, and which services the browser does not let the
 * extension ask.
 *
 * @typedef {{ running: Map<string, { host: string, step: number, steps: number }>, closed: Set<string> }} Now
 */

/**
 * @param {State} state
 * @param {Load} load
 * @param {Now} doing
 * @param {number} now
 * @returns {View | null}
 */
export function viewOf(state, load, { running, closed }, now) {
  const service = state.sites[load.site];
  const choice = service === undefined ? undefined : state.choices[service];
  if (service === undefined || choice === undefined) return null;
  const last = state.results[service];
  const remembered = (choice.history && state.remembered[service]) || null;
  const about = { site: load.site, service, choice, remembered };
  const earlier = last && last.begun < load.at ? last : null;
  const none = { ...about, simulated: false, result: null, earlier };
  const step = running.get(service);
  if (step) return { ...none, shape: 'checking', doing: { kind: 'asking', ...step } };
  if (last && counts(last, load, now)) {
    const isChanged = remembered !== null && remembered.changes.length > 0;
    const shape = isChanged && last.shape !== 'failed' ? 'changed' : last.shape;
    return { ...about, shape, simulated: last.simulated, result: last, earlier: null, doing: { kind: 'nothing' } };
  }
  if (closed.has(service)) return { ...none, shape: 'unknown', doing: { kind: 'not-allowed' } };
  if (last && last.begun >= load.at) return { ...none, shape: 'unknown', doing: { kind: 'expired' } };
  const until = nextTurn(state.begun[service], now);
  return { ...none, shape: 'checking', doing: until > now ? { kind: 'waiting', until } : { kind: 'soon' } };
}
