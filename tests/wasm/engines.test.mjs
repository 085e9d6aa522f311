/**
 * `examine` says what `verify` says: whatever WebCrypto is, does or leaves undone, the report is the
 * one that RustCrypto alone gives.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

import { skipped } from '../skipped.mjs';
import { demonstration, named, NOW, realFile, realNames, ROOT, verifier } from './surface.mjs';

const MODULE = join(ROOT, 'target/site-node/pkg/silicon_to_source.js');

/** The verifier anew: what it knows of WebCrypto's algorithms it learns again. */
function fresh() {
  const load = createRequire(import.meta.url);
  delete load.cache[load.resolve(MODULE)];
  return load(MODULE);
}

/** A report's text, or why there is none. */
function plain(files, options) {
  try {
    return { report: verifier.verify(files, options) };
  } catch ({ code, message, file }) {
    return { code, message, file };
  }
}

/** The same by `examine`, with which engine answered. */
async function examined(own, files, options, engine) {
  try {
    const { report, signatures, agree } = await own.examine(files, options, engine);
    return { told: { report }, signatures: JSON.parse(signatures), agree };
  } catch ({ code, message, file }) {
    return { told: { code, message, file }, signatures: [] };
  }
}

const by = (signatures, engine) =>
  signatures.filter((one) => one.engine === engine).reduce((sum, { count }) => sum + count, 0);

/** Asserts that both give the same, and returns which engine answered how many signatures. */
async function same(own, files, options, what) {
  const expected = plain(files, options);
  const { told, signatures } = await examined(own, files, options);
  assert.deepEqual(told, expected, what);
  return { webcrypto: by(signatures, 'webcrypto'), rust: by(signatures, 'rust') };
}

/** Runs `work` while `crypto` is what `double` makes of Node's own. */
async function during(double, work) {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  const { subtle } = globalThis.crypto;
  Object.defineProperty(globalThis, 'crypto', { configurable: true, ...double(subtle) });
  try {
    return await work();
  } finally {
    Object.defineProperty(globalThis, 'crypto', own);
  }
}

/** `crypto` with some calls of `subtle` replaced. */
const replaced = (calls) => (subtle) => {
  const double = {
    importKey: (...given) => subtle.importKey(...given),
    verify: (...given) => subtle.verify(...given),
    ...calls(subtle),
  };
  return { value: { subtle: double } };
};

const SIMULATED = { at: NOW, policy: 'simulated' };

function changed(bytes, offset) {
  const copy = bytes.slice();
  copy[offset % copy.length] ^= 1 << (offset % 8);
  return copy;
}

test('WebCrypto answers the signatures of the demonstration, and the report is the same', async () => {
  const own = fresh();
  for (let round = 0; round < 2; round += 1) {
    const { webcrypto, rust } = await same(own, named(demonstration), SIMULATED);
    assert.ok(webcrypto > 5, `${webcrypto} by WebCrypto, ${rust} by RustCrypto`);
  }
  const { told, signatures } = await examined(own, named(demonstration), SIMULATED, 'rust');
  assert.deepEqual(told, plain(named(demonstration), SIMULATED));
  assert.equal(by(signatures, 'webcrypto'), 0);
  assert.ok(by(signatures, 'rust') > 5);
});

test('both engines can be asked, and it is said whether they agree', async () => {
  const { told, signatures, agree } = await examined(verifier, named(demonstration), SIMULATED, 'both');
  assert.deepEqual(told, plain(named(demonstration), SIMULATED));
  assert.equal(agree, true);
  assert.ok(by(signatures, 'webcrypto') > 5);
  assert.ok(by(signatures, 'rust') >= by(signatures, 'webcrypto'));
});

test('an engine that does not exist is refused', async () => {
  for (const engine of ['', 'openssl', 1, {}, true]) {
    await assert.rejects(verifier.examine(named(demonstration), SIMULATED, engine), { code: 'usage' });
  }
  await assert.rejects(verifier.examine('x', SIMULATED), { code: 'usage' });
  await assert.rejects(verifier.examine(named(demonstration), { at: 'now' }), { code: 'malformed' });
});

