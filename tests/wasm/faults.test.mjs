/**
 * Inputs that were once answered wrongly, asked of the wasm: each is answered as the README of its
 * folder says, and as the command line answers, byte for byte. The folders are in the shared
 * vectors, `faults`; a file of theirs without a row fails.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { packages } from '../packages.mjs';
import { skipped } from '../skipped.mjs';
import { agree, fromWasm, realFile, realNames, realPath, s2s, verifier } from './surface.mjs';

const MARCH_2026 = '2026-03-01T00:00:00Z';
const FEBRUARY_2026 = '2026-02-01T00:00:00Z';
const JUNE_2025 = '2025-06-25T00:00:00Z';
const NOVEMBER_2026 = '2026-11-30T00:00:00Z';
const RECORDED = '2026-11-30T03:30:30Z';

const MILAN = ['amd/milan.vcek.pem', 'amd/milan.ask.pem'];
const QUOTE = 'intel/tdx-v4-up-to-date.quote';

/** What is right to say of a genuine Milan report, and of the Azure evidence around one. */
const REAL_MACHINE = { state: 'warning', level: 'A3', headline: 'real-machine' };
/** A good record of a build, with nobody saying which artifact it should be about. */
const NO_ARTIFACT = {
  state: 'unknown',
  level: null,
  headline: 'undecided',
  because: ['sigstore.subject'],
  says: ['sigstore.signature pass', 'sigstore.library pass', 'sigstore.subject unknown not-fetched'],
};

const spelled = (name) => ({
  folder: 'spellings',
  evidence: name,
  beside: MILAN,
  at: MARCH_2026,
  ...REAL_MACHINE,
  says: ['snp.report.signature pass', 'snp.vek.signature pass'],
});
const spelledBeside = (name, beside = 'amd/milan.ask.pem') => ({
  ...spelled('amd/milan.report'),
  beside: [name, beside],
  became: { [name]: 'used' },
});
const ofIntel = (folder, beside, more) => ({ folder, evidence: QUOTE, beside, at: JUNE_2025, ...more });
const TWO = ['root.der', 'tcb.json', 'qe.json', 'tcbchain.pem'];
const SPLIT = ['tcb.json', 'qe.json', 'root.der', 'pck.der', 'signer-only.pem'];
const INTELS = { level: 'A3', headline: 'real-machine', says: ['dcap.pck-crl.revocation pass'] };
const session = (name, policy, more) => ({
  folder: 'doctored',
  evidence: name,
  policy,
  at: RECORDED,
  recorded: true,
  of: null,
  ...more,
});
/** A token that names Microsoft's service, under a key that nobody vouches for. */
const microsofts = (folder, evidence) => ({
  folder,
  evidence,
  at: '2028-08-16T00:00:00Z',
  state: 'unknown',
  level: null,
  headline: 'unknown-key',
  because: ['token.key', 'token.signature'],
  says: ['token.issuer pass', 'token.key unknown not-fetched'],
  never: ['fail'],
});
const stale = (part, because, says) => ({
  folder: 'stale-key-list',
  evidence: 'bundle.json',
  policy: `policy-without-the-${part}-authority.json`,
  at: NOVEMBER_2026,
  state: 'unknown',
  level: null,
  headline: 'undecided',
  because: [because],
  says,
  never: ['fail'],
});
const refused = (folder, name, says, never = /Google|Confidential Space/) => ({
  folder,
  evidence: name,
  at: MARCH_2026,
  refused: says,
  never,
});

/**
 * The names are of the row's folder, or of the vectors where they have a folder of their own.
 * `says`: findings as "check outcome reason"; `never`: outcomes that no finding has.
 */
