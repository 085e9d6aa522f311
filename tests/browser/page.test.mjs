/** Claims about the built page, with the real verifier in it. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';

import { CLI } from '../target.mjs';
import { ROOT, SHARED, axe, contentSecurityPolicy, demonstrate, launch, loaded, open, openAll, openIntake, settled, site, vectors, whole } from './page.mjs';

/** When the demonstration and the real bundle are checked: both are valid then. */
const AT = '2026-02-01T00:00:00Z';

let browser;
let server;
let demonstration;
let folder;
before(async () => {
  [browser, server] = await Promise.all([launch(), site()]);
  const response = await fetch(new URL('demo/bundle.json', server.url));
  demonstration = Buffer.from(await response.arrayBuffer());
  folder = mkdtempSync(join(tmpdir(), 's2s-page-'));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await browser.close();
  await server.close();
});

async function ready(options = {}) {
  const opened = await open(browser, { url: server.url, ...options });
  await demonstrate(opened.page);
  return opened;
}

/** Sets the moment and the policy; an empty policy leaves the choice to the verifier. */
async function choose(page, { at = AT, policy = '' } = {}) {
  await openIntake(page);
  if (at) await page.locator('#time').fill(at.slice(0, 16));
  await page.locator('#policy').selectOption(policy);
  await settled(page);
}

/** Hands `bytes` in as a file under the chosen policy. */
async function pick(page, bytes, name = 'evidence') {
  await page.locator('#files').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
  await page.waitForFunction((name) => document.querySelector('.subject')?.textContent.includes(name), name);
  await settled(page);
}

async function shownReport(page) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('#download-report').click()]);
  return readFileSync(await file.path(), 'utf8');
}

/** The report that the command line writes for the same files under the same names. */
function cliReport(files, { at = AT, policy } = {}) {
  assert.ok(existsSync(CLI), `${CLI} is missing: build it with "cargo build" or set SITE_CLI`);
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  const parameters = ['verify', ...files.map(([name]) => name), '--at', at, '--json'];
  if (policy) parameters.push('--policy', policy);
  try {
    return execFileSync(CLI, parameters, { cwd: folder, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 26 });
  } catch (error) {
    assert.ok([1, 3].includes(error.status), `s2s ended with ${error.status}: ${error.stderr}`);
    return error.stdout;
  }
}

/** The demonstration with one byte of one of its parts changed. */
function flipped(part) {
  const bundle = JSON.parse(demonstration);
  const flip = (bytes, at) => {
    bytes[at] ^= 1;
    return bytes;
  };
  if (part === 'report') {
    const report = gunzipSync(Buffer.from(bundle.enclaveAttestationReport.body, 'base64'));
    bundle.enclaveAttestationReport.body = gzipSync(flip(report, 0x90)).toString('base64');
  } else if (part === 'vcek') {
    const vcek = Buffer.from(bundle.vcek, 'base64');
    bundle.vcek = flip(vcek, vcek.length - 1).toString('base64');
  } else {
    const [signature] = bundle.sigstoreBundle.dsseEnvelope.signatures;
    const bytes = Buffer.from(signature.sig, 'base64');
    signature.sig = flip(bytes, bytes.length - 1).toString('base64');
  }
  return Buffer.from(JSON.stringify(bundle));
}

test('the demonstration stands behind a button, and says SIMULATED in its answer', async () => {
  const { page, context, troubles } = await open(browser, { url: server.url });
  await loaded(page);
  assert.ok(await page.locator('#start').isVisible());
  assert.ok(await page.locator('#result').isHidden());
  assert.doesNotMatch(await page.title(), /SIMULATED/);
  await demonstrate(page);
  const banner = page.locator('answer-card');
  assert.match(await banner.getAttribute('data-state'), /^(verified|warning)$/);
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/);
  assert.match(await page.locator('.sentence').innerText(), /^SIMULATED/);
  assert.match(await page.title(), /^SIMULATED/);
  assert.equal(await page.locator('chain-link').count(), 9);
  assert.equal(await page.locator('end-cap').getAttribute('data-end'), 'complete');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the demonstration does not pass under a policy for real hardware', async () => {
  const { page, context } = await ready();
  for (const policy of ['tinfoil', '']) {
    await choose(page, { policy });
    await page.locator('#again').click();
    await settled(page);
    assert.doesNotMatch(await page.locator('answer-card').getAttribute('data-state'), /^(verified|warning)$/);
  }
  await context.close();
});

