/** The browser and the server of a file of tests, from before its first test until after its last. */

import { after, before } from 'node:test';

import { launch } from './page.mjs';

export let browser;
export let server;

/** @param {() => Promise<{ url: string, close: () => Promise<unknown> }>} serving */
export function together(serving) {
  before(async () => {
    [browser, server] = await Promise.all([launch(), serving()]);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });
}