const ROWS = [
  ...['evidence-v1.json', 'unwrapped-v1.json', 'wrapped-padded-v1.json'].map((evidence) => ({
    folder: 'azure-coco-envelope',
    evidence,
    at: MARCH_2026,
    ...REAL_MACHINE,
    required: [42, 42],
    says: ['azure.quote.signature pass', 'snp.report.signature pass'],
  })),
  {
    folder: 'bundle-with-root',
    evidence: 'bundle.json',
    at: NOVEMBER_2026,
    ...NO_ARTIFACT,
    says: [...NO_ARTIFACT.says, 'sigstore.bundle warn root-certificate'],
    never: ['fail'],
  },
  { folder: 'bundles-jsonl', evidence: 'two.jsonl', at: MARCH_2026, ...NO_ARTIFACT, never: ['fail'] },
  {
    folder: 'bundles-jsonl',
    evidence: 'two.jsonl',
    artifact: subject('faults/bundles-jsonl/two.jsonl'),
    at: MARCH_2026,
    state: 'verified',
    level: null,
    headline: 'build',
    says: ['github.attestations pass', 'sigstore.subject pass'],
  },
  {
    folder: 'trusted-root-jsonl',
    evidence: 'bundle.json',
    policy: withRoots(0),
    at: MARCH_2026,
    ...NO_ARTIFACT,
  },
  {
    folder: 'trusted-root-jsonl',
    evidence: 'bundle.json',
    beside: ['trusted_root.jsonl'],
    became: { 'trusted_root.jsonl': 'not-about-this' },
    at: MARCH_2026,
    ...NO_ARTIFACT,
  },
  refused('dsse-of-others', 'envelope-with-certificate.json', /DSSE envelope.+example\.com\/builder/),
  microsofts('token-of-others', 'azure-attestation.jwt'),
  refused('token-of-others', 'github-oidc.jwt', /issuer of the token.+githubusercontent\.com/),
  {
    folder: 'foreign-crl-beside-amd',
    evidence: 'amd/milan.report',
    beside: [...MILAN, 'intel-pck.crl'],
    became: { 'intel-pck.crl': 'not-about-this' },
    at: MARCH_2026,
    ...REAL_MACHINE,
  },
  ...['global.json', 'region.json'].map((evidence) => ({
    folder: 'gcb-older-global-key',
    evidence,
    at: NOVEMBER_2026,
    state: 'unknown',
    level: null,
    headline: 'undecided',
    because: ['gcb.subject'],
    says: ['gcb.signature pass', 'gcb.envelope warn not-signed', 'provenance.commit unknown blocked'],
  })),
  {
    folder: 'gpu-trailing-zero',
    evidence: 'report.bin',
    beside: ['chain.pem'],
    at: '2026-04-01T00:00:00Z',
    ...REAL_MACHINE,
    because: ['gpu.trailing'],
    says: ['gpu.trailing warn not-signed', 'gpu.signature pass'],
  },
  ofIntel('intel-split-chain', SPLIT, INTELS),
  ofIntel('intel-split-chain', [...SPLIT, 'root-only.pem'], INTELS),
  ofIntel('intel-two-of-a-kind', [...TWO, 'pck.der', 'proc.der'], {
    ...INTELS,
    became: { 'pck.der': 'used', 'proc.der': 'not-about-this' },
  }),
  ofIntel('intel-two-of-a-kind', [...TWO, 'sgx-tcb.json', 'sgx-qe.json', 'proc.der', 'pck.der'], {
    ...INTELS,
    became: {
      'tcb.json': 'used',
      'qe.json': 'used',
      'sgx-tcb.json': 'not-about-this',
      'sgx-qe.json': 'not-about-this',
    },
  }),
  ofIntel('intel-two-of-a-kind', [...TWO, 'proc.der'], {
    state: 'unknown',
    says: ['dcap.pck-crl.signature unknown not-fetched'],
    became: { 'proc.der': 'not-about-this' },
    never: ['fail'],
  }),
  ...['sha1-log.pb', 'locality-first.pb'].map((evidence) => ({
    folder: 'tpm-older-log',
    evidence,
    beside: ['tpm_ek_intermediate_2.crt', 'tpm_ek_root_1.cer'],
    became: { 'tpm_ek_intermediate_2.crt': 'used' },
    at: '2023-01-01T00:00:00Z',
    state: 'unknown',
    because: ['eventlog.replay'],
    says: ['tpm.quote.signature pass', 'tpm.quote.registers pass'],
    never: ['fail'],
  })),
  {
    folder: 'log-of-one-register',
    evidence: 'quote-report.json',
    at: '2026-01-01T00:00:00Z',
    state: 'unknown',
    level: null,
    says: [
      'eventlog.replay/rtmr3 pass',
      'eventlog.coverage/rtmr0 unknown not-published',
      'eventlog.coverage/rtmr1 unknown not-published',
      'eventlog.coverage/rtmr2 unknown not-published',
    ],
    never: ['fail'],
  },
  {
    folder: 'npm-publish-attestation',
    evidence: 'answer.json',
    artifact: digest('faults/npm-publish-attestation/artifact.sha512'),
    at: NOVEMBER_2026,
    state: 'verified',
    level: null,
    headline: 'build',
    says: [
      'sigstore.subject pass',
      'github.attestations pass',
      'github.attestations/attestation 1 unknown no-reference',
    ],
  },
  {
    folder: 'npm-publish-attestation',
    evidence: 'answer.json',
    artifact: `sha256:${'0'.repeat(64)}`,
    at: NOVEMBER_2026,
    state: 'failed',
    says: ['github.attestations fail not-listed'],
  },
  refused('sentences', 'inj-media.json', /mediaType at byte \d+ is "[^"]{1,90}\.\.\.", which/, /[^ -~]/),
  refused('sentences', 'inj-bidi.json', /mediaType at byte \d+ is "[^"]{1,160}", which/, /[^ -~]/),
  refused('sentences', 'mut-empty-pcrs', /^PCR0 is missing/, /collateral/),
  refused('sentences', 'mut-empty-cabundle', /^A certificate in cabundle is missing/i, /collateral/),
  {
    folder: 'sentences',
    evidence: 'github-null-bundle.json',
    at: NOVEMBER_2026,
    state: 'unknown',
    level: null,
    because: ['github.attestations'],
    says: ['github.attestations unknown not-fetched', 'sigstore.signature unknown blocked'],
  },
  {
    folder: 'service-td-without-migration',
    evidence: 'td-servtd.quote',
    beside: ['td-servtd.coll.json'],
    policy: 'simulated-machine',
    at: FEBRUARY_2026,
    state: 'warning',
    because: ['tdx.service-td'],
    says: ['tdx.service-td warn set', 'tdx.attributes.migratable pass'],
    never: ['fail'],
  },
  {
    folder: 'service-td-without-migration',
    evidence: 'td-servtd.quote',
    beside: ['td-servtd.coll.json'],
    policy: JSON.stringify({
      name: 'zero',
      roots: 'simulated',
      required: ['dcap.quote.signature'],
      dcap: { tdx: { 'service-td': 'deny' } },
    }),
    at: FEBRUARY_2026,
    state: 'failed',
    says: ['tdx.service-td fail set'],
  },
  {
    folder: 'service-td-without-migration',
    evidence: 'alibaba.quote',
    policy: 'tdx',
    at: MARCH_2026,
    state: 'unknown',
    says: ['tdx.service-td warn set'],
    never: ['fail'],
  },
  ...['b64url', 'b64urlnopad', 'b64nopad', '0Xhex', 'rsp1216', 'ioctl4000'].map(spelled),
  { ...spelled('extended'), beside: [] },
  spelledBeside('certtable'),
  spelledBeside('vcek.b64'),
  spelledBeside('vcek.hex'),
  spelledBeside('thim.json'),
  { ...spelled('amd/milan.report'), beside: [...MILAN, 'crl-with-text.pem'] },
  {
    folder: 'spellings',
    evidence: 'nitro-b64urlnopad',
    at: '2022-10-13T09:00:00Z',
    state: 'verified',
    level: 'A2',
    headline: 'provider',
  },
  ...['bundle-bom.json', 'bundle-utf16.json'].map((evidence) => ({
    folder: 'spellings',
    evidence,
    at: MARCH_2026,
    ...NO_ARTIFACT,
  })),
  microsofts('spellings', 'bearer'),
  microsofts('spellings', 'quoted'),
  stale('timestamp', 'sigstore.timestamp', [
    'sigstore.timestamp unknown not-fetched',
    'sigstore.library unknown blocked',
  ]),
  stale('certificate', 'sigstore.certificate.chain', [
    'sigstore.timestamp pass',
    'sigstore.certificate.chain unknown not-fetched',
  ]),
  session('ex5.json', 'simulated', {
    state: 'warning',
    level: 'A5',
    headline: 'verified',
    ends: ['commit', []],
    freshness: 'given',
    says: [
      'exchange.consistent warn recorded',
      'binding.nonce warn recorded',
      'binding.tls.connection unknown self-stated',
    ],
  }),
  session('44-nonce-short.json', 'simulated', {
    state: 'warning',
    level: 'A5',
    headline: 'verified',
    ends: ['commit', []],
    freshness: 'none',
    says: ['binding.nonce warn no-challenge', 'binding.freshness warn no-challenge'],
  }),
  session('67-other-url.json', 'simulated', {
    state: 'failed',
    level: null,
    headline: 'failed',
    ends: ['chip', ['provenance', 'commit']],
    freshness: 'none',
    says: ['exchange.consistent fail other-address'],
  }),
  session('13-strip-reference.json', 'simulated-machine', {
    ...REAL_MACHINE,
    ends: ['measurements', ['provenance', 'commit']],
    freshness: 'given',
    says: ['coordinator.image unknown not-published', 'coordinator.build unknown blocked'],
  }),
  session('n6-plus-oidc-token-wrongD.json', 'simulated', {
    state: 'failed',
    level: null,
    headline: 'failed',
    ends: ['chip', ['provenance', 'commit']],
    says: ['coordinator.other-evidence fail other-digest', 'binding.digest pass'],
  }),
  session('w2-alg-word.json', 'simulated', {
    state: 'unknown',
    level: 'A5',
    headline: 'undecided',
    says: ['binding.sealed-key unknown not-supported'],
  }),
  session('ex1.json', undefined, {
    beside: ['jwks.json'],
    at: FEBRUARY_2026,
    state: 'failed',
    level: null,
    headline: 'failed',
    root: 'unknown',
    ends: [null, []],
    says: ['token.key unknown self-stated', 'coordinator.evidence unknown self-stated'],
  }),
  {
    folder: 'doctored',
    evidence: 'google.jwt',
    beside: ['jwks.json'],
    at: FEBRUARY_2026,
    state: 'unknown',
    level: null,
    headline: 'unknown-key',
    root: 'unknown',
    name: null,
    says: ['token.key unknown self-stated'],
  },
  {
    folder: 'doctored',
    evidence: 'google.jwt',
    beside: ['jwks.json'],
    policy: pinned,
    at: FEBRUARY_2026,
    level: 'A1',
    root: 'policy-key',
    says: ['token.key pass'],
  },
  {
    folder: 'doctored',
    evidence: 'spoof.jwt',
    beside: ['spoof-jwks.json'],
    at: '2026-12-01T00:00:00Z',
    state: 'unknown',
    level: null,
    headline: 'unknown-key',
    root: 'unknown',
    name: null,
  },
  {
    folder: 'doctored',
    evidence: 'long.json',
    at: '2030-01-01T00:00:00Z',
    state: 'unknown',
    because: ['binding.freshness'],
    says: [
      'binding.tls.validity unknown self-stated',
      'binding.tls.domain unknown self-stated',
      'binding.tls.document unknown self-stated',
    ],
  },
  {
    folder: 'doctored',
    evidence: 'ds-keys20000.bin',
    beside: ['ds-keys20000.compose.json'],
    became: { 'ds-keys20000.compose.json': 'used' },
    policy: 'simulated-machine',
    at: FEBRUARY_2026,
    state: 'verified',
    level: 'A3',
    headline: 'real-machine',
  },
  // A release's attestation of a private repository, which no public log holds.
  {
    folder: 'doctored',
    evidence: 'gh-private.json',
    at: NOVEMBER_2026,
    ...NO_ARTIFACT,
    says: [...NO_ARTIFACT.says, 'sigstore.public-log warn no-public-log'],
    never: ['fail'],
  },
  {
    folder: 'doctored',
    evidence: managed('bundle.sigstore.json'),
    artifact: managed('artifact.txt'),
    policy: 'policy-key.json',
    at: NOVEMBER_2026,
    state: 'unknown',
    root: 'policy-key',
    lacks: true,
    says: ['sigstore.signature pass', 'sigstore.key pass'],
  },
  {
    folder: 'doctored',
    evidence: managed('bundle.sigstore.json'),
    artifact: managed('artifact.txt'),
    policy: () => JSON.stringify({ ...json('faults/doctored/policy-key.json'), 'least-level': 'A1' }),
    at: NOVEMBER_2026,
    headline: 'policy-key',
    root: 'policy-key',
    carried: { provenance: ['sigstore.signature'], commit: [] },
  },
];

