/**
 * The keys of the service that the evidence names, and how a reader compares them with what the
 * service uses.
 *
 * @import { Claim, Report } from '../report.d.ts'
 */

import { copyButton, h } from '../dom.js';
import { textOf } from '../values.js';
import { has, say, ui } from '../wording.js';
import { claimFact, holds } from './chain-link.js';

/** @param {Report} report */
export function serviceKey({ claims, links }) {
  const link = links.find(({ id }) => id === 'key-binding');
  if (!link) return [];
  const keys = claims.filter((claim) => claim.link === link.id && has(['compare', claim.name]));
  const note = keys.length > 0 && !holds(link) ? [h('p', { class: 'note' }, ui('claims-not-shown'))] : [];
  return [...note, ...keys.map(key)];
}

/** @param {Claim} claim */
function key(claim) {
  const words = { copied: ui('copied'), failed: ui('copy-failed') };
  const command = has(['compare-command', claim.name]) ? say(['compare-command', claim.name]) : null;
  return h(
    'div',
    { class: 'service-key', 'data-key': textOf(claim.value) },
    h('dl', { class: 'facts' }, claimFact(claim)),
    h('p', {}, say(['compare', claim.name])),
    command
      ? h('p', {}, h('code', { class: 'url', translate: 'no' }, command), ' ', copyButton(ui('copy-command'), command, words))
      : null,
  );
}
