import { h } from '../dom.js';
import { say } from '../wording.js';

/** The mark that a result about simulated hardware carries wherever it is stated. */
export function simulatedMark() {
  return h('strong', { class: 'simulated' }, say(['simulated', 'word']));
}
