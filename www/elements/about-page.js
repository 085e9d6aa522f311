/**
 * What the page says of its own build, and the signed record of a release, examined as any other. A page
 * cannot vouch for itself, and this says so first.
 */

import { digestOf } from '../bytes.js';
import { fileOfPage } from '../demonstrations.js';
import { button, h } from '../dom.js';
import { hexElement } from '../values.js';
import { ui } from '../wording.js';

/** What a reader types who checks the page with another program. */
const COMMANDS = [
  's2s verify release.intoto.jsonl --artifact verifier-manifest.json --policy release-policy.json',
  'gh attestation verify verifier-manifest.json --repo silicon-to-source/silicon-to-source',
];

/**
 * @typedef {{ version: string, commit: string | null, wasm: { sha256: string } }} Own
 * @typedef {{ record: Uint8Array, policy: string, artifact: string }} Held
 */

export class AboutPage extends HTMLElement {
  /** @type {(held: Held) => void} */
  #check;

  /** @param {(held: Held) => void} check examines the record against what the page was sent */
  constructor(check) {
    super();
    this.#check = check;
  }

  connectedCallback() {
    if (this.childElementCount > 0) return;
    const content = h('div', { class: 'about-page' });
    const details = /** @type {HTMLDetailsElement} */ (
      h('details', { id: 'about-page' }, h('summary', {}, () => ui('about-page')), content)
    );
    details.addEventListener('toggle', async () => {
      if (!details.open || content.childElementCount > 0) return;
      content.replaceChildren(...(await this.#told()));
    });
    this.append(details);
  }

  /** @returns {Promise<Node[]>} */
  async #told() {
    const bytes = await fileOfPage('./verifier-manifest.json');
    const own = bytes && read(bytes);
    if (!bytes || !own) return [h('p', {}, () => ui('about-none'))];
    const sha256 = await digestOf(Uint8Array.from(bytes));
    if (sha256 === null) return [h('p', {}, () => ui('about-none'))];
    const { commit } = own;
    const facts = [
      fact('about-manifest', hexElement(sha256)),
      fact('about-wasm', hexElement(own.wasm.sha256)),
      fact('about-commit', commit === null ? h('span', {}, () => ui('about-no-commit')) : hexElement(commit)),
    ];
    return [
      h('p', { id: 'about-says' }, () => ui('about-says', { version: own.version })),
      h('dl', { class: 'facts' }, facts),
      ...(await this.#record(`sha256:${sha256}`)),
      h('p', {}, () => ui('about-commands')),
      ...COMMANDS.map((command) => h('p', {}, h('code', { class: 'url', translate: 'no' }, command))),
    ];
  }

  /**
   * @param {string} artifact
   * @returns {Promise<Node[]>}
   */
  async #record(artifact) {
    const [record, policy] = await Promise.all(['./release.intoto.jsonl', './release-policy.json'].map(fileOfPage));
    // A page that is not a release's has an empty record.
    if (!record || record.length === 0 || !policy) return [h('p', { id: 'no-record' }, () => ui('about-no-record'))];
    const text = new TextDecoder().decode(policy);
    return [
      h('p', {}, () => ui('about-record-note')),
      h(
        'div',
        { class: 'row' },
        button(() => ui('about-record'), () => this.#check({ record, policy: text, artifact }), {
          id: 'check-record',
          class: 'quiet',
        }),
      ),
    ];
  }
}

/**
 * @param {string} key
 * @param {Node} value
 */
function fact(key, value) {
  return h('div', {}, h('dt', {}, () => ui(key)), h('dd', {}, value));
}

/**
 * @param {Uint8Array} bytes
 * @returns {Own | null}
 */
function read(bytes) {
  try {
    /** @type {Own} */
    const own = JSON.parse(new TextDecoder().decode(bytes));
    const isText = typeof own.version === 'string' && typeof own.wasm.sha256 === 'string';
    return isText && (own.commit === null || typeof own.commit === 'string') ? own : null;
  } catch {
    return null;
  }
}

customElements.define('about-page', AboutPage);
