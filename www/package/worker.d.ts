/** The same verifier in a worker, so that the page or the event loop goes on meanwhile. */

import type { CheckOptions, Files, VerifyOptions } from './index.d.ts';
import type { Report } from '../report.d.ts';

export { explain, NotEnough, signatures, toJson, VerifyError } from './index.js';

/** As `check` of the package. Functions cannot be sent to a worker, so it asks with the worker's own `fetch`. */
export function check(url: string | URL, options?: Omit<CheckOptions, 'fetch' | 'mayAsk'>): Promise<Report>;

/** As `verify` of the package; `signal` stops it. */
export function verify(files: Files, options?: VerifyOptions & { signal?: AbortSignal | undefined }): Promise<Report>;

/** Ends the workers that are idle. The next call starts one. */
export function close(): void;
