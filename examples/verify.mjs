/**
 * Verifies files in Node, with the same verifier as WebAssembly.
 *
 * ```sh
 * cargo site build                                       # makes target/site-node/pkg
 * node examples/verify.mjs                               # the simulated demonstration
 * node examples/verify.mjs report.bin vcek.der           # one file is the evidence, the others lie beside it
 * ```
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const { verify, version } = createRequire(import.meta.url)(
  join(root, 'target/site-node/pkg/silicon_to_source.js'),
);

const names = process.argv.slice(2);
const paths = names.length > 0 ? names : [join(root, 'target/site/demo/bundle.json')];
const files = paths.map((name) => ({ name, bytes: new Uint8Array(readFileSync(name)) }));

// Simulated vendors count under a policy that says so. Without a policy the built-in one for the
// kind of evidence is used.
const options = { at: new Date().toISOString(), ...(names.length > 0 ? {} : { policy: 'simulated' }) };

try {
  // The text is byte for byte what the library and s2s give for the same input.
  const report = JSON.parse(verify(files, options));
  console.log(`${report.subject.kind}, verifier ${version()}`);
  console.log(`headline: ${report.headline.word}${report.simulated ? ' (SIMULATED)' : ''}`);
  console.log(`state: ${report.verdict.state}, level: ${report.assurance.level}`);
  for (const link of report.links) {
    console.log(`${link.id}: ${link.state}, carried by [${link.carried_by.join(', ')}]`);
  }
  console.log(`the chain ends at ${report.ends_at.link}`);
  const exits = { verified: 0, warning: 0, failed: 1, 'not-published': 3, unknown: 3 };
  process.exitCode = exits[report.verdict.state];
} catch (error) {
  // The evidence could not be understood, which says nothing against it.
  console.error(`${error.code ?? 'error'}: ${error.message}`);
  process.exitCode = 2;
}
