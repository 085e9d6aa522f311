/**
 * Claims about the page against the simulated sidecar (`s2s-sim`): the
 * whole chain with a fresh nonce, and each fault switched on in turn.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { after, before } from 'node:test';

import { CLI } from '../target.mjs';
import { service } from './faults.mjs';
import { axe, launch, open, openIntake, settled, site } from './page.mjs';

const SIMULATED = join(dirname(CLI), 's2s-sim');

/** How many ports the sidecar needs: one for each fault, and one for the healthy coordinator. */
const PORTS = 40;

let browser;
let built;
let sidecar;
/** @type {Map<string, string>} origins by fault */
const origins = new Map();

before(async () => {
  for (const program of [CLI, SIMULATED]) {
    assert.ok(existsSync(program), `${program} is missing: build it with "cargo build --workspace"`);
  }
  [browser, built] = await Promise.all([launch(), site()]);
  // Below the ports that the system hands out for connections.
  const port = 12_000 + Math.floor(Math.random() * 20_000);
  sidecar = spawn(SIMULATED, ['--all-faults', '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise((done, fail) => {
    sidecar.once('exit', (code) => fail(new Error(`the sidecar ended with ${code}`)));
    const read = (line) => {
      const [, fault, origin] = line.match(/^SIMULATED (\S+) (http:\S+)$/) ?? [];
      if (fault) origins.set(fault, origin);
      if (/"listening"/.test(line) && origins.size > 1 && origins.size < PORTS) done();
    };
    for (const stream of [sidecar.stdout, sidecar.stderr]) createInterface(stream).on('line', read);
  });
});

after(async () => {
  sidecar?.kill();
  await browser?.close();
  await built?.close();
});

/** A page on which the reader chose `policy`. */
async function ready(policy = 'simulated', options = {}) {
  const opened = await open(browser, { url: built.url, ...options });
  const { page } = opened;
  await openIntake(page);
  if (policy) {
    await page.selectOption('#policy', '');
    await page.selectOption('#policy', policy);
  }
  return opened;
}

async function ask(page, origin) {
  await page.fill('#address', origin);
  await page.press('#address', 'Enter');
  await page.waitForSelector('.plan:not([hidden])');
  await page.click('#ask');
  await page.waitForSelector('.plan[data-asked="done"]', { timeout: 60_000 });
  await settled(page);
}

async function downloaded(page, selector) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
  return readFileSync(await file.path(), 'utf8');
}

const state = (page) => page.locator('answer-card').getAttribute('data-state');
const ownTroubles = (troubles) =>
  troubles.filter((trouble) => !/Failed to load resource|blocked by CORS policy/.test(trouble));

test('a fresh nonce, the whole chain, A5 and a commit, SIMULATED throughout', async () => {
  const { page, context, troubles } = await ready();
  await ask(page, origins.get('healthy'));
  assert.equal(await state(page), 'verified');
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/);
  assert.match(await page.locator('.level').innerText(), /A5/);
  assert.equal(await page.locator('end-cap').getAttribute('data-end'), 'complete');
  const report = JSON.parse(await downloaded(page, '#download-report'));
  assert.equal(report.simulated, true);
  assert.equal(report.flags.freshness, 'challenge');
  assert.equal(report.flags.key, 'bound');
  const commit = report.claims.find(({ name }) => name === 'git.commit');
  assert.match(commit.value.hex, /^[0-9a-f]{40}$/);
  const row = await page.locator('[data-row="software"] dd').innerText();
  assert.ok(row.includes(commit.value.hex.slice(0, 12)), row);
  const exchange = JSON.parse(await downloaded(page, '#download-exchange'));
  const nonce = await page.locator('#nonce').textContent();
  assert.equal(exchange.nonce, nonce);
  const document_ = JSON.parse(Buffer.from(exchange.answers[0].outcome.body, 'base64').toString());
  assert.equal(document_.nonce, nonce);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a simulated root is never a vendor\'s: without the policy for simulations it fails', async () => {
  const { page, context } = await ready(null);
  await ask(page, origins.get('healthy'));
  assert.equal(await state(page), 'failed');
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/);
  await page.click('#simulated-check');
  await settled(page);
  assert.equal(await state(page), 'verified');
  await context.close();
});