function json(name) {
  return JSON.parse(new TextDecoder().decode(realFile(name)));
}

/** The artifact that a file names by its SHA-512 in hex. */
function digest(name) {
  return () => `sha512:${new TextDecoder().decode(realFile(name)).trim()}`;
}

/** The artifact that the first bundle, one a line, is about. */
function subject(name) {
  return () => {
    const [first] = new TextDecoder().decode(realFile(name)).split('\n');
    const { payload } = JSON.parse(first).dsseEnvelope;
    const { sha512 } = JSON.parse(Buffer.from(payload, 'base64')).subject[0].digest;
    return `sha512:${sha512}`;
  };
}

/** The built-in policy with one of the roots that lie one a line. */
function withRoots(line) {
  return () => {
    const lines = new TextDecoder().decode(realFile('faults/trusted-root-jsonl/trusted_root.jsonl'));
    const root = JSON.parse(lines.split('\n')[line]);
    return JSON.stringify({ ...shown('sigstore'), sigstore: { 'trusted-root': root } });
  };
}

/** The policy for tokens that names the key of the list by its SHA-256. */
async function pinned() {
  const [key] = json('faults/doctored/jwks.json').keys;
  const form = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const read = await crypto.subtle.importKey('jwk', key, form, true, ['verify']);
  const spki = await crypto.subtle.exportKey('spki', read);
  const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', spki)).toString('hex');
  const policy = shown('confidential-space');
  return JSON.stringify({ ...policy, token: { ...policy.token, keys: [sha256] } });
}

