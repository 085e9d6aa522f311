/** Claims about what is remembered of a service, and about what is said to have changed. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { changeWords, keyWords } from '../../www/history.js';
import { useWording } from '../../www/wording.js';
import { card } from './fixtures/cards.mjs';
import { WWW, axe, loaded, open, serve, settled, stub } from './page.mjs';
import { browser, server, together } from './together.mjs';

const english = JSON.parse(readFileSync(join(WWW, 'locales/en.json'), 'utf8'));
useWording(english);

/** What the verifier remembers of a service, WRITTEN BY HAND. */
const own = (changes, { simulated = false, same = ['chip'] } = {}) => ({
  since: '2026-11-10T00:00:00Z',
  known: { last: { at: '2026-11-10T00:00:00Z' } },
  last: { at: '2026-11-12T00:00:00Z', simulated },
  changes,
  same,
});
const values = (...own) => own.map((value) => ({ name: 'some.claim', value }));
const change = (what, before, after, more = {}) => ({
  what,
  form: before.length === 0 ? 'new' : after.length === 0 ? 'gone' : 'changed',
  key: ['tls-key', 'sealed-key'].includes(what),
  before,
  after,
  ...more,
});
const commit = (last = '91') => change('commit', values('7a'.repeat(20)), values(`${'7a'.repeat(19)}${last}`));
const key = change('tls-key', values('11'.repeat(32)), values('22'.repeat(32)));

test('another commit is told with both commits, and what stayed is told after it', () => {
  const other = change('commit', values('7a'.repeat(20)), values('91'.repeat(20)));
  assert.deepEqual(changeWords(own([other])), [
    'The software changed from commit 7a7a7a7a7a7a to 919191919191.',
    'The kind of chip is the same.',
  ]);
  assert.deepEqual(changeWords(own([])), [], 'without a change nothing is told as staying');
});

test('the sentence about a key is told by itself, whatever else changed, and another change is none', () => {
  assert.equal(keyWords(own([commit(), key])), 'The TLS key that the machine names changed from 111111111111 to 222222222222.');
  assert.equal(keyWords(own([commit()])), null);
  assert.equal(keyWords(null), null);
});

test('two values that look alike when they are cut are not shown as if they were one', () => {
  assert.equal(changeWords(own([commit('7b')]))[0], 'The commits that are shown changed.');
});

test('one of several values is not told as the only one', () => {
  const more = change('image', values('sha256:' + 'ab'.repeat(32)), values(), { form: 'changed' });
  assert.equal(changeWords(own([more]))[0], 'What is shown of the images changed.');
  const gone = change('image', values('one', 'two'), []);
  assert.equal(changeWords(own([gone]))[0], 'No image is shown any more. Before, it was one, two.');
});

test('another edition of a policy has the same name', () => {
  const policy = (digest) => [{ name: '', value: `my policy ${digest.repeat(32)}` }];
  assert.equal(
    changeWords(own([change('policy', policy('aa'), policy('bb'))]))[0],
    'It is checked under another edition of the policy now.',
  );
});

test('what is simulated is said to be simulated', () => {
  const sentences = [...changeWords(own([commit(), key], { simulated: true })), keyWords(own([key], { simulated: true }))];
  assert.equal(sentences.length, 4);
  for (const sentence of sentences) assert.match(sentence, /^SIMULATED: /);
});

together(() => serve(WWW));

const SESSION = `
  export function subjects() { return '[{"id":"darkbloom","origin":"https://api.example.com"}]'; }
  export class Session {
    constructor(address) { this.origin = address; }
    first() { return JSON.stringify([{ what: 'a', url: this.origin + '/a', host: 'api.example.com', reveals: 'that-you-ask', limit: 1, timeout_ms: 1, reach: 'anyone' }]); }
    begin() {}
    record() {}
    asked() { return '{}'; }
    exchange() { return new Uint8Array([123, 125]); }
  }
  export function ask() { return Promise.resolve({ status: 200, failed: undefined, file: new Uint8Array() }); }
`;

/** A verifier that compares one key, WRITTEN BY HAND. */
const COMPARES = `
  const told = (since, known, last) => JSON.stringify({
    since, known: { last: known }, last, same: [],
    changes: known.key === last.key ? [] : [{
      what: 'tls-key', form: 'changed', key: true,
      before: [{ name: '', value: known.key }], after: [{ name: '', value: last.key }],
    }],
  });
  export function remembered(known, seen) {
    const [before, last] = [known && JSON.parse(known), JSON.parse(seen)];
    return before ? told(before.since, before.known.last, last) : told(last.at, last, last);
  }
  export function noticed(known) {
    const { last } = JSON.parse(known);
    return told(last.at, last, last);
  }
`;

/** What the verifier sees of a service with such a key. */
const seen = (byte) => JSON.stringify({ at: '2026-11-10T00:00:00Z', simulated: false, key: byte.repeat(32) });

/** The page, on which a service was asked of which the verifier sees this. */
async function asked(context, own) {
  const [state, more] = card('A5');
  const page = await context.newPage();
  const troubles = [];
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  for (const [pattern, handler] of Object.entries(stub(state, { ...more, seen: own, exports: SESSION + COMPARES }))) {
    await page.route(pattern, handler);
  }
  await page.goto(server.url);
  await loaded(page);
  await page.fill('#address', 'https://api.example.com');
  await page.press('#address', 'Enter');
  await page.click('#ask');
  await settled(page);
  await page.waitForSelector('#history');
  return { page, troubles };
}

test('the page remembers a service only when it is asked to, says what changed, and forgets', async () => {
  const opened = await open(browser, { url: server.url, routes: stub('verified') });
  const { context } = opened;
  const kept = (page) => page.evaluate(() => localStorage.getItem('s2s-history'));
  const first = await asked(context, seen('11'));
  assert.equal(await kept(first.page), null, 'nothing is kept without being asked');
  await first.page.click('#remember');
  assert.match(await first.page.locator('.since').innerText(), /nothing of what is remembered changed/);
  const second = await asked(context, seen('22'));
  const line = await second.page.locator('.since').innerText();
  assert.match(line, /^Since \d+ \w+: The TLS key that the machine names changed from 111111111111 to 222222222222\./);
  assert.deepEqual(await axe(second.page), []);
  await second.page.click('#noticed');
  await second.page.waitForSelector('#noticed', { state: 'detached' });
  assert.match(await second.page.locator('.since').innerText(), /nothing of what is remembered changed/);
  await second.page.click('#forget-history');
  assert.equal(await kept(second.page), null);
  assert.ok(await second.page.locator('#remember').isVisible());
  assert.deepEqual([...opened.troubles, ...first.troubles, ...second.troubles], []);
  await context.close();
});


test('each string of the extension is said somewhere, and each that is said is there', () => {
  const folder = join(WWW, 'extension');
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const said = [...sources.matchAll(/(?:words\(|counted\(|say\(\['extension', )'([a-z.-]+)'/g)].map(([, key]) => key);
  const chosen = [
    ...['asking', 'waiting', 'soon', 'expired', 'not-allowed'],
    ...['vendor.amd', 'vendor.intel', 'key.read', 'key.untold', 'bar.failed', 'bar.key'],
    ...['simulation', 'simulation-end'],
  ];
  const forms = (key) => (key in english.extension ? [key] : ['one', 'other'].map((form) => `${key}.${form}`));
  assert.deepEqual(Object.keys(english.extension).sort(), [...new Set([...said, ...chosen].flatMap(forms))].sort());
});
