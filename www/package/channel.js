/**
 * Requests sealed to the key that a report binds. Whether to which key, and whether an answer opens, is
 * decided in the wasm; this module carries bytes.
 *
 * @import { Channel, SealedAnswer, SealedRequest } from '../pkg/silicon_to_source.js'
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
  #isProgram;

  /**
   * @param {{ report: Report, channel: Channel, words: Words, fetch: typeof globalThis.fetch | undefined, isProgram: boolean }} of
   */
  constructor({ report, channel, words, fetch, isProgram }) {
    this.origin = channel.origin;
    this.report = report;
    this.#isProgram = isProgram;
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
    if (!sent.has('content-type')) sent.set('content-type', 'application/json');
    for (const [name, value] of sealed.headers) sent.set(name, value);
    const answer = await (this.#fetch ?? globalThis.fetch)(url.href, {
      method,
      headers: sent,
      ...this.#carried(sealed),
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
   * A body that has to go without its length goes as a stream, where the platform can send one over any
   * connection. Browsers cannot, and send the length along.
   *
   * @param {SealedRequest} sealed
   * @returns {RequestInit}
   */
  #carried({ body, isChunked }) {
    if (!isChunked || !this.#isProgram) return { body };
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(body);
        controller.close();
      },
    });
    return /** @type {RequestInit} */ ({ body: stream, duplex: 'half' });
  }

  /**
   * @param {Response} answer
   * @param {SealedRequest} sealed
   */
  async #opened(answer, sealed) {
    const { status } = answer;
    const opening = this.#open(() => sealed.begin(new Headers(answer.headers)), status);
    if (!opening) {
      const text = (await answer.text()).slice(0, KEPT);
      throw new NotOpened('unsealed', this.#words, status, text);
    }
    const kind = opening.mediaType ?? '';
    const headers = { 'content-type': kind };
    if (kind === 'text/event-stream' && answer.body) {
      return new Response(answer.body.pipeThrough(this.#pieces(opening, status)), { status, headers });
    }
    const body = new Uint8Array(await answer.arrayBuffer());
    const pieces = [this.#open(() => opening.push(body), status), this.#open(() => opening.finish(), status)];
    return new Response(new Blob(pieces.map((piece) => new Uint8Array(piece))), { status, headers });
  }

  /**
   * Opens an answer as it comes.
   *
   * @param {SealedAnswer} opening
   * @param {number} status
   * @returns {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>}
   */
  #pieces(opening, status) {
    /** @param {TransformStreamDefaultController<Uint8Array<ArrayBuffer>>} controller @param {() => Uint8Array} call */
    const given = (controller, call) => {
      const opened = new Uint8Array(this.#open(call, status));
      if (opened.length > 0) controller.enqueue(opened);
    };
    return new TransformStream({
      transform: (piece, controller) => given(controller, () => opening.push(piece)),
      flush: (controller) => given(controller, () => opening.finish()),
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
