/**
 * `<s2s-answer>`: the answer in a report, drawn in a page.
 *
 * @import { Report } from '../report.d.ts'
 */

import { AnswerCard } from '../elements/answer-card.js';
import { useWording, wordingLanguage } from '../wording.js';
import { isOwn } from './answers.js';
import { firstKnown } from '../languages.js';
import { text, words } from './page.js';

/** The colours are those of the page. */
const STYLE = `
  :host {
    display: block;
    color-scheme: light dark;
    color: var(--ink);
    font: 100%/1.6 system-ui, sans-serif;
    --sheet: light-dark(#ffffff, #1b1f26);
    --ink: light-dark(#1d232b, #e7e9ec);
    --soft: light-dark(#535c68, #aab3bf);
    --line: light-dark(#d9d5cb, #363d48);
    --edge: light-dark(#7c8490, #808a98);
    --accent: light-dark(#14506b, #8cc7e4);
    --verified: light-dark(#1c6640, #7fcf9e);
    --warning: light-dark(#8a5300, #efbb62);
    --failed: light-dark(#a32020, #ff9d95);
    --not-published: light-dark(#4d5a6c, #b3bfce);
    --unknown: light-dark(#5a4796, #c4b5f5);
    --checking: var(--soft);
    --simulated: light-dark(#7a2d6b, #eeaadf);
    --radius: 0.375rem;
  }
  :host([hidden]) { display: none; }
  p { margin-block: 0; }
`;

/** @type {Promise<CSSStyleSheet> | null} */
let card = null;

export class AnswerElement extends HTMLElement {
  /** @type {Report | null} */
  #report = null;
  #root = this.attachShadow({ mode: 'open' });

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [styled(STYLE)];
  }

  static get observedAttributes() {
    return ['lang'];
  }

  attributeChangedCallback() {
    if (this.#report) void this.#draw(this.#report);
  }

  connectedCallback() {
    if (this.#report) void this.#draw(this.#report);
  }

  get report() {
    return this.#report;
  }

  set report(report) {
    if (report !== null && !isOwn(report)) {
      throw new TypeError('Only a report that check or verify made in this page is drawn.');
    }
    this.#report = report;
    // What is drawn is about another report until the new one is there.
    this.#root.replaceChildren();
    if (report) void this.#draw(report);
  }

  /** The language that is written around the element, where there are sentences in it. */
  #language() {
    return firstKnown([this.closest('[lang]')?.getAttribute('lang') ?? null]);
  }

  /** @param {Report} report */
  async #draw(report) {
    const language = this.#language();
    const [known, sheet] = await Promise.all([words(language), cardStyle()]);
    if (this.#report !== report) return;
    // It may stand in other surroundings by now.
    if (this.#language() !== language) return void this.#draw(report);
    useWording(known);
    const drawn = new AnswerCard();
    drawn.lang = language;
    drawn.dir = wordingLanguage().dir;
    this.#root.adoptedStyleSheets = [styled(STYLE), sheet];
    this.#root.replaceChildren(drawn);
    drawn.draw(report);
    // In somebody else's page it is one part among others, and no landmark.
    drawn.setAttribute('role', 'group');
  }
}

/** @param {string} rules */
function styled(rules) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  return sheet;
}

/** The card's own style, loaded once. */
async function cardStyle() {
  card ??= text(new URL('../css/card.css', import.meta.url)).then(styled);
  try {
    return await card;
  } catch (error) {
    card = null;
    throw error;
  }
}

if (!customElements.get('s2s-answer')) customElements.define('s2s-answer', AnswerElement);
