/**
 * Claims about what the page and the offline file say of their own build, with the record of a SIMULATED release
 * of this very build.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';

import { skipped } from '../skipped.mjs';
import { EMPTY, onDisk } from './offline.mjs';
import { SITE, axe, loaded, open, settled, site } from './page.mjs';
import { browser, server, together } from './together.mjs';

const SIMULATED = resolve(SITE, '../simulated-release');
const skip = !existsSync(SIMULATED) && `${SIMULATED} is absent: build the site with "cargo site build"`;
if (skip) skipped(skip);

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const file = (name) => readFileSync(join(SITE, name));
const manifest = JSON.parse(file('verifier-manifest.json').toString());

together(site);

/** The page with what lies beside a release's page, and what it says of itself opened. */
async function opened(beside = {}) {
  const routes = Object.fromEntries(
    Object.entries(beside).map(([name, body]) => [`**/${name}`, (route) => route.fulfill({ body })]),
  );
  const page = await open(browser, { url: server.url, routes });
  await loaded(page.page);
  await page.page.locator('#about-page > summary').click();
  await page.page.locator('.about-page p').first().waitFor();
  return page;
}

/** A simulated release as it lies beside the page. */
const released = () =>
  Object.fromEntries(readdirSync(SIMULATED).map((name) => [name, readFileSync(join(SIMULATED, name))]));

test('the list names each file of the site by its digest, the wasm, the policies and the keys', () => {
  const made = (name) => /^(\.well-known|_headers|verifier-manifest\.json|release\.intoto\.jsonl)(\/|$)/.test(name);
  const names = readdirSync(SITE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(SITE.length + 1).replaceAll('\\', '/'))
    .filter((name) => !made(name));
  assert.deepEqual(Object.keys(manifest.files).toSorted(), names.toSorted());
  for (const name of names) assert.equal(manifest.files[name], sha256(file(name)), name);
  assert.equal(manifest.wasm.sha256, manifest.files[manifest.wasm.path]);
  assert.ok(Object.keys(manifest.policies).length > 20);
  // NVIDIA's certificate has no last moment (RFC 5280 section 4.1.2.5).
  const endless = manifest.roots.filter(({ kind, until }) => kind === 'certificate' && !until);
  assert.deepEqual(endless.map(({ name }) => name), ['NVIDIA Device Identity CA']);
  assert.match(manifest.toolchain.rustc, /^rustc \d/);
});

test('WEBCAT finds who may sign, and the bytes to sign name the same digests', () => {
  const enrollment = JSON.parse(file('.well-known/webcat/enrollment.json').toString());
  assert.equal(enrollment.type, 'sigstore');
  assert.match(enrollment.claims['2.5.29.17'], /\/\.github\/workflows\/page\.yml@refs\/heads\/main$/);
  const signed = JSON.parse(readFileSync(resolve(SITE, '../webcat/manifest.canonical.json'), 'utf8'));
  const hex = Object.entries(signed.files).map(([path, digest]) => [path.slice(1), Buffer.from(digest, 'base64url').toString('hex')]);
  assert.deepEqual(Object.fromEntries(hex), manifest.files);
});

test('without a record the page says what it is, that it cannot vouch for itself, and that nothing is signed', { skip }, async () => {
  const { page, context, troubles } = await opened();
  const text = await page.locator('.about-page').innerText();
  assert.match(text, new RegExp(`This page says that it is release ${manifest.version}\\. It cannot vouch for itself: compare this digest`));
  assert.match(text, /No signed record lies beside this page\./);
  const bare = (await page.locator('.about-page').evaluate((element) => element.textContent)).replace(/\s+/g, '');
  assert.ok(bare.includes(sha256(file('verifier-manifest.json'))), 'the digest of the list');
  assert.ok(bare.includes(manifest.wasm.sha256), 'the digest of the verifier');
  if (manifest.commit) assert.ok(bare.includes(manifest.commit), 'the commit');
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('a release shows its record by the same report, and a changed list of files fails it', { skip }, async () => {
  const { page, context, troubles } = await opened(released());
  await page.locator('#check-record').click();
  await settled(page);
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'verified');
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/);
  assert.deepEqual(troubles, []);
  await context.close();

  const changed = JSON.stringify({ ...manifest, files: { ...manifest.files, 'app.js': '0'.repeat(64) } });
  const other = await opened({ ...released(), 'verifier-manifest.json': changed });
  await other.page.locator('#check-record').click();
  await settled(other.page);
  assert.equal(await other.page.locator('answer-card').getAttribute('data-state'), 'failed');
  await other.context.close();
});

test('a record that is spoiled is told as that', { skip }, async () => {
  const record = JSON.parse(released()['release.intoto.jsonl'].toString());
  record.dsseEnvelope.payload = Buffer.from(
    Buffer.from(record.dsseEnvelope.payload, 'base64').toString().replace('release.yml', 'rel3ase.yml'),
  ).toString('base64');
  const { page, context } = await opened({ ...released(), 'release.intoto.jsonl': JSON.stringify(record) });
  await page.locator('#check-record').click();
  await settled(page);
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'failed');
  await context.close();
});

test('the offline file says which release it is, and that it cannot vouch for itself', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(onDisk(EMPTY));
  const says = await page.locator('#says').innerText();
  assert.match(says, new RegExp(`This file says that it is release ${manifest.version}\\. It cannot vouch for itself`));
  await context.close();
});
