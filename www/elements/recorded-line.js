/**
 * What a bundle recorded, and whether its report was made again: by the word of whoever made it.
 *
 * Fires `turn` with which of the two reports the reader wants to see.
 *
 * @import { Recorded, Report } from '../page.d.ts'
 */

import { button, evidenceWords, h } from '../dom.js';
import { timeElement } from '../values.js';
import { ui, uiCount } from '../wording.js';

/** How many of the places in which two reports differ are named at once. */
const NAMED = 10;

/**
 * @param {Recorded} recorded
 * @param {Report} report what is shown beside it
 * @param {boolean} isRecorded whether the report that is shown is the recorded one
 */
export function recordedLine(recorded, report, isRecorded) {
  const heading = h('h2', { id: 'recorded-heading', class: 'visually-hidden' }, ui('bundle'));
  const attributes = { class: 'recorded-line', 'aria-labelledby': 'recorded-heading' };
  if ('failed' in recorded) {
    return h('section', attributes, heading, h('p', {}, ui('bundle-failed', { message: recorded.failed })));
  }
  const { at, maker, makersOwn, same } = recorded;
  return h(
    'section',
    { ...attributes, 'data-same': String(same) },
    heading,
    isRecorded ? h('p', {}, h('strong', {}, ui('bundle-as-recorded'))) : null,
    h('p', {}, ui('bundle-of', { version: maker.version }), ' ', timeElement(at), '. ', outcome(recorded, report)),
    h('p', { class: 'note' }, ui('bundle-word')),
    makersOwn.length > 0 ? h('p', { class: 'note' }, ui('bundle-own')) : null,
    places(recorded),
    h('div', { class: 'row no-print' }, turn('now', !isRecorded), turn('recorded', isRecorded)),
  );
}

/**
 * @param {import('../page.d.ts').RecordedBundle} recorded
 * @param {Report} report
 */
function outcome({ same, otherVerifier, count }, { verifier }) {
  if (same) return ui('bundle-same');
  if (otherVerifier) return ui('bundle-other-verifier', { version: verifier.version });
  return uiCount('bundle-different', count);
}

/** @param {import('../page.d.ts').RecordedBundle} recorded */
function places({ same, otherVerifier, count, differences }) {
  if (same || otherVerifier) return null;
  const named = differences.slice(0, NAMED);
  const more = count - named.length;
  return h(
    'details',
    {},
    h('summary', {}, ui('bundle-places')),
    h(
      'ul',
      {},
      named.map((place) => h('li', {}, h('code', { translate: 'no' }, place === '' ? '/' : evidenceWords(place)))),
      more > 0 ? h('li', {}, uiCount('bundle-more', more)) : null,
    ),
  );
}

/**
 * @param {'now' | 'recorded'} which
 * @param {boolean} isShown
 */
function turn(which, isShown) {
  const own = button(
    ui(`bundle-show-${which}`),
    () => own.dispatchEvent(new CustomEvent('turn', { bubbles: true, detail: { which } })),
    { id: `bundle-${which}`, class: 'quiet', 'aria-pressed': String(isShown) },
  );
  return own;
}
