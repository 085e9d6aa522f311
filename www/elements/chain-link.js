/**
 * `<chain-link>`: one link of the chain with its findings and the bytes they rest upon.
 *
 * @import { Claim, EvidenceItem, Link, LinkFinding, Report } from '../report.d.ts'
 */

import { copyButton, h } from '../dom.js';
import { fold } from '../folds.js';
import { icon } from '../icons.js';
import { findingGist, sentencesOf } from '../phrases.js';
import { checkTitle, linkTitle, sayOr, stateName } from '../titles.js';
import { textOf, valueElement } from '../values.js';
import { listed, say, ui, uiCount } from '../wording.js';
import { findingItem } from './finding-item.js';
import { HexView } from './hex-view.js';
import { SourceText } from './source-text.js';

export class ChainLink extends HTMLElement {
  /**
   * @param {Link} link
   * @param {Claim[]} claims the values that this link shows
   * @param {EvidenceItem[]} evidence the bytes that it rests upon
   * @param {Report} report
   */
  draw(link, claims, evidence, report) {
    const root = report.assurance.root_of_trust;
    this.setAttribute('data-state', link.state);
    this.id = `link-${link.id}`;
    // What is open stands under "Not checked", by the file that would decide it.
    const notable = link.findings.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'unknown');
    this.tabIndex = -1;
    const isNext = report.ends_at.next === link.id;
    this.replaceChildren(
      h('div', { class: 'node' }, icon(link.state)),
      h(
        'div',
        { class: 'link-body' },
        fold(
          { class: 'link-fold', open: link.state === 'failed' || (isNext && !holds(link)) },
          h(
            'summary',
            {},
            h('h3', {}, linkTitle(link.id, root)),
            ' ',
            h(
              'span',
              { class: 'state', 'data-state': link.state },
              report.simulated && `${say(['simulated', 'word'])} · `,
              stateName(link.state),
            ),
          ),
          () => [
            sentencesOf(report).link(link).map((sentence) => h('p', {}, sentence)),
            claims.length > 0 && !holds(link) ? h('p', { class: 'note' }, ui('claims-not-shown')) : null,
            claims.length > 0 ? h('dl', { class: 'facts claims' }, claims.map(claimFact)) : null,
            notable.length > 0 ? notableList(notable) : null,
            fold({ class: 'findings' }, h('summary', {}, summaryOf(link.findings)), () => [
              shownBy(link),
              h('ol', { class: 'finding-list' }, link.findings.map((finding) => findingItem(finding, report))),
            ]),
            evidence
              .filter(({ kind }) => kind === 'workflow')
              .map((item) => {
                const text = new SourceText();
                text.draw(item);
                return text;
              }),
            evidence.map((item) => {
              const view = new HexView();
              view.item = item;
              return view;
            }),
          ],
        ),
      ),
    );
  }
}

/**
 * Whether a link holds, so that the values it states are shown by it.
 *
 * @param {Link} link
 */
export function holds({ state }) {
  return state === 'verified' || state === 'warning';
}

/** @param {Claim} claim */
export function claimFact({ name, value, part }) {
  const words = sayOr(['claims', name], name);
  const title = part ? `${words}, ${part}` : words;
  return h(
    'div',
    { 'data-claim': name },
    h('dt', {}, title),
    h(
      'dd',
      {},
      valueElement(value),
      'hex' in value
        ? copyButton(ui('copy'), textOf(value), { copied: ui('copied'), failed: ui('copy-failed') }, {
            class: 'quiet small',
            'aria-label': ui('copy-named', { name: title }),
          })
        : null,
    ),
  );
}

/**
 * The checks by which a link holds, and the one that ties it to the link before.
 *
 * @param {Link} link
 */
function shownBy({ carried_by: carried, joined_by: joint }) {
  const titles = listed(carried.map((check) => checkTitle(check)));
  return [
    carried.length > 0 ? h('p', { class: 'basis carried-by' }, ui('carried-by', { checks: titles })) : null,
    joint ? h('p', { class: 'basis joined-by' }, ui('joined-by', { check: checkTitle(joint) })) : null,
  ];
}

/**
 * What is not a plain pass is said without anything having to be opened. Findings that say the
 * same are said once, with the names of what they are about.
 *
 * @param {LinkFinding[]} findings
 */
function notableList(findings) {
  /** @type {Map<string, { outcome: string, titles: string[] }>} */
  const byGist = new Map();
  for (const finding of findings) {
    const gist = findingGist(finding);
    const entry = byGist.get(gist) ?? { outcome: finding.outcome, titles: [] };
    entry.titles.push(checkTitle(finding.check, finding.part));
    byGist.set(gist, entry);
  }
  return h(
    'ul',
    { class: 'notable' },
    [...byGist].map(([gist, { outcome, titles }]) =>
      h('li', { 'data-outcome': outcome }, h('strong', {}, listed(titles)), ' ', gist),
    ),
  );
}

/** @param {LinkFinding[]} findings */
function summaryOf(findings) {
  const kinds = ['fail', 'allowed', 'warn', 'unknown', 'pass', 'not-applicable'];
  const parts = kinds.flatMap((kind) => {
    const count = findings.filter(({ outcome, reason }) =>
      reason === 'not-applicable' ? kind === reason : kind === outcome,
    ).length;
    return count > 0 ? [uiCount(`count.${kind}`, count)] : [];
  });
  return `${uiCount('count.checks', findings.length)}: ${listed(parts)}`;
}

customElements.define('chain-link', ChainLink);
