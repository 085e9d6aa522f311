/**
 * Requests that are sealed to an enclave of Tinfoil's: the demonstration's evidence, and a counterpart that was
 * written from the protocol's specification (`ehbp.mjs`).
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { CLI } from '../target.mjs';
import { configuration, pair, receiver, request as opened } from './ehbp.mjs';
import { demonstration, down, folder, imported, project, run, takenDown } from './packed.mjs';

after(down);

const PROMPTS = '/v1/chat/completions';
const KEYS = '/.well-known/hpke-keys';

/** The key in the demonstration's report: Alice's of RFC 7748 section 6.1. */
const OWN = pair(Buffer.from('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a', 'hex'));
const OTHER = pair(randomBytes(32));

let own;

before(async () => {
  own = await imported(project().path);
});

/** The demonstration's policy, with bundles accepted for `days` days after their build. */
function policy(days = 9000, change = (known) => known) {
  const known = JSON.parse(run(CLI, ['policy', 'show', 'simulated']));
  known.required.push('binding.freshness');
  return JSON.stringify(change({ ...known, tinfoil: { 'undated-for-days': days } }));
}

/** Answers a prompt at once. */
function whole({ plain, answer }, response) {
  const { nonce, chunk } = answer();
  const said = JSON.stringify({ choices: [{ message: { role: 'assistant', content: `heard: ${plain}` } }] });
  response.writeHead(200, { 'content-type': 'application/json', 'ehbp-response-nonce': nonce });
  response.end(Buffer.concat([chunk(said.slice(0, 10)), Buffer.alloc(4), chunk(said.slice(10))]));
}

/** A router and an enclave in one. Every request for a prompt is kept. */
async function enclave({ answer = whole, evidence = demonstration(), named = () => OWN.key } = {}) {
  const state = { prompts: [], keys: 0, answer, named };
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/attestation') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(evidence);
    } else if (pathname === KEYS) {
      state.keys += 1;
      const key = state.named();
      response.writeHead(key ? 200 : 500, { 'content-type': 'application/ohttp-keys' });
      response.end(key && configuration(key));
    } else {
      state.prompts.push({ body, headers: request.headers, path: pathname });
      let found;
      try {
        found = opened(OWN, request.headers, body);
      } catch {
        response.writeHead(400);
        response.end();
        return;
      }
      state.answer(found, response);
    }
  });
  takenDown(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(state, { origin: `http://127.0.0.1:${server.address().port}` });
}

const connected = (service, options = {}) =>
  own.connect(service.origin, {
    service: 'tinfoil',
    undated: true,
    via: service.origin,
    policy: policy(),
    require: 'A5',
    ...options,
  });

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

/** What the keys are made of: Alice's key of RFC 7748, the request's purpose, and the answer's. */
test('the counterpart derives other keys for another purpose and another key', () => {
  const encapsulated = OTHER.key;
  const exported = (keys, info, label) => receiver(keys, encapsulated, info).export(label, 32).toString('hex');
  const all = [
    exported(OWN, 'ehbp request', 'ehbp response'),
    exported(OWN, 'ehbp other', 'ehbp response'),
    exported(OWN, 'ehbp request', 'other'),
    exported(OTHER, 'ehbp request', 'ehbp response'),
  ];
  assert.equal(new Set(all).size, all.length);
  assert.equal(OWN.key.toString('hex'), '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
});

test('a prompt that is sealed to a checked enclave is answered', async () => {
  const service = await enclave();
  const session = await connected(service);
  assert.equal(session.origin, service.origin);
  assert.equal(session.report.assurance.level, 'A5');
  assert.equal(session.report.flags.freshness, 'none', 'the evidence carries no date');
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'W\u00e4re das geheim?' }] });
  const headers = { authorization: 'Bearer word' };
  const answer = await session.sealedFetch(PROMPTS, { body, headers });
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).choices[0].message.content, `heard: ${body}`);
  const [sent] = service.prompts;
  assert.ok(!sent.body.includes('geheim'));
  assert.match(sent.headers['ehbp-encapsulated-key'], /^[0-9a-f]{64}$/);
  // Header fields are not sealed.
  assert.equal(sent.headers.authorization, 'Bearer word');
  assert.equal(sent.headers['content-type'], 'application/json');
  assert.equal(sent.headers['transfer-encoding'], 'chunked');
  assert.equal(sent.headers['content-length'], undefined);
  assert.equal(service.keys, 1, 'the key is asked for before each request');
  await session.sealedFetch(PROMPTS, { body });
  const keys = service.prompts.map((prompt) => prompt.headers['ehbp-encapsulated-key']);
  assert.equal(new Set(keys).size, 2, 'each request has a key of its own');
});