test('nothing leaves this origin, whatever is opened, and no policy is violated', async () => {
  const { page, context, troubles, requests } = await ready();
  await openAll(page);
  await pick(page, demonstration);
  await page.pdf();
  const { origin } = new URL(server.url);
  assert.ok(requests.length > 5);
  for (const url of requests) assert.ok(url.startsWith('blob:') || url.startsWith(origin), url);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the first answer takes at most ten requests, and the program is asked for once', async () => {
  const { page, context, troubles, requests } = await open(browser, { url: server.url });
  await page.click('#demonstration');
  await settled(page);
  await loaded(page);
  assert.ok(requests.length <= 10, requests.join('\n'));
  assert.equal(requests.filter((url) => url.endsWith('.wasm')).length, 1);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the server sends the policy of the page, and forbids framing', async () => {
  const response = await fetch(server.url);
  const parts = (policy) => policy.split(';').map((part) => part.trim().replace(/\s+/g, ' ')).toSorted();
  assert.deepEqual(parts(response.headers.get('content-security-policy')), parts(contentSecurityPolicy()));
});

test('no wording is missing in the demonstration', async () => {
  const { page, context } = await ready();
  await openAll(page);
  const text = await page.locator('main').innerText();
  const keys = text.match(/\b(ui|states|links|checks|why|verdicts|means|not-means|levels|flags|reasons|reveals|wanted)\.[a-z-]+(\.[a-z-]+)*/g);
  assert.deepEqual(keys ?? [], []);
  const titles = await page.locator('dt, h3, .finding-title strong').allInnerTexts();
  assert.deepEqual(titles.filter((title) => /^[a-z]+(\.[a-z-]+)+$/.test(title)), []);
  await context.close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing in the demonstration, ${colorScheme}, with everything open`, async () => {
    const { page, context } = await ready({ context: { colorScheme } });
    await openAll(page);
    assert.deepEqual(await axe(page), []);
    await context.close();
  });
}

test('the demonstration fits 320 px without scrolling sideways, with everything open', async () => {
  const { page, context } = await ready({ context: { viewport: { width: 320, height: 640 } } });
  await openAll(page);
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= client, `${scroll} > ${client}`);
  await context.close();
});

/** The field for pasting: an answer closes what was handed in. */
async function openPaste(page) {
  await openIntake(page);
  if (!(await page.locator('#paste').isVisible())) await page.locator('details.paste summary').click();
}

test('a picked, a dropped and a pasted bundle give the report of the command line, byte for byte', async () => {
  const expected = (name) => cliReport([[name, demonstration]], { policy: 'simulated' });
  assert.equal(JSON.parse(expected('picked')).simulated, true);
  const { page, context, troubles } = await ready();
  await choose(page);

  await pick(page, demonstration, 'picked');
  await choose(page, { policy: 'simulated' });
  await page.locator('#again').click();
  await settled(page);
  assert.equal(await shownReport(page), expected('picked'));

  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dropped'));
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
  }, demonstration.toString());
  await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('dropped'));
  await choose(page, { policy: 'simulated' });
  await page.locator('#again').click();
  await settled(page);
  assert.equal(await shownReport(page), expected('dropped'));

  for (const text of [demonstration.toString(), demonstration.toString('base64')]) {
    await openPaste(page);
    await page.locator('#paste').fill(text);
    await page.locator('#paste-check').click();
    await settled(page);
    await choose(page, { policy: 'simulated' });
    await page.locator('#again').click();
    await settled(page);
    assert.equal(await shownReport(page), expected('pasted text'));
  }
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a bundle that a reader hands in is not checked under the policy of the demonstration', async () => {
  const { page, context } = await ready();
  assert.equal(await page.locator('#policy').inputValue(), 'simulated');
  await pick(page, demonstration);
  assert.equal(await page.locator('#policy').inputValue(), '');
  assert.doesNotMatch(await page.locator('answer-card').getAttribute('data-state'), /^(verified|warning)$/);
  await context.close();
});

for (const [part, link] of [['report', 'report'], ['vcek', 'chip'], ['signature', 'provenance']]) {
  test(`one changed byte in the ${part} fails, and the page names the link ${link}`, async () => {
    const { page, context, troubles } = await ready();
    await pick(page, flipped(part));
    await choose(page, { policy: 'simulated' });
    await page.locator('#again').click();
    await settled(page);
    assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'failed');
    assert.equal(await page.locator(`#link-${link}`).getAttribute('data-state'), 'failed');
    assert.equal(await page.locator('end-cap').getAttribute('data-end'), 'early');
    await page.locator('.because a').first().click();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('data-outcome')), 'fail');
    assert.equal(await page.evaluate(() => document.activeElement.closest('chain-link').id), `link-${link}`);
    assert.deepEqual(troubles, []);
    await context.close();
  });
}

