/**
 * Requests that are sealed to a service that was checked: against a counterpart that was written from the
 * description of the real one (`Layr-Labs/d-inference`, `coordinator/api/sender_encryption.go` at 108fde4),
 * with TweetNaCl, beside the simulated coordinator's evidence.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, request as asking } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import nacl from 'tweetnacl';

import { CLI } from '../target.mjs';
import { down, folder, imported, project, takenDown } from './packed.mjs';
import { simulated } from './service.mjs';

after(down);

const SEALED = 'application/eigeninference-sealed+json';
const PROMPTS = '/v1/chat/completions';
const POLICY = { policy: 'simulated' };

/** The simulated coordinator's key, which anybody can read in crates/sim. */
const OWN = nacl.box.keyPair.fromSecretKey(Buffer.from('SIMULATED X25519 secret key 0001'));
const OTHER = nacl.box.keyPair.fromSecretKey(Buffer.from('SIMULATED X25519 secret key 0002'));

const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const id = (key) => createHash('sha256').update(key).digest('hex').slice(0, 16);

let own;
let healthy;

before(async () => {
  const { path } = project();
  [own, healthy] = await Promise.all([imported(path), simulated()]);
});

/** Seals what the service says to the sender of `opened`. */
function box(text, { sender, pair }, nonce = nacl.randomBytes(24)) {
  return base64(Buffer.concat([nonce, nacl.box(Buffer.from(text), nonce, sender, pair.secretKey)]));
}

/** What a sealed request holds, for the holder of `pair`. */
function opened(body, pair) {
  const envelope = JSON.parse(body);
  assert.deepEqual(Object.keys(envelope).sort(), ['ciphertext', 'ephemeral_public_key', 'kid']);
  const [sender, sealed] = [bytes(envelope.ephemeral_public_key), bytes(envelope.ciphertext)];
  assert.equal(sender.length, 32);
  const plain = nacl.box.open(sealed.subarray(24), sealed.subarray(0, 24), sender, pair.secretKey);
  return { kid: envelope.kid, sender, pair, sealed: envelope.ciphertext, plain: plain && Buffer.from(plain).toString() };
}

/** Answers a prompt at once, as the coordinator does. */
function whole(request, response) {
  const { plain } = request;
  const said = JSON.stringify({ choices: [{ message: { role: 'assistant', content: `heard: ${plain}` } }] });
  response.writeHead(200, { 'content-type': SEALED, 'x-eigen-sealed': 'true' });
  response.end(JSON.stringify({ kid: request.kid, ciphertext: box(said, request) }));
}

/**
 * A coordinator: evidence of `evidence`, the key that `state.pair` is, and an answer to prompts. Every request
 * for a prompt is counted and kept.
 */
async function coordinator({ evidence = healthy, answer = whole, change } = {}) {
  const state = { pair: OWN, prompts: [], keys: 0, answer, isSilent: false };
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, 'http://localhost');
    if (pathname === PROMPTS) {
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      const body = Buffer.concat(pieces).toString();
      state.prompts.push({ body, headers: request.headers });
      const found = request.headers['content-type'] === SEALED ? opened(body, OWN) : { plain: null };
      state.answer(found, response, request);
    } else if (pathname === '/v1/encryption-key') {
      state.keys += 1;
      const { publicKey } = state.pair;
      response.writeHead(state.isSilent ? 500 : 200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ kid: id(publicKey), public_key: base64(publicKey), algorithm: 'x25519-nacl-box' }),
      );
    } else {
      // The binding names the host that is asked: this one.
      const { hostname, port } = new URL(evidence);
      const headers = { host: request.headers.host };
      asking({ hostname, port, path: pathname + search, headers }, async (came) => {
        const pieces = [];
        for await (const piece of came) pieces.push(piece);
        const body = Buffer.concat(pieces).toString();
        response.writeHead(came.statusCode, { 'content-type': came.headers['content-type'] });
        response.end(change ? change(body) : body);
      }).end();
    }
  });
  takenDown(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(state, { origin: `http://127.0.0.1:${server.address().port}` });
}

const connected = (service, options = {}) => own.connect(service.origin, { ...POLICY, require: 'A4', ...options });

/** Asserts that a call is refused, for a reason, and that no prompt came to the service. */
async function sendsNothing(service, call, code, reason) {
  await assert.rejects(call, (error) => {
    assert.equal(error.code, code, `${error.name}: ${error.message}`);
    if (reason) assert.equal(error.reason, reason);
    if (code === 'not-sent') assert.match(error.message, /^Your request was not sent: .*\.$/);
    return true;
  });
  assert.equal(service.prompts.length, 0);
}