/** A built-in policy as it is written. */
function shown(name) {
  return JSON.parse(s2s('policy', 'show', name).stdout);
}

/** A file of the Sigstore crate's data about a key that its owner manages. */
function managed(name) {
  return () => {
    const data = join(packages().get('sigstore-verify'), 'test_data/managed-key');
    return new Uint8Array(readFileSync(join(data, name)));
  };
}

const full = (row, name) => (name.includes('/') ? name : `faults/${row.folder}/${name}`);

/** What the row hands over: bytes, and the options beside them. */
async function handed(row) {
  const bytes = typeof row.evidence === 'string' ? realFile(full(row, row.evidence)) : row.evidence();
  const collateral = (row.beside ?? []).map((name) => realFile(full(row, name)));
  let policy = typeof row.policy === 'function' ? await row.policy() : row.policy;
  if (policy?.endsWith('.json')) policy = JSON.stringify(json(full(row, policy)));
  const artifact = typeof row.artifact === 'function' ? row.artifact() : row.artifact;
  return { bytes, options: { at: row.at, collateral, policy, artifact } };
}

/** Every finding as "check outcome reason", and with its part after the check. */
function findings(report) {
  return report.links
    .flatMap((link) => link.findings)
    .flatMap(({ check, part, outcome, reason }) => {
      const rest = [outcome, reason].filter(Boolean).join(' ');
      return part ? [`${check} ${rest}`, `${check}/${part} ${rest}`] : [`${check} ${rest}`];
    });
}

