/** The module that wasm-bindgen writes, as far as the extension and the package's modules use it. */

declare module '*/pkg/silicon_to_source.js' {
  export type PlannedRequest = import('../page.d.ts').PlannedRequest;
  export type VerifyFile = import('../page.d.ts').Source;
  export type VerifyOptions = import('../page.d.ts').VerifyOptions;

  export class Asked {
    readonly status: number | undefined;
    readonly failed: string | undefined;
    readonly file: Uint8Array;
  }

  export class Session {
    constructor(address: string);
    readonly origin: string;
    readonly nonce: string | undefined;
    first(): string;
    begin(at: string): void;
    record(request: string, asked: Asked, key?: Uint8Array): void;
    asked(): string;
    exchange(): Uint8Array;
  }

  export function ask(request: string, signal: AbortSignal, fetch?: typeof globalThis.fetch): Promise<Asked>;
  export function further(wanted: string): string;
  export function policies(): string;
  export function subjects(): string;
  export const examine: import('../page.d.ts').VerifierModule['examine'];
  export const remembered: import('../page.d.ts').VerifierModule['remembered'];
  export const noticed: import('../page.d.ts').VerifierModule['noticed'];
  export default function init(options: { module_or_path: unknown }): Promise<unknown>;
}