test('a prompt that is sealed to a checked coordinator is answered', async () => {
  for (const service of [await coordinator(), { origin: healthy, prompts: null }]) {
    const session = await connected(service);
    assert.equal(session.origin, service.origin);
    assert.equal(session.report.flags.freshness, 'challenge');
    const request = { model: 'm', messages: [{ role: 'user', content: 'W\u00e4re das geheim?' }] };
    const answer = await session.sealedFetch(PROMPTS, {
      body: JSON.stringify(request),
      headers: { authorization: 'Bearer word' },
    });
    assert.equal(answer.status, 200);
    const [{ message }] = (await answer.json()).choices;
    if (!service.prompts) {
      assert.equal(message.content, 'SIMULATED answer to: W\u00e4re das geheim?');
      continue;
    }
    assert.equal(message.content, `heard: ${JSON.stringify(request)}`);
    const [{ body, headers }] = service.prompts;
    assert.equal(headers.authorization, 'Bearer word');
    assert.equal(headers['content-type'], SEALED);
    assert.ok(!body.includes('geheim') && JSON.parse(body).kid === id(OWN.publicKey));
    assert.equal(service.keys, 2, 'the key is asked for again before each request');
    await session.sealedFetch(PROMPTS, { body: JSON.stringify(request) });
    const keys = service.prompts.map((prompt) => JSON.parse(prompt.body).ephemeral_public_key);
    assert.equal(new Set(keys).size, 2, 'each request has a key of its own');
  }
});

test('an answer that comes event by event is opened as it comes', async () => {
  const events = ['data: {"a":1}', 'event: x\ndata: {"b":"\u00fc"}', 'data: [DONE]'];
  const service = await coordinator({
    answer: async (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const text = `: open\n\n${events.map((event) => `data: ${box(event, request)}\n\n`).join('')}`;
      for (let at = 0; at < text.length; at += 37) {
        response.write(text.slice(at, at + 37));
        await new Promise((done) => setTimeout(done, 1));
      }
      response.end();
    },
  });
  const session = await connected(service);
  const answer = await session.sealedFetch(PROMPTS, { body: '{"stream":true}' });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream');
  assert.equal(await answer.text(), events.map((event) => `${event}\n\n`).join(''));
});

test('nothing is sent where evidence falls short', async () => {
  const swapped = await coordinator();
  swapped.pair = OTHER;
  await sendsNothing(swapped, connected(swapped), 'not-enough');
  for (const fault of ['old-nonce', 'replayed', 'wrong-image', 'debug', '404', 'stripped-evidence']) {
    const service = await coordinator({ evidence: await simulated(fault) });
    await sendsNothing(service, connected(service), 'not-enough');
  }
  // A machine whose image is not known is enough for whoever asks for no more.
  const change = (body) => JSON.stringify({ ...JSON.parse(body), reference_values: [] });
  const machine = await coordinator({ change });
  const lower = { policy: 'simulated-machine', require: 'A3' };
  await sendsNothing(machine, connected(machine, { ...lower, require: 'A4' }), 'not-enough');
  assert.equal((await connected(machine, lower)).report.assurance.level, 'A3');
  // Nothing is assumed of who does not say what is enough.
  await sendsNothing(machine, own.connect(machine.origin, POLICY), 'usage');
  await sendsNothing(machine, connected(machine, { require: 'build' }), 'usage');
  await sendsNothing(machine, connected(machine, { maxAge: 601 }), 'usage');
});

test('a key that changes after the check is noticed before anything is sent', async () => {
  const service = await coordinator();
  const session = await connected(service);
  const send = () => session.sealedFetch(PROMPTS, { body: '{}' });
  service.pair = OTHER;
  await sendsNothing(service, send(), 'not-sent', 'changed');
  service.isSilent = true;
  await sendsNothing(service, send(), 'not-sent', 'unanswered');
  Object.assign(service, { isSilent: false, pair: OWN });
  assert.equal((await send()).status, 200);
  const german = await connected(service, { language: 'de' });
  service.pair = OTHER;
  await assert.rejects(german.sealedFetch(PROMPTS, { body: '{}' }), /wurde nicht gesendet/);
});

test('a session that is too old sends nothing', async () => {
  const service = await coordinator();
  const session = await connected(service, { maxAge: 1 });
  await new Promise((done) => setTimeout(done, 2100));
  await sendsNothing(service, session.sealedFetch(PROMPTS, { body: '{}' }), 'not-sent', 'age');
});

