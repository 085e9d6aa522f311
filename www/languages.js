/** The languages that sentences come in: each in its own name, with the address of its wording. */
export const LANGUAGES = new Map([
  ['en', { name: 'English', wording: new URL('./locales/en.json', import.meta.url) }],
  ['de', { name: 'Deutsch', wording: new URL('./locales/de.json', import.meta.url) }],
]);

/**
 * The first of these languages that there are sentences in, or English.
 *
 * @param {Iterable<string | null>} tags such as `de-AT`
 */
export function firstKnown(tags) {
  for (const tag of tags) {
    const language = tag?.split('-')[0]?.toLowerCase() ?? '';
    if (LANGUAGES.has(language)) return language;
  }
  return 'en';
}

/** @param {string} tag a language that there are sentences in */
export function wordingOf(tag) {
  return LANGUAGES.get(tag)?.wording ?? new URL('./locales/en.json', import.meta.url);
}
