/**
 * The verifier in a thread of its own, so that the page stays alive while it works and can stop it.
 * It decides; everything here is handed on as it is.
 *
 * A message is `{ id, call, args }`; the answer is `{ id, value }` or `{ id, error }`. `abort` ends
 * the question with the id that it names.
 *
 * @import { PlannedRequest, Recorded, Remembered, SignatureEngine, Source, VerifierModule, VerifyOptions } from './page.d.ts'
 */

const WASM = new URL('./pkg/silicon_to_source_bg.wasm', import.meta.url);

/** @type {Promise<VerifierModule>} what wasm-bindgen wrote; it comes while the page still has the program compiled */
const bindings = import(new URL('./pkg/silicon_to_source.js', import.meta.url).href);
// Whoever loads the verifier meets the error.
bindings.catch(() => {});

/** @type {VerifierModule} what `load` loaded; whoever calls anything else before meets an error */
let verifier;

/** @type {InstanceType<VerifierModule['Session']> | null} the session that was planned last */
let session = null;

/** @type {Map<number, AbortController>} */
const asking = new Map();

/** @type {Record<string, (id: number, ...args: any[]) => unknown>} */
const CALLS = {
  /**
   * @param {number} _id
   * @param {WebAssembly.Module | null} program
   */
  async load(_id, program) {
    verifier = await bindings;
    await verifier.default({ module_or_path: program ?? WASM });
  },

  /** The policies and services that the verifier knows. */
  known: () => ({ policies: read(() => verifier.policies()), subjects: read(() => verifier.subjects()) }),

  /**
   * @param {number} _id
   * @param {Source[]} sources
   * @param {VerifyOptions} options
   * @param {SignatureEngine} engine
   */
  async verify(_id, sources, options, engine) {
    const { report: json, signatures, agree, seen = null } = await verifier.examine(sources, options, engine);
    const { wanted } = JSON.parse(json);
    const further = read(() => verifier.further(JSON.stringify(wanted ?? [])));
    const by = { counts: JSON.parse(signatures), agree: agree ?? null };
    return { json, further, recorded: await recorded(sources), signatures: by, seen };
  },

  /**
   * What is remembered of a service after a check.
   *
   * @param {number} _id
   * @param {Remembered | null} known
   * @param {string} seen
   * @returns {Remembered}
   */
  remembered: (_id, known, seen) => JSON.parse(verifier.remembered(known ? JSON.stringify(known) : undefined, seen)),

  /**
   * @param {number} _id
   * @param {Remembered} known
   * @returns {Remembered}
   */
  noticed: (_id, known) => JSON.parse(verifier.noticed(JSON.stringify(known))),

  /**
   * One file with everything that was examined, and the report.
   *
   * @param {number} _id
   * @param {Source[]} sources
   * @param {VerifyOptions} options
   * @param {string} json the report
   */
  async bundle(_id, sources, options, json) {
    const sha256 = await program();
    return verifier.bundle(sources, options, json, sha256 === null ? {} : { sha256 });
  },

  /**
   * @param {number} _id
   * @param {string} page
   * @param {Uint8Array} bundle
   */
  audit: (_id, page, bundle) => verifier.audit(page, bundle) ?? null,

  /**
   * @param {number} _id
   * @param {Uint8Array} bytes
   */
  own: (_id, bytes) => verifier.own(bytes) ?? null,

  /**
   * @param {number} _id
   * @param {string} address
   */
  plan(_id, address) {
    session = new verifier.Session(address);
    return {
      origin: session.origin,
      nonce: session.nonce ?? null,
      first: JSON.parse(session.first()),
    };
  },

  /**
   * @param {number} _id
   * @param {string} at
   */
  begin: (_id, at) => session?.begin(at),

  /**
   * Asks one host, and writes down what came of it where a session runs.
   *
   * @param {number} id
   * @param {PlannedRequest} request
   * @param {boolean} isKept
   */
  async ask(id, request, isKept) {
    const running = new AbortController();
    asking.set(id, running);
    try {
      const text = JSON.stringify(request);
      const asked = await verifier.ask(text, running.signal);
      const told = { status: asked.status, failed: asked.failed, file: asked.file };
      if (isKept) session?.record(text, asked);
      return { ...told, ...kept(isKept) };
    } finally {
      asking.delete(id);
    }
  },
};

addEventListener('message', async ({ data: { id, call, args } }) => {
  if (call === 'abort') {
    asking.get(args[0])?.abort();
    return;
  }
  try {
    postMessage({ id, value: await CALLS[call]?.(id, ...args) });
  } catch (error) {
    postMessage({ id, error: told(error) });
  }
});

/**
 * What this process asked so far, and the same as a file.
 *
 * @param {boolean} isKept
 */
function kept(isKept) {
  const own = isKept ? session : null;
  return { asked: own?.asked() ?? null, exchange: own?.exchange() ?? null };
}

/**
 * What the bundle among `sources` recorded, or why its report cannot be made again; `null` without a
 * bundle.
 *
 * @param {Source[]} sources
 * @returns {Promise<Recorded | null>}
 */
async function recorded(sources) {
  const bundle = sources.find(({ bytes }) => verifier.own(bytes) === 'own-bundle');
  if (!bundle) return null;
  try {
    return JSON.parse((await verifier.remade(bundle.bytes)).recorded);
  } catch (error) {
    const { code, message } = told(error);
    if (!code) throw error;
    return { failed: message };
  }
}

/**
 * SHA-256 of the wasm, as this page's address serves it; `null` where it cannot be had.
 *
 * @returns {Promise<string | null>}
 */
async function program() {
  try {
    const response = await fetch(WASM, { cache: 'force-cache' });
    const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch {
    return null;
  }
}

/**
 * An error of the verifier's, which has a code; or that it came to an end, which has none.
 *
 * @param {unknown} error
 */
function told(error) {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const file = 'file' in error && typeof error.file === 'string' ? error.file : undefined;
  return { message, code, file };
}

/**
 * A list that the verifier writes; empty when there is none.
 *
 * @param {() => string} list
 * @returns {unknown[]}
 */
function read(list) {
  try {
    return JSON.parse(list());
  } catch {
    return [];
  }
}

