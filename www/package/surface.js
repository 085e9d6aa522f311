/**
 * The calls of this package, on top of where the wasm and the wording come from. What the evidence
 * means is decided in the wasm; this module hands over bytes and carries out questions.
 *
 * @import { ChannelRequirement } from '../pkg/silicon_to_source.js'
 * @import { CheckOptions, Surface, VerifyOptions, Words } from './index.d.ts'
 */

import init, * as wasm from '../pkg/silicon_to_source.js';
import { answer, callOf, signatures, toJson } from './answers.js';
import { SealedSession } from './channel.js';
import { guarded, guardedPromise, NotEnough, NotSent, VerifyError } from './errors.js';
import { explained } from './explain.js';
import { bytesOf, filesOf, momentOf, only, VERIFY } from './input.js';
import { Plan } from './plan.js';

const CHECK = [...VERIFY, 'language', 'signal', 'fetch', 'mayAsk', 'service'];
const CONNECT = [...CHECK, 'maxAge', 'undated', 'via'];

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
  async function examined(files, options, asked) {
    return (await examination(files, options, asked)).report;
  }

  /**
   * The report, with what came of `required`.
   *
   * @param {Parameters<typeof filesOf>[0]} files
   * @param {VerifyOptions} given
   * @param {string} [asked]
   * @param {ChannelRequirement} [required]
   */
  async function examination(files, given, asked, required) {
    const { at = new Date(), artifact, trustedRoot, firmwareRoot, engine, ...more } = given;
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
    const done = await guardedPromise(() => wasm.examine(list, options, engine, required));
    const by = { counts: JSON.parse(done.signatures), agree: done.agree ?? null };
    const report = answer(done.report, by, { files: list, options });
    return { report, channel: done.channel, refused: done.refused };
  }

  /** @type {Surface['verify']} */
  async function verify(files, options = {}) {
    only(options, VERIFY, 'option');
    return examined(files, options);
  }

  /** @type {Surface['plan']} */
  async function plan(url) {
    return begun(url);
  }

  /**
   * @param {string | URL} url
   * @param {CheckOptions['service']} [service]
   */
  async function begun(url, service) {
    const session = await called(() => new wasm.Session(String(url), service));
    return new Plan(session, (beside, options, asked) => {
      only(options, VERIFY, 'option');
      return examined(beside, options, asked);
    });
  }

  /** @type {Surface['check']} */
  async function check(url, options = {}) {
    only(options, CHECK, 'option');
    return (await asked(url, options)).report;
  }

  /** @type {Surface['connect']} */
  async function connect(url, options) {
    only(options, CONNECT, 'option');
    const { maxAge, undated, via, ...asks } = options;
    const { require, language = 'en', fetch } = asks;
    if (require === undefined) {
      const why = 'The option "require" is needed: the least that has to be shown before anything is sent.';
      throw new VerifyError('usage', why);
    }
    const address = via === undefined ? undefined : String(via);
    const required = defined({ least: require, maxAge, undated, via: address });
    const { report, channel, refused } = await asked(url, asks, required);
    const words = await platform.words(language);
    if (!channel) throw new NotSent(refused ?? 'key', words, report);
    return new SealedSession({ report, channel, words, fetch, isProgram: platform.isProgram });
  }

  /**
   * Asks a service and examines what it answers, with all that may be asked for.
   *
   * @param {string | URL} url
   * @param {CheckOptions} options
   * @param {ChannelRequirement} [required]
   */
  async function asked(url, options, required) {
    const { language = 'en', signal, fetch, mayAsk, service, ...asks } = options;
    signal?.throwIfAborted();
    const { require } = asks;
    const known = require === undefined ? null : await platform.words(language);
    const session = await begun(url, service);
    const examine = () => {
      const { files, asked } = Plan.inputs(session);
      return examination(files, asks, asked, required);
    };
    const carrying = defined({ signal, fetch });
    await session.ask(session.requests, carrying);
    let done = await examine();
    const named = new Set();
    for (let round = 0; mayAsk && round < ROUNDS; round += 1) {
      const allowed = [];
      for (const request of session.further(done.report)) {
        const isReadable = request.reach === 'anyone' || platform.isProgram;
        if (!isReadable || named.has(request.url)) continue;
        named.add(request.url);
        if (await mayAsk(request)) allowed.push(request);
      }
      if (allowed.length === 0) break;
      await session.ask(allowed, carrying);
      done = await examine();
    }
    const { report } = done;
    if (known && require !== undefined && !['verified', 'warning'].includes(report.verdict.state)) {
      throw new NotEnough(report, require, explained(report, known).headline.sentence);
    }
    return done;
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
    connect,
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
