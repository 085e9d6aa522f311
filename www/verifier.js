/**
 * The verifier: Rust, compiled to WebAssembly, in a worker. It decides; this module only hands bytes
 * over and makes sure that whatever goes wrong on the way is never taken for an answer.
 *
 * @import { Answered, Examination, PlannedRequest, PolicyEntry, Remembered, SessionHandle, SignatureEngine, Source, SubjectEntry, VerifyOptions } from './page.d.ts'
 */

import { drawable } from './drawable.js';

/** How long one examination may take, in milliseconds. Real evidence takes less than 50. */
const LIMIT = 30_000;

const WASM = new URL('./pkg/silicon_to_source_bg.wasm', import.meta.url);

/**
 * The program, compiled while it arrives: the page asks for it before the worker runs. A worker that is given
 * none loads it itself.
 *
 * @type {Promise<WebAssembly.Module | null> | null}
 */
let program = null;

/** @type {Worker | null} */
let worker = null;

/** @type {{ policies: PolicyEntry[], subjects: SubjectEntry[] } | null} */
let known = null;

/** @type {Promise<boolean>} whether the verifier can be used, once that is known */
let loading = Promise.resolve(false);

/** @type {Promise<unknown>} the examination that was asked for last */
let examining = Promise.resolve();

/** @type {{ createScriptURL(text: string): unknown } | null} what makes the worker's address */
let policy = null;

let last = 0;

/** @typedef {{ done: (value: any) => void, failed: (error: unknown) => void }} Waiting */

/** @type {Map<number, Waiting>} */
const waiting = new Map();

