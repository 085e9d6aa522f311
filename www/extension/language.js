/** The choice of the extension's language, on each of its pages. The background keeps it, and speaks it too. */

import { retell } from '../dom.js';
import { LanguageChoice } from '../elements/language-choice.js';
import { speakAgain } from './badge.js';
import { api } from './browser.js';

/** @param {() => unknown} spoken says what stands in the language that is spoken now */
export function languageChoice(spoken) {
  const choice = new LanguageChoice(false);
  choice.addEventListener('language', async (event) => {
    const { tag } = /** @type {CustomEvent<{ tag: string }>} */ (event).detail;
    await api.runtime.sendMessage({ ask: 'speak', language: tag });
    await speakAgain();
    choice.shows();
    retell();
    await spoken();
  });
  return choice;
}
