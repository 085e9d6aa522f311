/**
 * The sides: our package, called as its users call it, and other people's verifiers, called as their
 * README says. Runs in Node and in a browser alike.
 *
 * A side is opened once for a work: whatever its caller would keep between calls is made there. Each call
 * begins with bytes and ends with an answer, and throws if the answer is not the expected one.
 */

/**
 * @typedef {{ id: string, files: string[], at: string, policy?: string, artifact?: string }} Work
 * @typedef {Record<string, Uint8Array>} Files what was written for the works, by name
 * @typedef {() => Promise<void>} Call
 */

const ISSUER_NAME = 'GITHUB_OIDC_ISSUER';
const REPOSITORY = 'tinfoilsh/confidential-model-router';

const text = (bytes) => new TextDecoder().decode(bytes);
const json = (bytes) => JSON.parse(text(bytes));

/** @param {boolean} holds @param {string} side @param {unknown} answer */
function expect(holds, side, answer) {
  if (!holds) throw new Error(`${side} answered ${String(answer)}`);
}

/** Our package. */
function ours(lib, work, files, engine) {
  const list = work.files.map((name) => ({ name, bytes: files[name] }));
  const { at, policy, artifact } = work;
  const chosen = { at, policy, artifact, engine: engine === 'default' ? undefined : engine };
  const options = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  const call = async () => {
    const report = await lib.verify(list, options);
    expect(['verified', 'warning'].includes(report.verdict.state), 'ours', report.verdict.state);
  };
  // Which verifier this is, and who answered the signatures, as the package says it.
  call.told = async () => {
    const report = await lib.verify(list, options);
    return { verifier: report.verifier, signatures: lib.signatures(report).counts };
  };
  return call;
}

/** Intel's collateral as it comes, one JSON text: read at each call, as ours reads it. */
function dcapWeb(lib, work, files) {
  const now = BigInt(Date.parse(work.at) / 1000);
  return async () => {
    const report = lib.js_verify(files['quote.bin'], json(files['collateral.json']), now);
    expect(report.status === 'UpToDate', 'dcap-qvl-web', report.status);
  };
}

function dcapJs(lib, work, files) {
  const now = Date.parse(work.at) / 1000;
  return async () => {
    const report = lib.verify(files['quote.bin'], json(files['collateral.json']), now);
    expect(report.status === 'UpToDate', 'dcap-qvl', report.status);
  };
}

function tinfoilReport(lib, _work, files) {
  return async () => {
    const vcek = btoa(String.fromCharCode(...files['vcek.der']));
    const answer = await lib.verifyAttestation(json(files['document.json']), vcek);
    expect(answer.measurement.registers.length === 1, 'tinfoil', 'no measurement');
  };
}

function tinfoilBundle(lib, _work, files) {
  return async () => {
    const verifier = new lib.Verifier({ configRepo: REPOSITORY });
    await verifier.verifyBundle(json(files['bundle.json']));
    const document = verifier.getVerificationDocument();
    expect(document.securityVerified, 'tinfoil', JSON.stringify(document.steps));
  };
}

/** Who may have signed: a workflow of the repository. */
function signer(lib) {
  return new lib.AllOf([new lib.OIDCIssuer(lib[ISSUER_NAME]), new lib.GitHubWorkflowRepository(REPOSITORY)]);
}

/** @param {(bundle: object) => Promise<{ payload: Uint8Array }>} verified */
function sigstoreCall(work, files, verified) {
  const digest = work.artifact.split(':')[1];
  return async () => {
    const { payload } = await verified(json(files['sigstore.json']));
    const [subject] = json(payload).subject;
    expect(subject.digest.sha256 === digest, 'sigstore-browser', subject.digest.sha256);
  };
}

/** The list of keys is read once, as its README does; what it takes is left out of the calls. */
async function sigstoreBrowser(lib, work, files) {
  const verifier = new lib.SigstoreVerifier();
  await verifier.loadSigstoreRoot(lib.trustedRoot);
  const policy = signer(lib);
  return sigstoreCall(work, files, (bundle) => verifier.verifyDsse(bundle, policy));
}

/** The list of keys is read at each call, as `@tinfoilsh/verifier` does. */
function sigstoreBrowserWithKeys(lib, work, files) {
  return sigstoreCall(work, files, async (bundle) => {
    const verifier = new lib.SigstoreVerifier();
    await verifier.loadSigstoreRoot(lib.trustedRoot);
    return verifier.verifyDsse(bundle, signer(lib));
  });
}