/** What ended an examination that came to no answer. */
class Ended extends Error {
  /** @param {'stopped' | 'stopped-by-you' | 'too-long' | 'no-verifier'} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Loads the verifier.
 *
 * @returns {Promise<boolean>} whether it can be used.
 */
export function loadVerifier() {
  loading = (async () => {
    try {
      program ??= WebAssembly.compileStreaming(fetch(WASM)).catch(() => null);
      worker ??= started();
      await call('load', await program);
      return true;
    } catch {
      end('no-verifier');
      return false;
    }
  })();
  return loading;
}

/**
 * Asks the verifier for the policies and services that it knows, once nothing is being examined: an answer
 * does not wait for them.
 */
export async function learn() {
  await examining;
  known = await call('known').catch(() => null);
}

/** The built-in policies; none when the verifier is absent, and before `learn`. */
export function policies() {
  return known?.policies ?? [];
}

/** The services that can be chosen by name; none when the verifier is absent, and before `learn`. */
export function subjects() {
  return known?.subjects ?? [];
}

/**
 * Which file of the verifier's own these bytes are, `own-bundle`, `own-policy` or `own-report`, or
 * `null`.
 *
 * @param {Uint8Array} bytes
 * @returns {Promise<string | null>}
 */
export async function ownFile(bytes) {
  try {
    return await call('own', bytes);
  } catch {
    return null;
  }
}

/**
 * A session with the service at `address`, or why there is none.
 *
 * @param {string} address
 * @returns {Promise<SessionHandle | string>}
 */
export async function newSession(address) {
  try {
    return { ...(await call('plan', address)), asked: null, exchange: null };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Notes when the first question of the session that was planned last is sent.
 *
 * @param {string} at
 */
export async function begin(at) {
  await call('begin', at);
}

/**
 * Asks one host, with the verifier's limits.
 *
 * @param {PlannedRequest} request
 * @param {SessionHandle | null} session where what comes of it is written down
 * @param {AbortSignal} signal
 * @returns {Promise<Answered>}
 */
export async function ask(request, session, signal) {
  const id = last + 1;
  const stop = () => worker?.postMessage({ id: 0, call: 'abort', args: [id] });
  signal.addEventListener('abort', stop);
  try {
    /** @type {Answered} */
    const answered = await call('ask', request, session !== null);
    if (session) [session.asked, session.exchange] = [answered.asked, answered.exchange];
    return answered;
  } catch {
    const file = new Uint8Array();
    return { status: undefined, failed: 'aborted', file, asked: null, exchange: null };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Examines `sources`. Which of them is the evidence, the verifier chooses.
 *
 * @param {Source[]} sources
 * @param {Choices} choices
 * @param {AbortSignal} signal
 * @param {SignatureEngine} [engine]
 * @returns {Promise<Examination>}
 */
export function examine(sources, choices, signal, engine = 'webcrypto') {
  const own = examined(sources, choices, signal, engine);
  examining = own;
  return own;
}

/** @typedef {{ at: string, policy: string | null, artifact: string | null, asked: string | null }} Choices */

/**
 * @param {Source[]} sources
 * @param {Choices} choices
 * @param {AbortSignal} signal
 * @param {SignatureEngine} engine
 * @returns {Promise<Examination>}
 */
async function examined(sources, { at, policy, artifact, asked }, signal, engine) {
  if (!(await loading)) return { kind: 'unknown', reason: 'no-verifier' };
  /** @type {VerifyOptions} */
  const options = { at };
  if (policy !== null) options.policy = policy;
  if (artifact !== null) options.artifact = artifact;
  if (asked !== null) options.asked = asked;
  const stop = () => again('stopped-by-you');
  const limit = setTimeout(() => again('too-long'), LIMIT);
  signal.addEventListener('abort', stop);
  try {
    const { json, further, recorded, signatures, seen } = await call('verify', sources, options, engine);
    const report = drawable(json);
    return report
      ? { kind: 'report', report, json, further, recorded, options, signatures, seen }
      : { kind: 'unknown', reason: 'not-a-report' };
  } catch (error) {
    if (error instanceof Ended) return { kind: 'unknown', reason: error.reason };
    const { code, message, file } = /** @type {{ code?: string, message: string, file?: string }} */ (error);
    if (code) return { kind: 'unreadable', code, message, file: file ?? null };
    again('stopped');
    return { kind: 'unknown', reason: 'stopped' };
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', stop);
  }
}

/**
 * What is remembered of a service after a check.
 *
 * @param {Remembered | null} known what was remembered before
 * @param {string} seen what the check saw
 * @returns {Promise<Remembered>}
 */
export function remembered(known, seen) {
  return call('remembered', known, seen);
}

/**
 * What is remembered after the reader took notice of what changed.
 *
 * @param {Remembered} known
 * @returns {Promise<Remembered>}
 */
export function noticed(known) {
  return call('noticed', known);
}

/**
 * One file with `sources` and what they were examined with, and the report that came of it.
 *
 * @param {Source[]} sources
 * @param {VerifyOptions} options
 * @param {string} json the report
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export function bundled(sources, options, json) {
  return call('bundle', sources, options, json);
}

/**
 * An audit file with a bundle in its place; `null` when `page` is not an empty one.
 *
 * @param {string} page
 * @param {Uint8Array} bundle
 * @returns {Promise<string | null>}
 */
export function filled(page, bundle) {
  return call('audit', page, bundle);
}

/**
 * Ends the worker and begins with a new one: a verifier in the middle of its work cannot be stopped
 * otherwise.
 *
 * @param {'stopped' | 'stopped-by-you' | 'too-long'} reason
 */
function again(reason) {
  end(reason);
  loadVerifier();
}

/** @param {Ended['reason']} reason */
function end(reason) {
  worker?.terminate();
  worker = null;
  known = reason === 'no-verifier' ? null : known;
  const left = [...waiting.values()];
  waiting.clear();
  for (const { failed } of left) failed(new Ended(reason));
}

function started() {
  const own = new Worker(/** @type {string} */ (/** @type {unknown} */ (workerUrl())), { type: 'module' });
  own.addEventListener('message', ({ data: { id, value, error } }) => {
    const waited = waiting.get(id);
    waiting.delete(id);
    if (error) waited?.failed(Object.assign(new Error(error.message), error));
    else waited?.done(value);
  });
  own.addEventListener('error', (event) => {
    event.preventDefault();
    if (own === worker) end('no-verifier');
  });
  return own;
}

/** The worker's address; where the browser asks for it, as the one address that the policy allows. */
function workerUrl() {
  const url = new URL('./worker.js', import.meta.url).href;
  /** @type {{ createPolicy(name: string, rules: object): { createScriptURL(text: string): unknown } } | undefined} */
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return url;
  policy ??= types.createPolicy('s2s-worker', { createScriptURL: () => url });
  return policy.createScriptURL('');
}

/**
 * @param {string} name
 * @param {...unknown} args
 * @returns {Promise<any>}
 */
function call(name, ...args) {
  if (!worker) return Promise.reject(new Ended('no-verifier'));
  last += 1;
  const id = last;
  const { promise, resolve, reject } = Promise.withResolvers();
  waiting.set(id, { done: resolve, failed: reject });
  worker.postMessage({ id, call: name, args });
  return promise;
}

/**
 * What a bundle's report says, made again, as an examination to draw.
 *
 * @param {import('./page.d.ts').RecordedBundle} recorded
 * @returns {Examination}
 */
export function asRecorded(recorded) {
  const { at, report: json } = recorded;
  const report = drawable(json);
  return report
    ? { kind: 'report', report, json, further: [], recorded, options: { at }, signatures: null, seen: null }
    : { kind: 'unknown', reason: 'not-a-report' };
}
