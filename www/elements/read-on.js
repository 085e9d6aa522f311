/**
 * Where the source, the log's entry and the build can be read: only what a link that holds shows,
 * and each with the host that a reader would go to.
 *
 * @import { Report } from '../report.d.ts'
 */

import { h, outward } from '../dom.js';
import { textOf } from '../values.js';
import { ui } from '../wording.js';
import { holds } from './chain-link.js';

/** @param {Report} report */
export function readOn({ claims, links, verdict }) {
  if (verdict.state === 'failed') return '';
  /** @param {string} name */
  const shown = (name) => {
    const own = claims.filter((claim) => claim.name === name);
    const held = own.filter(({ link }) => links.some((one) => one.id === link && holds(one)));
    const values = [...new Set(held.map(({ value }) => textOf(value)))];
    return values.length === 1 ? (values[0] ?? null) : null;
  };
  const [repository, commit, run, entry] = ['git.repository', 'git.commit', 'build.run', 'sigstore.log-index'].map(shown);
  const isGithub = repository ? /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/.test(repository) : false;
  const isCommit = commit ? /^[0-9a-f]{40}$/.test(commit) : false;
  const anchors = [
    isGithub && isCommit ? leave(`${repository}/commit/${commit}`, 'read-commit') : null,
    run ? leave(run, 'read-run') : null,
    entry && /^[0-9]+$/.test(entry) ? leave(`https://search.sigstore.dev/?logIndex=${entry}`, 'read-entry') : null,
  ].filter((anchor) => anchor !== null);
  if (anchors.length === 0) return '';
  return h(
    'section',
    { class: 'read-on no-print', 'aria-labelledby': 'read-on-heading' },
    h('h2', { id: 'read-on-heading', class: 'visually-hidden' }, ui('read-on')),
    h('p', {}, `${ui('read-on')}: `, anchors.flatMap((anchor, index) => (index === 0 ? [anchor] : [' · ', anchor]))),
  );
}

/**
 * @param {string} url
 * @param {string} key
 */
function leave(url, key) {
  return outward(url, (host) => ui(key, { host }));
}
