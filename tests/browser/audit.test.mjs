/** Claims about the offline file, opened from a disk without a network. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { skipped } from '../skipped.mjs';
import { CLI } from '../target.mjs';
import {
  EMPTY, browsers, bundled, demonstration, filled, onDisk, recorded, recordingIn, rewritten, sha256, withRecording,
} from './offline.mjs';
import { SHARED, SITE, axe, demonstrate, launch, open as openSite, openAll, site, vectors } from './page.mjs';

const noCli = !existsSync(CLI) && `${CLI} is absent, so what s2s makes was not compared`;
if (noCli) skipped(noCli);

/** How many letters of a bundle are changed, one at a time. */
const SPOILED = 50;

const inGerman = JSON.parse(readFileSync(join(SITE, 'locales/de.json'), 'utf8'));
const demo = demonstration();
const whole = filled(demo.bundle);
const wholeAddress = onDisk(whole);

let all;
/** What the page saved. */
let saved = '';
before(async () => {
  all = await browsers();
});
after(async () => {
  for (const browser of all) await browser.close();
});

const standing = (page) => page.$eval('.stance', (element) => element.getAttribute('data-standing'));
/** The one browser's driver has a name of its own for it. */
const choose = (page, tag) => (page.selectOption ? page.selectOption('#language', tag) : page.select('#language', tag));
const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent);

/** The file in Chromium, when it said how it stands. */
async function shown(text, options) {
  const opened = await all[0].open(onDisk(text), options);
  await opened.page.waitForSelector('.stance');
  return opened;
}

/** The largest that an audit file may be. */
const LIMIT = 2_000_000;

test('with the bundle of a usual service it has at most 2,000,000 bytes', () => {
  const read = (folder, name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) });
  const build = join(SITE, 'demo/build');
  const parts = JSON.parse(readFileSync(join(build, 'files.json'), 'utf8')).map((name) => read(build, name));
  const cases = [
    ['the demonstration', demo],
    ['its build', bundled(parts, { at: '2026-12-01T00:00:00Z', policy: 'simulated-build' })],
  ];
  if (vectors('the size of an audit file is measured with demonstrations alone')) {
    const real = join(SHARED, 'vectors');
    for (const name of ['tinfoil/attestation-bundle.json', 'dstack/quote-report.json', 'dstack/sev-snp-attestation.json',
      'azure/snp-live-evidence.json', 'gcp/vtpm-cos-85-nonce9009.pb', 'faults/doctored/n6-plus-oidc-token-wrongD.json']) {
      cases.push([name, bundled([read(real, name)], { at: '2026-02-01T00:00:00Z' })]);
    }
  }
  for (const [name, { bundle }] of cases) {
    const size = Buffer.byteLength(filled(bundle));
    console.log(`${name}: a bundle of ${bundle.length} bytes, an audit file of ${size}`);
    assert.ok(size <= LIMIT, `${name}: ${size}`);
  }
});

