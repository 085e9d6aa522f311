/**
 * The badge of a tab: its shape and, under the pointer, its words.
 *
 * @import { View } from './extension.d.ts'
 */

import { firstKnown, wordingOf } from '../languages.js';
import { clockWords } from '../moments.js';
import { hostOf } from '../phrases.js';
import { loadWording, say, ui, wordingLanguage } from '../wording.js';
import { api } from './browser.js';
import { badgeIcon } from './icon.js';
import { SIMULATED } from './shapes.js';
import { readLanguage } from './store.js';

const PLAIN = { 16: '/extension/icons/16.png', 32: '/extension/icons/32.png' };

/** @type {Promise<void> | null} */
let words = null;

/** Loads the sentences once: in the language that was chosen here, or else in the browser's. */
export function loadWords() {
  words ??= readLanguage()
    .then((chosen) => loadWording(wordingOf(firstKnown([chosen, ...navigator.languages]))))
    .then(spoken);
  return words;
}

/** Loads the sentences anew: another language was chosen. */
export function speakAgain() {
  words = null;
  return loadWords();
}

/** A page says which language it speaks; the background has none. */
function spoken() {
  if (typeof document === 'undefined') return;
  const { tag, dir } = wordingLanguage();
  document.documentElement.lang = tag;
  document.documentElement.dir = dir;
}

/**
 * @param {number} tabId
 * @param {View | null} view `null` for a site of which nothing is expected
 */
export async function showBadge(tabId, view) {
  const { action } = api;
  await loadWords();
  if (!view) {
    await Promise.all([
      action.setIcon({ tabId, path: PLAIN }),
      action.setBadgeText({ tabId, text: '' }),
      action.setTitle({ tabId, title: ui('name') }),
    ]);
    return;
  }
  const { shape, simulated } = view;
  await Promise.all([
    action.setIcon({ tabId, imageData: badgeIcon(shape, simulated) }),
    action.setBadgeText({ tabId, text: simulated ? say(['extension', 'simulated']) : '' }),
    simulated ? action.setBadgeBackgroundColor({ tabId, color: SIMULATED }) : null,
    simulated ? action.setBadgeTextColor?.({ tabId, color: '#ffffff' }) : null,
    action.setTitle({ tabId, title: titleOf(view) }),
  ]);
}

/**
 * One line for the pointer: whom it is about, the word, the sentence, and when that was so.
 *
 * @param {View} view
 */
export function titleOf({ service, shape, result, doing }) {
  const host = hostOf(service);
  if (result) {
    const at = say(['extension', 'checked-at'], { time: clockWords(new Date(result.begun)) });
    const changed = shape === 'changed' ? [say(['extension', 'changed'])] : [];
    return [`${host}: ${[...changed, result.short].join('. ')}.`, result.sentence, at].join(' ');
  }
  return `${host}: ${doingWords(host, doing)}`;
}

/**
 * @param {string} host
 * @param {View['doing']} doing
 */
export function doingWords(host, doing) {
  if (doing.kind === 'asking') return say(['extension', 'asking'], { ...doing });
  if (doing.kind === 'waiting') {
    return say(['extension', 'waiting'], { host, time: clockWords(new Date(doing.until)) });
  }
  return say(['extension', doing.kind], { host });
}
