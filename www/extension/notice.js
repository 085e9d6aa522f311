/**
 * A notification, where a reader wants to be told of a failure and of a new key.
 *
 * @import { Remembered } from '../history.js'
 * @import { Result } from './extension.d.ts'
 */

import { changes, changesKey, changeWords } from '../history.js';
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
  if (!remembered || !changesKey(changes(remembered.base, remembered.last))) return null;
  const [first = ''] = changeWords(remembered.base, remembered.last);
  return [`key: ${remembered.base.at}: ${first}`, first];
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
