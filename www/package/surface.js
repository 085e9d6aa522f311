/**
 * The calls of this package, on top of where the wasm and the wording come from. What the evidence
 * means is decided in the wasm; this module hands over bytes and carries out questions.
 *
 * @import { Surface, VerifyOptions, Words } from './index.d.ts'
 */

import init, * as wasm from '../pkg/silicon_to_source.js';
import { answer, callOf, signatures, toJson } from './answers.js';
import { guarded, guardedPromise, NotEnough, VerifyError } from './errors.js';
import { explained } from './explain.js';
import { bytesOf, filesOf, momentOf, only, VERIFY } from './input.js';
import { Plan } from './plan.js';

const CHECK = [...VERIFY, 'language', 'signal', 'fetch', 'mayAsk'];

/** How often more is asked for what a report wants, at most. */
const ROUNDS = 4;

/**
 * What differs from one environment to the next.
 *
 * @typedef {object} Platform
 * @property {() => Promise<Parameters<typeof init>[0]>} wasm the verifier, in a form that wasm-bindgen loads
 * @property {(language: string | Words) => Promise<Words>} words the sentences of a language
 * @property {boolean} isProgram whether hosts that let no web page read their answers can be asked
 */

/**
 * @param {Platform} platform
 * @returns {Surface}
 */
export function surface(platform) {
  /** @type {Promise<unknown> | null} */
  let loading = null;

  /** @type {Surface['init']} */
  async function load(source) {
    loading ??= Promise.resolve(source ?? platform.wasm()).then((found) => init({ module_or_path: found }));
    try {
      await loading;
    } catch (cause) {
      loading = null;
      throw new VerifyError('not-loaded', 'The verifier could not be loaded.', { cause });
    }
  }

  /**
   * What a call of the wasm gives, once it is there.
   *
   * @template T
   * @param {() => T} call
   */
  async function called(call) {
    await load();
    return guarded(call);
  }

  /**
   * @param {Parameters<typeof filesOf>[0]} files
   * @param {VerifyOptions} options
   * @param {string} [asked] what a session of this process asked
   */
  async function examined(files, { at = new Date(), artifact, trustedRoot, firmwareRoot, engine, ...more }, asked) {
    const list = await filesOf(files);
    /** @type {Parameters<typeof wasm.verify>[1]} */
    const options = { ...defined(more), at: momentOf(at) };
    if (artifact !== undefined) {
      options.artifact = typeof artifact === 'string' ? artifact : await bytesOf(artifact, 'the artifact');
    }
    if (trustedRoot !== undefined) options.trustedRoot = await bytesOf(trustedRoot, 'the trusted root');
    if (firmwareRoot !== undefined) options.firmwareRoot = await bytesOf(firmwareRoot, 'the root for firmware');
    if (asked !== undefined) options.asked = asked;
    await load();
    const { report, signatures: counts, agree } = await guardedPromise(() => wasm.examine(list, options, engine));
    return answer(report, { counts: JSON.parse(counts), agree: agree ?? null }, { files: list, options });
  }

  /** @type {Surface['verify']} */
  async function verify(files, options = {}) {
    only(options, VERIFY, 'option');
    return examined(files, options);
  }

  /** @type {Surface['plan']} */
  async function plan(url) {
    const session = await called(() => new wasm.Session(String(url)));
    return new Plan(session, (beside, options, asked) => {
      only(options, VERIFY, 'option');
      return examined(beside, options, asked);
    });
  }

  /** @type {Surface['check']} */
  async function check(url, options = {}) {
    only(options, CHECK, 'option');
    const { language = 'en', signal, fetch, mayAsk, ...asks } = options;
    signal?.throwIfAborted();
    const { require } = asks;
    const known = require === undefined ? null : await platform.words(language);
    const session = await plan(url);
    const carrying = defined({ signal, fetch });
    await session.ask(session.requests, carrying);
    let report = await session.verify(asks);
    const named = new Set();
    for (let round = 0; mayAsk && round < ROUNDS; round += 1) {
      const allowed = [];
      for (const request of session.further(report)) {
        const isReadable = request.reach === 'anyone' || platform.isProgram;
        if (!isReadable || named.has(request.url)) continue;
        named.add(request.url);
        if (await mayAsk(request)) allowed.push(request);
      }
      if (allowed.length === 0) break;
      await session.ask(allowed, carrying);
      report = await session.verify(asks);
    }
    if (known && require !== undefined && !['verified', 'warning'].includes(report.verdict.state)) {
      throw new NotEnough(report, require, explained(report, known).headline.sentence);
    }
    return report;
  }

  /** @type {Surface['toBundle']} */
  async function toBundle(report, maker = {}) {
    only(maker, ['sha256'], 'member');
    const { files, options } = callOf(report);
    return called(() => wasm.bundle(files, options, toJson(report), defined(maker)));
  }

  /** @type {Surface['readBundle']} */
  async function readBundle(bundle) {
    const bytes = await bytesOf(bundle, 'the bundle');
    await load();
    const { recorded } = await guardedPromise(() => wasm.remade(bytes, undefined));
    const { report: json, ...told } = JSON.parse(recorded);
    return { ...told, json, report: JSON.parse(json) };
  }

  return {
    check,
    explain: async (report, language = 'en') => explained(report, await platform.words(language)),
    init: load,
    plan,
    policies: async () => JSON.parse(await called(wasm.policies)),
    readBundle,
    signatures,
    toBundle,
    toJson,
    verify,
  };
}

/**
 * The members that are there.
 *
 * @template {object} T
 * @param {T} members
 * @returns {{ [K in keyof T]: Exclude<T[K], undefined> }}
 */
function defined(members) {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return /** @type {{ [K in keyof T]: Exclude<T[K], undefined> }} */ (Object.fromEntries(entries));
}
