/**
 * The key that this extension's own connection to a service meets, where the browser tells it.
 *
 * Only requests of the extension itself are looked at: a tab has connections of its own, and may be
 * answered by another machine.
 *
 * @import { RequestDetails } from './extension.d.ts'
 */

import { fromBase64 } from '../bytes.js';
import { api } from './browser.js';
import { patternOf } from './addresses.js';

const LENGTH = 32;

export class OwnConnection {
  /** @type {Map<string, Uint8Array>} by address */
  #keys = new Map();
  #own = api.runtime.getURL('');
  #listener = (/** @type {RequestDetails} */ details) => this.#met(details);
  #isListening = false;

  /**
   * Listens for the answers of a service; in vain where the browser tells nothing.
   *
   * @param {string} service
   */
  constructor(service) {
    const { webRequest } = api;
    if (!webRequest?.getSecurityInfo) return;
    try {
      const filter = { urls: [patternOf(service)], types: ['xmlhttprequest'] };
      webRequest.onHeadersReceived.addListener(this.#listener, filter, ['blocking']);
      this.#isListening = true;
    } catch {
      this.#isListening = false;
    }
  }

  /**
   * The SHA-256 of the public key that the connection of the question to `url` met, if it was told.
   *
   * @param {string} url
   */
  key(url) {
    return this.#keys.get(url);
  }

  get isTold() {
    return this.#keys.size > 0;
  }

  close() {
    if (this.#isListening) api.webRequest?.onHeadersReceived.removeListener(this.#listener);
  }

  /** @param {RequestDetails} details */
  async #met({ requestId, url, tabId, originUrl }) {
    const isOwn = tabId === -1 && originUrl !== undefined && originUrl.startsWith(this.#own);
    if (!isOwn) return {};
    try {
      const info = await api.webRequest?.getSecurityInfo?.(requestId, {});
      const digest = info?.certificates?.[0]?.subjectPublicKeyInfoDigest?.sha256;
      const bytes = digest ? fromBase64(digest) : null;
      if (bytes?.length === LENGTH) this.#keys.set(url, bytes);
    } catch {
      this.#keys.delete(url);
    }
    return {};
  }
}
