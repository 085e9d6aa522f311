/**
 * The word for a state, always beside its icon.
 *
 * @import { ShownState } from '../report.d.ts'
 */

import { h } from '../dom.js';
import { icon } from '../icons.js';
import { stateName } from '../phrases.js';
import { say } from '../wording.js';

/**
 * @param {ShownState} state
 */
export function stateWord(state) {
  return h('span', { class: 'state', 'data-state': state }, icon(state), h('span', {}, stateName(state)));
}

/**
 * The mark that a result about simulated hardware carries wherever it is stated.
 */
export function simulatedMark() {
  return h('strong', { class: 'simulated' }, say(['simulated', 'word']));
}
