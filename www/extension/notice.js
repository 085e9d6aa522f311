/**
 * A notification, where a reader wants to be told of a failure and of a new key.
 *
 * @import { Remembered } from '../page.d.ts'
 * @import { Result } from './extension.d.ts'
 */

import { keyWords } from '../history.js';
import { hostOf } from '../phrases.js';
import { say } from '../wording.js';
import { api } from './browser.js';

/**
 * What there is to tell, or `null`. The first member is the same as long as the news is.
 *
 * @param {Result} result
 * @param {Remembered | null} remembered
 * @returns {[string, string] | null}
 */
export function news({ shape, sentence }, remembered) {
  if (shape === 'failed') return [`failed: ${sentence}`, sentence];
  const words = keyWords(remembered);
  return words === null || !remembered ? null : [`key: ${remembered.known.last.at}: ${words}`, words];
}

/**
 * Tells it, if the browser lets the extension.
 *
 * @param {string} service
 * @param {string} message
 */
export async function tell(service, message) {
  const title = say(['extension', 'news'], { host: hostOf(service) });
  const iconUrl = api.runtime.getURL('extension/icons/128.png');
  await api.notifications?.create(service, { type: 'basic', iconUrl, title, message });
}
