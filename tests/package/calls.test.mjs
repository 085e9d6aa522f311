/** What the calls of the package answer, and with what they refuse. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { skipped } from '../skipped.mjs';
import { fromCommandLine, realFile, realInputs, s2s } from '../wasm/surface.mjs';
import { DEMONSTRATION, demonstration, down, imported, node, NOW, project, SIMULATED } from './packed.mjs';
import { answering, simulated } from './service.mjs';

after(down);

let own;
let worker;
let healthy;

before(async () => {
  const { path } = project();
  [own, worker, healthy] = await Promise.all([
    imported(path),
    imported(path, 'silicon-to-source/worker'),
    simulated(),
  ]);
});

/** Asserts that a call is refused with a code and a sentence. */
async function refuses(call, code, pattern = /./) {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof own.VerifyError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, pattern);
    return true;
  });
}

test('a report is the same by either engine, and it is told who answered its signatures', async () => {
  const expected = own.toJson(await own.verify(demonstration(), { ...SIMULATED, engine: 'rust' }));
  for (const verifier of [own, worker]) {
    for (const [engine, engines, agree] of [
      [undefined, ['webcrypto'], null],
      ['webcrypto', ['webcrypto'], null],
      ['rust', ['rust'], null],
      ['both', ['rust', 'webcrypto'], true],
    ]) {
      const report = await verifier.verify(demonstration(), { ...SIMULATED, engine });
      assert.equal(verifier.toJson(report), expected);
      const told = verifier.signatures(report);
      assert.deepEqual([...new Set(told.counts.map((one) => one.engine))].sort(), engines);
      assert.equal(told.agree, agree);
      assert.ok(told.counts.every(({ algorithm, count }) => algorithm.length > 5 && count > 0));
    }
  }
  await refuses(own.verify(demonstration(), { ...SIMULATED, engine: 'openssl' }), 'usage', /no such engine/);
  const copy = structuredClone(await own.verify(demonstration(), SIMULATED));
  assert.throws(() => own.signatures(copy), TypeError);
});

test('bytes are taken in every form, and a report is the same from each', async () => {
  const bytes = demonstration();
  const padded = new Uint8Array(bytes.length + 8);
  padded.set(bytes, 4);
  const expected = own.toJson(await own.verify(bytes, SIMULATED));
  for (const given of [
    [bytes],
    Buffer.from(bytes),
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    padded.subarray(4, -4),
    new DataView(padded.buffer, 4, bytes.length),
    new Blob([bytes]),
    new File([bytes], 'input'),
    { bytes },
    [{ name: 'input', bytes: new Blob([bytes]) }],
  ]) {
    assert.equal(own.toJson(await own.verify(given, SIMULATED)), expected);
    assert.equal(worker.toJson(await worker.verify(given, SIMULATED)), expected);
  }
  const named = await own.verify(new File([bytes], 'holiday.json'), SIMULATED);
  assert.equal(named.files[0].name, 'holiday.json');
});

test('a moment is a Date or RFC 3339, and the present when it is left out', async () => {
  const expected = own.toJson(await own.verify(demonstration(), SIMULATED));
  const at = new Date(`${NOW.slice(0, -1)}.750Z`);
  assert.equal(own.toJson(await own.verify(demonstration(), { ...SIMULATED, at })), expected);
  const { checked_at: now } = await own.verify(demonstration(), { policy: 'simulated' });
  assert.ok(Math.abs(Date.parse(now) - Date.now()) < 60_000, now);
  await refuses(own.verify(demonstration(), { at: new Date(Number.NaN) }), 'usage', /invalid Date/);
  await refuses(own.verify(demonstration(), { at: '2026-02-01' }), 'malformed');
});

test('what cannot be understood is refused with a code, and says why', async () => {
  for (const verifier of [own, worker]) {
    for (const given of ['bundle.json', 7, null, undefined, {}, [7], { bytes: 'text' }]) {
      await refuses(verifier.verify(given, SIMULATED), 'usage', /Uint8Array/);
    }
    await refuses(verifier.verify('bundle.json'), 'usage', /A path is not opened/);
    await refuses(verifier.verify({ bytes: demonstration(), ulr: 'x' }), 'usage', /no member "ulr"/);
    await refuses(verifier.verify([], SIMULATED), 'missing');
    await refuses(verifier.verify(new Uint8Array(4), SIMULATED), 'malformed');
    await refuses(verifier.verify(demonstration(), { polcy: 'snp' }), 'usage', /no option "polcy"/);
    await refuses(verifier.verify(demonstration(), { require: 'A9' }), 'usage', /A0 to A5/);
    await refuses(verifier.verify(demonstration(), 'snp'), 'usage');
    await refuses(verifier.check('http://api.example.com', {}), 'malformed', /this machine only/);
    await refuses(verifier.check('https://api.example.com/v1'), 'malformed', /without a path/);
    await refuses(verifier.check(healthy, { requires: 'A4' }), 'usage', /no option "requires"/);
    await refuses(verifier.check(healthy, { require: 'A1', language: 'tlh' }), 'usage', /"tlh". The languages are: en, de\./);
  }
  const large = new Uint8Array(16 * 1024 * 1024 + 1);
  await refuses(own.verify(large), 'too-large');
  await refuses(own.verify(new Blob([large])), 'too-large');
  await refuses(worker.check(healthy, { fetch }), 'usage', /no option "fetch"/);
});

