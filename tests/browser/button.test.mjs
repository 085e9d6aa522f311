/** Claims about the button for other sites, and about the pages that speak to operators. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import test, { after, before } from 'node:test';

import { SITE, WWW, axe, launch, loaded, open, site } from './page.mjs';

const SCRIPT = join(WWW, 'button/s2s-verify.js');

/** What a strict site allows: its own scripts, and nothing else at all. */
const STRICT = [
  "default-src 'none'",
  "script-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HOST = 'api.example.com';

let browser;
let verifier;
let other;

/** Somebody else's site, with the button as its operator would put it there. */
async function strict(own) {
  const link = `<a href="${own}#service=${HOST}" target="_blank" rel="noopener noreferrer">Check this yourself</a>`;
  const html = `<!doctype html><html lang="en"><title>Another site</title>
    <script type="module" src="/s2s-verify.js"></script>
    <p id="plain">${link}</p>
    <form><p id="own"><s2s-verify service="${HOST}" verifier="${own}">${link}</s2s-verify></p>
    <p id="named"><s2s-verify service="${HOST}" verifier="${own}" label="Selbst nachprüfen">${link}</s2s-verify></p>
    <p id="command"><s2s-verify service="${HOST}" command><code>s2s verify https://${HOST}</code></s2s-verify></p></form>
    </html>`;
  const server = createServer((request, response) => {
    const [type, body] =
      request.url === '/s2s-verify.js'
        ? ['text/javascript', readFileSync(SCRIPT)]
        : ['text/html; charset=utf-8', html];
    response.writeHead(200, { 'content-type': type, 'content-security-policy': STRICT });
    response.end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${server.address().port}/`;
  return { url, close: () => new Promise((done) => server.close(done)) };
}

before(async () => {
  [browser, verifier] = await Promise.all([launch(), site()]);
  other = await strict(verifier.url);
});

after(async () => {
  await browser?.close();
  await other?.close();
  await verifier?.close();
});

test('the element has at most 1,024 bytes as served', () => {
  const { length } = readFileSync(SCRIPT);
  assert.ok(length <= 1024, `${length} bytes`);
});

test('the element asks nothing, stores nothing and knows no state', () => {
  const text = readFileSync(SCRIPT, 'utf8');
  assert.doesNotMatch(text, /fetch|XMLHttpRequest|sendBeacon|WebSocket|Storage|cookie|indexedDB|import\(/);
  assert.doesNotMatch(text, /verified|failed|trusted|warning|#[0-9a-f]{3,6}\b|green|red\b|rgb|✓|🔒/i);
});

test('under a strict policy of another site the button is drawn, without a request, a trace or a violation', async () => {
  const { page, context, troubles, requests } = await open(browser, { url: other.url });
  const drawn = page.locator('#own a');
  await page.waitForFunction(() => getComputedStyle(document.querySelector('#own a')).borderTopWidth === '1px');
  assert.equal(await drawn.count(), 1, 'the link inside gave way to the button');
  assert.equal(await drawn.textContent(), 'Check this yourself');
  assert.equal(await drawn.getAttribute('href'), `${verifier.url}#service=${HOST}`);
  assert.equal(await drawn.getAttribute('rel'), 'noopener noreferrer');
  assert.equal(await page.locator('#named a').textContent(), 'Selbst nachprüfen');
  const colours = await drawn.evaluate((a) => [getComputedStyle(a).color, getComputedStyle(a.parentElement).color]);
  assert.equal(colours[0], colours[1], "it has the colour of the site's own text");
  await page.locator('#command button').focus();
  assert.deepEqual(requests, [other.url, `${other.url}s2s-verify.js`]);
  assert.deepEqual(await context.cookies(), []);
  const kept = await page.evaluate(async () => [
    localStorage.length,
    sessionStorage.length,
    (await indexedDB.databases()).length,
    (await caches.keys()).length,
  ]);
  assert.deepEqual(kept, [0, 0, 0, 0]);
  assert.deepEqual(troubles, []);
  await context.close();
});

test('the keyboard leads to the verifier, which is filled in, knows nobody and asks nobody', async () => {
  const { page, context, troubles } = await open(browser, { url: other.url });
  const asked = [];
  context.on('request', (request) => asked.push(new URL(request.url()).host));
  await page.waitForSelector('#command button');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.parentElement?.localName), 's2s-verify');
  const [opened] = await Promise.all([context.waitForEvent('page'), page.keyboard.press('Enter')]);
  await loaded(opened);
  await opened.waitForSelector('#ask');
  assert.equal(opened.url(), `${verifier.url}#service=${HOST}`);
  assert.equal(await opened.inputValue('#address'), `https://${HOST}`);
  assert.match(await opened.textContent('#ask'), /api\.example\.com/);
  assert.deepEqual(await opened.evaluate(() => [window.opener, document.referrer]), [null, '']);
  assert.deepEqual([...new Set(asked)], [new URL(verifier.url).host], 'nobody but the verifier');
  assert.deepEqual(troubles, []);
  await context.close();
});