test('the empty file has the languages of the page, and no word of the terminal, the extension or sealed requests is said in it', () => {
  assert.doesNotMatch(EMPTY.match(/<script type="module">([^]*?)<\/script>/)[1], /\["(channel|cli|extension)"/);
  const languages = [...EMPTY.matchAll(/data-language="([a-z]+)"/g)].map(([, language]) => language);
  const own = readdirSync(join(SITE, 'locales')).map((name) => name.replace(/\.json$/, ''));
  assert.deepEqual(languages.toSorted(), own.filter((name) => !name.includes('.')).toSorted());
});

test('its policy allows nothing to be asked for, and no script and no style but its own', () => {
  const policy = EMPTY.match(/http-equiv="Content-Security-Policy" content="([^"]+)"/)[1];
  const hash = (text) => `'sha256-${Buffer.from(sha256(text), 'hex').toString('base64')}'`;
  const script = EMPTY.match(/<script type="module">([\s\S]*?)<\/script>/)[1];
  const style = EMPTY.match(/<style>([\s\S]*?)<\/style>/)[1];
  assert.deepEqual(policy.split('; '), [
    "default-src 'none'",
    "connect-src 'none'",
    `script-src ${hash(script)} 'wasm-unsafe-eval'`,
    `style-src ${hash(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
});

test('in each browser it makes the same report again, byte for byte, asks for nothing, and is quick', async () => {
  for (const browser of all) {
    const times = [];
    for (let round = 0; round < 3; round += 1) {
      const { page, troubles, close } = await browser.open(wholeAddress);
      await page.waitForSelector('answer-card[data-headline]');
      await page.waitForSelector('.paper-hash', { state: 'attached' });
      assert.equal(await standing(page), 'same', browser.name);
      assert.equal(await textOf(page, '.paper-hash'), `SHA-256 of the report: ${sha256(demo.report)}`);
      assert.match(await textOf(page, '.stance'), /Your browser checked it again just now and got the same report, byte for byte/);
      assert.deepEqual(await page.evaluate(() => globalThis.refused), []);
      assert.deepEqual(troubles, [], browser.name);
      times.push(await page.evaluate(() => globalThis.drawn));
      await close();
    }
    console.log(`${browser.name}: the card stands after ${Math.min(...times).toFixed(0)} ms`);
    // On a machine that does other work beside the test, a second is as much longer.
    const busy = Math.max(1, loadavg()[0] / availableParallelism());
    assert.ok(Math.min(...times) <= 1000 * busy, `${browser.name}: ${times}`);
  }
});

test('a file on disk is answered by each browser\'s WebCrypto, and says so; with both engines it is the same', async () => {
  for (const browser of all) {
    const { page, troubles, close } = await browser.open(wholeAddress);
    await page.waitForSelector('answer-card[data-headline]');
    assert.match(await textOf(page, '.engines'), /WebCrypto\): ECDSA P-256 SHA-256 \(\d+\)/, browser.name);
    await page.evaluate(() => document.querySelector('#view-today').click());
    await page.waitForSelector('#compare-engines', { state: 'attached' });
    await page.evaluate(() => document.querySelector('#compare-engines').click());
    await page.waitForSelector('.engines [data-agree]', { state: 'attached' });
    assert.equal(await page.evaluate(() => document.querySelector('.engines [data-agree]').dataset.agree), 'true');
    assert.match(await textOf(page, '.engines'), /RustCrypto\): /);
    assert.deepEqual(troubles, [], browser.name);
    await close();
    const without = await browser.open(wholeAddress, { before: "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });" });
    await without.page.waitForSelector('answer-card[data-headline]');
    assert.equal(await standing(without.page), 'same', browser.name);
    assert.doesNotMatch(await textOf(without.page, '.engines'), /WebCrypto/, browser.name);
    await without.close();
  }
});

test('a letter that is changed anywhere in the bundle is never the same as recorded', async () => {
  // The digest beside the letters, and the letters.
  const begin = whole.indexOf('data-sha256="') + 'data-sha256="'.length;
  const end = whole.indexOf('</script>', begin);
  const seen = new Set();
  const { page, troubles, close } = await all[0].open('about:blank');
  for (let place = 0; place < SPOILED; place += 1) {
    // The last letters have bits that stand for nothing.
    let at = place < 4 ? end - 1 - place : begin + Math.floor(((end - begin) * place) / SPOILED);
    while (!/[0-9A-Za-z]/.test(whole[at])) at -= 1;
    const other = whole[at] === '0' ? '1' : '0';
    await page.goto(onDisk(whole.slice(0, at) + other + whole.slice(at + 1)));
    await page.waitForSelector('.stance');
    const how = await standing(page);
    assert.notEqual(how, 'same', `letter ${at - begin}: ${whole[at]} as ${other}`);
    seen.add(how);
  }
  // The file itself is the one address that was asked for.
  assert.deepEqual(troubles.filter((trouble) => !trouble.startsWith('request: file:')), []);
  await close();
  assert.deepEqual([...seen], ['unreadable']);
});

test('a report that its files do not give is told as different, with the places', async () => {
  const bundle = rewritten(demo.bundle, (content) => {
    const report = JSON.parse(content.report);
    report.verdict.state = 'failed';
    report.headline.word = 'failed';
    content.report = JSON.stringify(report, null, 2);
  });
  assert.equal(recorded(bundle).same, false);
  for (const browser of all) {
    const { page, troubles, close } = await browser.open(onDisk(withRecording(bundle)));
    await page.waitForSelector('.stance');
    assert.equal(await standing(page), 'different', browser.name);
    const text = await textOf(page, '.stance');
    assert.match(text, /differs from the recorded one in 2 places/);
    assert.match(text, /\/verdict\/state/);
    assert.match(text, /\/headline\/word/);
    assert.deepEqual(troubles, []);
    await close();
  }
});

test('a report that another version made is told as that, and not as the same', async () => {
  const bundle = rewritten(demo.bundle, (content) => {
    content.report = content.report.replace(/("source_sha256": ?")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`);
  });
  const { page, close } = await shown(withRecording(bundle));
  assert.equal(await standing(page), 'other-verifier');
  await close();
});

