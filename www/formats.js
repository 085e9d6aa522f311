/** How languages write numbers, dates and lists. A format takes longer to make than to use: each is made once. */

/** What a moment is written with, by what it is for. */
const MOMENTS = /** @type {const} */ ({
  utc: { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC', hourCycle: 'h23' },
  local: { dateStyle: 'full', timeStyle: 'long' },
});

/**
 * Makes every format of a language before it is needed.
 *
 * @param {string} tag
 */
export function prepare(tag) {
  for (const make of [plural, numbers, lists, utcMoments, localMoments]) make(tag);
}

export const plural = kept((tag) => new Intl.PluralRules(tag));
export const numbers = kept((tag) => new Intl.NumberFormat(tag));
export const lists = kept((tag) => new Intl.ListFormat(tag, { type: 'unit', style: 'short' }));
export const utcMoments = kept((tag) => new Intl.DateTimeFormat(tag, MOMENTS.utc));
export const localMoments = kept((tag) => new Intl.DateTimeFormat(tag, MOMENTS.local));

/**
 * What is made for a language, made once.
 *
 * @template T
 * @param {(tag: string) => T} make
 * @returns {(tag: string) => T}
 */
function kept(make) {
  /** @type {Map<string, T>} */
  const made = new Map();
  return (tag) => {
    const own = made.get(tag) ?? make(tag);
    made.set(tag, own);
    return own;
  };
}
