/** Moments in a reader's words. */

const LANGUAGE = 'en-GB';

/**
 * A day, such as "12 Nov"; with the year where it is not this one.
 *
 * @param {Date} date
 * @param {Date} [now]
 */
export function dayWords(date, now = new Date()) {
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: /** @type {const} */ ('numeric') };
  return date.toLocaleDateString(LANGUAGE, { day: 'numeric', month: 'short', ...year });
}

/**
 * A time of the reader's own clock, with the day where it is not today.
 *
 * @param {Date} date
 * @param {Date} [now]
 */
export function clockWords(date, now = new Date()) {
  const clock = date.toLocaleTimeString(LANGUAGE, { hour: '2-digit', minute: '2-digit' });
  return date.toDateString() === now.toDateString() ? clock : `${dayWords(date, now)}, ${clock}`;
}