test('a wrong name of a policy is told the names', async () => {
  const names = (await own.policies()).map(({ name }) => name);
  assert.ok(names.length > 20);
  await assert.rejects(own.verify(demonstration(), { policy: 'snp-strct' }), ({ message }) =>
    message.startsWith('There is no policy "snp-strct".') && names.every((name) => message.includes(name)),
  );
});

test('an error names the file to blame', async () => {
  const bytes = new TextEncoder().encode('{"domain": 7');
  await assert.rejects(own.verify({ name: 'broken.json', bytes }), { file: 'broken.json' });
});

test('less than was required is thrown, with the answer', async () => {
  const asks = { policy: 'simulated', require: 'A5' };
  for (const verifier of [own, worker]) {
    const report = await verifier.check(healthy, asks);
    assert.equal(report.assurance.level, 'A5');
    assert.equal(report.headline.of, healthy);
    assert.equal(report.flags.freshness, 'challenge');
    assert.equal(report.recorded_at, undefined);
    await assert.rejects(verifier.check(healthy, { require: 'A1' }), (error) => {
      assert.ok(error instanceof own.NotEnough);
      assert.equal(error.code, 'not-enough');
      assert.equal(error.required, 'A1');
      assert.equal(error.report.verdict.state, 'failed');
      assert.ok(error.message.includes(error.sentence) && error.sentence.length > 20, error.message);
      assert.equal(JSON.parse(own.toJson(error.report)).verdict.state, 'failed');
      return true;
    });
    // Without a requirement the answer is given whatever it says.
    assert.equal((await verifier.check(healthy)).verdict.state, 'failed');
  }
});

test('a level that the evidence does not reach is not enough for check, and undecided for verify', async () => {
  const policy = JSON.stringify({ name: 'own', roots: 'simulated', required: ['snp.report.signature'], 'least-level': 'A3' });
  const report = await own.verify(demonstration(), { at: NOW, policy, require: 'build' });
  assert.equal(report.verdict.state, 'unknown');
  assert.ok(report.verdict.lacks.includes('level-not-reached'));
});

test('a service that answers badly is never enough', async () => {
  const answers = {
    404: (response) => response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found'),
    html: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>hello</title>'),
    redirect: (response) => response.writeHead(302, { location: healthy }).end(),
    broken: (response) => response.destroy(),
  };
  const words = {};
  for (const [name, answer] of Object.entries(answers)) {
    const { origin } = await answering((_, response) => answer(response));
    await assert.rejects(own.check(origin, { require: 'A0' }), (error) => {
      assert.ok(error instanceof own.NotEnough, `${name}: ${error}`);
      words[name] = error.report.headline.word;
      return true;
    });
  }
  assert.deepEqual(words, { 404: 'not-published', html: 'no-answer', redirect: 'no-answer', broken: 'no-answer' });
});

test('a redirect is not followed, and nobody is told that it was an answer', async () => {
  const { origin, asked } = await answering((_, response) => response.writeHead(302, { location: '/x' }).end());
  const plan = await own.plan(origin);
  await plan.ask();
  assert.ok(asked.every((path) => path !== '/x'));
  const [answer] = JSON.parse(new TextDecoder().decode(plan.exchange)).answers;
  assert.deepEqual(answer.outcome, { failed: 'redirect' });
});

test('a call that is stopped ends with the reason of its signal', async () => {
  const { origin } = await answering(() => {});
  for (const verifier of [own, worker]) {
    const signal = AbortSignal.timeout(100);
    await assert.rejects(verifier.check(origin, { signal }), (error) => error === signal.reason);
    await assert.rejects(verifier.check(origin, { signal }), (error) => error === signal.reason);
  }
  assert.equal((await worker.verify(demonstration(), SIMULATED)).verdict.state, 'verified');
});

test('a fetcher of the caller asks in place of the global one, whatever its Response is', async () => {
  const urls = [];
  const foreign = async (url, options) => {
    urls.push(url);
    const { status, headers, body } = await fetch(url, options);
    return { status, headers, body };
  };
  const report = await own.check(healthy, { policy: 'simulated', require: 'A5', fetch: foreign });
  assert.equal(report.headline.of, healthy);
  assert.ok(urls.length > 0 && urls.every((url) => url.startsWith(healthy)), urls.join());
});