test('input that cannot be read says what happened, what it means and what to do', async () => {
  const { page, context, troubles } = await ready();
  for (const text of ['This is not evidence.', '{"domain": 7', 'AAAA']) {
    await openPaste(page);
    await page.locator('#paste').fill(text);
    await page.locator('#paste-check').click();
    await settled(page);
    const banner = page.locator('answer-card');
    assert.equal(await banner.getAttribute('data-state'), 'unknown', text);
    assert.match(await banner.getAttribute('data-code'), /^(malformed|missing|too-large|unsupported)$/);
    const parts = await banner.locator('dd').allInnerTexts();
    assert.equal(parts.length, 3);
    assert.ok(parts.every((part) => part.length > 10));
    assert.equal(await page.locator('chain-link').count(), 0);
  }
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a moment that is no date is asked for again, and nothing is checked', async () => {
  const { page, context } = await ready();
  await choose(page, { at: null, policy: 'simulated' });
  await page.locator('#moment-as-of').check();
  await page.locator('#time').fill('');
  await page.locator('#again').click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'time');
  assert.match(await page.locator('#intake-problem').innerText(), /date/);
  await context.close();
});

test('without the wasm file the state is Unknown', async () => {
  const { page, context } = await open(browser, { url: server.url, routes: { '**/*.wasm': (route) => route.abort() } });
  await settled(page);
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'unknown');
  assert.match(await page.locator('.sentence').innerText(), /nothing was checked/);
  await context.close();
});

test('a wasm file that is not the verifier is Unknown', async () => {
  const { page, context } = await open(browser, {
    url: server.url,
    routes: { '**/*.wasm': (route) => route.fulfill({ contentType: 'application/wasm', body: Buffer.from('0061736d01000000', 'hex') }) },
  });
  await settled(page);
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'unknown');
  await context.close();
});

test('the demonstration prints', async () => {
  const { page, context } = await ready();
  const pdf = await page.pdf({ format: 'A4' });
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  assert.ok(pdf.length > 20_000);
  await context.close();
});

