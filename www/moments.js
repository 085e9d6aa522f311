/** Moments in a reader's words. */

import { wordingLanguage } from './wording.js';

/** A day, in milliseconds. */
export const DAY = 24 * 60 * 60 * 1000;

/** The language that moments are written in: a day stands before its month in English, too. */
function language() {
  const { tag } = wordingLanguage();
  return tag === 'en' ? 'en-GB' : tag;
}

/**
 * A day, such as "12 Nov"; with the year where it is not this one.
 *
 * @param {Date} date
 * @param {Date} [now]
 */
export function dayWords(date, now = new Date()) {
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: /** @type {const} */ ('numeric') };
  return date.toLocaleDateString(language(), { day: 'numeric', month: 'short', ...year });
}

/**
 * A time of the reader's own clock, with the day where it is not today.
 *
 * @param {Date} date
 * @param {Date} [now]
 */
export function clockWords(date, now = new Date()) {
  const clock = date.toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit' });
  return date.toDateString() === now.toDateString() ? clock : `${dayWords(date, now)}, ${clock}`;
}