test('an answer that comes in pieces is opened as it comes', async () => {
  const events = ['data: {"a":1}\n\n', 'data: {"b":"\u00fc"}\n\n', 'data: [DONE]\n\n'];
  const service = await enclave({
    answer: async ({ answer }, response) => {
      const { nonce, chunk } = answer();
      response.writeHead(200, { 'content-type': 'text/event-stream', 'ehbp-response-nonce': nonce });
      const bytes = Buffer.concat(events.map(chunk));
      for (let at = 0; at < bytes.length; at += 7) {
        response.write(bytes.subarray(at, at + 7));
        await new Promise((done) => setTimeout(done, 1));
      }
      response.end();
    },
  });
  const answer = await (await connected(service)).sealedFetch(PROMPTS, { body: '{"stream":true}' });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream');
  assert.equal(await answer.text(), events.join(''));
});

test('nothing is sent where evidence falls short', async () => {
  const service = await enclave();
  const refused = [
    ['not-sent', 'undated', { undated: false }],
    ['not-sent', 'undated', { undated: undefined }],
    // Older than the policy takes, and about other software.
    ['not-enough', undefined, { policy: policy(1) }],
    ['not-enough', undefined, { policy: policy(9000, (known) => ({ ...known, domain: 'other.example' })) }],
    ['not-enough', undefined, { policy: policy(9000, (known) => ({ ...known, roots: 'vendor' })) }],
    ['usage', undefined, { service: 'other' }],
    ['usage', undefined, { require: 'build' }],
  ];
  for (const [code, reason, options] of refused) await sendsNothing(service, connected(service, options), code, reason);
  const bundle = JSON.parse(Buffer.from(demonstration()).toString());
  const flipped = Buffer.from(bundle.vcek, 'base64');
  flipped[flipped.length - 1] ^= 1;
  const broken = await enclave({ evidence: JSON.stringify({ ...bundle, vcek: flipped.toString('base64') }) });
  await sendsNothing(broken, connected(broken), 'not-enough');
});

test('a key that is another than the one in the report is noticed before anything is sent', async () => {
  const service = await enclave({ named: () => OTHER.key });
  const session = await connected(service);
  const send = () => session.sealedFetch(PROMPTS, { body: '{}' });
  await sendsNothing(service, send(), 'not-sent', 'changed');
  service.named = () => null;
  await sendsNothing(service, send(), 'not-sent', 'unanswered');
  await sendsNothing(service, session.sealedFetch(PROMPTS, { body: '' }), 'not-sent', 'unanswered');
  service.named = () => OWN.key;
  await sendsNothing(service, session.sealedFetch(PROMPTS, { body: '' }), 'not-sent', 'empty');
  assert.equal((await send()).status, 200);
});

test('a key that another address names is none', async () => {
  const other = await enclave();
  const service = await enclave();
  const session = await connected(service, {
    fetch: (url, init) => {
      const isKey = new URL(url).pathname === KEYS;
      return isKey ? redirected(`${other.origin}${KEYS}`) : fetch(url, init);
    },
  });
  await sendsNothing(service, session.sealedFetch(PROMPTS, { body: '{}' }), 'not-sent', 'unanswered');
  assert.equal(other.keys, 1);
});

/** What a `fetch` gives that follows where it was sent. */
async function redirected(url) {
  const came = await fetch(url);
  Object.defineProperty(came, 'redirected', { value: true });
  return came;
}

test('without somebody who passes them on, requests go to the host that evidence and policy name', async () => {
  const service = await enclave();
  const asked = [];
  const session = await connected(service, {
    via: undefined,
    fetch: (url, init) => {
      asked.push(url);
      return fetch(url.replace('https://inference.simulated.example', service.origin), init);
    },
  });
  assert.equal(session.origin, 'https://inference.simulated.example');
  assert.equal((await session.sealedFetch(PROMPTS, { body: '{}' })).status, 200);
  assert.deepEqual(asked.slice(-2), [`${session.origin}${KEYS}`, `${session.origin}${PROMPTS}`]);
});