test('a real bundle leads from AMD to the commit, with the report of the command line', async () => {
  if (!vectors('no real bundle was shown in the page')) return;
  const bundle = readFileSync(join(SHARED, 'vectors/tinfoil/attestation-bundle.json'));
  const { page, context, troubles } = await ready();
  await choose(page);
  await pick(page, bundle, 'attestation-bundle.json');
  // One container is named by tag, and nothing in the bundle says when it was made: the policy for
  // it allows the second for 90 days after the build.
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'warning');
  assert.equal(await page.locator('answer-card').getAttribute('data-headline'), 'verified');
  assert.match(await page.locator('answer-card .short').innerText(), /^Verified, but /);
  const sentence = await page.locator('.sentence').innerText();
  assert.match(sentence, /^Built from commit 7a4ca87d5481 of github\.com\/tinfoilsh\/confidential-model-router\.$/);
  assert.match(await page.locator('.because').innerText(), /Nothing here says when the evidence was made/);
  assert.equal(await page.locator('end-cap').getAttribute('data-end'), 'complete');
  assert.doesNotMatch(await page.locator('main').innerText(), /SIMULATED/);
  await openAll(page);
  const commit = await page.locator('.chain [data-claim="git.commit"] dd').innerText();
  assert.match(commit.replaceAll(/\s/g, ''), /^7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7/);
  assert.equal(await shownReport(page), cliReport([['attestation-bundle.json', bundle]]));
  await openAll(page);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a bundle whose certificate nobody here vouches for does not become younger by it', async () => {
  if (!vectors('no bundle with a certificate of its own was shown in the page')) return;
  const bundle = readFileSync(join(SHARED, 'vectors/faults/doctored/long.json'));
  const at = '2030-01-01T00:00:00Z';
  const { page, context } = await ready();
  await choose(page, { at });
  await pick(page, bundle, 'long.json');
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'unknown');
  assert.doesNotMatch(await page.locator('answer-card .short').innerText(), /Verified/);
  assert.equal(await shownReport(page), cliReport([['long.json', bundle]], { at }));
  await context.close();
});

test('a real bundle that is too old says what has expired', async () => {
  if (!vectors('no expired bundle was shown in the page')) return;
  const bundle = readFileSync(join(SHARED, 'vectors/tinfoil/attestation-bundle.json'));
  const { page, context } = await ready();
  await choose(page, { at: '2027-01-01T00:00:00Z' });
  await pick(page, bundle, 'attestation-bundle.json');
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'failed');
  assert.match(await page.locator('.chain').innerText(), /expired/i);
  await context.close();
});

test('a report and its certificates are recognised in any order', async () => {
  if (!vectors('no report with separate certificates was shown in the page')) return;
  const read = (name) => readFileSync(join(SHARED, 'vectors/amd', name));
  const files = [
    ['milan.vcek.pem', read('milan.vcek.pem')],
    ['milan.report', read('milan.report')],
    ['milan.ask.pem', read('milan.ask.pem')],
  ].map(([name, buffer]) => ({ name, mimeType: 'application/octet-stream', buffer }));
  const { page, context } = await ready();
  // The certificate of this chip is valid from 2026-02-05 to 2033-02-05.
  const at = '2026-06-01T00:00:00Z';
  const expected = JSON.parse(cliReport(files.map(({ name, buffer }) => [name, buffer]), { at }));
  for (const order of [files, files.toReversed()]) {
    await choose(page, { at });
    await page.locator('#files').setInputFiles(order);
    await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('milan.report'));
    const report = JSON.parse(await shownReport(page));
    assert.deepEqual(report.verdict, expected.verdict);
    assert.deepEqual(report.links, expected.links);
    assert.equal(report.links.find(({ id }) => id === 'report').state, 'verified');
    const told = report.files.map(({ name, became }) => `${name} ${became}`).toSorted();
    assert.deepEqual(told, ['milan.ask.pem used', 'milan.report evidence', 'milan.vcek.pem used']);
    await page.goto(server.url);
    await demonstrate(page);
  }
  await context.close();
});

test('files that are added to a check decide what was open', async () => {
  if (!vectors('no certificate was added to a report in the page')) return;
  const path = (name) => join(SHARED, 'vectors/amd', name);
  const { page, context } = await ready();
  await choose(page, { at: '2026-06-01T00:00:00Z' });
  await page.locator('#files').setInputFiles(path('milan.report'));
  await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('milan.report'));
  assert.doesNotMatch(await page.locator('answer-card').getAttribute('data-state'), /^(verified|warning)$/);
  assert.equal(await page.locator('#link-chip').getAttribute('data-state'), 'unknown');
  await page.locator('#add-files').setInputFiles([path('milan.vcek.pem'), path('milan.ask.pem')]);
  await page.waitForSelector('#link-chip[data-state="verified"], #link-chip[data-state="warning"]');
  assert.equal(await page.locator('#link-report').getAttribute('data-state'), 'verified');
  await context.close();
});