test('a plan is carried out by hand, and comes to the same', async () => {
  const plan = await own.plan(healthy);
  assert.equal(plan.origin, healthy);
  assert.match(plan.nonce, /^[\w-]{43}$/);
  for (const request of plan.requests) {
    assert.equal(`http://${request.host}`, healthy);
    await plan.record(request, await fetch(request.url));
  }
  const report = await plan.verify({ policy: 'simulated', require: 'A5' });
  assert.equal(report.verdict.state, 'verified');
  assert.equal(report.flags.freshness, 'challenge');
  // As a file it is a recording: nobody in this process asked.
  const recorded = await own.verify(plan.exchange, { policy: 'simulated' });
  assert.equal(recorded.headline.of, null);
  assert.ok(recorded.recorded_at);
  const silent = await own.plan(healthy);
  for (const request of silent.requests) await silent.record(request, new TypeError('no network'));
  assert.equal((await silent.verify()).headline.word, 'no-answer');
});

test('no host but the service is asked unless the caller allows it, and each is named once, first', async () => {
  const bundle = realFile('tinfoil/attestation-bundle.json');
  if (bundle === null) return skipped('../shared is absent, so no further host is named');
  const asked = [];
  const named = [];
  const options = {
    fetch: async (url) => {
      asked.push(new URL(url).host);
      const isFirst = url === 'https://atc.tinfoil.sh/attestation';
      const headers = { 'content-type': isFirst ? 'application/json' : 'text/plain' };
      return new Response(isFirst ? bundle : 'gone', { status: isFirst ? 200 : 404, headers });
    },
  };
  await own.check('https://atc.tinfoil.sh', options);
  assert.deepEqual(asked, ['atc.tinfoil.sh']);
  const mayAsk = async ({ url, host, reveals }) => {
    assert.ok(host && reveals);
    assert.ok(!asked.includes(host) || host === 'kdsintf.amd.com', `${host} was asked before it was named`);
    named.push(url);
    return host === 'kdsintf.amd.com';
  };
  await own.check('https://atc.tinfoil.sh', { ...options, mayAsk });
  assert.ok(named.length > 2, named.join());
  assert.equal(new Set(named).size, named.length);
  assert.deepEqual([...new Set(asked)], ['atc.tinfoil.sh', 'kdsintf.amd.com']);
});

test('a call that broke off inside the wasm is the last one', async () => {
  const { path } = project({
    'stopped.mjs': `
      import { verify } from 'silicon-to-source';
      import { readFileSync } from 'node:fs';
      const { guarded } = await import('./node_modules/silicon-to-source/lib/package/errors.js');
      try { guarded(() => { throw new WebAssembly.RuntimeError('unreachable'); }); } catch ({ code }) { console.log(code); }
      await verify(readFileSync(process.argv[2])).catch(({ name, code }) => console.log(name, code));`,
  });
  assert.deepEqual(node(['stopped.mjs', DEMONSTRATION], { cwd: path }).trim().split('\n'), ['stopped', 'VerifyError stopped']);
});

test('a report has its exact text only where it was made', async () => {
  const report = await own.verify(demonstration(), SIMULATED);
  assert.deepEqual(JSON.parse(own.toJson(report)), report);
  assert.throws(() => own.toJson(structuredClone(report)), TypeError);
});