/** What can stand in the place of WebCrypto and answers nothing that counts. */
const HANGS = () => new Promise(() => {});
const USELESS = {
  'no crypto': () => ({ value: undefined }),
  'crypto that throws': () => ({
    get() {
      throw new Error('no');
    },
  }),
  'no subtle': () => ({ value: {} }),
  'subtle of another type': () => ({ value: { subtle: 7 } }),
  'subtle without calls': () => ({ value: { subtle: {} } }),
  'importKey that throws': replaced(() => ({
    importKey() {
      throw new TypeError('no');
    },
  })),
  'importKey that rejects': replaced(() => ({ importKey: () => Promise.reject(new Error('no')) })),
  'importKey that gives something else': replaced(() => ({ importKey: () => 7 })),
  'importKey that hangs': replaced(() => ({ importKey: HANGS })),
  'verify that throws': replaced(() => ({
    verify() {
      throw new TypeError('no');
    },
  })),
  'verify that rejects': replaced(() => ({ verify: () => Promise.reject(null) })),
  'verify that hangs': replaced(() => ({ verify: HANGS })),
  'verify that always says no': replaced(() => ({ verify: async () => false })),
  'verify that always says yes': replaced(() => ({ verify: async () => true })),
  'verify that says yes at once': replaced(() => ({ verify: () => true })),
  'verify that gives a word': replaced(() => ({ verify: async () => 'true' })),
  'verify that gives a number': replaced(() => ({ verify: async () => 1 })),
  'verify that gives an object': replaced(() => ({ verify: async () => ({}) })),
  'verify that gives nothing': replaced(() => ({ verify: () => undefined })),
  'verify with a then that throws': replaced(() => ({
    verify: () => ({
      get then() {
        throw new Error('no');
      },
    }),
  })),
  'verify with a promise whose then throws': replaced(() => ({
    verify: () =>
      Object.assign(Promise.resolve(true), {
        then() {
          throw new Error('no');
        },
      }),
  })),
};

for (const [what, double] of Object.entries(USELESS)) {
  test(`${what}: RustCrypto answers everything`, async () => {
    const own = fresh();
    await during(double, async () => {
      for (const bytes of [demonstration, changed(demonstration, demonstration.length >> 1)]) {
        const { webcrypto } = await same(own, named(bytes), SIMULATED, what);
        assert.equal(webcrypto, 0, what);
      }
    });
    // What was said or supposed is nowhere remembered.
    assert.deepEqual(
      { report: own.verify(named(demonstration), SIMULATED) },
      plain(named(demonstration), SIMULATED),
    );
  });
}

test('WebCrypto that says no, throws or hangs now and then changes no report', async () => {
  const own = fresh();
  await same(own, named(demonstration), SIMULATED);
  let asked = 0;
  const moody = replaced((subtle) => ({
    async verify(...given) {
      asked += 1;
      if (asked % 5 === 0) return false;
      if (asked % 7 === 0) throw new Error('no');
      return subtle.verify(...given);
    },
  }));
  await during(moody, async () => {
    for (let round = 0; round < 5; round += 1) {
      const { webcrypto, rust } = await same(own, named(demonstration), SIMULATED, `round ${round}`);
      assert.ok(webcrypto > 0 && rust > 0, `${webcrypto} and ${rust}`);
    }
  });
  await during(replaced(() => ({ verify: HANGS })), () => same(own, named(demonstration), SIMULATED));
});

test('nothing is told before every answer is there, and other calls go on meanwhile', async () => {
  const own = fresh();
  await same(own, named(demonstration), SIMULATED);
  /** @type {() => void} */
  let open = () => {};
  const gate = new Promise((done) => {
    open = () => done(undefined);
  });
  let waiting = 0;
  const slow = replaced((subtle) => ({
    async verify(...given) {
      waiting += 1;
      if (waiting === 3) await gate;
      return subtle.verify(...given);
    },
  }));
  await during(slow, async () => {
    let isTold = false;
    const examining = examined(own, named(demonstration), SIMULATED);
    void examining.then(() => {
      isTold = true;
    });
    await new Promise((done) => setTimeout(done, 200));
    assert.equal(isTold, false);
    const forged = changed(demonstration, demonstration.length >> 1);
    for (const bytes of [demonstration, forged]) {
      const meanwhile = plain(named(bytes), SIMULATED);
      const other = examinedAtOnce(own, named(bytes), SIMULATED);
      assert.deepEqual(other, meanwhile);
    }
    open();
    const { told, signatures } = await examining;
    assert.deepEqual(told, plain(named(demonstration), SIMULATED));
    assert.ok(by(signatures, 'webcrypto') > 5);
  });
});

function examinedAtOnce(own, files, options) {
  try {
    return { report: own.verify(files, options) };
  } catch ({ code, message, file }) {
    return { code, message, file };
  }
}

