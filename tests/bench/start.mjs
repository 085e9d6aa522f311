/**
 * From navigation to the painted answer card in a browser that was never here: the page is opened, and its
 * demonstration is asked for as soon as there is a button.
 */

import { createServer, connect } from 'node:net';

import { chromium } from 'playwright-core';

/** 20 Mbit/s, and 40 ms there and back. */
const SLOW = { bytesPerMillisecond: 20e6 / 8 / 1000, delay: 20 };

/** @param {string} program @param {string} url @param {number} rounds */
export async function starts(program, url, rounds) {
  const line = await slowLine(new URL(url));
  const found = { loopback: [], slow: [], requests: 0, bytes: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const near = await visited(program, url);
    found.loopback.push(near.milliseconds);
    found.slow.push((await visited(program, line.url)).milliseconds);
    [found.requests, found.bytes] = [near.requests, near.bytes];
  }
  line.close();
  return found;
}

/** @param {string} program @param {string} url */
async function visited(program, url) {
  const browser = await chromium.launch({ executablePath: program });
  try {
    const page = await browser.newPage();
    await page.addInitScript(asks);
    let requests = 0;
    let bytes = 0;
    let told = null;
    const painted = new Promise((done) => {
      told = done;
    });
    await page.exposeBinding('painted', (_, milliseconds) => told(milliseconds));
    const done = [];
    page.on('requestfinished', (request) => {
      requests += 1;
      done.push(request.sizes().then((sizes) => {
        bytes += sizes.responseBodySize;
      }).catch(() => {}));
    });
    await page.goto(url, { waitUntil: 'commit' });
    const milliseconds = await painted;
    await Promise.all(done);
    return { milliseconds, requests, bytes };
  } finally {
    await browser.close();
  }
}

/** Runs in the page before its own scripts. */
function asks() {
  let isAsked = false;
  new MutationObserver((_, observer) => {
    const button = document.getElementById('demonstration');
    if (button && !isAsked) {
      isAsked = true;
      button.click();
    }
    if (!document.querySelector('answer-card[data-headline]')) return;
    observer.disconnect();
    // The frame with the card in it is on the screen when the task after the next frame's callback runs.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => globalThis.painted(performance.now());
      port2.postMessage(null);
    });
  }).observe(document, { attributes: true, attributeFilter: ['data-headline'], childList: true, subtree: true });
}

/**
 * A slower way to a server of this machine. A connection costs one way there and back, each piece of data
 * one way; all connections share the width. Slow start is not imitated.
 *
 * @param {URL} target
 */
async function slowLine(target) {
  let free = 0;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const opened = performance.now() + 2 * SLOW.delay;
    const [up, down] = [[], []];
    near.on('data', (data) => {
      up.push(data);
      later(Math.max(opened, performance.now()) + SLOW.delay, () => far.write(up.shift()));
    });
    far.on('data', (data) => {
      free = Math.max(free, performance.now()) + data.length / SLOW.bytesPerMillisecond;
      down.push(data);
      // Whichever timer is first, the pieces stay in order.
      later(free + SLOW.delay, () => near.write(down.shift()));
    });
    const end = () => [near, far].forEach((socket) => socket.destroy());
    near.on('close', end).on('error', end);
    far.on('close', () => later(Math.max(free, performance.now()) + SLOW.delay + 5, end)).on('error', end);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** @param {number} moment @param {() => void} run */
function later(moment, run) {
  setTimeout(run, moment - performance.now());
}