test('what the recorder asked is told as the recorder\'s, and as of today nobody was asked', async () => {
  const { page, close } = await shown(whole);
  const rows = await page.$$eval('.rows > div', (all) => all.map((row) => [row.getAttribute('data-row'), row.textContent]));
  for (const [row, text] of rows) {
    assert.equal(text.includes('For the recorder:'), ['fresh', 'connection'].includes(row), text);
  }
  assert.match(await textOf(page, '.recorder-note'), /it means the recorder/);
  await page.click('#view-today');
  assert.equal(await page.$('.recorder-note'), null);
  assert.match(await textOf(page, '.rows'), /^(?!.*For the recorder)/s);
  assert.match(await textOf(page, '.today'), /Nobody was asked today/);
  await close();
});

test('the language can be chosen, and what stands is said in it without another check', async () => {
  for (const browser of all) {
    const { page, troubles, close } = await browser.open(wholeAddress);
    await page.waitForSelector('answer-card[data-headline]');
    const said = () => page.$$eval('h1, .stance p, .sentence, .rows dt, #view-today, #open-intake', (all) => all.map((one) => one.textContent));
    const english = await said();
    await page.click('#view-today');
    const today = await textOf(page, '.sentence');
    await choose(page, 'de');
    await page.waitForSelector('html[lang="de"]');
    assert.equal(await page.$eval('html', (html) => html.getAttribute('data-view')), 'today', browser.name);
    assert.notEqual(await textOf(page, '.sentence'), today);
    await page.click('#view-recorded');
    const german = await said();
    assert.equal(german.length, english.length);
    for (const [place, words] of german.entries()) assert.notEqual(words, english[place]);
    assert.equal(await standing(page), 'same');
    assert.ok((await textOf(page, '.stance')).includes(inGerman.audit['same.sentence']));
    await choose(page, 'en');
    await page.waitForSelector('html[lang="en"]');
    assert.deepEqual(await said(), english);
    assert.deepEqual(await page.evaluate(() => globalThis.refused), []);
    assert.deepEqual(troubles, [], browser.name);
    await close();
  }
});

test('in each state every sentence is said in the language that is chosen', async () => {
  const states = [
    [EMPTY, {}, '#start:not([hidden])', ['#start h2', inGerman.audit.empty]],
    [withRecording(new TextEncoder().encode('{}')), {}, '.stance', ['.stance h2', inGerman.audit['unreadable.short']]],
    [whole, { before: 'delete globalThis.WebAssembly;' }, '.stance', ['.stance h2', inGerman.audit['unchecked.short']]],
  ];
  for (const [text, options, awaited, [selector, german]] of states) {
    const { page, troubles, close } = await all[0].open(onDisk(text), options);
    await page.waitForSelector(awaited);
    await page.selectOption('#language', 'de');
    await page.waitForSelector('html[lang="de"]');
    assert.equal(await textOf(page, selector), german);
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(troubles, []);
    await close();
  }
});

