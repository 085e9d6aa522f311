/** What the page's modules hand to each other, and the interface of the verifier in `crates/wasm`. */

import type { RecordedBundle } from './recorded.d.ts';
import type { Report } from './report.d.ts';

export type * from './recorded.d.ts';
export type * from './report.d.ts';

/** One of the built-in policies, as `policies()` lists them. */
export interface PolicyEntry {
  name: string;
  description: string;
  sha256: string;
}

/** The options of `verify`. */
export interface VerifyOptions {
  /** RFC 3339. */
  at: string;
  /** The name of a built-in policy, or the JSON of one; the verifier chooses when absent. */
  policy?: string;
  /** What `Session.asked()` gave, for a session of this page alone. */
  asked?: string;
  /** The digest that a signed build must be about, `sha256:` and 64 hex digits. */
  artifact?: string;
}

/**
 * Who verifies signatures: the browser's WebCrypto, and the verifier's own code for what WebCrypto does not
 * answer with yes; the verifier's own code alone; or each of them.
 */
export type SignatureEngine = 'webcrypto' | 'rust' | 'both';

/** How many different signatures of one algorithm one engine answered. */
export interface SignatureCount {
  algorithm: string;
  engine: 'webcrypto' | 'rust';
  count: number;
}

/** Who answered the signatures of a report. It is beside the report: the report is the same by either engine. */
export interface Signatures {
  counts: SignatureCount[];
  /** Of both engines: whether they gave the same report. `null` where one was asked. */
  agree: boolean | null;
}

/** One question to one host, as the verifier plans it. */
export interface PlannedRequest {
  what: string;
  url: string;
  /** The body of a POST, JSON; without it the address is asked with a GET. */
  post?: string;
  /** The host to name before it is asked. */
  host: string;
  /** What the host learns. */
  reveals: string;
  limit: number;
  timeout_ms: number;
  /** `programs`: the host lets no web page read its answer, so the page does not ask it. */
  reach: 'anyone' | 'programs';
}

/** What came of one question. */
export interface Asked {
  readonly status: number | undefined;
  readonly failed: string | undefined;
  /** The body, as a file that `verify` takes. */
  readonly file: Uint8Array;
}

/** A service that can be chosen by name. */
export interface SubjectEntry {
  id: string;
  origin: string;
}

/** A session with one service: the one that was planned last. */
export interface SessionHandle {
  origin: string;
  nonce: string | null;
  first: PlannedRequest[];
  /** What this page asked so far, as `verify` takes it. */
  asked: string | null;
  /** The exchange so far, as a file that `verify` takes. */
  exchange: Uint8Array | null;
}

/** What came of one question, with the session as it stands after it. */
export interface Answered {
  status: number | undefined;
  failed: string | undefined;
  file: Uint8Array;
  asked: string | null;
  exchange: Uint8Array | null;
}

/** What a reader started: a session to carry out, and where to say how it goes. */
export interface Inquiry {
  session: SessionHandle;
  list: import('./elements/request-list.js').RequestList;
  signal: AbortSignal;
  stop(): void;
  done(): void;
}

/** Further questions that a reader allowed. */
export interface FurtherInquiry {
  requests: PlannedRequest[];
  list: import('./elements/request-list.js').RequestList;
  signal: AbortSignal;
  done(): void;
}

/** The module that wasm-bindgen writes. */
export interface VerifierModule {
  default(options: { module_or_path: URL | WebAssembly.Module }): Promise<unknown>;
  subjects(): string;
  further(wanted: string): string;
  ask(request: string, signal: AbortSignal): Promise<Asked>;
  Session: new (address: string) => {
    readonly origin: string;
    readonly nonce: string | undefined;
    first(): string;
    begin(at: string): void;
    record(request: string, asked: Asked): void;
    asked(): string;
    exchange(): Uint8Array;
  };
  /** A report, with the text of an array of `SignatureCount`, and what `remembered` takes where there is something to remember. */
  examine(
    files: Source[],
    options: VerifyOptions,
    engine?: SignatureEngine,
  ): Promise<{ report: string; signatures: string; agree?: boolean; seen?: string }>;
  /** The text of a `Remembered`, after what `examine` saw. */
  remembered(known: string | undefined, seen: string): string;
  /** The text of a `Remembered`, after its reader took notice of what changed. */
  noticed(known: string): string;
  /** One file with everything, and the report. */
  bundle(files: Source[], options: VerifyOptions, report: string, maker: { sha256?: string }): Uint8Array;
  /** The bundle by itself, as it is saved, of a bundle or of an audit file. */
  bundleOf(bytes: Uint8Array): Uint8Array;
  /** An audit file with a bundle in it; nothing when `page` has no free place for one. */
  audit(page: string, bundle: Uint8Array): string | undefined;
  /** The text of a `RecordedBundle`, with the text of an array of `SignatureCount`. */
  remade(bytes: Uint8Array, engine?: SignatureEngine): Promise<{ recorded: string; signatures: string }>;
  policies(): string;
  /** Which file of the verifier's own these bytes are. */
  own(bytes: Uint8Array): string | undefined;
  version(): string;
}

/**
 * What came of one examination: a report with the exact JSON the verifier wrote, an input that
 * could not be read, or no answer at all.
 */
export type Examination =
  | {
      kind: 'report';
      report: Report;
      json: string;
      further: PlannedRequest[];
      /** Of the bundle among the files. */
      recorded: Recorded | null;
      /** What the files were examined with. */
      options: VerifyOptions;
      /** Who answered its signatures; `null` where that is not known any more. */
      signatures: Signatures | null;
      /** What later reports on the same service are compared by; `null` where it decides nothing. */
      seen: string | null;
    }
  | { kind: 'unreadable'; code: string; message: string; file: string | null }
  | {
      kind: 'unknown';
      reason:
        | 'no-verifier'
        | 'no-demonstration'
        | 'stopped'
        | 'stopped-by-you'
        | 'too-long'
        | 'not-a-report';
    };

/** That, or why the report cannot be made again. */
export type Recorded = RecordedBundle | { failed: string };

/** A file, a paste or the demonstration, as bytes with the name to show for it. */
export interface Source {
  name: string;
  bytes: Uint8Array;
  /** The address, only where this page asked there and got these bytes as the answer. */
  url?: string;
}

/** What a reader asks for. */
export interface Request {
  sources: Source[];
  /** RFC 3339, or `null` for the moment of the check. */
  at: string | null;
  policy: string | null;
  /** Whether the reader asked for an answer, and not only changed an option. */
  byReader: boolean;
}
