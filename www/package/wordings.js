/**
 * The sentences of each language, loaded once.
 *
 * @import { Words } from './index.d.ts'
 */

import { VerifyError } from './errors.js';
import { LANGUAGES } from '../languages.js';

/**
 * @param {(address: URL) => Promise<string>} text reads a file of this package
 */
export function wordings(text) {
  /** @type {Map<string, Promise<Words>>} */
  const known = new Map();

  /**
   * @param {string | Words} language
   * @returns {Promise<Words>}
   */
  return async function words(language) {
    if (typeof language !== 'string') return language;
    const address = LANGUAGES.get(language)?.wording;
    if (!address) {
      const names = [...LANGUAGES.keys()].join(', ');
      throw new VerifyError('usage', `There are no sentences in "${language}". The languages are: ${names}.`);
    }
    const loaded = known.get(language) ?? text(address).then((found) => JSON.parse(found));
    known.set(language, loaded);
    try {
      return await loaded;
    } catch (cause) {
      known.delete(language);
      throw new VerifyError('not-loaded', `The sentences in "${language}" could not be loaded.`, { cause });
    }
  };
}
