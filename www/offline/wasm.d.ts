/** What wasm-bindgen writes, as the bundler finds it beside the built site. */
declare module '*/pkg/silicon_to_source.js' {
  type Verifier = import('../page.d.ts').VerifierModule;
  const init: (options: { module_or_path: BufferSource }) => Promise<unknown>;
  export default init;
  export const bundle: Verifier['bundle'];
  export const bundleOf: Verifier['bundleOf'];
  export const own: Verifier['own'];
  export const policies: Verifier['policies'];
  export const remade: Verifier['remade'];
  export const examine: Verifier['examine'];
}