test('without script the link stands there and leads to the same place', async () => {
  const { page, context, troubles } = await open(browser, { url: other.url, context: { javaScriptEnabled: false } });
  for (const place of ['#plain a', '#own a']) {
    const [opened] = await Promise.all([context.waitForEvent('page'), page.click(place)]);
    assert.equal(opened.url(), `${verifier.url}#service=${HOST}`, place);
  }
  assert.equal(await page.textContent('#command code'), `s2s verify https://${HOST}`);
  assert.deepEqual(troubles.filter((trouble) => !trouble.startsWith('console')), []);
  await context.close();
});

test('the command is copied when it is pressed, and can be read where a browser copies nothing', async () => {
  const run = `s2s verify https://${HOST}`;
  for (const allowed of [true, false]) {
    const permissions = allowed ? ['clipboard-read', 'clipboard-write'] : [];
    const { page, context, troubles } = await open(browser, { url: other.url, context: { permissions } });
    if (!allowed) await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    const button = page.locator('#command button');
    assert.equal(await button.textContent(), run);
    await button.focus();
    await page.keyboard.press('Enter');
    if (allowed) {
      await page.waitForFunction(() => document.querySelector('#command button').textContent.startsWith('Copied'));
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), run);
    } else {
      assert.equal(await button.textContent(), run);
    }
    assert.equal(page.url(), other.url, 'no form was sent');
    assert.deepEqual(troubles, []);
    await context.close();
  }
});

test('pages for operators are whole: no violation, nothing that axe finds, every link leads somewhere', async () => {
  for (const path of ['button/index.html', 'contract/operators.html', 'contract/index.html']) {
    for (const colorScheme of ['light', 'dark']) {
      const { page, context, troubles, requests } = await open(browser, {
        url: verifier.url,
        path,
        context: { colorScheme },
      });
      assert.deepEqual(await axe(page), [], path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(width <= 0, `${path} is wider than the window`);
      assert.ok(requests.every((url) => url.startsWith(verifier.url)), path);
      assert.deepEqual(troubles, [], path);
      await context.close();
    }
    const html = readFileSync(join(WWW, path), 'utf8');
    for (const [, href] of html.matchAll(/href="([^"#]+)(?:#[^"]*)?"/g)) {
      const target = join(SITE, dirname(path), href);
      assert.ok(existsSync(target), `${path} leads to ${href}`);
    }
  }
});

test('the kit shows its examples with its own address, and the button as it is', async () => {
  const { page, context } = await open(browser, { url: verifier.url, path: 'button/' });
  await page.waitForFunction(() => !document.body.innerText.includes('VERIFIER'));
  const example = await page.textContent('#anchor pre');
  assert.ok(example.includes(`href="${verifier.url}#service=${HOST}"`), example);
  assert.equal(await page.locator('s2s-verify a').getAttribute('href'), `${verifier.url}#service=${HOST}`);
  await context.close();
});

test('the page leads to the contract, to what operators do, and to the button', async () => {
  const { page, context } = await open(browser, { url: verifier.url });
  for (const path of ['contract/operators.html', 'contract/index.html', 'button/index.html']) {
    assert.equal(await page.locator(`footer a[href="${path}"]`).count(), 1, path);
    assert.ok(existsSync(join(SITE, path)), path);
  }
  await context.close();
});