test('the sentences are those of the page', async () => {
  const report = await own.verify(demonstration(), SIMULATED);
  const said = await own.explain(report);
  assert.match(said.headline.sentence, /^SIMULATED: /);
  assert.deepEqual(said.rows.map(({ id, state }) => [id, state]), report.answer.rows.map(({ id, state }) => [id, state]));
  for (const { question, answer } of said.rows) assert.match(`${question} ${answer}`, /^.+\? SIMULATED: .+\.$/);
  assert.match(said.headline.card, /^SIMULATED: /);
  assert.ok(said.next);
  assert.equal(said.links.length, report.links.length);
  assert.equal(said.findings.length, report.links.flatMap(({ findings }) => findings).length);
  const all = JSON.stringify(said);
  assert.doesNotMatch(all, /"(answer|checks|links|headlines|states|levels|ui|why)\.[a-z]/, 'a key without a sentence');
  const words = JSON.parse(readFileSync(new URL('../../www/locales/en.json', import.meta.url), 'utf8'));
  assert.deepEqual(await own.explain(report, words), said);
  const german = await own.explain(report, 'de');
  assert.equal(german.rows[0].question, JSON.parse(readFileSync(new URL('../../www/locales/de.json', import.meta.url), 'utf8')).answer.rows.machine.question);
  assert.match(german.headline.card, /^SIMULIERT: /);
  assert.deepEqual(german.findings.map(({ check, part }) => [check, part]), said.findings.map(({ check, part }) => [check, part]));
  assert.deepEqual(await own.explain(report), said, 'each call speaks its own language');
  const failed = await own.explain(await own.verify(demonstration(), { at: NOW }));
  assert.ok(failed.advice.length > 0);
});

test('the roots are those that the terminal lists', async () => {
  const { stdout } = s2s('roots');
  assert.ok(own.roots.length > 5);
  for (const { name, sha256 } of own.roots) {
    assert.ok(stdout.includes(name), name);
    assert.ok(stdout.includes(sha256), sha256);
  }
});

test('a report equals the command line\'s, byte for byte, with a level and without warnings too', async () => {
  const bytes = demonstration();
  for (const [options, args] of [
    [{}, []],
    [{ require: 'A4' }, ['--require', 'A4']],
    [{ require: 'build', denyWarnings: true }, ['--require', 'build', '--deny-warnings']],
    [{ policy: 'simulated', require: 'A5' }, ['--policy', 'simulated', '--require', 'A5']],
    [{ policy: 'simulated-machine', denyWarnings: true }, ['--policy', 'simulated-machine', '--deny-warnings']],
  ]) {
    const report = await own.verify({ name: 'input', bytes }, { at: NOW, ...options });
    const { json } = fromCommandLine(bytes, { at: NOW, args });
    assert.equal(own.toJson(report), json, args.join(' '));
  }
});

const real = realInputs();
if (real === null) skipped('../shared is absent, so no real vector is compared between package and CLI');
for (const { name, bytes } of real ?? []) {
  test(`${name} equals the command line`, async () => {
    const { json, refused } = fromCommandLine(bytes, { at: NOW });
    const told = await own.verify({ name: 'input', bytes }, { at: NOW }).then(own.toJson, (error) => error);
    if (json === undefined) assert.ok(told instanceof own.VerifyError && refused.includes(told.message), refused);
    else assert.equal(told, json);
  });
}

test('a warm examination of the demonstration is told in time', async (t) => {
  const bytes = demonstration();
  const times = [];
  for (let round = 0; round < 20; round += 1) {
    const begun = performance.now();
    await own.verify(bytes, SIMULATED);
    times.push(performance.now() - begun);
  }
  const median = times.toSorted((a, b) => a - b)[10];
  t.diagnostic(`warm verify of the demonstration: ${median.toFixed(1)} ms, the median of 20`);
  assert.ok(median < 1_000);
});

test('a report and all it was made of go into one file, which gives it again as recorded, and another as of now', async () => {
  const report = await own.check(healthy, { policy: 'simulated', require: 'A5' });
  const bundle = await own.toBundle(report);
  const again = await own.readBundle(bundle);
  assert.deepEqual([again.same, again.count, again.session, again.makersOwn], [true, 0, true, []]);
  assert.deepEqual([again.json, again.recorded], [own.toJson(report), own.toJson(report)]);
  assert.equal(again.report.flags.freshness, 'challenge');
  // It is nobody's answer here: neither its exact text nor the element takes it for one.
  assert.throws(() => own.toJson(again.report), TypeError);
  await assert.rejects(own.toBundle(again.report), TypeError);
  const now = await own.verify(bundle, { at: report.checked_at });
  assert.deepEqual([now.flags.freshness, now.headline.of], ['given', null]);
  assert.ok(now.recorded_at);
  assert.equal(worker.toJson(await worker.verify(bundle, { at: report.checked_at })), own.toJson(now));
  const fromFiles = await own.verify({ name: 'input', bytes: demonstration() }, SIMULATED);
  const named = JSON.parse(new TextDecoder().decode(await own.toBundle(fromFiles, { sha256: '01'.repeat(32) })));
  assert.equal(named.schema, 'silicon-to-source/bundle/v1');
  assert.deepEqual(named.made_by, { version: fromFiles.verifier.version, sha256: '01'.repeat(32) });
});

test('what is no bundle, or was changed, is refused, and so are bytes that were changed since', async () => {
  const bytes = demonstration();
  const report = await own.verify(bytes, SIMULATED);
  const bundle = await own.toBundle(report);
  bundle[bundle.length >> 1] ^= 1;
  await refuses(own.readBundle(bundle), 'malformed');
  await refuses(own.readBundle(bytes), 'malformed');
  await refuses(own.readBundle('x.s2s.json'), 'usage');
  await refuses(own.verify(bundle), 'malformed');
  bytes[bytes.length >> 1] ^= 1;
  await assert.rejects(own.toBundle(report), own.VerifyError);
});