/** What the report says otherwise than the row. */
function differences(row, report) {
  const { verdict, assurance, headline, ends_at: ends, flags } = report;
  const found = {
    state: verdict.state,
    level: assurance.level,
    headline: headline.word,
    of: headline.of,
    root: assurance.root_of_trust,
    name: report.subject.name,
    freshness: flags.freshness,
    required: [verdict.required, verdict.passed],
    ends: [ends.link, ends.apart],
    recorded: report.recorded_at !== undefined,
    lacks: (verdict.lacks ?? []).length > 0,
  };
  const wrong = Object.entries(found)
    .filter(([name, value]) => name in row && JSON.stringify(value) !== JSON.stringify(row[name]))
    .map(([name, value]) => `${name} is ${JSON.stringify(value)}, not ${JSON.stringify(row[name])}`);
  const because = verdict.because.map(({ check }) => check);
  wrong.push(...(row.because ?? []).filter((check) => !because.includes(check)).map((c) => `not because of ${c}, but of ${because}`));
  const own = findings(report);
  for (const said of row.says ?? []) {
    const near = own.filter((known) => known.startsWith(said.split(/[ /]/)[0]));
    if (!own.includes(said)) wrong.push(`no "${said}", but ${JSON.stringify(near)}`);
  }
  for (const outcome of row.never ?? []) {
    wrong.push(...own.filter((said) => said.split(' ').includes(outcome)).map((said) => `it says "${said}"`));
  }
  for (const [name, became] of Object.entries(row.became ?? {})) {
    const told = report.files[1 + row.beside.indexOf(name)].became;
    if (told !== became) wrong.push(`${name} is ${told}, not ${became}`);
  }
  for (const [id, carriers] of Object.entries(row.carried ?? {})) {
    const { carried_by: told } = report.links.find((link) => link.id === id);
    if (String(told) !== String(carriers)) wrong.push(`${id} is carried by ${told}`);
  }
  return wrong;
}

/** The files that the row hands over, by their names among the vectors. */
function used(row) {
  const names = [row.evidence, row.policy, ...(row.beside ?? [])];
  return names.filter((name) => typeof name === 'string').map((name) => full(row, name));
}

/** Files that rows read by a function. */
const READ_APART = ['faults/npm-publish-attestation/artifact.sha512'];