test('an answer that was not sealed for the request is not given', async () => {
  const answers = {
    unsealed: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"choices":[{"message":{"content":"trust me"}}]}');
    },
    'other-key': (request, response) => {
      response.writeHead(200, { 'content-type': SEALED });
      response.end(JSON.stringify({ kid: '', ciphertext: box('{}', { ...request, pair: OTHER }) }));
    },
    // Both directions have one key: what was sent opens.
    repeated: (request, response) => {
      response.writeHead(200, { 'content-type': SEALED });
      response.end(JSON.stringify({ kid: request.kid, ciphertext: request.sealed }));
    },
    form: (_, response) => {
      response.writeHead(200, { 'content-type': SEALED });
      response.end('{"choices":[]}');
    },
  };
  for (const [reason, answer] of Object.entries(answers)) {
    const session = await connected(await coordinator({ answer }));
    await assert.rejects(session.sealedFetch(PROMPTS, { body: '{}' }), { code: 'not-opened', reason });
  }
  const streams = {
    form: (request) => [`data: ${box('data: 1', request)}\n\n`, 'data: {"plain":1}\n\n'],
    repeated: (request) => {
      const event = `data: ${box('data: 1', request)}\n\n`;
      return [event, event];
    },
    'other-key': (request) => [`data: ${box('data: 1', { ...request, pair: OTHER })}\n\n`],
  };
  for (const [reason, lines] of Object.entries(streams)) {
    const session = await connected(
      await coordinator({
        answer: (request, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.end(lines(request).join(''));
        },
      }),
    );
    const answer = await session.sealedFetch(PROMPTS, { body: '{}' });
    await assert.rejects(answer.text(), { code: 'not-opened', reason });
  }
  const cut = await coordinator({
    answer: (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${box('data: 1', request)}`);
    },
  });
  const answer = await (await connected(cut)).sealedFetch(PROMPTS, { body: '{}' });
  await assert.rejects(answer.text(), { code: 'not-opened', reason: 'form' });
});

test('a request goes to the checked service alone', async () => {
  const service = await coordinator();
  const session = await connected(service);
  for (const path of ['https://example.com/', '//example.com/', 'v1/x', '/\\example.com']) {
    await sendsNothing(service, session.sealedFetch(path, { body: '{}' }), 'usage');
  }
  for (const init of [{ body: '{}', method: 'GET' }, { body: 1 }, { body: '{}', plain: true }]) {
    await sendsNothing(service, session.sealedFetch(PROMPTS, init), 'usage');
  }
});

/** Runs `s2s ask` while the service of this process answers. */
function ask(service, args = []) {
  const program = spawn(CLI, ['ask', service.origin, '--policy', 'simulated', '--require', 'A4', ...args], {
    env: { ...process.env, LC_ALL: 'C', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) program[name].on('data', (data) => (said[name] += data));
  return new Promise((done) => program.on('close', (status) => done({ status, ...said })));
}

const PROMPT = ['What is sealed?', '--model', 'm'];

test('s2s ask sends a sealed prompt and prints the answer', async () => {
  const service = await coordinator();
  const token = join(folder(), 'token');
  writeFileSync(token, 'word\n');
  const { status, stdout, stderr } = await ask(service, [...PROMPT, '--token-file', token]);
  assert.equal(status, 0, stderr);
  const expected = { messages: [{ content: 'What is sealed?', role: 'user' }], model: 'm' };
  assert.deepEqual(JSON.parse(stdout.replace(/^heard: /, '')), expected);
  assert.match(stderr, /sealed to the key that the evidence names/);
  const [{ body, headers }] = service.prompts;
  assert.equal(service.prompts.length, 1);
  assert.equal(headers.authorization, 'Bearer word');
  assert.equal(headers['content-type'], SEALED);
  assert.ok(!body.includes('What is sealed'));
  const file = join(folder(), 'request.json');
  writeFileSync(file, '{"raw":1}');
  const raw = await ask(service, ['--body', file]);
  assert.equal(raw.status, 0, raw.stderr);
  assert.deepEqual(JSON.parse(raw.stdout).choices[0].message.content, 'heard: {"raw":1}');
});

test('s2s ask sends nothing where evidence falls short or the key changed', async () => {
  const swapped = await coordinator();
  swapped.pair = OTHER;
  const changing = await coordinator();
  Object.defineProperty(changing, 'pair', { get: () => (changing.keys > 1 ? OTHER : OWN) });
  const rows = [
    [swapped, 1, /not sent: less was shown/],
    [changing, 3, /not sent: the service names another key/],
  ];
  for (const fault of ['old-nonce', 'replayed', 'wrong-image']) {
    rows.push([await coordinator({ evidence: await simulated(fault) }), null, /not sent: /]);
  }
  for (const [service, status, sentence] of rows) {
    const told = await ask(service, PROMPT);
    assert.match(told.stderr.replaceAll(/\s+/g, ' '), sentence);
    assert.ok(status === null ? [1, 3].includes(told.status) : told.status === status, `${told.status}`);
    assert.equal(told.stdout, '');
    assert.equal(service.prompts.length, 0);
  }
  const unsealed = await coordinator({
    answer: (_, response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"error":"no account"}');
    },
  });
  const told = await ask(unsealed, PROMPT);
  assert.equal(told.status, 3);
  assert.equal(told.stdout, '');
  assert.match(told.stderr.replaceAll(/\s+/g, ' '), /status 401, and not sealed\. .*no account/);
});
