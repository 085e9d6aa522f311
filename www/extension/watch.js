/**
 * Watches the tabs of the sites that a reader named, and has their services checked.
 *
 * Nothing is asked for a site that is not named. A service is checked once at a time, and once a
 * minute at most, unless a reader presses; a tab that was loaded after a check began waits for the
 * next one and shows no answer until then.
 *
 * @import { Report } from '../report.d.ts'
 * @import { Choice, Kept, Load, Result, Tab, View } from './extension.d.ts'
 * @import { State } from './store.js'
 */

import { noticed, remembered, seen } from '../history.js';
import { hostOf } from '../phrases.js';
import { isAllowed, originOf, VENDORS } from './addresses.js';
import { loadWords, showBadge } from './badge.js';
import { api, told } from './browser.js';
import { inquire } from './inquiry.js';
import { news, tell } from './notice.js';
import { problem, resultOf, undecided } from './result.js';
import { readKept, readState, writeKept, writeState } from './store.js';
import { nextTurn, PAUSE, viewOf } from './view.js';

/** A page that begins to load may go on to another at once. */
const SETTLING = 250;

/** A reader's press is not repeated within this time. */
const PRESS = 5_000;

const ALARM = 'ask ';
const END = 'end ';

export class Watch {
  /** @type {Promise<State>} */
  #state = readState();
  /** @type {Map<string, { host: string, step: number, steps: number }>} */
  #running = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #soon = new Map();
  /** Services of which a reader chose otherwise while a check ran. @type {Set<string>} */
  #outdated = new Set();
  /** Services that the browser does not let the extension ask. @type {Set<string>} */
  #closed = new Set();

  constructor() {
    void this.#wake();
  }

  /** A browser may end the background in the middle of a check. */
  async #wake() {
    const state = await this.#state;
    for (const service of this.#watched(state)) this.#settle(state, service);
  }