/** A session as a page would have written it: a page sees no key of a connection. */
function exchange(name) {
  const all = json(`faults/doctored/${name}`);
  for (const { outcome } of all.answers) delete outcome.tls_spki_sha256;
  return all;
}

/** What the process that asked would know, had it asked what the file says. */
function asked(name, change = {}) {
  const { origin, nonce, started_at, answers } = exchange(name);
  const own = answers.map(({ what, url }) => ({ what, url }));
  return JSON.stringify({ origin, nonce, started_at, answers: own, ...change });
}

function askedReport(name, own) {
  const files = [{ name, bytes: new TextEncoder().encode(JSON.stringify(exchange(name))) }];
  return JSON.parse(verifier.verify(files, { at: RECORDED, policy: 'simulated', asked: own }));
}

const names = realNames('faults');
if (names === null) {
  skipped('../shared is absent, so no input that was answered wrongly is asked of the wasm');
} else {
  test('every file of the faults has a row', () => {
    const known = new Set([...ROWS.flatMap(used), ...READ_APART]);
    const left = names.filter((name) => !name.endsWith('README.md') && !known.has(name));
    assert.deepEqual(left, []);
    for (const row of ROWS) assert.ok(!row.became || row.beside, row.evidence);
  });

  ROWS.forEach((row, place) => {
    const name = typeof row.evidence === 'string' ? row.evidence : row.policy;
    test(`${row.folder}, row ${place}: ${name} is answered as its README says`, async () => {
      const { bytes, options } = await handed(row);
      const report = agree(bytes, options);
      if (row.refused) {
        assert.equal(report, null, 'it is not refused');
        const { message } = fromWasm(bytes, options).error;
        assert.match(message, row.refused);
        assert.doesNotMatch(message, row.never);
        return;
      }
      assert.notEqual(report, null, fromWasm(bytes, options).error?.message);
      assert.deepEqual(differences(row, report), []);
    });
  });

  test('of several trusted roots, one a line, the command line uses the one that knows the authority', () => {
    const at = (name) => realPath(`faults/trusted-root-jsonl/${name}`);
    const args = ['verify', at('bundle.json'), '--trusted-root', at('trusted_root.jsonl'), '--json'];
    const { status, stdout } = s2s(...args, '--at', MARCH_2026);
    assert.deepEqual([status, differences(NO_ARTIFACT, JSON.parse(stdout))], [3, []]);
  });

  test('a session of this process is told as its own, and no file makes one', () => {
    const own = askedReport('ex5.json', asked('ex5.json'));
    assert.equal(own.recorded_at, undefined);
    assert.equal(own.headline.of, 'https://api.darkbloom.dev');
    assert.equal(own.flags.freshness, 'challenge');
    assert.ok(findings(own).includes('binding.nonce pass'));
    const told = findings(own).filter((said) => said.startsWith('binding.tls.connection'));
    assert.ok(told.every((said) => said.includes(' unknown ')), 'a page sees no connection');
    const recorded = askedReport('ex5.json', undefined);
    assert.equal(recorded.headline.of, null);
    assert.equal(recorded.recorded_at, '2026-11-30T03:29:55Z');
  });

  test('a nonce of four bytes is no challenge, whoever sent it', () => {
    const own = askedReport('44-nonce-short.json', asked('44-nonce-short.json'));
    assert.equal(own.flags.freshness, 'none');
    assert.ok(findings(own).includes('binding.nonce warn no-challenge'));
  });

  test('an answer of another address than was asked fails', () => {
    const { answers } = JSON.parse(asked('ex5.json'));
    for (const own of [asked('67-other-url.json'), asked('67-other-url.json', { answers })]) {
      const report = askedReport('67-other-url.json', own);
      assert.equal(report.verdict.state, 'failed');
      const consistent = findings(report).filter((said) => said.startsWith('exchange.consistent'));
      assert.ok(consistent.some((said) => said.includes(' fail ')), String(consistent));
    }
  });

  test('a session file that says something else than what this process asked fails', () => {
    const other = Buffer.alloc(32, 7).map((byte, place) => byte + place).toString('base64url');
    for (const change of [
      { origin: 'https://other.example' },
      { nonce: other },
      { started_at: '2026-11-30T03:29:56Z' },
      { answers: [] },
    ]) {
      const report = askedReport('ex5.json', asked('ex5.json', change));
      assert.equal(report.verdict.state, 'failed', JSON.stringify(change));
    }
  });
}