/** Drops `bytes` as a file on the page as it stands. */
const dropped = (page, bytes, name) =>
  page.evaluate(
    ([text, name]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name));
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
    },
    [bytes.toString(), name],
  );

/** The page, to which what `pattern` names comes only after `release()`. */
async function openHeld(pattern) {
  let release;
  const held = new Promise((done) => {
    release = done;
  });
  const routes = {
    [pattern]: async (route) => {
      await held;
      await route.continue();
    },
  };
  return { ...(await open(browser, { url: server.url, routes })), release };
}

test('a file that is dropped before the verifier is there is kept, and checked when it is', async () => {
  const { page, context, troubles, release } = await openHeld('**/*.wasm');
  await page.waitForSelector('#start h2');
  await page.waitForTimeout(300);
  await dropped(page, flipped('report'), 'early.json');
  release();
  await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('early.json'));
  await settled(page);
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'failed');
  assert.doesNotMatch(await page.title(), /SIMULATED: Verified/);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a demonstration that is asked for before the verifier is there is checked by its own policy', async () => {
  for (const [id, policy] of [['demonstration', 'simulated'], ['demonstration-build', 'simulated-build']]) {
    const { page, context, troubles, release } = await openHeld('**/*.wasm');
    await page.click(`#${id}`);
    await page.waitForTimeout(300);
    release();
    await settled(page);
    assert.ok((await page.locator('.subject').textContent()).includes(`policy ${policy} `), policy);
    assert.match(await page.title(), /SIMULATED/);
    assert.notEqual(await page.locator('answer-card').getAttribute('data-state'), 'failed');
    assert.deepEqual(troubles, []);
    await context.close();
  }
});

test('a file that is dropped before the wording is there is kept as well', async () => {
  const { page, context, release } = await openHeld('**/locales/en.json');
  await page.waitForFunction(() => document.readyState !== 'loading');
  await page.waitForTimeout(300);
  await dropped(page, flipped('report'), 'earliest.json');
  release();
  await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('earliest.json'));
  await settled(page);
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'failed');
  await context.close();
});

test('another policy changes the answer at once, and a date that is being written takes it down', async () => {
  const { page, context } = await ready();
  assert.match(await page.locator('answer-card').getAttribute('data-state'), /^(verified|warning)$/);
  await openIntake(page);
  await page.locator('#policy').selectOption('tinfoil');
  assert.equal(await page.locator('chain-link').count(), 0, 'the old answer is gone at once');
  await settled(page);
  assert.doesNotMatch(await page.locator('answer-card').getAttribute('data-state'), /^(verified|warning)$/);
  assert.doesNotMatch(await page.title(), /Verified/);
  await page.locator('#policy').selectOption('simulated');
  await settled(page);
  assert.match(await page.locator('answer-card').getAttribute('data-state'), /^(verified|warning)$/);
  await page.locator('#artifact').pressSequentially('sha256:');
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'checking');
  assert.equal(await page.locator('chain-link').count(), 0);
  assert.doesNotMatch(await page.title(), /Verified/);
  await context.close();
});