  /** What the browser has open, at the beginning of the browser, of the extension, and when a permission changed. */
  async begin() {
    const state = await this.#state;
    const services = Object.keys(state.choices);
    const allowed = await Promise.all(services.map((service) => isAllowed([service])));
    this.#closed = new Set(services.filter((_, place) => !allowed[place]));
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
    for (const service of this.#watched(state)) this.#settle(state, service);
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
      if (service !== undefined) this.#settle(state, service);
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
    else if (name.startsWith(ALARM)) this.#settle(state, name.slice(ALARM.length));
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
      this.#settle(state, state.sites[site]);
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
    if (isFirst) await this.#remember(state, service, await readKept(service));
    const isOther = before.policy !== choice.policy || before.vendors.join() !== choice.vendors.join();
    if (isOther) await this.#anew(state, service);
    else await this.#paint();
  }

  /**
   * Checks a service as its reader chose now: what was found is no answer to that.
   *
   * @param {State} state
   * @param {string} service
   */
  async #anew(state, service) {
    delete state.results[service];
    await Promise.all([writeState(state, 'results'), writeKept(service, null)]);
    if (this.#running.has(service)) this.#outdated.add(service);
    else void this.#carryOut(state, service);
  }

  /**
   * Checks a service because a reader pressed.
   *
   * @param {string} service
   */
  async check(service) {
    const state = await this.#state;
    if (state.choices[service] === undefined || this.#running.has(service)) return;
    const begun = state.begun[service];
    if (begun !== undefined && begun <= Date.now() && Date.now() - begun < PRESS) return;
    void this.#carryOut(state, service);
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
    state.remembered[service] = noticed(known);
    await writeState(state, 'remembered');
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
   * Has a service checked when its turn comes, if a tab waits for that.
   *
   * @param {State} state
   * @param {string} service
   */
  #settle(state, service) {
    if (this.#running.has(service) || this.#soon.has(service)) return;
    const loads = Object.values(state.loads).filter(({ site }) => state.sites[site] === service);
    const last = state.results[service];
    if (!loads.some(({ at }) => last === undefined || last.begun < at)) return;
    const now = Date.now();
    const turn = nextTurn(state.begun[service], now);
    if (turn > now) {
      void api.alarms.create(ALARM + service, { when: turn });
      return;
    }
    const begin = () => {
      this.#soon.delete(service);
      void this.#carryOut(state, service);
    };
    this.#soon.set(service, setTimeout(begin, SETTLING));
  }

  /**
   * @param {State} state
   * @param {string} service
   */
  async #carryOut(state, service) {
    const choice = state.choices[service];
    if (!choice || this.#running.has(service)) return;
    const host = hostOf(service);
    this.#running.set(service, { host, step: 1, steps: 1 });
    if (!(await isAllowed([service]))) {
      this.#running.delete(service);
      this.#closed.add(service);
      await this.#paint();
      return;
    }
    this.#closed.delete(service);
    const begun = Date.now();
    state.begun[service] = begun;
    await writeState(state, 'begun');
    // Whoever waits for a check that is never finished is served then.
    void api.alarms.create(ALARM + service, { when: begun + PAUSE });
    await this.#paint();
    const onStep = (/** @type {string} */ asked, /** @type {number} */ step, /** @type {number} */ steps) => {
      this.#running.set(service, { host: asked, step, steps });
      void this.#paint();
    };
    try {
      await this.#inquire(state, service, choice, begun, onStep);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await this.#finish(state, undecided(service, begun), problem('stopped', message, choice));
    } finally {
      this.#running.delete(service);
    }
    if (this.#outdated.delete(service)) {
      await this.#anew(state, service);
      return;
    }
    await this.#paint();
    this.#settle(state, service);
  }

  /**
   * @param {State} state
   * @param {string} service
   * @param {Choice} choice
   * @param {number} begun
   * @param {(host: string, step: number, steps: number) => void} onStep
   */
  async #inquire(state, service, choice, begun, onStep) {
    await loadWords();
    const allowed = await Promise.all(
      choice.vendors.map(async (vendor) => ((await isAllowed(VENDORS[vendor].map((host) => `https://${host}`))) ? [vendor] : [])),
    );
    const outcome = await inquire(service, { vendors: allowed.flat(), policy: choice.policy }, onStep);
    const { kept, asked, key } = outcome;
    const result = { ...(kept.json === null ? undecided(service, begun) : resultOf(kept.json, service, begun)), asked, key };
    result.ends = await outcome.ends(begun);
    await this.#finish(state, result, kept);
    if (result.ends > Date.now()) void api.alarms.create(END + service, { when: result.ends });
  }

  /**
   * @param {State} state
   * @param {Result} result
   * @param {Kept} kept
   */
  async #finish(state, result, kept) {
    const { service } = result;
    // It may have been forgotten meanwhile, or its reader chose otherwise.
    const choice = state.choices[service];
    if (!choice || this.#outdated.has(service)) return;
    state.results[service] = result;
    await Promise.all([writeState(state, 'results'), writeKept(service, kept)]);
    if (choice.history) await this.#remember(state, service, kept);
    if (choice.notify) await this.#notify(state, result);
  }

  /**
   * @param {State} state
   * @param {string} service
   * @param {Kept | null} kept
   */
  async #remember(state, service, kept) {
    /** @type {Report | null} */
    const report = kept?.json ? JSON.parse(kept.json) : null;
    const last = report && seen(report);
    if (!last) return;
    state.remembered[service] = remembered(state.remembered[service], last);
    await writeState(state, 'remembered');
  }

  /**
   * @param {State} state
   * @param {Result} result
   */
  async #notify(state, result) {
    const { service } = result;
    const found = news(result, state.remembered[service] ?? null);
    const before = state.notified[service];
    if (found) state.notified[service] = found[0];
    else delete state.notified[service];
    await writeState(state, 'notified');
    if (found && found[0] !== before) await tell(service, found[1]);
  }

  /**
   * @param {State} state
   * @param {Load} load
   */
  #viewOf(state, load) {
    return viewOf(state, load, { running: this.#running, closed: this.#closed }, Date.now());
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
