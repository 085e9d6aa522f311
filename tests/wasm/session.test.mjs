/** What this process asked is an argument: a session that comes as a file is a recording. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { verifier } from './surface.mjs';

const AT = '2026-02-01T00:00:10Z';

/** A session with a host that has nothing at the address, as a page carries it out. */
async function session() {
  const own = new verifier.Session('http://127.0.0.1:9');
  own.begin('2026-02-01T00:00:00Z');
  const [first] = JSON.parse(own.first());
  const real = globalThis.fetch;
  globalThis.fetch = async () => new Response('404 page not found', { status: 404 });
  try {
    const asked = await verifier.ask(JSON.stringify(first), new AbortController().signal);
    own.record(JSON.stringify(first), asked);
  } finally {
    globalThis.fetch = real;
  }
  return own;
}

function report(own, asked, change = (text) => text) {
  const text = new TextDecoder().decode(own.exchange());
  const bytes = new TextEncoder().encode(change(text));
  return JSON.parse(verifier.verify([{ name: 'session', bytes }], { at: AT, asked }));
}

test('a session that this process asked is told as its own', async () => {
  const own = await session();
  const told = report(own, own.asked());
  assert.equal(told.headline.of, 'http://127.0.0.1:9');
  assert.equal(told.recorded_at, undefined);
  assert.equal(told.verdict.state, 'not-published');
});

test('the same session as a file is told as a recording, and nobody was asked', async () => {
  const told = report(await session(), undefined);
  assert.equal(told.headline.of, null);
  assert.equal(told.recorded_at, '2026-02-01T00:00:00Z');
});

test('a session file that says something else than what was asked fails', async () => {
  const own = await session();
  for (const [from, to] of [
    ['http://127.0.0.1:9', 'http://127.0.0.1:8'],
    ['2026-02-01T00:00:00Z', '2026-02-01T00:00:01Z'],
  ]) {
    const told = report(own, own.asked(), (text) => text.replaceAll(from, to));
    assert.equal(told.verdict.state, 'failed', to);
    const because = told.verdict.because.map(({ check }) => check);
    assert.deepEqual([...new Set(because)], ['exchange.consistent'], to);
  }
});

test('the key of the connection is written down as the shell says it, and one of another length is refused', async () => {
  const own = new verifier.Session('http://127.0.0.1:9');
  own.begin('2026-02-01T00:00:00Z');
  const first = JSON.stringify(JSON.parse(own.first())[0]);
  const fetched = async () => new Response('404 page not found', { status: 404 });
  const asked = await verifier.ask(first, new AbortController().signal, fetched);
  assert.throws(() => own.record(first, asked, new Uint8Array(31)), { code: 'usage', message: /32 bytes/ });
  own.record(first, asked, new Uint8Array(32).fill(0xab));
  own.record(first, asked);
  const keys = JSON.parse(own.asked()).answers.map(({ tls_spki_sha256: key }) => key);
  assert.deepEqual(keys, ['ab'.repeat(32), undefined]);
  const exchange = JSON.parse(new TextDecoder().decode(own.exchange()));
  assert.equal(exchange.answers[0].outcome.tls_spki_sha256, 'ab'.repeat(32));
});

test('what came of one question is not written down as the answer to another', async () => {
  const own = new verifier.Session('http://127.0.0.1:9');
  own.begin('2026-02-01T00:00:00Z');
  const [first, second] = JSON.parse(own.first()).map((request) => JSON.stringify(request));
  const fetch = async () => new Response('{}', { status: 200, headers: { 'content-type': 'application/json' } });
  const asked = await verifier.ask(second, new AbortController().signal, fetch);
  assert.throws(() => own.record(first, asked), { code: 'usage', message: /another question/ });
  const elsewhere = JSON.stringify({ ...JSON.parse(second), url: 'http://127.0.0.1:8/v1/encryption-key' });
  assert.throws(() => own.record(elsewhere, asked), { code: 'usage', message: /another question/ });
  own.record(second, asked);
});

test('an answer that came from another address, because it was followed there, is none', async () => {
  const own = new verifier.Session('http://127.0.0.1:9');
  const [first] = JSON.parse(own.first()).map((request) => JSON.stringify(request));
  const followed = async () => Object.defineProperty(new Response('{}'), 'redirected', { value: true });
  const asked = await verifier.ask(first, new AbortController().signal, followed);
  assert.equal(asked.failed, 'redirect');
});