test('an answer that was not sealed for the request is not given', async () => {
  let before;
  const send = (response, headers, body, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
  const answers = {
    unsealed: [
      (_, response) => send(response, {}, '{"choices":[{"message":{"content":"word of anybody"}}]}'),
      (_, response) => send(response, {}, '{"error":"word of anybody"}', 500),
    ],
    'other-key': [
      ({ answer }, response) => send(response, { 'ehbp-response-nonce': '00'.repeat(32) }, answer().chunk('{}')),
      ({ answer }, response) => {
        const { nonce, chunk } = answer();
        const [one, two] = [chunk('{'), chunk('}')];
        send(response, { 'ehbp-response-nonce': nonce }, Buffer.concat([two, one]));
      },
      // What was said to another request, whole.
      ({ answer }, response) => {
        const { nonce, chunk } = answer();
        before ??= [{ 'ehbp-response-nonce': nonce }, chunk('{}')];
        send(response, ...before);
      },
    ],
    form: [
      ({ answer }, response) => send(response, { 'ehbp-response-nonce': 'no' }, answer().chunk('{}')),
      ({ answer }, response) => {
        const { nonce, chunk } = answer();
        send(response, { 'ehbp-response-nonce': [nonce, nonce] }, chunk('{}'));
      },
      ({ answer }, response) => {
        const { nonce, chunk } = answer();
        send(response, { 'ehbp-response-nonce': nonce }, chunk('{}').subarray(0, -1));
      },
      ({ answer }, response) => send(response, { 'ehbp-response-nonce': answer().nonce }, ''),
    ],
    'too-large': [
      ({ answer }, response) => send(response, { 'ehbp-response-nonce': answer().nonce }, Buffer.alloc(8, 0xff)),
    ],
  };
  const first = await connected(await enclave({ answer: answers['other-key'][2] }));
  assert.equal(await (await first.sealedFetch(PROMPTS, { body: '{}' })).text(), '{}');
  for (const [reason, ways] of Object.entries(answers)) {
    for (const answer of ways) {
      const session = await connected(await enclave({ answer }));
      await assert.rejects(session.sealedFetch(PROMPTS, { body: '{}' }), { code: 'not-opened', reason });
    }
  }
});

/** Runs `s2s ask` while the service of this process answers. */
function ask(service, args = []) {
  const file = join(folder(), 'policy.json');
  writeFileSync(file, policy());
  const own = ['--service', 'tinfoil', '--via', service.origin, '--policy', file, '--require', 'A5'];
  const program = spawn(CLI, ['ask', service.origin, 'What is sealed?', '--model', 'm', ...own, ...args], {
    env: { ...process.env, LC_ALL: 'C', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) program[name].on('data', (data) => (said[name] += data));
  return new Promise((done) => program.on('close', (status) => done({ status, ...said })));
}

test('s2s ask sends a prompt that is sealed to a checked enclave, and prints the answer', async () => {
  const service = await enclave();
  const token = join(folder(), 'token');
  writeFileSync(token, 'word\n');
  const { status, stdout, stderr } = await ask(service, ['--undated', '--token-file', token]);
  assert.equal(status, 0, stderr);
  const expected = { messages: [{ content: 'What is sealed?', role: 'user' }], model: 'm' };
  assert.deepEqual(JSON.parse(stdout.replace(/^heard: /, '')), expected);
  const said = stderr.replaceAll(/\s+/g, ' ');
  assert.ok(said.includes(`goes to ${service.origin}`), stderr);
  assert.match(said, /Not sealed are the address, the header fields/);
  const [{ body, headers }] = service.prompts;
  assert.equal(headers.authorization, 'Bearer word');
  assert.equal(headers['transfer-encoding'], 'chunked');
  assert.equal(headers['content-length'], undefined);
  assert.ok(!body.includes('What is sealed'));
});

test('s2s ask sends nothing where evidence falls short or the key is another', async () => {
  const old = join(folder(), 'old.json');
  writeFileSync(old, policy(1));
  for (const [service, args, sentence] of [
    [await enclave(), [], /not sent: the evidence answers no question and does not say when/],
    [await enclave({ named: () => OTHER.key }), ['--undated'], /not sent: the service names another key/],
    [await enclave({ named: () => null }), ['--undated'], /not sent: the service did not name its key/],
    [await enclave(), ['--undated', '--deny-warnings'], /not sent: less was shown/],
  ]) {
    const told = await ask(service, args);
    assert.match(told.stderr.replaceAll(/\s+/g, ' '), sentence);
    assert.equal(told.status, 3);
    assert.equal(told.stdout, '');
    assert.equal(service.prompts.length, 0);
  }
});
