/**
 * The JSON of a report, member for member as `src/report` serialises it
 * (schema `silicon-to-source/report/v1`), and the interface of the verifier in `crates/wasm/src/lib.rs`.
 */

export type State = 'verified' | 'warning' | 'not-published' | 'unknown' | 'failed';

/** What the page can show: a state of the report, or that the check is still running. */
export type ShownState = State | 'checking';

export type LinkId =
  | 'hardware-root'
  | 'chip'
  | 'report'
  | 'tcb'
  | 'measurements'
  | 'image'
  | 'provenance'
  | 'commit'
  | 'key-binding';

export type Weight = 'required' | 'advisory';

export type RootOfTrust =
  | 'cpu-vendor'
  | 'cloud-provider'
  | 'statement'
  | 'policy-key'
  | 'build-only'
  | 'nothing'
  | 'unknown';

/** A value is typed and already text: 64-bit numbers do not survive JavaScript. */
export type Value = { hex: string } | { number: string } | { text: string } | { time: string };

export interface Report {
  schema: 'silicon-to-source/report/v1';
  subject: { kind: string; name: string | null; sha256: string; len: number };
  /** RFC 3339 in UTC. */
  checked_at: string;
  policy: { name: string; sha256: string };
  verifier: { name: string; version: string; source_sha256: string };
  /** Every file that was handed over, in order, then what came along inside a session file. */
  files: Filed[];
  /** When somebody recorded the session; absent when this process asked, or when there was none. */
  recorded_at?: string;
  simulated: boolean;
  headline: Headline;
  verdict: {
    state: State;
    because: FindingRef[];
    required: number;
    passed: number;
    /** What keeps an answer without an open check from counting. */
    lacks?: string[];
  };
  assurance: { level: Level | null; root_of_trust: RootOfTrust; except: string[] };
  ends_at: { link: LinkId | null; next: LinkId | null; state: State | null; apart: LinkId[] };
  flags: {
    key: 'bound' | 'not-shown';
    custody: 'kms-derived' | 'not-stated' | 'operator-provisioned' | 'tee-generated';
    freshness: 'challenge' | 'given' | 'cached' | 'none';
    debug: 'on' | 'off' | 'unknown';
    overrides: 'present' | 'none' | 'not-shown';
  };
  links: Link[];
  not_checked: NotChecked[];
  claims: Claim[];
  stated: Stated[];
  wanted: Wanted[];
  evidence: EvidenceItem[];
}

export type Level = 'A0' | 'A1' | 'A2' | 'A3' | 'A4' | 'A5';

/** The answer in one line. */
export interface Headline {
  word:
    | 'verified'
    | 'verified-image'
    | 'real-machine'
    | 'provider'
    | 'policy-key'
    | 'statement'
    | 'build'
    | 'failed'
    | 'not-published'
    | 'no-answer'
    | 'unknown-key'
    | 'undecided';
  /** The address that was asked. */
  of: string | null;
  caveat?: FindingRef;
}

/** A file that was handed over, with what became of it. */
export interface Filed {
  name: string;
  sha256: string;
  len: number;
  /** What it is. */
  what: string;
  became: 'evidence' | 'used' | 'not-about-this' | 'unreadable' | 'not-known';
}

export interface FindingRef {
  check: string;
  part: string | null;
}

export interface Link {
  id: LinkId;
  state: State;
  undermined_by?: LinkId;
  /** The checks that hold and by which it holds. */
  carried_by: string[];
  /** Checks that hold and say something more about it. */
  told_by: string[];
  /** The check that ties it to the link before. */
  joined_by?: string;
  findings: LinkFinding[];
  evidence: string[];
}

export interface LinkFinding {
  check: string;
  part?: string;
  step: string;
  weight: Weight;
  outcome: 'pass' | 'warn' | 'allowed' | 'unknown' | 'fail';
  reason?: string;
  blocked_by?: string;
  expected?: Value;
  actual?: Value;
  at?: { evidence: string; start: number; len: number };
  basis: string;
}

export interface NotChecked {
  check: string;
  part?: string;
  why: string;
  weight: Weight;
}

export interface Claim {
  name: string;
  value: Value;
  link: LinkId;
  part?: string;
}

/** What the subject says about itself, beside what the chain derived. */
export interface Stated {
  name: string;
  said: Value;
  source: string;
  shown: Value | null;
  link: LinkId;
  standing: 'agrees' | 'contradicts' | 'not-shown';
}

export interface Wanted {
  what: string;
  url: string;
  decides: string[];
  reveals: string;
}

export interface EvidenceItem {
  id: string;
  kind: string;
  link: LinkId;
  sha256: string;
  len: number;
  base64: string;
  fields: Field[];
}

export interface Field {
  name: string;
  start: number;
  len: number;
  value: Value;
  basis: string;
}

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

/** A session with one service. */
export interface SessionHandle {
  origin: string;
  nonce: string | null;
  first: PlannedRequest[];
  /** Notes when the first question is sent, RFC 3339. */
  begin(at: string): void;
  record(request: PlannedRequest, asked: Asked): void;
  /** What this page asked so far, as `verify` takes it. */
  asked(): string;
  /** The exchange so far, as a file that `verify` takes. */
  exchange(): Uint8Array;
}

/** What a reader started: a session to carry out, and where to say how it goes. */
export interface Inquiry {
  session: SessionHandle;
  list: import('./elements/request-list.js').RequestList;
  signal: AbortSignal;
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
  default(options: { module_or_path: URL }): Promise<unknown>;
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
  verify(files: Source[], options: VerifyOptions): string;
  policies(): string;
  version(): string;
}

/**
 * What came of one examination: a report with the exact JSON the verifier wrote, an input that
 * could not be read, or no answer at all.
 */
export type Examination =
  | { kind: 'report'; report: Report; json: string }
  | { kind: 'unreadable'; code: string; message: string; file: string | null }
  | { kind: 'unknown'; reason: 'no-verifier' | 'no-demonstration' | 'stopped' | 'not-a-report' };

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
