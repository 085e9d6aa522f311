/**
 * Every library as its users' bundler makes it: one module, minified, with its wasm beside it.
 */

import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

import { build } from 'esbuild';

const HERE = import.meta.dirname;
const MODULES = join(HERE, 'node_modules');

/** The entry of each library of other people's. */
const ENTRIES = {
  'dcap-web': "export { default, js_verify } from '@phala/dcap-qvl-web';",
  'dcap-js': "export { verify } from '@phala/dcap-qvl';",
  tinfoil: "export { Verifier, verifyAttestation } from '@tinfoilsh/verifier';",
  'sigstore-browser': `
    export { AllOf, GITHUB_OIDC_ISSUER, GitHubWorkflowRepository, OIDCIssuer, SigstoreVerifier } from '@freedomofpress/sigstore-browser';
    export { default as trustedRoot } from '${MODULES}/@tinfoilsh/verifier/dist/sigstore-trusted-root.js';`,
};

/** What lies beside a module. */
const BESIDE = { 'dcap-web': ['@phala/dcap-qvl-web/dcap-qvl-web_bg.wasm'] };

/**
 * Bundles everything into a folder; a page finds library L at `L/index.js`, ours at `ours/package/index.js`.
 *
 * @param {string} npm the built package
 * @param {string} folder
 */
export async function bundled(npm, folder) {
  rmSync(folder, { recursive: true, force: true });
  const shared = { bundle: true, format: 'esm', minify: true, platform: 'browser', target: 'es2024', logLevel: 'warning' };
  for (const [name, contents] of Object.entries(ENTRIES)) {
    await build({
      ...shared,
      stdin: { contents, resolveDir: HERE, loader: 'js' },
      outfile: join(folder, name, 'index.js'),
      external: ['zlib'],
      define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    });
    for (const file of BESIDE[name] ?? []) cpSync(join(MODULES, file), join(folder, name, file.split('/').pop()));
  }
  // Its wasm is found at an address beside the module's.
  mkdirSync(join(folder, 'ours'), { recursive: true });
  cpSync(join(npm, 'lib/pkg'), join(folder, 'ours/pkg'), { recursive: true });
  await build({ ...shared, entryPoints: { index: join(npm, 'lib/package/browser.js') }, splitting: true, outdir: join(folder, 'ours/package') });
  await build({ ...shared, entryPoints: [join(HERE, 'page.js')], outfile: join(folder, 'page.js') });
}

/** @param {Uint8Array} bytes */
function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
}

/**
 * The bytes of a library that was compressed, as they are and with brotli, its JavaScript and its wasm. Ours is without the
 * sentences: `verify` does not load them.
 *
 * @param {string} folder
 * @param {string} name
 */
export function sizes(folder, name) {
  const files = name === 'ours' ? ['package', 'pkg'] : ['.'];
  const sum = { js: 0, jsBrotli: 0, wasm: 0, wasmBrotli: 0 };
  for (const part of files) {
    for (const file of readdirSync(join(folder, name, part))) {
      const path = join(folder, name, part, file);
      const isModule = file.endsWith('.js') && part !== 'pkg';
      if (isModule) {
        sum.js += statSync(path).size;
        sum.jsBrotli += statSync(`${path}.br`).size;
      } else if (file.endsWith('.wasm')) {
        sum.wasm += statSync(path).size;
        sum.wasmBrotli += statSync(`${path}.br`).size;
      }
    }
  }
  return sum;
}

/** Writes each file's brotli beside it. @param {string} folder */
export function compressed(folder) {
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || file.name.endsWith('.br')) continue;
    const path = join(file.parentPath ?? file.path, file.name);
    if (!existsSync(`${path}.br`)) writeFileSync(`${path}.br`, brotli(readFileSync(path)));
  }
}
