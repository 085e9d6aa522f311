/**
 * Watches the tabs of the sites that a reader named, and has their services checked.
 *
 * Nothing is asked for a site that is not named. A service is checked once at a time, and once a
 * minute at most, unless a reader presses; a tab that was loaded after a check began waits for the
 * next one and shows no answer until then.
 *
 * @import { Choice, Load, Tab, View } from './extension.d.ts'
 * @import { State } from './store.js'
 */

import { originOf } from './addresses.js';
import { showBadge, speakAgain } from './badge.js';
import { api, told } from './browser.js';
import { ALARM, Checks, END } from './checks.js';
import { noticedIn } from './inquiry.js';
import { retold } from './result.js';
import { readKept, readState, writeKept, writeLanguage, writeState } from './store.js';
import { viewOf } from './view.js';

/** A reader's press is not repeated within this time. */
const PRESS = 5_000;

export class Watch {
  /** @type {Promise<State>} */
  #state = readState();
  #checks = new Checks(() => this.#paint());

  constructor() {
    void this.#wake();
  }

  /** A browser may end the background in the middle of a check. */
  async #wake() {
    const state = await this.#state;
    for (const service of this.#watched(state)) this.#checks.settle(state, service);
  }

  /** What the browser has open, at the beginning of the browser, of the extension, and when a permission changed. */
  async begin() {
    const state = await this.#state;
    await this.#checks.permit(Object.keys(state.choices));
    const tabs = await api.tabs.query({});
    const now = Date.now();
    state.loads = Object.fromEntries(
      tabs.flatMap((tab) => {
        const site = this.#siteOf(state, tab);
        if (tab.id === undefined || site === null) return [];
        const known = state.loads[tab.id];
        return [[tab.id, known?.site === site ? known : { site, at: now }]];
      }),
    );
    await writeState(state, 'loads');
    await this.#paint();
    for (const service of this.#watched(state)) this.#checks.settle(state, service);
  }

  /**
   * @param {number} id
   * @param {{ status?: string, url?: string }} change
   * @param {Tab} tab
   */
  async updated(id, change, tab) {
    const state = await this.#state;
    const site = this.#siteOf(state, tab);
    if (site === null) {
      if (!state.loads[id]) return;
      delete state.loads[id];
      await writeState(state, 'loads');
      return;
    }
    // A site that was named while its tab was open has no time of loading yet.
    if (change.status === 'loading' || !state.loads[id] || state.loads[id].site !== site) {
      state.loads[id] = { site, at: Date.now() };
      await writeState(state, 'loads');
      const service = state.sites[site];
      if (service !== undefined) this.#checks.settle(state, service);
    }
    // A browser takes a tab's badge down when the tab goes on.
    await this.#paintTab(state, id);
    told();
  }

  /** @param {number} id */
  async removed(id) {
    const state = await this.#state;
    if (!state.loads[id]) return;
    delete state.loads[id];
    await writeState(state, 'loads');
  }

  /** @param {string} name */
  async alarm(name) {
    const state = await this.#state;
    if (name.startsWith(END)) await this.#paint();
    else if (name.startsWith(ALARM)) this.#checks.settle(state, name.slice(ALARM.length));
  }

  /**
   * @param {number} id
   * @param {string} url
   * @returns {Promise<View | null>}
   */
  async view(id, url) {
    const state = await this.#state;
    const site = originOf(url);
    if (site === null || state.sites[site] === undefined) return null;
    let load = state.loads[id];
    if (load?.site !== site) {
      load = { site, at: Date.now() };
      state.loads[id] = load;
      await writeState(state, 'loads');
      this.#checks.settle(state, state.sites[site]);
    }
    return this.#viewOf(state, load);
  }

  /**
   * @param {number | null} id a tab in which the site is open
   * @param {string} site
   * @param {string} service
   * @param {Choice} choice
   */
  async enrol(id, site, service, choice) {
    const state = await this.#state;
    const before = state.sites[site];
    state.sites[site] = service;
    state.choices[service] = choice;
    if (before !== undefined && before !== service) await this.#forgetUnused(state, before);
    if (id !== null) state.loads[id] = { site, at: Date.now() };
    await writeState(state, 'sites', 'choices', 'loads');
    await this.begin();
  }

  /**
   * @param {string} service
   * @param {Choice} choice
   */
  async choose(service, choice) {
    const state = await this.#state;
    const before = state.choices[service];
    if (!before) return;
    state.choices[service] = choice;
    if (!choice.history) delete state.remembered[service];
    const isFirst = choice.history && !before.history;
    await writeState(state, 'choices', 'remembered');
    if (isFirst) await this.#checks.remember(state, service, await readKept(service));
    const isOther = before.policy !== choice.policy || before.vendors.join() !== choice.vendors.join();
    if (isOther) await this.#checks.anew(state, service);
    else await this.#paint();
  }

  /**
   * Checks a service because a reader pressed.
   *
   * @param {string} service
   */
  async check(service) {
    const state = await this.#state;
    if (state.choices[service] === undefined || this.#checks.now.running.has(service)) return;
    const begun = state.begun[service];
    if (begun !== undefined && begun <= Date.now() && Date.now() - begun < PRESS) return;
    void this.#checks.carryOut(state, service);
  }

  /**
   * The reader saw what changed: from now on it is what was there before.
   *
   * @param {string} service
   */
  async noticed(service) {
    const state = await this.#state;
    const known = state.remembered[service];
    if (!known) return;
    state.remembered[service] = await noticedIn(known);
    await writeState(state, 'remembered');
    await this.#paint();
  }

  /**
   * Speaks another language from now on.
   *
   * @param {string} tag
   */
  async speak(tag) {
    await writeLanguage(tag);
    await speakAgain();
    const state = await this.#state;
    for (const [service, result] of Object.entries(state.results)) {
      state.results[service] = retold(result, (await readKept(service))?.json ?? null);
    }
    await writeState(state, 'results');
    await this.#paint();
  }

  /** @param {string} service */
  async forgetHistory(service) {
    const state = await this.#state;
    const choice = state.choices[service];
    if (choice) await this.choose(service, { ...choice, history: false });
  }

  /** @param {string} service */
  async forget(service) {
    const state = await this.#state;
    for (const [site, own] of Object.entries(state.sites)) {
      if (own === service) delete state.sites[site];
    }
    const tabs = Object.entries(state.loads).filter(([, { site }]) => state.sites[site] === undefined);
    for (const [id] of tabs) delete state.loads[id];
    await this.#forgetUnused(state, service);
    await writeState(state, 'sites', 'loads');
    await Promise.all(tabs.map(([id]) => showBadge(Number(id), null).catch(() => undefined)));
    told();
  }

  /**
   * @param {State} state
   * @param {string} service
   */
  async #forgetUnused(state, service) {
    if (Object.values(state.sites).includes(service)) return;
    for (const part of [state.choices, state.remembered, state.results, state.begun, state.notified]) {
      delete part[service];
    }
    await writeState(state, 'choices', 'remembered', 'results', 'begun', 'notified');
    await writeKept(service, null);
  }

  /**
   * @param {State} state
   * @param {Tab} tab
   */
  #siteOf(state, tab) {
    const site = originOf(tab.url);
    return site !== null && state.sites[site] !== undefined ? site : null;
  }

  /** The services of the sites that are open. @param {State} state */
  #watched(state) {
    return new Set(Object.values(state.loads).flatMap(({ site }) => state.sites[site] ?? []));
  }

  /**
   * @param {State} state
   * @param {Load} load
   */
  #viewOf(state, load) {
    return viewOf(state, load, this.#checks.now, Date.now());
  }

  async #paint() {
    const state = await this.#state;
    await Promise.all(Object.keys(state.loads).map((id) => this.#paintTab(state, Number(id))));
    told();
  }

  /**
   * @param {State} state
   * @param {number} id
   */
  async #paintTab(state, id) {
    const load = state.loads[id];
    if (!load) return;
    try {
      await showBadge(id, this.#viewOf(state, load));
    } catch {
      // The tab was closed meanwhile.
      delete state.loads[id];
    }
  }
}
