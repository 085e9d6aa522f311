/**
 * The JSON of a report, member for member as `src/report` serialises it
 * (schema `silicon-to-source/report/v1`). The package has these types for programs: `tests/package`
 * holds them against the reports of the verifier, in both directions.
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
  | 'policy-root'
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
  answer: Answer;
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
    | 'policy-root'
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

/** What a reader asks first, in six rows, and the one next step. */
export interface Answer {
  rows: AnswerRow[];
  next?: NextStep;
}

export type RowId = 'machine' | 'software' | 'operator' | 'current' | 'fresh' | 'connection';

/** Whether what a reader hopes for is shown; `src/report/answer.rs` says when. */
export type RowState = 'yes' | 'caveat' | 'no' | 'open' | 'none' | 'not-asked';

export interface AnswerRow {
  id: RowId;
  state: RowState;
  /** Which sentence of `answer.rows` it is. */
  reason: string;
  /** The check by which the sentence names the maker of the root key. */
  maker?: string;
  source?: { commit: string; repository: string };
  /** The link where more is said. */
  link: LinkId;
  /** The finding that decided it. */
  check?: FindingRef;
}

export type NextStep =
  | { kind: 'file'; what: string; url: string; reveals: string; decides: string[] }
  | { kind: 'advice'; finding: FindingRef };

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
