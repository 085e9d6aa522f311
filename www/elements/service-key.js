/**
 * The keys of the service that the evidence names, and how a reader compares them with what the
 * service uses.
 *
 * @import { Claim, Report } from '../report.d.ts'
 */

import { copyButton, h } from '../dom.js';
import { textOf } from '../values.js';
import { has, say, sayAll, ui } from '../wording.js';
import { claimFact, holds } from './chain-link.js';

/** @param {Report} report */
export function serviceKey({ claims, headline, links, simulated, verdict }) {
  const link = links.find(({ id }) => id === 'key-binding');
  const keys = claims.filter((claim) => claim.link === 'key-binding' && has(['compare', claim.name]));
  if (!link || !holds(link) || keys.length === 0 || verdict.state === 'failed') return '';
  const host = headline.of === null ? null : (URL.parse(headline.of)?.host ?? null);
  return h(
    'section',
    { class: 'service-keys', id: 'service-key', 'aria-labelledby': 'service-key-heading' },
    h('h2', { id: 'service-key-heading' }, simulated ? `${say(['simulated', 'word'])}: ` : '', ui('service-key')),
    keys.map((claim) => key(claim, host)),
  );
}

/**
 * @param {Claim} claim
 * @param {string | null} host
 */
function key(claim, host) {
  const words = { copied: ui('copied'), failed: ui('copy-failed') };
  const path = ['compare-command', claim.name];
  const command = has(path) ? say(path).replaceAll('HOST', host ? host.replace(/:\d+$/, '') : 'HOST') : null;
  const steps = sayAll(['compare-steps', claim.name]);
  return h(
    'div',
    { class: 'service-key', 'data-key': textOf(claim.value) },
    h('dl', { class: 'facts' }, claimFact(claim)),
    command
      ? h(
          'ol',
          { class: 'steps' },
          steps.map((step, place) =>
            h(
              'li',
              {},
              step,
              place === 0
                ? [
                    ' ',
                    h('code', { class: 'url', translate: 'no' }, command),
                    ' ',
                    copyButton(ui('copy-command'), command, words, { class: 'quiet small no-print' }),
                  ]
                : [],
            ),
          ),
        )
      : h('p', {}, say(['compare', claim.name])),
  );
}
