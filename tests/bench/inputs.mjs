/**
 * What every side is given: the same bytes to all of them. Real evidence where `../shared/vectors` lies
 * beside the repository; else simulated, which other people's verifiers refuse.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * A work: one question that each side answers.
 *
 * @typedef {object} Work
 * @property {string} id
 * @property {string} name
 * @property {string} about what the input is
 * @property {string[]} files the files for our side, the evidence first
 * @property {string} at the moment to examine for
 * @property {string | undefined} policy a built-in policy of ours; left out: the one for the kind
 * @property {string | undefined} artifact what a signed build has to be about
 */

/** The repository whose releases the Tinfoil bundle is about. */
export const REPOSITORY = 'tinfoilsh/confidential-model-router';

/**
 * Writes the inputs into a folder, each file once, and says what they are.
 *
 * @param {string} root the repository
 * @param {string} folder
 * @returns {{ real: boolean, works: Work[] }}
 */
export function written(root, folder) {
  mkdirSync(folder, { recursive: true });
  /** @param {string} name @param {string | Uint8Array} bytes */
  const put = (name, bytes) => {
    writeFileSync(join(folder, name), bytes);
    return name;
  };
  const vectors = join(root, '../shared/vectors');
  const real = existsSync(join(vectors, 'tinfoil/attestation-bundle.json'));
  const works = real ? realWorks(vectors, put) : simulatedWorks(join(root, 'target/site/demo'), put);
  for (const [name, file] of [['ark.der', 'ark-genoa.der'], ['ask.der', 'ask-genoa.der']]) {
    put(name, readFileSync(join(root, 'src/pki/amd', file)));
  }
  const list = works.map((work) => ({ ...work, real, now: Date.parse(work.at) / 1000 }));
  put('works.json', JSON.stringify(list, null, 1));
  return { real, works };
}

/** @param {string} vectors @param {(name: string, bytes: string | Uint8Array) => string} put */
function realWorks(vectors, put) {
  const text = readFileSync(join(vectors, 'tinfoil/attestation-bundle.json'));
  const bundle = JSON.parse(text.toString());
  put('bundle.json', text);
  put('document.json', JSON.stringify(bundle.enclaveAttestationReport));
  put('report.bin', gunzipSync(Buffer.from(bundle.enclaveAttestationReport.body, 'base64')));
  put('vcek.der', Buffer.from(bundle.vcek, 'base64'));
  put('sigstore.json', JSON.stringify(bundle.sigstoreBundle));
  for (const [name, file] of [['quote.bin', 'quote'], ['collateral.json', 'collateral.json']]) {
    put(name, readFileSync(join(vectors, `intel/tdx-v4-up-to-date.${file}`)));
  }
  return [
    {
      id: 'tdx',
      name: 'TDX quote + collateral',
      about: 'a TDX v4 quote of 2025 with the collateral of that day',
      files: ['quote.bin', 'collateral.json'],
      at: '2025-07-01T00:00:00Z',
    },
    {
      id: 'snp',
      name: 'SNP report + chain',
      about: "the attestation document of Tinfoil's router (gzip in base64 in JSON) and its VCEK, Genoa",
      files: ['document.json', 'vcek.der'],
      at: '2026-03-01T00:00:00Z',
    },
    {
      id: 'sigstore',
      name: 'Sigstore bundle',
      about: 'the signed build of the router, a v0.3 bundle with a DSSE envelope',
      files: ['sigstore.json'],
      at: '2026-03-01T00:00:00Z',
      artifact: `sha256:${bundle.digest}`,
    },
    {
      id: 'chain',
      name: 'whole chain (Tinfoil bundle)',
      about: 'the same report, chain and build with the certificate of the connection, in one file',
      files: ['bundle.json'],
      at: '2026-03-01T00:00:00Z',
    },
  ];
}

/** @param {string} demo @param {(name: string, bytes: string | Uint8Array) => string} put */
function simulatedWorks(demo, put) {
  const bundle = readFileSync(join(demo, 'bundle.json'));
  const parts = JSON.parse(bundle.toString());
  put('bundle.json', bundle);
  put('document.json', JSON.stringify(parts.enclaveAttestationReport));
  put('vcek.der', Buffer.from(parts.vcek, 'base64'));
  put('quote.bin', readFileSync(join(demo, 'tdx-quote.bin')));
  put('collateral.json', readFileSync(join(demo, 'tdx-collateral.json')));
  const machine = { policy: 'simulated-machine' };
  return [
    {
      id: 'tdx',
      name: 'TDX quote + collateral',
      about: 'a SIMULATED quote with its collateral',
      files: ['quote.bin', 'collateral.json'],
      at: '2030-01-01T00:00:00Z',
      ...machine,
    },
    {
      id: 'snp',
      name: 'SNP report + chain',
      about: 'a SIMULATED report and its VCEK',
      files: ['document.json', 'vcek.der'],
      at: '2026-06-01T00:00:00Z',
      ...machine,
    },
    {
      id: 'chain',
      name: 'whole chain (Tinfoil bundle)',
      about: 'the SIMULATED demonstration of the page',
      files: ['bundle.json'],
      at: '2026-06-01T00:00:00Z',
      policy: 'simulated',
    },
  ];
}