test('a bundle is made again with the same words by either engine', async () => {
  const report = verifier.verify(named(demonstration), SIMULATED);
  const bundle = verifier.bundle(named(demonstration), SIMULATED, report, {});
  const expected = verifier.recorded(bundle);
  for (const engine of [undefined, 'webcrypto', 'rust', 'both']) {
    const { recorded, signatures } = await verifier.remade(bundle, engine);
    assert.equal(recorded, expected);
    assert.ok(JSON.parse(recorded).same);
    assert.ok(JSON.parse(signatures).length > 0);
  }
  await assert.rejects(verifier.remade(new Uint8Array(3)), { code: 'malformed' });
});

/** The moments at which the real inputs are examined. */
const MOMENTS = ['2025-06-25T00:00:00Z', '2026-03-01T00:00:00Z', '2026-11-30T00:00:00Z'];

test('every real input gives the same by either engine, alone and with what lies beside it', async () => {
  const names = realNames('.');
  if (names === null) return skipped('real evidence is absent');
  const folders = new Map();
  for (const name of names) {
    const folder = name.split('/').slice(0, -1).join('/');
    folders.set(folder, [...(folders.get(folder) ?? []), name]);
  }
  const own = fresh();
  const sums = { inputs: 0, webcrypto: 0, rust: 0, alone: 0 };
  for (const list of folders.values()) {
    const files = list.map((name) => ({ name, bytes: realFile(name) }));
    for (const file of files) {
      const others = files.filter((other) => other !== file && other.bytes.length < 1 << 20);
      for (const [place, given] of [[file], [file, ...others]].entries()) {
        for (const at of place === 0 ? MOMENTS.slice(1) : MOMENTS) {
          const { webcrypto, rust } = await same(own, given, { at }, `${file.name} at ${at}`);
          sums.inputs += 1;
          sums.webcrypto += webcrypto;
          sums.rust += rust;
          sums.alone += webcrypto > 0 && rust === 0 ? 1 : 0;
        }
      }
    }
  }
  console.log(sums);
  assert.ok(sums.webcrypto > sums.rust, 'most signatures are answered by WebCrypto');
});

/** Evidence in which bytes are changed, with what lies beside it. */
const FLIPPED = [
  { files: ['amd/milan.report', 'amd/milan.vcek.pem', 'amd/milan.ask.pem'], at: MOMENTS[1] },
  { files: ['intel/tdx-v4-up-to-date.quote', 'intel/tdx-v4-up-to-date.collateral.json'], at: MOMENTS[0] },
  { files: ['tinfoil/attestation-bundle.json'], at: MOMENTS[2] },
  { files: ['nitro/production-2022.cose'], at: MOMENTS[2] },
  { files: ['gcp/confidential-space-pki-token.jwt'], at: MOMENTS[1] },
];

/** How many changes are made in each file. */
const CHANGES = Number(process.env.CHANGES ?? 12);

test('a changed bit gives the same by either engine, wherever it is', async () => {
  if (realNames('.') === null) return skipped('real evidence is absent');
  const own = fresh();
  let [inputs, held, seed] = [0, 0, 20261130];
  const next = () => {
    // Numerical Recipes' generator: the same places in every run.
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed;
  };
  for (const { files, at } of FLIPPED) {
    const list = files.map((name) => ({ name, bytes: realFile(name) }));
    for (const place of list.keys()) {
      for (let change = 0; change < CHANGES; change += 1) {
        const offset = next();
        const given = list.map((file, index) =>
          index === place ? { ...file, bytes: changed(file.bytes, offset) } : file,
        );
        const { webcrypto, rust } = await same(own, given, { at }, `${files[place]} at ${offset}`);
        inputs += 1;
        held += webcrypto > 0 && rust === 0 ? 1 : 0;
      }
    }
  }
  console.log(`${inputs} changed inputs, ${held} of them with WebCrypto alone`);
});

test('the demonstration with each of many bits changed gives the same by either engine', async () => {
  const own = fresh();
  const step = Math.floor(demonstration.length / 60);
  for (let offset = 7; offset < demonstration.length; offset += step) {
    await same(own, named(changed(demonstration, offset)), SIMULATED, `offset ${offset}`);
  }
});

test('the calls that answer at once are there, and ask nobody', async () => {
  const double = replaced(() => ({
    importKey: () => assert.fail('it is asked'),
    verify: () => assert.fail('it is asked'),
  }));
  await during(double, async () => {
    const own = fresh();
    assert.deepEqual({ report: own.verify(named(demonstration), SIMULATED) }, plain(named(demonstration), SIMULATED));
    const { signatures } = await examined(own, named(demonstration), SIMULATED, 'rust');
    assert.equal(by(signatures, 'webcrypto'), 0);
  });
  assert.ok(readFileSync(MODULE, 'utf8').includes('importKey'));
});
