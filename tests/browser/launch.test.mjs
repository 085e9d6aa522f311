/** Claims about the built page when a description of a launch and its firmware are dropped on it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { packages } from '../packages.mjs';
import { loaded, open, openAll, settled, site } from './page.mjs';
import { browser, server, together } from './together.mjs';

/** From the sev crate's tests/measurement.rs, which has it from AMD's sev-snp-measure. */
const DIGEST =
  '6d287813eb5222d770f75005c664e34c204f385ce832cc2ce7d0d6f354454362f390ef83a92046c042e706363b4b08fa';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const DESCRIPTION = {
  schema: 'silicon-to-source/snp-launch/v1',
  kernel_sha256: EMPTY,
  initrd_sha256: EMPTY,
  command_line: 'console=ttyS0 loglevel=7',
  processors: 1,
  processor_type: 'EPYC-v4',
  features: 1,
  monitor: 'qemu',
};

/** The firmware image of the sev crate's own test. */
function firmware() {
  return readFileSync(join(packages().get('sev'), 'tests/measurement/ovmf_AmdSev_suffix.bin'));
}

together(site);

test('a described launch is measured on the page, and shown as no word about a machine', async () => {
  const { page, context, troubles } = await open(browser, { url: server.url });
  await loaded(page);
  const description = Buffer.from(JSON.stringify(DESCRIPTION));
  await page.locator('#files').setInputFiles([
    { name: 'OVMF.fd', mimeType: 'application/octet-stream', buffer: firmware() },
    { name: 'launch.json', mimeType: 'application/json', buffer: description },
  ]);
  await page.waitForFunction(() => document.querySelector('.subject')?.textContent.includes('launch.json'));
  await settled(page);
  assert.equal(await page.locator('answer-card').getAttribute('data-state'), 'not-published');
  await openAll(page);
  const text = (await page.locator('main').innerText()).replaceAll(/\s/g, '');
  assert.ok(text.includes(DIGEST), 'the digest is shown');
  assert.equal(await page.locator('chain-link[data-state="verified"]').count(), 0);
  assert.deepEqual(troubles, []);
  await context.close();
});
