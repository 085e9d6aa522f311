/**
 * `<request-list>`: whom a check asks, what each host learns, and what came of it.
 *
 * @import { PlannedRequest } from '../page.d.ts'
 */

import { h, tellIn } from '../dom.js';
import { sayOr } from '../titles.js';
import { ui } from '../wording.js';

/** @typedef {{ request: PlannedRequest, box: HTMLInputElement | null, note: string, status: HTMLElement }} Row */

export class RequestList extends HTMLElement {
  /** @type {Row[]} */
  #rows = [];

  /**
   * @param {PlannedRequest[]} requests
   * @param {{ choice: boolean, told?: boolean, notes?: Map<string, string> }} options whether single
   *   requests can be left out, whether the hosts were told of already, and what to say about an
   *   address
   */
  draw(requests, { choice, told = false, notes = new Map() }) {
    this.#rows = requests.map((request, index) => ({
      request,
      box: choice ? h('input', { type: 'checkbox', checked: true, id: `request-${index}` }) : null,
      note: notes.get(request.url) ?? '',
      status: h('p', { class: 'request-status' }),
    }));
    const hosts = [...new Set(requests.map(({ host }) => host))];
    this.replaceChildren(
      h(
        'ol',
        { class: 'hosts' },
        hosts.map((host) => this.#host(host, told)),
      ),
    );
  }

  /** The requests that the reader left in. */
  get chosen() {
    return this.#rows.filter(({ box }) => box?.checked ?? true).map(({ request }) => request);
  }

  /**
   * Says what came of a request.
   *
   * @param {PlannedRequest} request
   * @param {string} state `asking`, `answered`, `failed` or nothing
   * @param {() => string} sentence
   */
  say(request, state, sentence) {
    const row = this.#rows.find(({ request: { url } }) => url === request.url);
    if (!row) return;
    row.status.setAttribute('data-state', state);
    tellIn(row.status, sentence);
  }

  /**
   * @param {string} host
   * @param {boolean} told
   */
  #host(host, told) {
    const rows = this.#rows.filter(({ request }) => request.host === host);
    return h(
      'li',
      {},
      told ? null : h('p', { class: 'host' }, () => ui('asks'), ' ', name(host)),
      told ? null : learned(rows.map(({ request }) => request)).map((one) => h('p', {}, () => learns(one))),
      h('ul', { class: 'requests' }, rows.map(requestItem)),
    );
  }
}

/**
 * Whom `requests` ask and what each host learns, a line for each.
 *
 * @param {PlannedRequest[]} requests
 */
export function asked(requests) {
  const hosts = [...new Set(requests.map(({ host }) => host))];
  return hosts.map((host) => {
    const own = learned(requests.filter((request) => request.host === host));
    return h('p', { class: 'host' }, () => ui('asks'), ' ', name(host), () => `. ${own.map(learns).join(' ')}`);
  });
}

/** @param {string} host */
function name(host) {
  return h('strong', { translate: 'no' }, host);
}

/**
 * What a host learns of its requests, each once; what another says as well is left out.
 *
 * @param {PlannedRequest[]} requests
 */
function learned(requests) {
  const all = [...new Set(requests.map(({ reveals }) => reveals))];
  return all.filter(
    (one) => !all.some((other) => other !== one && other.startsWith(`${one}-`)),
  );
}

/** @param {string} reveals */
function learns(reveals) {
  return sayOr(['reveals', reveals], reveals);
}

/** @param {Row} row */
function requestItem({ request: { url, what }, box, note, status }) {
  const title = () => sayOr(['wanted', what], what);
  return h(
    'li',
    { 'data-what': what },
    box
      ? h('p', { class: 'choice' }, box, h('label', { for: box.id }, title))
      : h('p', {}, title),
    h('p', {}, h('code', { class: 'url', translate: 'no' }, url)),
    note ? h('p', {}, note) : null,
    status,
  );
}

customElements.define('request-list', RequestList);