test('what has changed since is told beside the answer, with the reason', async () => {
  const files = ['tdx-quote.bin', 'tdx-collateral.json'].map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(join(SITE, 'demo', name))),
  }));
  // The simulated lists of Intel's are good until the end of 2045.
  const { bundle } = bundled(files, { at: '2026-01-20T00:00:00Z', policy: 'simulated-machine' });
  const before = `const Clock = Date; globalThis.Date = class extends Clock {
    constructor(...at) { super(...(at.length > 0 ? at : ['2050-01-01T00:00:00Z'])); }
    static now() { return Clock.parse('2050-01-01T00:00:00Z'); }
  };`;
  const { page, close } = await shown(withRecording(bundle), { before });
  assert.equal(await standing(page), 'same', 'the recorded moment does not move');
  assert.match(await textOf(page, 'answer-card .short'), /Verified image/);
  const today = await textOf(page, '.today');
  assert.match(today, /As of today,\s+January 1, 2050/);
  assert.match(today, /Today the same evidence gives: SIMULATED: Do not rely on it\./);
  assert.match(today, /Intel's root certificate had expired at the asked time/);
  await page.click('#view-today');
  assert.equal(await page.$eval('answer-card', (card) => card.getAttribute('data-state')), 'failed');
  assert.match(await textOf(page, '.about-file'), /That was [\d,]+ days ago/);
  await close();
});

test('what rests on the recorder\'s own choices says so', async () => {
  const bytes = new Uint8Array(readFileSync(join(SITE, 'demo/bundle.json')));
  const options = { at: '2026-02-01T00:00:00Z', policy: JSON.stringify({ name: 'mine', required: [] }) };
  const { page, close } = await shown(withRecording(bundled([{ name: 'b', bytes }], options).bundle));
  assert.match(await textOf(page, '.makers-own'), /brought along: a policy file/);
  await page.click('#view-today');
  assert.equal(await page.$('.makers-own'), null);
  await close();
});

test('without WebAssembly the recording is shown as not checked, without a colour of a state', async () => {
  for (const browser of all) {
    const { page, troubles, close } = await browser.open(wholeAddress, { before: 'delete globalThis.WebAssembly;' });
    await page.waitForSelector('.stance');
    assert.equal(await standing(page), 'unchecked', browser.name);
    assert.match(await textOf(page, '.stance'), /You see what was recorded by somebody\. It is not checked\./);
    const card = await page.$eval('answer-card', (one) => [one.getAttribute('data-state'), one.getAttribute('data-look'), one.getAttribute('data-told')]);
    assert.deepEqual(card, ['unknown', 'unknown', 'unchecked']);
    for (const part of ['.short', '.sentence', '.rows dd']) {
      for (const words of await page.$$eval(part, (all) => all.map((one) => one.textContent))) {
        assert.match(words, /^Not checked: /);
      }
    }
    assert.equal(await page.$$eval('answer-card .icon:not([data-state="unknown"])', (all) => all.length), 0);
    assert.equal(await page.$('chain-link'), null);
    assert.deepEqual(troubles, []);
    await close();
  }
});

test('a verifier that was damaged does not run, and the recording is shown as not checked', async () => {
  const at = whole.indexOf('id="verifier">') + 500_000;
  const spoiled = `${whole.slice(0, at)}${whole[at] === 'A' ? 'B' : 'A'}${whole.slice(at + 1)}`;
  const { page, troubles, close } = await shown(spoiled);
  assert.equal(await standing(page), 'unchecked');
  assert.match(await textOf(page, '.stance'), /The verifier in this file is damaged, or your browser refuses it/);
  assert.deepEqual(troubles, []);
  await close();
});

