/**
 * The chain in one row: each link with what joins it to the one before, broken where the chain ends.
 * It is a list, and reads as one.
 *
 * @import { Link, Report } from '../report.d.ts'
 */

import { h } from '../dom.js';
import { icon } from '../icons.js';
import { linkTitle, stateName } from '../titles.js';
import { say, ui } from '../wording.js';

/** Links that stand beside the chain. */
const BESIDE = ['tcb', 'key-binding'];

/** @param {Report} report */
export function chainStrip(report) {
  const { next } = report.ends_at;
  const chain = report.links.filter(({ id }) => !BESIDE.includes(id));
  const end = next === null ? chain.length : chain.findIndex(({ id }) => id === next);
  const beside = report.links.filter(({ id }) => BESIDE.includes(id));
  return h(
    'section',
    { class: 'strip-section', 'aria-labelledby': 'strip-heading' },
    h('h2', { id: 'strip-heading', class: 'visually-hidden' }, ui('strip')),
    h('ol', { class: 'strip' }, chain.map((link, place) => node(link, report, place < end))),
    h('ul', { class: 'strip beside' }, beside.map((link) => node(link, report, true))),
  );
}

/**
 * @param {Link} link
 * @param {Report} report
 * @param {boolean} isReached
 */
function node(link, report, isReached) {
  const isFirst = link.id === 'hardware-root';
  const isJoined = isReached && Boolean(link.joined_by);
  const joint = isFirst || BESIDE.includes(link.id) ? null : isJoined ? link.id : 'broken';
  return h(
    'li',
    { 'data-state': link.state, 'data-reached': isReached ? 'yes' : 'no', 'data-joint': joint },
    joint ? h('span', { class: 'joint' }, say(['strip', joint])) : null,
    h(
      'a',
      { href: `#link-${link.id}` },
      icon(link.state),
      h('span', { class: 'strip-title' }, linkTitle(link.id, report.assurance.root_of_trust)),
      h('span', { class: 'visually-hidden' }, `: ${stateName(link.state)}`),
    ),
  );
}
