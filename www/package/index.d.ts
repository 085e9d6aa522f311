/** Verifies confidential-computing evidence here, in this process. */

import type { PlannedRequest, RecordedBundle, SignatureCount, SignatureEngine } from '../pkg/silicon_to_source.js';
import type { LinkId, Report, RowId, RowState } from '../report.d.ts';

export type { PlannedRequest, SignatureCount, SignatureEngine } from '../pkg/silicon_to_source.js';
export type { Report } from '../report.d.ts';

/** Bytes as they are handed over. */
export type Bytes = ArrayBuffer | ArrayBufferView | Blob;

/** A file, with its name where it has one. */
export type Evidence =
  | Bytes
  | {
      name?: string;
      bytes: Bytes;
      /** The address, only where this process itself asked there and got these bytes as the answer. */
      url?: string | URL;
    };

/** One file or several: which is the evidence, and what the others are, the verifier decides. */
export type Files = Evidence | readonly Evidence[];

/** The least that a chain has to show. */
export type Require = 'A0' | 'A1' | 'A2' | 'A3' | 'A4' | 'A5' | 'build';

/** An unknown member is an error. */
export interface VerifyOptions {
  /** The moment to examine for: a `Date`, or RFC 3339 with an offset. Left out: now. */
  at?: Date | string | undefined;
  /** The name of a built-in policy, or the text of a policy file. Left out: the one for the kind of evidence. */
  policy?: string | undefined;
  /** The least that the chain has to show. Left out: what the policy asks for. */
  require?: Require | undefined;
  /** Whether a warning counts as an open answer. */
  denyWarnings?: boolean | undefined;
  /** What a signed build must be about: bytes, or `sha256:` (`sha512:`) and hex digits. */
  artifact?: Bytes | string | undefined;
  /** Sigstore's keys (`trusted_root.json`) in place of those that come with the verifier. */
  trustedRoot?: Bytes | undefined;
  /** Google's root certificate for endorsements of firmware; the verifier brings none. */
  firmwareRoot?: Bytes | undefined;
  /**
   * Who verifies signatures. `webcrypto`: the browser's or Node's WebCrypto, and RustCrypto, which comes with
   * the package, for what WebCrypto does not answer with yes. `rust`: RustCrypto alone. `both`: each of them;
   * `signatures` says whether they agree, and the report is RustCrypto's. Left out: `webcrypto`.
   */
  engine?: SignatureEngine | undefined;
}

/** Who answered the signatures of a report. Those between files that come with the verifier are answered by a table and not counted. */
export interface Signatures {
  /** How many different signatures of each algorithm each engine answered. */
  counts: readonly SignatureCount[];
  /** Of `both`: whether the two engines gave the same report, byte for byte. `null` where one was asked. */
  agree: boolean | null;
}

/** How hosts are asked. */
export interface Asking {
  /** Stops it. */
  signal?: AbortSignal | undefined;
  /** Asks in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
}

export interface CheckOptions extends VerifyOptions, Asking {
  /** The language of the sentence in `NotEnough`: `en`, `de`, or a wording of your own. */
  language?: string | Words | undefined;
  /**
   * How the service answers: by the contract for coordinators, or as Tinfoil's router does. Left out: as its
   * address is known to.
   */
  service?: 'contract' | 'tinfoil' | undefined;
  /**
   * Whether a further host may be asked for what the report wants, such as AMD for a chip's certificate.
   * `request.host` names it, `request.reveals` what it learns. Left out: only the service is asked.
   */
  mayAsk?: ((request: PlannedRequest) => boolean | Promise<boolean>) | undefined;
}

export interface ConnectOptions extends CheckOptions {
  /** The least that has to be shown before anything is sent. It is needed, and a build has no key. */
  require: Exclude<Require, 'build'>;
  /** For how many seconds after the first question requests may be sealed; 600 at most. Left out: 600. */
  maxAge?: number | undefined;
  /**
   * Whether evidence is enough that answers no challenge and carries no date, as Tinfoil's does, where the
   * policy accepts it as undated. Left out: it is not.
   */
  undated?: boolean | undefined;
  /** Who passes sealed requests on, in place of the service itself; only to Tinfoil. Left out: nobody. */
  via?: string | URL | undefined;
}

