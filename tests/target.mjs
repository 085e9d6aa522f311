/** Where cargo builds to, for the tests that are not written in Rust. */

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** `CARGO_TARGET_DIR`, from the repository's root, as cargo reads it there. */
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');

/** Where the Rust tests write down the questions that they ask RustCrypto, with its answers. */
export const QUESTIONS = join(TARGET, 'tmp/questions');

/** The command line: the one that is named, or the one that cargo builds. */
export const CLI = resolve(process.env.SITE_CLI ?? process.env.S2S ?? join(TARGET, 'debug/s2s'));