test('without DecompressionStream nothing was checked, and there is no answer', async () => {
  const { page, troubles, close } = await all[0].open(wholeAddress, { before: 'delete globalThis.DecompressionStream;' });
  await page.waitForSelector('#unpacked:not([hidden])');
  assert.match(await textOf(page, '#waiting'), /nothing was checked/);
  assert.match(await textOf(page, '#unpacked'), /cannot unpack the verifier and the recording/);
  assert.equal(await page.$('answer-card'), null);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await close();
});

test('without JavaScript it says that nothing was checked', async () => {
  const { page, close } = await all[0].open(wholeAddress, { javaScriptEnabled: false });
  const text = await page.locator('#waiting').innerText();
  assert.match(text, /Nothing was checked, and nothing here is an answer/);
  assert.match(text, /s2s verify/);
  assert.equal(await page.locator('answer-card').count(), 0);
  await close();
});

test('what is no bundle cannot be read, and there is no answer', async () => {
  for (const bytes of ['{"x":1}', 'not JSON', '{"schema":"silicon-to-source/bundle/v1"}']) {
    const { page, troubles, close } = await shown(withRecording(new TextEncoder().encode(bytes)));
    assert.equal(await standing(page), 'unreadable', bytes);
    assert.match(await textOf(page, '.stance'), /Nothing was checked, and there is no answer here, good or bad/);
    assert.equal(await page.$('answer-card[data-headline]'), null);
    assert.deepEqual(troubles, []);
    await close();
  }
});

test('the empty file checks what is dropped on it; a bundle becomes a recording', async () => {
  const { page, troubles, close } = await all[0].open(onDisk(EMPTY));
  await page.waitForSelector('#start:not([hidden])');
  assert.deepEqual(await axe(page), []);
  const hand = (name, buffer) => page.setInputFiles('#files', { name, mimeType: 'application/json', buffer });
  await hand('bundle.json', readFileSync(join(SITE, 'demo/bundle.json')));
  await page.waitForSelector('answer-card[data-headline]');
  assert.equal(await standing(page), 'own-files');
  for (const [name, bytes] of [['demo.s2s.json', Buffer.from(demo.bundle)], ['demo.html', Buffer.from(whole)]]) {
    await hand('bundle.json', readFileSync(join(SITE, 'demo/bundle.json')));
    await page.waitForSelector('.stance[data-standing="own-files"]');
    await hand(name, bytes);
    await page.waitForSelector('.stance[data-standing="same"]');
    assert.equal(await textOf(page, '#bundle-sha256'), `SHA-256 ${sha256(demo.bundle)}`, name);
  }
  assert.deepEqual(troubles, []);
  await close();
});

test('every file of the recording can be taken out as it was handed in, and the verifier too', async () => {
  const { page, close } = await shown(whole);
  const taken = async (selector) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
    return readFileSync(await download.path());
  };
  const bytes = readFileSync(join(SITE, 'demo/bundle.json'));
  assert.deepEqual(await taken('.extract'), bytes);
  assert.deepEqual(await taken('#extract-bundle'), Buffer.from(demo.bundle));
  assert.equal(await textOf(page, '#bundle-sha256'), `SHA-256 ${sha256(demo.bundle)}`);
  await openAll(page);
  const wasm = readFileSync(join(SITE, 'pkg/silicon_to_source_bg.wasm'));
  assert.deepEqual(await taken('#extract-verifier'), wasm);
  assert.ok((await textOf(page, '.about-file')).includes(sha256(wasm)));
  await close();
});

