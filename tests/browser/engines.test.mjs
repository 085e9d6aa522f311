/**
 * The page asks the browser's WebCrypto about signatures, says so under the details, and gives the same
 * report as RustCrypto alone; and WebCrypto in Chromium says yes to nothing that RustCrypto refuses.
 */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { skipped } from '../skipped.mjs';
import { QUESTIONS } from '../target.mjs';
import { ROOT, SHARED, SITE, demonstrate, open, site } from './page.mjs';
import { browser, server, together } from './together.mjs';

const VECTORS = join(SHARED, 'vectors');

together(site);

/** The page, with the built verifier as `globalThis.verifier`. */
async function withVerifier() {
  const opened = await open(browser, { url: server.url });
  await opened.page.evaluate(async () => {
    const verifier = await import('./pkg/silicon_to_source.js');
    await verifier.default({ module_or_path: new URL('./pkg/silicon_to_source_bg.wasm', document.baseURI) });
    Object.assign(globalThis, { verifier });
  });
  return opened;
}

test('the details say that WebCrypto answered, and that both engines agree when they are asked', async () => {
  const { page, context, troubles } = await open(browser, { url: server.url });
  await demonstrate(page);
  await page.locator('.facts-section summary').click();
  const engines = page.locator('.engines');
  assert.match(await engines.innerText(), /WebCrypto\): ECDSA P-256 SHA-256 \(\d+\)/);
  const before = await page.locator('answer-card').innerText();
  await page.click('#compare-engines');
  await page.waitForSelector('.engines [data-agree]');
  assert.equal(await page.locator('.engines [data-agree]').getAttribute('data-agree'), 'true');
  assert.match(await engines.innerText(), /RustCrypto\): /);
  assert.equal(await page.locator('answer-card').innerText(), before);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('where the two engines differ, the answer of RustCrypto is shown, and that they differ', async () => {
  const { page, context } = await open(browser, { url: server.url });
  await page.route('**/pkg/silicon_to_source.js', async (route) => {
    const answer = await route.fetch();
    const body = `${await answer.text()}
      const genuine = examine;
      export { differing as examine };
      async function differing(files, options, engine) {
        const told = await genuine(files, options, engine);
        return engine === 'both' ? { ...told, agree: false } : told;
      }`.replace('export function examine(', 'function examine(');
    await route.fulfill({ response: answer, body });
  });
  await page.reload();
  await demonstrate(page);
  await page.locator('.facts-section summary').click();
  await page.click('#compare-engines');
  await page.waitForSelector('.report-above [role="alert"]');
  assert.match(await page.locator('.report-above [role="alert"]').innerText(), /answered differently/);
  assert.equal(await page.locator('.engines [data-agree]').getAttribute('data-agree'), 'false');
  await context.close();
});

test('every real input and every changed bit of some gives the same by either engine in Chromium', async () => {
  const { page, context } = await withVerifier();
  /** @param {{ files: { name: string, text: string }[], at: string, changes: number, policy?: string }} work */
  const examined = (work) =>
    page.evaluate(async ({ files, at, changes, policy }) => {
      const { verifier } = globalThis;
      const list = files.map(({ name, text }) => ({
        name,
        bytes: Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)),
      }));
      const sums = { inputs: 0, webcrypto: 0, rust: 0, different: [] };
      const options = { at, ...(policy ? { policy } : {}) };
      const inputs = [list];
      for (let change = 0; change < changes; change += 1) {
        for (const [place, file] of list.entries()) {
          const bytes = file.bytes.slice();
          const offset = Math.floor(((change + 0.37) / changes) * bytes.length);
          bytes[offset] ^= 1 << (change % 8);
          inputs.push(list.map((one, index) => (index === place ? { ...one, bytes } : one)));
        }
      }
      for (const given of inputs) {
        let [plain, other] = ['', ''];
        try {
          plain = verifier.verify(given, options);
        } catch ({ code, message }) {
          plain = `${code} ${message}`;
        }
        try {
          const { report, signatures } = await verifier.examine(given, options);
          other = report;
          for (const { engine, count } of JSON.parse(signatures)) sums[engine] += count;
        } catch ({ code, message }) {
          other = `${code} ${message}`;
        }
        sums.inputs += 1;
        if (plain !== other) sums.different.push(given.map(({ name }) => name));
      }
      return sums;
    }, work);
  const file = (path, name) => ({ name, text: readFileSync(path).toString('base64') });
  const all = { inputs: 0, webcrypto: 0, rust: 0 };
  const add = async (work) => {
    const sums = await examined(work);
    assert.deepEqual(sums.different, []);
    for (const key of Object.keys(all)) all[key] += sums[key];
  };
  const demo = [file(join(SITE, 'demo/bundle.json'), 'bundle.json')];
  await add({ files: demo, at: '2026-02-01T00:00:00Z', changes: 40, policy: 'simulated' });
  if (!existsSync(VECTORS)) skipped('real evidence is absent');
  else {
    const names = (folder) =>
      readdirSync(join(VECTORS, folder), { withFileTypes: true }).filter((entry) => entry.isFile());
    for (const folder of ['amd', 'azure', 'dstack', 'eigencompute', 'gcb', 'gcp', 'intel', 'nitro', 'nvidia', 'pieces', 'tinfoil']) {
      const files = names(folder).map(({ name }) => file(join(VECTORS, folder, name), name));
      for (const own of files) {
        await add({ files: [own], at: '2026-03-01T00:00:00Z', changes: 0 });
        await add({ files: [own, ...files.filter((other) => other !== own)], at: '2026-11-30T00:00:00Z', changes: 0 });
      }
    }
    const some = (at, ...paths) => add({ files: paths.map((path) => file(join(VECTORS, path), path)), at, changes: 12 });
    await some('2026-03-01T00:00:00Z', 'amd/milan.report', 'amd/milan.vcek.pem', 'amd/milan.ask.pem');
    await some('2025-06-25T00:00:00Z', 'intel/tdx-v4-up-to-date.quote', 'intel/tdx-v4-up-to-date.collateral.json');
    await some('2026-11-30T00:00:00Z', 'tinfoil/attestation-bundle.json');
  }
  console.log(all);
  assert.ok(all.webcrypto > all.rust);
  await context.close();
});

test('no signature that RustCrypto refuses holds for Chromium, and none that holds is refused', async () => {
  if (!existsSync(QUESTIONS)) return skipped('the Rust tests did not write their questions down');
  const { page, context } = await open(browser, { url: server.url });
  const source = readFileSync(join(ROOT, 'tests/wasm/questions.mjs'), 'utf8').replaceAll(/^export /gm, '');
  const all = {};
  for (const name of readdirSync(QUESTIONS)) {
    const questions = readFileSync(join(QUESTIONS, name), 'utf8');
    const { counts, worse } = await page.evaluate(`(() => { ${source}; return compared(${questions}); })()`);
    assert.deepEqual(worse, [], name);
    for (const [both, count] of Object.entries(counts)) all[both] = (all[both] ?? 0) + count;
  }
  console.log(all);
  assert.deepEqual(Object.keys(all).filter((both) => / true (false|null)$/.test(both)), []);
  await context.close();
});
