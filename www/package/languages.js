/** The languages that sentences come in, each with the address of its wording. */
export const LANGUAGES = new Map([['en', new URL('../locales/en.json', import.meta.url)]]);
