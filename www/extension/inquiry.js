/**
 * One check of a service: the verifier's own plan, carried out by this extension. It decides whom to
 * ask and what the answers mean; this module keeps to the hosts that the reader allowed, and counts.
 *
 * @import { Remembered } from '../page.d.ts'
 * @import { AskedHost, KeyRead, Kept, Vendor } from './extension.d.ts'
 */

import { toBase64 } from '../bytes.js';
import init, * as verifier from '../pkg/silicon_to_source.js';
import { DAY } from '../moments.js';
import { VerifyError } from '../package/errors.js';
import { momentOf } from '../package/input.js';
import { Plan } from '../package/plan.js';
import { hostsOf } from './addresses.js';
import { OwnConnection } from './connection.js';

/** How often more is asked for what a report wants, at most. */
const ROUNDS = 4;

/** @type {Promise<unknown> | null} */
let loading = null;

/** Loads the verifier, once. */
async function load() {
  const url = new URL('../pkg/silicon_to_source_bg.wasm', import.meta.url);
  loading ??= init({ module_or_path: fetch(url) });
  try {
    await loading;
  } catch (cause) {
    loading = null;
    throw new VerifyError('not-loaded', 'The verifier could not be loaded.', { cause });
  }
}

/**
 * What was asked, by host, and which key was met.
 *
 * @typedef {{ kept: Kept, asked: AskedHost[], key: KeyRead, ends: (begun: number) => Promise<number> }} Outcome
 */

/**
 * @param {string} service
 * @param {{ vendors: readonly Vendor[], policy: string | null }} choice
 * @param {(host: string, step: number, steps: number) => void} onStep
 * @returns {Promise<Outcome>}
 */
export async function inquire(service, { vendors, policy }, onStep) {
  await load();
  const session = new verifier.Session(service);
  const connection = new OwnConnection(service);
  const own = new URL(session.origin).host;
  const allowed = new Set([own, ...hostsOf(vendors)]);
  /** @type {Map<string, number>} */
  const counted = new Map();
  let isAnswered = false;
  let [step, steps] = [0, JSON.parse(session.first()).length + 1];
  /** @type {string | null} */
  let json = null;
  /** @type {string | null} */
  let seen = null;

  /** @type {typeof globalThis.fetch} */
  const asking = (address, options) => {
    const { host } = new URL(String(address));
    if (!allowed.has(host)) return Promise.reject(new TypeError(`${host} is not to be asked`));
    counted.set(host, (counted.get(host) ?? 0) + 1);
    step += 1;
    onStep(host, step, steps);
    return fetch(address, options).then((answer) => {
      if (host === own) isAnswered = true;
      return answer;
    });
  };
  const told = telling(session, connection);
  const examine = (/** @type {number} */ at) => {
    const options = { at: momentOf(new Date(at)), asked: session.asked(), ...(policy === null ? {} : { policy }) };
    return verifier.examine([{ name: session.origin, bytes: session.exchange() }], options);
  };
  /** @type {(at: number) => Promise<string>} */
  const examined = async (at) => (await examine(at)).report;
  const plan = new Plan(told, async () => {
    ({ report: json, seen = null } = await examine(Date.now()));
    return JSON.parse(json);
  });
  /** @type {Kept['problem']} */
  let problem = null;
  try {
    await plan.ask(plan.requests, { fetch: asking });
    let report = await plan.verify();
    for (let round = 0; round < ROUNDS; round += 1) {
      const further = plan.further(report).filter(({ host }) => allowed.has(host));
      if (further.length === 0) break;
      steps += further.length;
      await plan.ask(further, { fetch: asking });
      report = await plan.verify();
    }
  } catch (error) {
    [json, seen] = [null, null];
    problem = problemOf(error);
  } finally {
    connection.close();
  }
  const isKeyed = isAnswered && session.origin.startsWith('https:');
  const kept = { json, seen, problem, exchange: toBase64(session.exchange()), asked: session.asked(), policy };
  return {
    kept,
    asked: [...counted].map(([host, count]) => ({ host, count })),
    key: connection.isTold ? 'read' : isKeyed ? 'untold' : 'none',
    ends: (begun) => lasting(json, examined, begun),
  };
}

/**
 * What is remembered of a service after a check.
 *
 * @param {Remembered | undefined} known what was remembered before
 * @param {string} seen what the check saw
 * @returns {Promise<Remembered>}
 */
export async function rememberedAfter(known, seen) {
  await load();
  return JSON.parse(verifier.remembered(known && JSON.stringify(known), seen));
}

/**
 * What is remembered after the reader took notice of what changed.
 *
 * @param {Remembered} known
 * @returns {Promise<Remembered>}
 */
export async function noticedIn(known) {
  await load();
  return JSON.parse(verifier.noticed(JSON.stringify(known)));
}

/**
 * The session, which is told the key of the connection along with each answer.
 *
 * @param {verifier.Session} session
 * @param {OwnConnection} connection
 * @returns {verifier.Session}
 */
function telling(session, connection) {
  return {
    origin: session.origin,
    nonce: session.nonce,
    first: () => session.first(),
    begin: (at) => session.begin(at),
    record: (request, asked) => session.record(request, asked, connection.key(JSON.parse(request).url)),
    asked: () => session.asked(),
    exchange: () => session.exchange(),
  };
}

const MINUTE = 60 * 1000;
const HOLDING = ['verified', 'warning'];

/**
 * Until when the verifier accepts the same evidence: a day, or less where a file of the maker's ends
 * before. The verifier is asked about later moments; nothing is read out of the evidence here.
 *
 * @param {string | null} json
 * @param {(at: number) => Promise<string>} examined
 * @param {number} begun
 */
async function lasting(json, examined, begun) {
  const holds = (/** @type {string} */ text) => HOLDING.includes(JSON.parse(text).verdict.state);
  if (json === null || !holds(json) || holds(await examined(begun + DAY))) return begun + DAY;
  let [good, bad] = [begun, begun + DAY];
  while (bad - good > MINUTE) {
    const middle = Math.floor((good + bad) / 2);
    if (holds(await examined(middle))) good = middle;
    else bad = middle;
  }
  return good;
}

/** @param {unknown} error */
function problemOf(error) {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'stopped';
  return { code, message };
}
