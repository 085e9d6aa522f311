/** Claims about what is remembered of a service, and about what is said to have changed. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { COMPARED, changes, changesKey, changeWords, noticed, remembered } from '../../www/history.js';
import { useWording } from '../../www/wording.js';
import { card } from './fixtures/cards.mjs';
import { WWW, axe, loaded, open, serve, settled, stub } from './page.mjs';
import { browser, server, together } from './together.mjs';

const english = JSON.parse(readFileSync(join(WWW, 'locales/en.json'), 'utf8'));
useWording(english);

/** What the verifier shows of a service, WRITTEN BY HAND. */
const seen = (values = {}, more = {}) => ({
  at: '2026-11-10T00:00:00Z',
  level: 'A5',
  policy: 'drawn-by-hand',
  policySha256: 'd0'.repeat(32),
  simulated: false,
  absent: false,
  values: {
    tls: [`key.tls-spki-sha256\t\t${'11'.repeat(32)}`],
    commit: [`git.commit\t\t${'7a'.repeat(20)}`],
    repository: ['git.repository\t\thttps://github.com/someone/something'],
    chip: ['snp.product\t\tMilan'],
    ...values,
  },
  ...more,
});
const commit = (hex) => ({ commit: [`git.commit\t\t${hex}`] });
const tls = (byte) => ({ tls: [`key.tls-spki-sha256\t\t${byte.repeat(32)}`] });

test('each kind of change has a sentence for each way in which a value can change, and none is left over', () => {
  const kinds = [...COMPARED, 'level', 'policy'];
  for (const kind of kinds) {
    assert.deepEqual(Object.keys(english.history[kind]).sort(), ['changed', 'differs', 'gone', 'new'], kind);
  }
  const others = ['forget', 'forgotten', 'noticed', 'remember', 'remember-sentence', 'same', 'since', 'since-none'];
  assert.deepEqual(Object.keys(english.history).sort(), [...kinds, ...others].sort());
});

test('another commit is told with both commits, and what stayed is told after it', () => {
  const [before, now] = [seen(), seen(commit('91'.repeat(20)))];
  assert.deepEqual(changes(before, now).map(({ what }) => what), ['commit']);
  assert.deepEqual(changeWords(before, now), [
    'The software changed from commit 7a7a7a7a7a7a to 919191919191.',
    'The kind of chip is the same.',
  ]);
});

test('each value that is compared is told as changed where it changed, and no other is', () => {
  for (const what of COMPARED) {
    const now = seen({ [what]: ['some.claim\t\tanother value'] });
    assert.deepEqual(changes(seen({ [what]: ['some.claim\t\ta value'] }), now).map((one) => one.what), [what]);
  }
});

test('a new key is a change of a key, and another commit is none', () => {
  assert.equal(changesKey(changes(seen(), seen(tls('22')))), true);
  assert.equal(changesKey(changes(seen(), seen(commit('91'.repeat(20))))), false);
});

test('two values that look alike when they are cut are not shown as if they were one', () => {
  const [before, now] = ['7a', '7b'].map((last) => seen(commit(`${'7a'.repeat(19)}${last}`)));
  assert.deepEqual(changeWords(before, now)[0], 'The commits that are shown changed.');
});

test('a service that publishes nothing any more shows another level, and no list of what is gone', () => {
  const now = { ...seen(), level: 'A0', absent: true, values: {} };
  assert.deepEqual(changes(seen(), now).map(({ what }) => what), ['level']);
});

test('a change is told until the reader takes notice, however often the service is checked meanwhile', () => {
  const [first, second, third] = ['11', '22', '33'].map((byte, day) => seen(tls(byte), { at: `2026-11-1${day}T00:00:00Z` }));
  let own = remembered(null, first);
  own = remembered(own, { ...first, at: '2026-11-10T12:00:00Z' });
  assert.equal(own.since, '2026-11-10T00:00:00Z');
  assert.equal(own.base.at, '2026-11-10T12:00:00Z');
  own = remembered(remembered(own, second), third);
  assert.equal(own.base.at, '2026-11-10T12:00:00Z');
  assert.equal(changes(own.base, own.last).length, 1);
  own = noticed(own);
  assert.deepEqual([changes(own.base, own.last), own.since], [[], third.at]);
});

test('what is simulated is said to be simulated', () => {
  const now = seen(commit('91'.repeat(20)), { simulated: true });
  for (const sentence of changeWords(seen(), now)) assert.match(sentence, /^SIMULATED: /);
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

/** The page, on which a service was asked of which the verifier shows this. */
async function asked(context, own) {
  const [state, more] = card('A5');
  const page = await context.newPage();
  const troubles = [];
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  for (const [pattern, handler] of Object.entries(stub(state, { ...more, exports: `${SESSION}
    export function seen() { return ${JSON.stringify(JSON.stringify(own))}; }` }))) {
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
  const first = await asked(context, seen());
  assert.equal(await kept(first.page), null, 'nothing is kept without being asked');
  await first.page.click('#remember');
  assert.match(await first.page.locator('.since').innerText(), /nothing of what is remembered changed/);
  const second = await asked(context, seen(tls('22')));
  const line = await second.page.locator('.since').innerText();
  assert.match(line, /^Since \d+ \w+: The TLS key that the machine names changed from 111111111111 to 222222222222\./);
  assert.deepEqual(await axe(second.page), []);
  await second.page.click('#noticed');
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
