/**
 * Requests sealed to the key that a report binds. Whether to which key, and whether an answer opens, is
 * decided in the wasm; this module carries bytes.
 *
 * @import { Channel, SealedRequest } from '../pkg/silicon_to_source.js'
 * @import { Report } from '../report.d.ts'
 * @import { SealedInit, SealedSession as Shape, Words } from './index.d.ts'
 */

import * as wasm from '../pkg/silicon_to_source.js';
import { guarded, guardedPromise, NotOpened, NotSent, VerifyError } from './errors.js';
import { bytesOf, momentOf, only } from './input.js';
import { genuine } from './plan.js';

const MEMBERS = ['body', 'headers', 'method', 'signal'];

/** How much is kept of an answer that is not sealed, in letters. */
const KEPT = 1000;

/** @implements {Shape} */
export class SealedSession {
  #channel;
  #words;
  #fetch;

  /**
   * @param {{ origin: string, report: Report, channel: Channel, words: Words, fetch: typeof globalThis.fetch | undefined }} of
   */
  constructor({ origin, report, channel, words, fetch }) {
    this.origin = origin;
    this.report = report;
    this.#channel = channel;
    this.#words = words;
    this.#fetch = fetch;
  }

  /**
   * @param {string} path
   * @param {SealedInit} init
   */
  async sealedFetch(path, init) {
    only(init, MEMBERS, 'member');
    const { body, headers = {}, method = 'POST', signal } = init;
    if (method !== 'POST') throw new VerifyError('usage', 'Only the body of a POST is sealed.');
    const url = new URL(path, this.origin);
    if (!String(path).startsWith('/') || url.origin !== this.origin) {
      throw new VerifyError('usage', `The path has to begin with one slash, and is one of ${this.origin}.`);
    }
    const request = typeof body === 'string' ? new TextEncoder().encode(body) : await bytesOf(body, 'the body');
    signal?.throwIfAborted();
    const sealed = await this.#sealed(request, signal);
    const sent = new Headers(headers);
    sent.set('content-type', sealed.mediaType);
    const answer = await (this.#fetch ?? globalThis.fetch)(url.href, {
      method,
      headers: sent,
      body: sealed.body,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      ...(signal ? { signal } : {}),
    });
    return this.#opened(answer, sealed);
  }

  /**
   * @param {Uint8Array} request
   * @param {AbortSignal | undefined} signal
   */
  async #sealed(request, signal) {
    const { question } = this.#channel;
    const stop = signal ?? new AbortController().signal;
    const asked = await guardedPromise(() => wasm.ask(question, stop, this.#fetch && genuine(this.#fetch)));
    signal?.throwIfAborted();
    try {
      return guarded(() => this.#channel.seal(asked, momentOf(new Date()), request));
    } catch (error) {
      if (error instanceof VerifyError && error.code === 'not-sent') {
        throw new NotSent(error.message, this.#words, this.report);
      }
      throw error;
    }
  }

  /**
   * @param {Response} answer
   * @param {SealedRequest} sealed
   */
  async #opened(answer, sealed) {
    const { status } = answer;
    const kind = (answer.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
    if (kind === sealed.mediaType) {
      const body = new Uint8Array(await answer.arrayBuffer());
      const opened = new Uint8Array(this.#open(() => sealed.answer(body), status));
      return new Response(opened, { status, headers: { 'content-type': 'application/json' } });
    }
    if (kind === 'text/event-stream' && answer.body) {
      const events = answer.body.pipeThrough(this.#events(sealed, status));
      return new Response(events, { status, headers: { 'content-type': kind } });
    }
    const text = (await answer.text()).slice(0, KEPT);
    throw new NotOpened('unsealed', this.#words, status, text);
  }

  /**
   * Opens events as they come.
   *
   * @param {SealedRequest} sealed
   * @param {number} status
   * @returns {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>}
   */
  #events(sealed, status) {
    return new TransformStream({
      transform: (piece, controller) => {
        const opened = new Uint8Array(this.#open(() => sealed.events(piece), status));
        if (opened.length > 0) controller.enqueue(opened);
      },
      flush: () => this.#open(() => sealed.finish(), status),
    });
  }

  /**
   * @template T
   * @param {() => T} call
   * @param {number} status
   * @returns {T}
   */
  #open(call, status) {
    try {
      return guarded(call);
    } catch (error) {
      if (error instanceof VerifyError && error.code === 'not-opened') {
        throw new NotOpened(error.message, this.#words, status);
      }
      throw error;
    }
  }
}
