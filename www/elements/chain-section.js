/**
 * The chain, link by link: what holds, where it ends, what stands apart, and what is beside it.
 *
 * @import { Link, Report } from '../report.d.ts'
 */

import { button, h } from '../dom.js';
import { ui } from '../wording.js';
import { ChainLink } from './chain-link.js';
import { EndCap } from './end-cap.js';
import { simulatedMark } from './simulated-mark.js';

/** @param {Report} report */
export function chainSection(report) {
  const joined = report.links.filter((link) => link.id !== 'key-binding');
  const beside = report.links.filter((link) => link.id === 'key-binding');
  const { next, apart } = report.ends_at;
  const end = next === null ? joined.length : joined.findIndex((link) => link.id === next);
  if (end < 0) throw new TypeError('the chain ends at a link that it does not have');
  const cap = new EndCap();
  cap.draw(report);
  const [held, beyondEnd] = [joined.slice(0, end), joined.slice(end)];
  const own = beyondEnd.filter((link) => apart.includes(link.id));
  const loose = beyondEnd.filter((link) => !apart.includes(link.id));
  const hasMachine = report.assurance.root_of_trust !== 'build-only';
  const drawnLoose = part('', 'loose-links', loose, report);
  const drawnApart = part('apart', hasMachine ? 'apart-links' : 'build-links', own, report);
  return h(
    'section',
    { class: 'chain', 'aria-labelledby': 'chain-heading' },
    h('h2', { id: 'chain-heading' }, ui('chain'), ' ', report.simulated && simulatedMark()),
    report.links.some(({ findings }) => findings.some(({ reason }) => reason === 'simulated'))
      ? suggestSimulated()
      : null,
    held.length > 0 ? h('ol', { class: 'links' }, held.map((link) => linkItem(link, report))) : null,
    cap,
    // Where there is only a build, what holds of it comes before the machine that is absent.
    ...(hasMachine ? [drawnLoose, drawnApart] : [drawnApart, drawnLoose]),
    h('h3', { class: 'beside-heading' }, ui('beside-the-chain')),
    h('ul', { class: 'links beside' }, beside.map((link) => linkItem(link, report))),
  );
}

/**
 * @param {string} name
 * @param {string} key
 * @param {Link[]} links
 * @param {Report} report
 * @returns {HTMLElement[]}
 */
function part(name, key, links, report) {
  if (links.length === 0) return [];
  return [
    h('h3', { class: 'loose-heading' }, ui(key)),
    h('p', {}, ui(`${key}-sentence`)),
    h('ul', { class: `links loose ${name}`.trim() }, links.map((link) => linkItem(link, report))),
  ];
}

/** Evidence of simulated vendors under a policy for real ones: which policy takes them. */
function suggestSimulated() {
  const choose = button(
    ui('simulated-check'),
    () => {
      const detail = { policy: 'simulated' };
      choose.dispatchEvent(new CustomEvent('choose-policy', { bubbles: true, detail }));
    },
    { id: 'simulated-check', class: 'no-print' },
  );
  return h('p', { class: 'suggestion' }, ui('simulated-sentence'), ' ', choose);
}

/**
 * @param {Link} link
 * @param {Report} report
 */
function linkItem(link, report) {
  const element = new ChainLink();
  element.draw(
    link,
    report.claims.filter((claim) => claim.link === link.id),
    report.evidence.filter((item) => link.evidence.includes(item.id)),
    report,
  );
  return h('li', {}, element);
}
