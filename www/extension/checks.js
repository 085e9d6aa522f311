/**
 * The checks of services: one of a service at a time, and what becomes of its result.
 *
 * @import { Choice, Kept, Result } from './extension.d.ts'
 * @import { State } from './store.js'
 * @import { Now } from './view.js'
 */

import { hostOf } from '../phrases.js';
import { isAllowed, VENDORS } from './addresses.js';
import { loadWords } from './badge.js';
import { api } from './browser.js';
import { inquire, rememberedAfter } from './inquiry.js';
import { news, tell } from './notice.js';
import { problem, resultOf, undecided } from './result.js';
import { writeKept, writeState } from './store.js';
import { nextTurn, PAUSE } from './view.js';

/** A page that begins to load may go on to another at once. */
const SETTLING = 250;

/** The alarm at which the turn of a service comes, and the one at which its result ends: with its address. */
export const ALARM = 'ask ';
export const END = 'end ';

export class Checks {
  /** @type {Map<string, { host: string, step: number, steps: number }>} */
  #running = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #soon = new Map();
  /** Services of which a reader chose otherwise while a check ran. @type {Set<string>} */
  #outdated = new Set();
  /** Services that the browser does not let the extension ask. @type {Set<string>} */
  #closed = new Set();
  #paint;

  /** @param {() => Promise<void>} paint shows what stands now */
  constructor(paint) {
    this.#paint = paint;
  }

  /** What is being done. @returns {Now} */
  get now() {
    return { running: this.#running, closed: this.#closed };
  }

  /**
   * Finds out which services the browser lets the extension ask.
   *
   * @param {string[]} services
   */
  async permit(services) {
    const allowed = await Promise.all(services.map((service) => isAllowed([service])));
    this.#closed = new Set(services.filter((_, place) => !allowed[place]));
  }

  /**
   * Checks a service as its reader chose now: what was found is no answer to that.
   *
   * @param {State} state
   * @param {string} service
   */
  async anew(state, service) {
    delete state.results[service];
    await Promise.all([writeState(state, 'results'), writeKept(service, null)]);
    if (this.#running.has(service)) this.#outdated.add(service);
    else void this.carryOut(state, service);
  }

  /**
   * Has a service checked when its turn comes, if a tab waits for that.
   *
   * @param {State} state
   * @param {string} service
   */
  settle(state, service) {
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
      void this.carryOut(state, service);
    };
    this.#soon.set(service, setTimeout(begin, SETTLING));
  }

  /**
   * @param {State} state
   * @param {string} service
   */
  async carryOut(state, service) {
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
      await this.anew(state, service);
      return;
    }
    await this.#paint();
    this.settle(state, service);
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
    if (choice.history) await this.remember(state, service, kept);
    if (choice.notify) await this.#notify(state, result);
  }

  /**
   * @param {State} state
   * @param {string} service
   * @param {Kept | null} kept
   */
  async remember(state, service, kept) {
    if (!kept?.seen) return;
    state.remembered[service] = await rememberedAfter(state.remembered[service], kept.seen);
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
}