/** A request to be sealed. An unknown member is an error. */
export interface SealedInit {
  /** The body: the text or the bytes of a JSON request. */
  body: string | Bytes;
  /** Header fields beside it, such as `authorization`. They are not sealed, in any form of sealing. */
  headers?: HeadersInit | undefined;
  /** The only method whose body is sealed. */
  method?: 'POST' | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * A service that was checked, and that requests may be sealed to: to the key that the report binds. Address,
 * header fields, status, sizes and times are not sealed.
 */
export interface SealedSession {
  /** Where requests go, in its one spelling. */
  readonly origin: string;
  /** What was shown. */
  readonly report: Report;
  /**
   * Asks the service which key it names now, seals the body to the bound key if it is that one, sends it to
   * `path`, and gives the answer opened. An answer that comes event by event is opened event by event: that
   * the last ones were left out shows nowhere but in what they say.
   *
   * @throws {NotSent} before the request is sent: the key changed or is not named, or the check is too old.
   * @throws {NotOpened} when what came back is not sealed for this request.
   * @throws {VerifyError} when the call cannot be understood.
   */
  sealedFetch(path: string, init: SealedInit): Promise<Response>;
}

/** The wording of one language, as `silicon-to-source/wording/en.json` and `de.json` have it. */
export type Words = Record<string, unknown>;

/** What a report says, in sentences. */
export interface Explanation {
  /** A few words, the sentence with its object, and the sentence that stands between those words and the rows. */
  headline: { short: string; sentence: string; card: string };
  /** What a reader asks first, with its answers. */
  rows: { id: RowId; state: RowState; link: LinkId; question: string; answer: string }[];
  /** The one next step. */
  next: string | null;
  /** The name that the evidence gives itself, as its own words. */
  callsItself: string | null;
  level: { name: string; meaning: string };
  /** Whose key the chain begins at. */
  rootOfTrust: string;
  means: string[];
  notMeans: string[];
  links: {
    id: LinkId;
    title: string;
    /** What came of it, in a word. */
    state: string;
    sentences: string[];
    /** What to say of a link that holds and that nothing ties to the machine. */
    apart: string | null;
  }[];
  findings: {
    check: string;
    part: string | null;
    link: LinkId;
    title: string;
    /** What came of it, in a word. */
    outcome: string;
    sentence: string;
    /** What to do about it. */
    advice: string | null;
  }[];
  /** Each advice once. */
  advice: string[];
}

/** A policy that comes with the verifier. */
export interface PolicySummary {
  name: string;
  description: string;
  /** Hexadecimal SHA-256 of the policy file. */
  sha256: string;
}

/**
 * A bundle's report, made again for the bundle's own moment. All of it is as recorded: what it says of a
 * challenge and of a connection is the word of whoever made the bundle, and `toJson` and `<s2s-answer>` do
 * not take it for an answer of this process.
 */
export interface Recorded extends Omit<RecordedBundle, 'report'> {
  /** The report, made again. */
  report: Report;
  /** Its exact text. */
  json: string;
}

/** A key, or a list of keys, that comes with the verifier. */
export interface PinnedRoot {
  kind: 'certificate' | 'key' | 'key-list' | 'tuf';
  name: string;
  /** Hexadecimal SHA-256 of the certificate, key or file. */
  sha256: string;
  /** The version of a root of The Update Framework. */
  version?: number;
  /** Its last moment, RFC 3339; for a list of keys, when it was copied, where that is known. A bare key has none, nor has a certificate without an end. */
  until?: string;
  /** For a list of keys, when the newest of them begins to count. */
  newest?: string;
}

/** A session with one service, for a fetcher of your own: its questions, what came of them, its report. */
export interface Plan {
  /** The service in its one spelling. */
  readonly origin: string;
  /** The random number that the service is sent, in base64url; `null` where it takes none. */
  readonly nonce: string | null;
  /** The first questions, to be asked in this order. */
  readonly requests: readonly PlannedRequest[];
  /** Asks, with the limits that each request states. No answer is no error: it is written down. */
  ask(requests?: readonly PlannedRequest[], asking?: Asking): Promise<void>;
  /** Writes down what came of a question that you asked: the answer, or an error when there was none. */
  record(request: PlannedRequest, came: Response | Error): Promise<void>;
  /** What a report wants and this session did not ask yet. */
  further(report: Report): PlannedRequest[];
  /** The report on what came so far. */
  verify(options?: VerifyOptions & { beside?: Files }): Promise<Report>;
  /** The session as a file, which `verify` takes as a recording. */
  readonly exchange: Uint8Array;
}

/** The calls of this package. */
export interface Surface {
  /**
   * Asks a service and examines what it answers. With `require` it throws `NotEnough` when less was shown;
   * without, it gives the report whatever it says.
   *
   * @throws {NotEnough} with the report.
   * @throws {VerifyError} when the address or an option cannot be understood.
   */
  check(url: string | URL, options?: CheckOptions): Promise<Report>;
  /**
   * Asks a service, examines what it answers, and gives a session in which requests are sealed to the key
   * that the report binds: for services with the sealed mode of Darkbloom's coordinator, which was written
   * from its published sources and not tried on the running service.
   *
   * @throws {NotEnough} when less was shown than required.
   * @throws {NotSent} when enough was shown, and yet no key is bound, or the evidence is not for this check.
   * @throws {VerifyError} when the address or an option cannot be understood.
   */
  connect(url: string | URL, options: ConnectOptions): Promise<SealedSession>;
  /**
   * The report's sentences, by the same rules as the page's and the terminal's. It tells what the report
   * says, and does not check who wrote it.
   */
  explain(report: Report, language?: string | Words): Promise<Explanation>;
  /**
   * Loads the verifier ahead of the first call, from `source` where the package's own address does not
   * suit. It is never needed.
   */
  init(source?: URL | Response | BufferSource | WebAssembly.Module): Promise<void>;
  /** The questions to a service, for a fetcher of your own. Nothing is asked. */
  plan(url: string | URL): Promise<Plan>;
  /** The policies that come with the verifier. */
  policies(): Promise<PolicySummary[]>;
  /**
   * Makes the report of a bundle again, and says whether it is the recorded one.
   *
   * @throws {VerifyError} when it is no bundle, was changed, or cannot be examined.
   */
  readBundle(bundle: Bytes): Promise<Recorded>;
  /**
   * Who answered the signatures of a report. It is no part of the report, which is the same by either engine.
   *
   * @throws {TypeError} when `check` or `verify` did not give the report here.
   */
  signatures(report: Report): Signatures;
  /**
   * One file with everything that `report` was made of: files, options, moment, and the report. `verify`
   * takes it as of now, `readBundle` as recorded. `sha256` is the digest of the program that runs, if known.
   *
   * @throws {VerifyError} when the bytes were changed since, or are too many.
   * @throws {TypeError} when the report was not made in this thread.
   */
  toBundle(report: Report, maker?: { sha256?: string | undefined }): Promise<Uint8Array>;
  /** The report exactly as the verifier wrote it: the bytes that `s2s verify --json` prints. */
  toJson(report: Report): string;
  /**
   * Examines files. Evidence that is not genuine gives a report, not an error. A bundle stands for the files
   * in it, as of now; of its maker's choices only what picks among the verifier's own policies or asks for
   * more counts.
   *
   * @throws {VerifyError} when no file is evidence, or an option cannot be understood.
   */
  verify(files: Files, options?: VerifyOptions): Promise<Report>;
}

export const check: Surface['check'];
export const connect: Surface['connect'];
export const explain: Surface['explain'];
export const init: Surface['init'];
export const plan: Surface['plan'];
export const policies: Surface['policies'];
export const readBundle: Surface['readBundle'];
export const signatures: Surface['signatures'];
export const toBundle: Surface['toBundle'];
export const toJson: Surface['toJson'];
export const verify: Surface['verify'];

/** The keys that come with the verifier and that a chain can begin at, with their ends. */
export const roots: readonly PinnedRoot[];

/** The call or a file could not be understood. It says nothing against the evidence. */
export class VerifyError extends Error {
  constructor(code: string, message: string, more?: { file?: string; cause?: unknown });
  /** A stable word: `malformed`, `missing`, `too-large`, `unsupported`, `usage`, `not-loaded` or `stopped`. */
  readonly code: string;
  /** The name of the file to blame, when there is one. */
  readonly file: string | undefined;
}

/** Less was shown than was required. */
export class NotEnough extends Error {
  constructor(report: Report, required: string, sentence: string);
  /** For programs. */
  readonly code: 'not-enough';
  /** The answer. */
  readonly report: Report;
  readonly required: string;
  /** The headline of the answer, in the language that was asked for. */
  readonly sentence: string;
}

/** A request was not sealed, and so nothing of it was sent. */
export class NotSent extends Error {
  constructor(reason: string, words: Words, report: Report);
  /** For programs. */
  readonly code: 'not-sent';
  /** A stable word: `level`, `challenge`, `origin`, `key`, `age`, `changed`, `unanswered`, `weak` or `too-large`. */
  readonly reason: string;
  /** The answer to the check. */
  readonly report: Report;
}

/** What came back is no answer that was sealed for the request. */
export class NotOpened extends Error {
  constructor(reason: string, words: Words, status: number, text?: string);
  /** For programs. */
  readonly code: 'not-opened';
  /** A stable word: `form`, `other-key`, `repeated`, `too-large` or `unsealed`. */
  readonly reason: string;
  /** The status of the answer, which anybody on the way could have written. */
  readonly status: number;
  /** The beginning of an answer that is not sealed: nobody's word. */
  readonly text: string | undefined;
}