test('axe finds nothing in any state, light and dark, and nothing scrolls sideways at 320 px', async () => {
  const different = rewritten(demo.bundle, (content) => {
    content.report = content.report.replace('"simulated": true', '"simulated": false');
  });
  const states = [
    [whole, {}],
    [withRecording(different), {}],
    [withRecording(new TextEncoder().encode('{}')), {}],
    [whole, { before: 'delete globalThis.WebAssembly;' }],
  ];
  for (const [text, options] of states) {
    const { page, close } = await shown(text, options);
    // The chain with everything open is tested with the page.
    await page.$$eval('.roots, .check-file details, .stance details', (all) => {
      for (const details of all) details.open = true;
    });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const viewport of [{ width: 1100, height: 900 }, { width: 320, height: 640 }]) {
        await page.setViewportSize(viewport);
        assert.deepEqual(await axe(page), [], `${colorScheme}, ${viewport.width}`);
        const [scroll, client] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        assert.ok(scroll <= client, `${scroll} > ${client}`);
      }
    }
    await close();
  }
});

test('on paper it has at most four pages, each with its number and the report\'s hash; everything is a choice', async () => {
  const { page, close } = await shown(whole);
  await page.waitForSelector('.paper-hash', { state: 'attached' });
  const count = (pdf) => [...pdf.toString('latin1').matchAll(/\/Type \/Page\b/g)].length;
  const short = count(await page.pdf({ format: 'A4', preferCSSPageSize: true }));
  assert.ok(short <= 4, `${short} pages`);
  const rules = await page.evaluate(() =>
    document.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join('\n'),
  );
  assert.match(rules, new RegExp(`@bottom-left.*${sha256(demo.report)}`, 's'));
  assert.match(rules, /@bottom-right.*counter\(page\)/s);
  await page.evaluate(() => document.documentElement.setAttribute('data-print-all', ''));
  const everything = count(await page.pdf({ format: 'A4', preferCSSPageSize: true }));
  assert.ok(everything > short, `${everything} pages`);
  console.log(`on paper: ${short} pages, everything ${everything}`);
  await close();
  // What a service says about itself in many rows.
  const bytes = new Uint8Array(readFileSync(join(SITE, 'examples/darkbloom-2026-05-10.json')));
  const recording = bundled([{ name: 'darkbloom.json', bytes }], { at: '2026-05-10T12:00:00Z' });
  const long = await shown(withRecording(recording.bundle));
  const pages = count(await long.page.pdf({ format: 'A4', preferCSSPageSize: true }));
  assert.ok(pages <= 4, `${pages} pages`);
  await long.close();
});

test('the page saves an audit file, asks its own address for it, and the file gives the same', async () => {
  const server = await site();
  const browser = await launch();
  try {
    const { page, troubles, requests } = await openSite(browser, { url: server.url });
    await demonstrate(page);
    const before = requests.length;
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-audit')]);
    saved = readFileSync(await download.path(), 'utf8');
    assert.match(download.suggestedFilename(), /^[A-Za-z0-9.-]+-\d{4}-\d\d-\d\d\.html$/);
    const asked = requests.slice(before).filter((url) => !url.startsWith('blob:'));
    const own = ['audit.html', 'pkg/silicon_to_source_bg.wasm'].map((name) => new URL(name, server.url).href);
    assert.deepEqual(asked.toSorted(), own);
    assert.deepEqual(troubles, []);
  } finally {
    await browser.close();
    await server.close();
  }
  const { page, close } = await shown(saved);
  assert.equal(await standing(page), 'same');
  assert.match(await textOf(page, '.about-file'), /It is the verifier that the recording names\./);
  await close();
});

test('s2s makes the same file of the same bundle, and nothing else', { skip: noCli }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  try {
    const [bundle, empty, made] = ['b.s2s.json', 'empty.html', 'made.html'].map((name) => join(folder, name));
    writeFileSync(bundle, recordingIn(saved));
    writeFileSync(empty, EMPTY);
    execFileSync(CLI, ['audit', bundle, '--output', made, '--page', empty], { stdio: 'pipe' });
    assert.equal(readFileSync(made, 'utf8'), saved);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
