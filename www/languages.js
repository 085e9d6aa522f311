/** The languages that sentences come in: each in its own name, with the address of its wording. */
export const LANGUAGES = new Map([
  ['en', { name: 'English', wording: new URL('./locales/en.json', import.meta.url) }],
  ['de', { name: 'Deutsch', wording: new URL('./locales/de.json', import.meta.url) }],
]);
