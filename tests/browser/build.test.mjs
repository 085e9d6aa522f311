/**
 * Claims about the demonstration of a build: a container of the repository that this page is from,
 * with its commit and workflow file re-hashed, and about the digest that a reader asks for.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import test from 'node:test';

import { skipped } from '../skipped.mjs';
import { ROOT, SITE, axe, loaded, open, openAll, openIntake, settled, site } from './page.mjs';
import { browser, server, together } from './together.mjs';

const WORKFLOW = '.github/workflows/release.yml';

const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });

const LIST = join(SITE, 'demo/build/files.json');
const left = !existsSync(LIST) || JSON.parse(readFileSync(LIST, 'utf8')).length === 0;
const skip = left && 'the site was built without git, so it has no demonstration of a build';
if (skip) skipped(skip);

together(site);

/** The page with the demonstration of a build shown. */
async function shown(options = {}) {
  const opened = await open(browser, { url: server.url, ...options });
  const { page } = opened;
  await loaded(page);
  await page.locator('#demonstration-build').click();
  await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('provenance.sigstore.json'));
  await settled(page);
  return opened;
}

/** Has the same files examined again for `artifact`. */
async function ask(page, artifact) {
  await openIntake(page);
  await page.locator('#artifact').fill(artifact);
  await page.locator('#again').click();
  await settled(page);
}

const state = (page) => page.locator('answer-card').getAttribute('data-state');

/** The digest of a file of the demonstration; the signed build is about the image's index. */
const digest = (name) =>
  createHash('sha256').update(readFileSync(join(SITE, 'demo/build', name))).digest('hex');

test('a build shows its digest, the commit of this repository and its workflow, and says SIMULATED', { skip }, async () => {
  const { page, context, troubles } = await shown();
  assert.equal(await state(page), 'verified');
  assert.match(await page.locator('answer-card .short').innerText(), /^SIMULATED/);
  assert.equal(await page.locator('#link-provenance').getAttribute('data-state'), 'verified');
  assert.equal(await page.locator('#link-commit').getAttribute('data-state'), 'verified');
  assert.equal(await page.locator('#link-hardware-root').getAttribute('data-state'), 'not-published');
  const first = await page.locator('.chain chain-link').evaluateAll((all) => all.slice(0, 2).map(({ id }) => id));
  assert.deepEqual(first, ['link-provenance', 'link-commit'], 'what is shown comes before what is absent');
  await openAll(page);
  const text = await page.locator('main').innerText();
  const bare = (await page.locator('main').evaluate((main) => main.textContent)).replace(/\s+/g, '');
  const commit = git('rev-parse', 'HEAD').trim();
  assert.ok(bare.includes(commit), `the commit ${commit} is shown`);
  assert.ok(bare.includes(digest('image-manifest.json')), 'the digest of the manifest is shown');
  const workflow = git('show', `HEAD:${WORKFLOW}`);
  assert.ok(bare.includes(workflow.replace(/\s+/g, '')), 'the workflow file is shown as it is in the commit');
  assert.match(text, /Levels are about machines, and there is no hardware evidence here/);
  assert.deepEqual(text.match(/\b(checks|links|why|ui|wanted|reveals)\.[a-z-]+(\.[a-z-]+)*/g) ?? [], []);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the digest that a reader asks for decides, with and without its algorithm', { skip }, async () => {
  const { page, context } = await shown();
  await ask(page, digest('image-index.json'));
  assert.equal(await state(page), 'verified');
  await ask(page, `sha256:${digest('image-index.json')}`);
  assert.equal(await state(page), 'verified');
  await ask(page, `sha256:${'0'.repeat(64)}`);
  assert.equal(await state(page), 'failed');
  await context.close();
});

test('a digest that cannot be one is answered with a sentence, and nothing is verified', { skip }, async () => {
  const { page, context } = await shown();
  await ask(page, 'not a digest');
  assert.notEqual(await state(page), 'verified');
  await context.close();
});

test('a build with everything open fits 320 px without scrolling sideways', { skip }, async () => {
  const { page, context } = await shown({ context: { viewport: { width: 320, height: 640 } } });
  await openAll(page);
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= client, `${scroll} > ${client}`);
  await context.close();
});
