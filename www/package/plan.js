/**
 * A session with one service: its questions, what came of them, and its report.
 *
 * @import { PlannedRequest, Session } from '../pkg/silicon_to_source.js'
 * @import { Report } from '../report.d.ts'
 * @import { Asking, Files, Plan as Shape, VerifyOptions } from './index.d.ts'
 */

import * as wasm from '../pkg/silicon_to_source.js';
import { guarded, guardedPromise } from './errors.js';
import { momentOf } from './input.js';

/** @implements {Shape} */
export class Plan {
  #session;
  #examine;
  /** @type {Set<string>} */
  #asked = new Set();
  /** Hosts that did not answer: they are not asked again. @type {Set<string>} */
  #silent = new Set();

  /**
   * @param {Session} session
   * @param {(files: Files, options: VerifyOptions, asked: string) => Promise<Report>} examine
   */
  constructor(session, examine) {
    this.#session = session;
    this.#examine = examine;
    this.origin = session.origin;
    this.nonce = session.nonce ?? null;
    /** @type {readonly PlannedRequest[]} */
    this.requests = JSON.parse(session.first());
    session.begin(momentOf(new Date()));
  }

  /**
   * @param {readonly PlannedRequest[]} [requests]
   * @param {Asking} [asking]
   */
  async ask(requests = this.requests, { signal, fetch } = {}) {
    for (const request of requests) {
      signal?.throwIfAborted();
      if (this.#silent.has(request.host)) continue;
      await this.#carryOut(request, signal ?? new AbortController().signal, fetch);
      signal?.throwIfAborted();
    }
  }

  /**
   * @param {PlannedRequest} request
   * @param {Response | Error} came
   */
  async record(request, came) {
    await this.#carryOut(request, new AbortController().signal, async () => {
      if (came instanceof Error) throw came;
      return came;
    });
  }

  /** @param {Report} report */
  further({ wanted }) {
    /** @type {PlannedRequest[]} */
    const requests = JSON.parse(guarded(() => wasm.further(JSON.stringify(wanted))));
    return requests.filter(({ url, host }) => !this.#asked.has(url) && !this.#silent.has(host));
  }

  /**
   * @param {VerifyOptions & { beside?: Files }} [options]
   * @returns {Promise<Report>}
   */
  async verify({ beside = [], ...options } = {}) {
    const { files, asked } = Plan.inputs(this);
    return this.#examine([...files, ...(Array.isArray(beside) ? beside : [beside])], options, asked);
  }

  /**
   * What a session gives to an examination.
   *
   * @param {Plan} plan
   */
  static inputs(plan) {
    const files = [{ name: plan.origin, bytes: plan.exchange }];
    return { files, asked: guarded(() => plan.#session.asked()) };
  }

  get exchange() {
    return guarded(() => this.#session.exchange());
  }

  /**
   * @param {PlannedRequest} request
   * @param {AbortSignal} signal
   * @param {typeof globalThis.fetch | undefined} fetch
   */
  async #carryOut(request, signal, fetch) {
    const text = JSON.stringify(request);
    const asked = await guardedPromise(() => wasm.ask(text, signal, fetch && genuine(fetch)));
    this.#asked.add(request.url);
    if (asked.failed) this.#silent.add(request.host);
    guarded(() => this.#session.record(text, asked));
  }
}

/**
 * A `fetch` whose answer is this realm's own `Response`, as the wasm takes it.
 *
 * @param {typeof globalThis.fetch} fetch
 * @returns {typeof globalThis.fetch}
 */
export function genuine(fetch) {
  return async (address, options) => {
    const came = await fetch(address, options);
    if (came instanceof Response) return came;
    const { body, status, headers, redirected } = /** @type {Response} */ (came);
    // What was followed to another address is that address's answer.
    if (redirected) throw new TypeError('The answer came from another address.');
    return new Response(body, { status, headers: [...headers] });
  };
}
