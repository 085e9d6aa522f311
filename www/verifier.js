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
 * Examines `sources`: the first that is recognised as evidence, with the others beside it.
 *
 * @param {Source[]} sources
 * @param {{ at: string, policy: string | null, artifact: string | null }} options
 * @returns {{ examination: Examination, name: string }}
 *   with the name of the source that was examined.
 */
export function examine(sources, options) {
  /** @type {Array<{ name: string, examination: Examination }>} */
  const unreadable = [];
  for (const source of sources) {
    const others = sources.filter((other) => other !== source).map((other) => other.bytes);
    const examination = examineOne(source.bytes, others, options);
    if (examination.kind !== 'unreadable') return { examination, name: source.name };
    unreadable.push({ name: source.name, examination });
  }
  return merge(unreadable);
}

/**
 * @param {Uint8Array} input
 * @param {Uint8Array[]} collateral
 * @param {{ at: string, policy: string | null, artifact: string | null }} options
 * @returns {Examination}
 */
function examineOne(input, collateral, { at, policy, artifact }) {
  if (!module) return { kind: 'unknown', reason: 'no-verifier' };
  /** @type {VerifyOptions} */
  const options = { at, collateral };
  if (policy !== null) options.policy = policy;
  if (artifact !== null) options.artifact = artifact;
  let json;
  try {
    json = module.verify(input, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
      return { kind: 'unreadable', code: error.code, message: error.message };
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
      typeof report.simulated === 'boolean';
    return isDrawable ? report : null;
  } catch {
    return null;
  }
}

/**
 * @param {Array<{ name: string, examination: Examination }>} unreadable
 * @returns {{ examination: Examination, name: string }}
 */
function merge(unreadable) {
  const [first, ...rest] = unreadable;
  if (!first) return { examination: { kind: 'unknown', reason: 'not-a-report' }, name: '' };
  if (rest.length === 0 || first.examination.kind !== 'unreadable') return first;
  const message = unreadable
    .map(({ name, examination }) =>
      examination.kind === 'unreadable' ? `${name}: ${examination.message}` : name,
    )
    .join(' ');
  const names = unreadable.map(({ name }) => name).join(', ');
  return { examination: { ...first.examination, message }, name: names };
}
