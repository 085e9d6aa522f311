/**
 * The verifier: Rust, compiled to WebAssembly. It decides; this module only hands bytes over and
 * makes sure that whatever goes wrong on the way is never taken for an answer.
 *
 * @import { Asked, Examination, PlannedRequest, PolicyEntry, Report, SessionHandle, Source, SubjectEntry, VerifierModule, VerifyOptions, Wanted } from './report.d.ts'
 */

import { ui } from './wording.js';

const SCHEMA = 'silicon-to-source/report/v1';

/** @type {VerifierModule | null} */
let module = null;

/**
 * Loads the verifier.
 *
 * @returns {Promise<boolean>} whether it can be used.
 */
export async function loadVerifier() {
  try {
    const glue = new URL('./pkg/silicon_to_source.js', import.meta.url);
    /** @type {VerifierModule} */
    const loaded = await import(glue.href);
    await loaded.default({
      module_or_path: new URL('./pkg/silicon_to_source_bg.wasm', import.meta.url),
    });
    module = loaded;
  } catch {
    module = null;
  }
  return module !== null;
}

/** The built-in policies; none when the verifier is absent. */
export function policies() {
  if (!module) return [];
  try {
    return /** @type {PolicyEntry[]} */ (JSON.parse(module.policies()));
  } catch {
    return [];
  }
}

/** The services that can be chosen by name; none when the verifier is absent. */
export function subjects() {
  return listed(() => /** @type {SubjectEntry[]} */ (JSON.parse(module?.subjects() ?? '[]')));
}

/**
 * The questions that would decide what is open in a report; none when the verifier is absent.
 *
 * @param {Wanted[]} wanted
 */
export function further(wanted) {
  return listed(
    () => /** @type {PlannedRequest[]} */ (JSON.parse(module?.further(JSON.stringify(wanted)) ?? '[]')),
  );
}

/**
 * A session with the service at `address`, or why there is none.
 *
 * @param {string} address
 * @returns {SessionHandle | string}
 */
export function newSession(address) {
  if (!module) return ui('no-verifier.sentence');
  try {
    const session = new module.Session(address);
    return {
      origin: session.origin,
      nonce: session.nonce ?? null,
      first: JSON.parse(session.first()),
      begin: (at) => session.begin(at),
      record: (request, asked) => session.record(JSON.stringify(request), asked),
      asked: () => session.asked(),
      exchange: () => session.exchange(),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Asks one host, with the verifier's limits.
 *
 * @param {PlannedRequest} request
 * @param {AbortSignal} signal
 * @returns {Promise<Asked>}
 */
export async function ask(request, signal) {
  if (!module) throw new TypeError('the verifier is not loaded');
  return module.ask(JSON.stringify(request), signal);
}

/**
 * @template T
 * @param {() => T[]} read
 * @returns {T[]}
 */
function listed(read) {
  try {
    return read();
  } catch {
    return [];
  }
}

/**
 * Examines `sources`. Which of them is the evidence, the verifier chooses.
 *
 * @param {Source[]} sources
 * @param {{ at: string, policy: string | null, artifact: string | null, asked: string | null }} options
 * @returns {Examination}
 */
export function examine(sources, { at, policy, artifact, asked }) {
  if (!module) return { kind: 'unknown', reason: 'no-verifier' };
  /** @type {VerifyOptions} */
  const options = { at };
  if (policy !== null) options.policy = policy;
  if (artifact !== null) options.artifact = artifact;
  if (asked !== null) options.asked = asked;
  let json;
  try {
    json = module.verify(sources, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
      const file = 'file' in error && typeof error.file === 'string' ? error.file : null;
      return { kind: 'unreadable', code: error.code, message: error.message, file };
    }
    module = null;
    return { kind: 'unknown', reason: 'stopped' };
  }
  const report = parse(json);
  return report ? { kind: 'report', report, json } : { kind: 'unknown', reason: 'not-a-report' };
}

/**
 * The report in `json`, or `null` when it is not one that this page can draw.
 *
 * @param {string} json
 * @returns {Report | null}
 */
function parse(json) {
  try {
    const report = JSON.parse(json);
    const states = ['verified', 'warning', 'not-published', 'unknown', 'failed'];
    const isDrawable =
      report.schema === SCHEMA &&
      states.includes(report.verdict.state) &&
      typeof report.headline.word === 'string' &&
      Array.isArray(report.files) &&
      typeof report.simulated === 'boolean';
    return isDrawable ? report : null;
  } catch {
    return null;
  }
}