test('what the service says stands beside what was shown', async () => {
  const { page, context } = await ready();
  await ask(page, origins.get('healthy'));
  const stated = page.locator('section.stated');
  assert.ok((await stated.locator('[data-stated="commit"] tr[data-standing="agrees"]').count()) > 0);
  assert.equal(await stated.locator('tr[data-standing="contradicts"]').count(), 0);
  assert.ok((await stated.locator('tr[data-standing="not-shown"]').count()) > 0);
  await context.close();
});

test('the same exchange is a recording for the command line, and says the same of the machine', async () => {
  const { page, context } = await ready();
  await ask(page, origins.get('healthy'));
  const json = await downloaded(page, '#download-report');
  const exchange = await downloaded(page, '#download-exchange');
  const { checked_at: at } = JSON.parse(json);
  const child = spawn(CLI, ['verify', '-', '--policy', 'simulated', '--at', at, '--json']);
  child.stdin.end(exchange);
  let out = '';
  for await (const piece of child.stdout) out += piece;
  const [asked, recorded] = [JSON.parse(json), JSON.parse(out)];
  assert.equal(recorded.recorded_at, JSON.parse(exchange).started_at);
  assert.deepEqual([asked.verdict.state, recorded.verdict.state], ['verified', 'warning']);
  assert.deepEqual([asked.flags.freshness, recorded.flags.freshness], ['challenge', 'given']);
  assert.deepEqual(recorded.ends_at, asked.ends_at);
  assert.deepEqual(recorded.claims, asked.claims);
  await context.close();
});

for (const [fault, expected, check, sentence] of [
  ['old-nonce', 'failed', 'binding.nonce', /another challenge/],
  ['replayed', 'failed', 'binding.digest', /./],
  ['stripped-evidence', 'failed', 'binding.evidence-types', /./],
  ['swapped-sealed-key', 'failed', 'binding.sealed-key', /key/],
  ['wrong-image', 'failed', 'coordinator.image', /image/],
  ['expired-collateral', 'failed', 'snp.crl.freshness', /revocation list/],
  ['revoked-chip', 'failed', 'snp.crl.revocation', /revoked/],
  ['debug', 'failed', 'snp.guest-policy.debug', /debug/i],
  ['404', 'not-published', 'coordinator.answer', /publishes no attestation/],
  ['503', 'not-published', 'coordinator.answer', /no attestation/],
  ['no-cors', 'unknown', 'coordinator.answer', /no answer that could be read/],
  ['slow', 'unknown', 'coordinator.answer', /no answer that could be read/],
  // A browser may tell no more of an answer that broke off at once than of one that never came.
  ['truncated', 'unknown', 'coordinator.answer', /no answer that could be read/],
  ['oversized', 'unknown', 'coordinator.answer', /no answer that could be read/],
  ['wrong-type', 'unknown', 'coordinator.answer', /no answer that could be read/],
  ['bad-json', 'unknown', 'coordinator.document', /not a document/],
  ['redirect', 'unknown', 'coordinator.answer', /no answer that could be read/],
]) {
  test(`${fault}: ${expected}, by ${check}, and the sentence says why`, async () => {
    assert.ok(origins.has(fault), `the sidecar has no ${fault}`);
    const { page, context, troubles } = await ready();
    await ask(page, origins.get(fault));
    assert.equal(await state(page), expected);
    const report = JSON.parse(await downloaded(page, '#download-report'));
    const blamed = report.verdict.because.map((one) => one.check);
    assert.ok(blamed.includes(check), `${check} is not among ${blamed}`);
    assert.match(await page.locator('.because').innerText(), sentence);
    assert.ok(expected !== 'failed' || blamed.length === 1, `only ${check} fails: ${blamed}`);
    assert.deepEqual(ownTroubles(troubles), []);
    await context.close();
  });
}

test('an answer that a cache kept is shown as cached, with its age', async () => {
  const kept = await (await fetch(`${origins.get('healthy')}/v1/coordinator/attestation`)).text();
  const key = await (await fetch(`${origins.get('healthy')}/v1/encryption-key`)).text();
  const cache = await service((path, response) => {
    response.writeHead(200, {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'age',
      'content-type': 'application/json',
      'age': '42',
    });
    response.end(path.startsWith('/v1/encryption-key') ? key : kept);
  });
  const { page, context } = await ready();
  await ask(page, cache.origin);
  const report = JSON.parse(await downloaded(page, '#download-report'));
  assert.equal(report.flags.freshness, 'cached');
  assert.notEqual(report.verdict.state, 'verified');
  await context.close();
  await cache.close();
});
