/**
 * The background: what the browser wakes it for, handed on to the watch. Everything is listened for
 * at once, because a browser that wakes the background tells it only then.
 *
 * @import { Message } from './extension.d.ts'
 */

import { api } from './browser.js';
import { readKept } from './store.js';
import { Watch } from './watch.js';

const watch = new Watch();

api.tabs.onUpdated.addListener((id, change, tab) => void watch.updated(id, change, tab));
api.tabs.onRemoved.addListener((id) => void watch.removed(id));
api.alarms.onAlarm.addListener(({ name }) => void watch.alarm(name));
api.permissions.onAdded.addListener(() => void watch.begin());
api.permissions.onRemoved.addListener(() => void watch.begin());
api.runtime.onInstalled.addListener(() => void watch.begin());
api.runtime.onStartup.addListener(() => void watch.begin());
api.runtime.onMessage.addListener((message, sender, answer) => {
  if (sender.id !== api.runtime.id || typeof message?.ask !== 'string') return false;
  answered(message).then(answer, () => answer(null));
  return true;
});

/**
 * What an own page asked for.
 *
 * @param {Message} message
 * @returns {Promise<unknown>}
 */
async function answered(message) {
  switch (message.ask) {
    case 'view':
      return watch.view(message.tab, message.url);
    case 'kept':
      return readKept(message.service);
    case 'enrol':
      return watch.enrol(message.tab, message.site, message.service, message.choice);
    case 'choose':
      return watch.choose(message.service, message.choice);
    case 'check':
      return watch.check(message.service);
    case 'speak':
      return watch.speak(message.language);
    case 'noticed':
      return watch.noticed(message.service);
    case 'forget':
      return watch.forget(message.service);
    case 'forget-history':
      return watch.forgetHistory(message.service);
    default:
      return null;
  }
}