test('every file is listed with what became of it, and can be left out', async () => {
  const { page, context } = await ready();
  await page.locator('#files').setInputFiles([
    { name: 'bundle.json', mimeType: 'application/json', buffer: demonstration },
    { name: 'diary.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear diary') },
  ]);
  await page.waitForFunction(() => document.querySelectorAll('.file-list > li').length === 2);
  const list = page.locator('.file-list > li');
  await page.locator('section.files summary').click();
  assert.match(await list.nth(0).innerText(), /"bundle\.json": this is what was checked/);
  assert.match(await list.nth(1).innerText(), /"diary\.txt": not used/);
  assert.match(await page.locator('section.files summary').innerText(), /1 file was not used/);
  await list.nth(1).locator('button').click();
  await page.waitForFunction(() => document.querySelectorAll('.file-list > li').length === 1);
  await page.locator('section.files summary').click();
  await list.nth(0).locator('button').click();
  assert.ok(await page.locator('#result').isHidden());
  assert.ok(await page.locator('#start').isVisible());
  await context.close();
});

test('a policy file that is dropped is the policy, and a report of ours is no evidence', async () => {
  const policy = readFileSync(join(ROOT, 'src/engine/policies/simulated.json'));
  const { page, context } = await ready();
  await pick(page, demonstration, 'bundle.json');
  assert.doesNotMatch(await page.locator('answer-card').getAttribute('data-state'), /^(verified|warning)$/);
  await page.locator('#files').setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: policy });
  await page.waitForSelector('answer-card[data-state="verified"], answer-card[data-state="warning"]');
  await whole(page);
  assert.match(await page.locator('#intake-problem').innerText(), /"mine\.json" is a policy/);
  await openIntake(page);
  assert.match(await page.locator('#policy option:checked').innerText(), /"mine\.json", your file/);
  const report = await shownReport(page);
  await page.locator('#files').setInputFiles({ name: 'report.json', mimeType: 'application/json', buffer: Buffer.from(report) });
  await page.waitForFunction(() => document.querySelector('#intake-problem')?.textContent.includes('report.json'));
  assert.match(await page.locator('#intake-problem').innerText(), /"report\.json" is a report that a verifier wrote, and no evidence/);
  assert.match(await page.locator('.subject').innerText(), /bundle\.json/, 'what was checked before still stands');
  await context.close();
});

test('a file that is too large is named where the reader looks, and spoils no other', async () => {
  const { page, context } = await ready();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(17 * 1024 * 1024)], 'archive.zip'));
    data.items.add(new File([text], 'small.json'));
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
  }, demonstration.toString());
  await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('small.json'));
  const problem = page.locator('#intake-problem');
  assert.match(await problem.innerText(), /"archive\.zip" is larger than/);
  await page.evaluate(() => scrollTo(0, 1500));
  assert.ok((await problem.boundingBox()).y < 300, 'it stays in sight');
  await context.close();
});

test('the key of the service is shown whole, with how to compare it', async () => {
  if (!vectors('no real key was shown in the page')) return;
  const bundle = readFileSync(join(SHARED, 'vectors/tinfoil/attestation-bundle.json'));
  const { page, context } = await ready();
  await choose(page);
  await pick(page, bundle, 'attestation-bundle.json');
  const key = page.locator('#service-key .service-key').first();
  assert.match(await key.getAttribute('data-key'), /^[0-9a-f]{64}$/);
  assert.match(await key.innerText(), /openssl s_client -connect HOST:443/);
  await context.close();
});

test('a name in a token that nobody vouches for is told nowhere above the chain', async () => {
  if (!vectors('no spoofed name was shown in the page')) return;
  const path = (name) => join(SHARED, 'vectors/faults/doctored', name);
  const [, claims] = readFileSync(path('spoof.jwt'), 'utf8').split('.');
  const { sub } = JSON.parse(Buffer.from(claims, 'base64url'));
  assert.ok(sub.length > 20);
  const { page, context } = await ready();
  await choose(page, { at: '2026-02-01T00:00:00Z' });
  await page.locator('#files').setInputFiles([path('spoof.jwt'), path('spoof-jwks.json')]);
  await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('spoof.jwt'));
  const above = `${await page.locator('.meaning').innerText()} ${await page.locator('answer-card').innerText()}`;
  assert.ok(!above.includes(sub.slice(0, 16)), above);
  assert.doesNotMatch(await page.locator('answer-card').getAttribute('data-state'), /^(verified|warning)$/);
  await context.close();
});
