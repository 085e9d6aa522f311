/**
 * What the extension keeps. What readers chose, the language too, is kept on disk, and so is what was seen of services
 * for which they asked that. Results, reports and times of loading are kept in memory alone: they
 * outlive the background's sleep, and are gone when the browser ends.
 *
 * Only the background writes, so that what it read once is what stands.
 *
 * @import { Remembered } from '../page.d.ts'
 * @import { Choice, Kept, Load, Result } from './extension.d.ts'
 */

import { api } from './browser.js';

/**
 * @typedef {object} State
 * @property {Record<string, string>} sites the service of each site
 * @property {Record<string, Choice>} choices by service
 * @property {Record<string, Remembered>} remembered by service
 * @property {Record<string, Load>} loads by tab
 * @property {Record<string, Result>} results by service
 * @property {Record<string, number>} begun when each service was asked last
 * @property {Record<string, string>} notified what was told last, by service
 */

const ON_DISK = /** @type {const} */ (['sites', 'choices', 'remembered']);
const IN_MEMORY = /** @type {const} */ (['loads', 'results', 'begun', 'notified']);

/** @returns {Promise<State>} */
export async function readState() {
  const [disk, memory] = await Promise.all([
    api.storage.local.get([...ON_DISK]),
    api.storage.session.get([...IN_MEMORY]),
  ]);
  const state = Object.fromEntries([...ON_DISK, ...IN_MEMORY].map((name) => [name, disk[name] ?? memory[name] ?? {}]));
  return /** @type {State} */ (/** @type {unknown} */ (state));
}

/**
 * Writes parts of the state.
 *
 * @param {State} state
 * @param {...keyof State} names
 */
export async function writeState(state, ...names) {
  const part = (/** @type {readonly (keyof State)[]} */ own) =>
    Object.fromEntries(names.filter((name) => own.includes(name)).map((name) => [name, state[name]]));
  const [disk, memory] = [part(ON_DISK), part(IN_MEMORY)];
  await Promise.all([
    Object.keys(disk).length > 0 ? api.storage.local.set(disk) : null,
    Object.keys(memory).length > 0 ? api.storage.session.set(memory) : null,
  ]);
}

const LANGUAGE = 'language';

/** The language that its reader chose for the extension, or `null`. @returns {Promise<string | null>} */
export async function readLanguage() {
  const found = await api.storage.local.get(LANGUAGE);
  return found[LANGUAGE] ?? null;
}

/** @param {string} tag */
export async function writeLanguage(tag) {
  await api.storage.local.set({ [LANGUAGE]: tag });
}

/** @param {string} service */
const nameOf = (service) => `kept ${service}`;

/**
 * The report on a service, as it was checked last.
 *
 * @param {string} service
 * @returns {Promise<Kept | null>}
 */
export async function readKept(service) {
  const found = await api.storage.session.get(nameOf(service));
  return found[nameOf(service)] ?? null;
}

/**
 * @param {string} service
 * @param {Kept | null} kept
 */
export async function writeKept(service, kept) {
  if (kept) await api.storage.session.set({ [nameOf(service)]: kept });
  else await api.storage.session.remove(nameOf(service));
}
