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

/** What later reports on a service are compared by. */
export interface Seen {
  /** The moment that was examined for. */
  at: string;
  level: string | null;
  policy: string;
  /** SHA-256 of the policy file. */
  policySha256: string;
  simulated: boolean;
  /** Whether nothing is published. */
  absent: boolean;
  /** By what is compared; each value is the claim, its part and the value, with a tab between. */
  values: Record<string, string[]>;
}