/** The packages that `sigstore` verifies with, with the list of keys read once. */
function sigstoreJs(lib, work, files) {
  const material = lib.toTrustMaterial(lib.TrustedRoot.fromJSON(lib.trustedRoot));
  const verifier = new lib.Verifier(material, {});
  const policy = { extensions: { issuer: 'https://token.actions.githubusercontent.com' } };
  const digest = work.artifact.split(':')[1];
  return async () => {
    const bundle = lib.bundleFromJSON(json(files['sigstore.json']));
    const found = verifier.verify(lib.toSignedEntity(bundle), policy);
    const name = found.identity.subjectAlternativeName;
    expect(name.startsWith(`https://github.com/${REPOSITORY}/`), 'sigstore', name);
    const [subject] = json(bundle.content.dsseEnvelope.payload).subject;
    expect(subject.digest.sha256 === digest, 'sigstore', subject.digest.sha256);
  };
}

/**
 * By work: who can do it, our side first.
 *
 * @type {Record<string, { id: string, lib: string, open: Function, only?: 'node' }[]>}
 */
export const SIDES = {
  tdx: [
    { id: 'ours', lib: 'ours', open: ours },
    { id: '@phala/dcap-qvl-web', lib: 'dcap-web', open: dcapWeb },
    { id: '@phala/dcap-qvl', lib: 'dcap-js', open: dcapJs },
  ],
  snp: [
    { id: 'ours', lib: 'ours', open: ours },
    { id: '@tinfoilsh/verifier', lib: 'tinfoil', open: tinfoilReport },
  ],
  sigstore: [
    { id: 'ours', lib: 'ours', open: ours },
    { id: 'sigstore-browser, keys kept', lib: 'sigstore-browser', open: sigstoreBrowser },
    { id: 'sigstore-browser, keys read', lib: 'sigstore-browser', open: sigstoreBrowserWithKeys },
    { id: '@sigstore/verify', lib: 'sigstore-js', open: sigstoreJs, only: 'node' },
  ],
  chain: [
    { id: 'ours', lib: 'ours', open: ours },
    { id: '@tinfoilsh/verifier', lib: 'tinfoil', open: tinfoilBundle },
  ],
};

/** What each side checks: the works are alike, not equal. */
export const CHECKS = {
  tdx: {
    ours: "Quote, QE report and attestation key; PCK chain and both revocation lists to Intel's root; signatures, validity and signers of TCB info and QE identity; TCB level of platform, TDX module and QE; attributes, XFAM and debug bits against the built-in policy `tdx`; the report with every finding.",
    '@phala/dcap-qvl-web': 'Quote, QE report and attestation key; PCK chain and both revocation lists to its root; signatures and validity of TCB info and QE identity; TCB level; debug and reserved attribute bits; the quote\'s body.',
    '@phala/dcap-qvl': 'As its wasm, in plain JavaScript.',
  },
  snp: {
    ours: "The report's signature; VCEK, ASK and ARK (pinned) with validity; TCB, chip id and product against the certificate; guest policy, VMPL, platform and least versions against the built-in policy `snp`; the report with every finding.",
    '@tinfoilsh/verifier': "The report's signature; VCEK, ASK and ARK (built in), the ARK's signature of itself too; TCB and chip id against the certificate; guest policy, VMPL and least versions. Genoa only, for the present moment.",
  },
  sigstore: {
    ours: 'The compiled-in TUF root and list of keys; Fulcio chain, SCT, Rekor promise, inclusion proof and checkpoint, the entry against the envelope, timestamps; the signature; the subject against the given digest; issuer, runner, trigger, repository and commit against the built-in policy `sigstore`; both our own reading and the crate sigstore-verify, which have to agree; the report with every finding.',
    'sigstore-browser, keys kept': 'Fulcio chain, SCT, Rekor promise, inclusion proof and checkpoint, the entry against the envelope; the signature; issuer and repository. The list of keys is read before the first call and not counted; the bench compares the subject.',
    'sigstore-browser, keys read': 'The same, with the list of keys read at each call.',
    '@sigstore/verify': 'Fulcio chain, SCT, Rekor promise, inclusion proof and checkpoint, the entry against the envelope; the signature; the issuer. The list of keys is read before the first call; the bench compares repository and subject. Uses Node\'s OpenSSL.',
  },
  chain: {
    ours: 'All of SNP report + chain and of the Sigstore bundle; the measurement against the signed one; the certificate of the connection against the report; the repository, its tag and its commit against the built-in policy `tinfoil`; the report with every finding.',
    '@tinfoilsh/verifier': 'All of its SNP report + chain; the Sigstore bundle with its list of keys read at each call; the measurement against the signed one; the HPKE key and the hash in the certificate; repository and tag.',
  },
};
