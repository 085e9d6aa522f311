/** What the verifier tells of bundles and of what is remembered. Its wasm has these types as its own. */

/** Who makes a bundle. An unknown member is an error. */
export interface BundleMaker {
  /** Hexadecimal SHA-256 of the wasm that runs, where the page knows it. It is the maker's word. */
  sha256?: string;
}

/** What `recorded` tells, as JSON. All of it is as recorded, by whoever made the bundle. */
export interface RecordedBundle {
  /** The moment that was examined for. */
  at: string;
  /** The verifier that made the bundle, as the bundle says. */
  maker: { version: string; sha256?: string };
  /** Whether the maker says that it asked a service itself. */
  session: boolean;
  /** Whether the report, made again, is the recorded one, byte for byte. */
  same: boolean;
  /** In how many places they differ. */
  count: number;
  /** The first of these places, at most 100, as JSON pointers; "" is the whole text. */
  differences: string[];
  /** Whether they differ in nothing but which verifier made them. */
  otherVerifier: boolean;
  /** The text of the report, made again. */
  report: string;
  /** The text of the report in the bundle. It is not checked unless `same` says so. */
  recorded: string;
  files: { name: string; len: number; sha256: string; url?: string }[];
  /** The name of the policy that the maker chose, or the JSON text of its policy file. */
  policy?: string;
  /** What the maker said of its own accord, which does not count when the bundle is examined as of now. */
  makersOwn: ("policy" | "trusted-root" | "artifact" | "firmware-root")[];
}

/** A value that is compared. */
export interface Compared {
  /** The claim that tells it, and after a comma its part; empty where there can be no other. */
  name: string;
  value: string;
}

/** Something that is different from what was known of a service. */
export interface Change {
  what: string;
  form: 'changed' | 'new' | 'gone';
  /** Whether it is a key, to which people and programs send secrets. */
  key: boolean;
  /** The values before and now, as far as they differ. */
  before: Compared[];
  after: Compared[];
}

/** What is remembered of a service for its reader. The verifier writes it, and is handed all of it again. */
export interface Remembered {
  /** Since when the reader knows what is known. */
  since: string;
  /** What the reader knows, as it was seen last. */
  known: { last: { at: string } };
  /** What was seen last. */
  last: { at: string; simulated: boolean };
  changes: Change[];
  /** What is not different. */
  same: string[];
}
