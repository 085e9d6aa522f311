/**
 * A site whose service is checked: the answer, what changed, what can be done, and whom it was asked.
 *
 * @import { Report } from '../report.d.ts'
 * @import { Kept, Message, Result, View } from './extension.d.ts'
 */

import { button, h } from '../dom.js';
import { AnswerCard } from '../elements/answer-card.js';
import { plural } from '../formats.js';
import { changeWords, keyWords } from '../history.js';
import { icon } from '../icons.js';
import { clockWords, dayWords } from '../moments.js';
import { has, listed, say, wordingLanguage } from '../wording.js';
import { hostOf, patternsOf } from './addresses.js';
import { doingWords } from './badge.js';
import { api } from './browser.js';
import { settings } from './settings.js';

const words = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) =>
  say(['extension', key], values);

/** @typedef {(message: Message) => Promise<unknown>} Send */

/**
 * @param {View} view
 * @param {Kept | null} kept
 * @param {Send} send
 * @returns {Array<Node | string>}
 */
export function standing(view, kept, send) {
  const { service, result, earlier } = view;
  const host = hostOf(service);
  /** @type {Report | null} */
  const report = kept?.json ? JSON.parse(kept.json) : null;
  return [
    bar(view, host),
    card(view, kept, report, host),
    result ? h('p', { class: 'popup-when', id: 'when' }, agoWords(result)) : '',
    earlier ? h('p', { class: 'popup-when' }, earlierWords(earlier)) : '',
    changed(view, send),
    h(
      'div',
      { class: 'popup-actions' },
      ...(view.doing.kind === 'asking' ? [] : [button(words('again'), () => again(view, send), { id: 'again' })]),
      ...(report
        ? [
            button(words('full'), () => openReport(service, ''), { id: 'full' }),
            button(words('open'), () => openReport(service, '&part=not-checked'), { id: 'open' }),
          ]
        : []),
    ),
    result ? asked(result, host) : '',
    settings(view, report, send),
  ];
}

/**
 * @param {View} view
 * @param {Kept | null} kept
 * @param {Report | null} report
 * @param {string} host
 */
function card(view, kept, report, host) {
  const drawn = new AnswerCard();
  const { doing } = view;
  // It draws itself only where it stands.
  drawn.connectedCallback();
  if (report) drawn.draw(report);
  else if (kept) drawn.explain(problemOf(kept), host);
  else if (doing.kind === 'asking') {
    const { step, steps } = doing;
    drawn.checking({ host, doing: words('doing', { host: doing.host }), step, steps, since: Date.now() }, null);
  } else drawn.clear(doingWords(host, doing));
  return drawn;
}

/**
 * @param {Kept} kept
 * @returns {Exclude<import('../page.d.ts').Examination, { kind: 'report' }>}
 */
function problemOf({ problem }) {
  const { code, message } = problem ?? { code: 'stopped', message: '' };
  if (code === 'not-loaded') return { kind: 'unknown', reason: 'no-verifier' };
  return code === 'stopped' ? { kind: 'unknown', reason: 'stopped' } : { kind: 'unreadable', code, message, file: null };
}

/**
 * @param {View} view
 * @param {string} host
 */
function bar({ shape, remembered, simulated }, host) {
  const isNewKey = keyWords(remembered) !== null;
  const key = shape === 'failed' ? 'bar.failed' : isNewKey && shape === 'changed' ? 'bar.key' : null;
  if (key === null) return '';
  const sentence = words(key, { host });
  return h(
    'div',
    { class: 'popup-bar', role: 'alert', 'aria-label': words('bar') },
    icon('failed'),
    h('span', {}, simulated ? say(['simulated', 'sentence'], { sentence }) : sentence),
  );
}

/**
 * What is different from what the reader saw.
 *
 * @param {View} view
 * @param {Send} send
 */
function changed({ service, remembered, result }, send) {
  if (!remembered || !result) return '';
  const sentences = changeWords(remembered);
  const day = dayWords(new Date(sentences.length > 0 ? remembered.known.last.at : remembered.since));
  if (sentences.length === 0) return h('p', { class: 'popup-when', id: 'unchanged' }, say(['history', 'since-none'], { day }));
  return h(
    'section',
    { class: 'popup-changed', 'aria-labelledby': 'changed-heading' },
    h('h2', { id: 'changed-heading' }, words('changed-since', { day })),
    h('ul', {}, sentences.map((sentence) => h('li', {}, sentence))),
    button(say(['history', 'noticed']), () => send({ ask: 'noticed', service }), { id: 'noticed', class: 'quiet' }),
  );
}

/**
 * Whom this extension asked, and which key it met.
 *
 * @param {Result} result
 * @param {string} host
 */
function asked({ asked: hosts, key }, host) {
  const named = hosts.map(({ host: own, count }) => counted('asked-host', count, { host: own }));
  return h(
    'footer',
    { class: 'popup-asked' },
    h('p', { id: 'asked' }, named.length > 0 ? words('asked', { hosts: listed(named) }) : words('asked-nobody')),
    key === 'none' ? null : h('p', { id: 'key', 'data-key': key }, words(`key.${key}`, { host })),
  );
}

/**
 * @param {View} view
 * @param {Send} send
 */
async function again({ site, service, choice }, send) {
  // The browser asks its user only at a press itself; what was allowed is not asked again.
  const allowed = await api.permissions.request({ origins: patternsOf(site, service, choice.vendors) });
  if (allowed) await send({ ask: 'check', service });
}

/**
 * @param {string} service
 * @param {string} more
 */
function openReport(service, more) {
  const url = api.runtime.getURL(`extension/report.html#service=${encodeURIComponent(service)}${more}`);
  void api.tabs.create({ url });
}

/** @param {Result} result */
function agoWords({ begun }) {
  const minutes = Math.max(0, Math.floor((Date.now() - begun) / 60_000));
  if (minutes === 0) return words('checked-ago.seconds');
  return minutes < 60 ? counted('checked-ago.minutes', minutes) : counted('checked-ago.hours', Math.floor(minutes / 60));
}

/** @param {Result} result */
function earlierWords({ begun, short }) {
  return words('earlier', { time: clockWords(new Date(begun)), short });
}

/**
 * @param {string} key
 * @param {number} count
 * @param {Record<string, string | number>} [values]
 */
function counted(key, count, values = {}) {
  const own = `${key}.${plural(wordingLanguage().tag).select(count)}`;
  return words(has(['extension', own]) ? own : `${key}.other`, { ...values, count });
}
