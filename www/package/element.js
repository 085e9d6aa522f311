/**
 * `<s2s-answer>`: the answer in a report, drawn in a page.
 *
 * @import { Report } from '../report.d.ts'
 */

import { h } from '../dom.js';
import { isOwn } from './answers.js';
import { explain } from './browser.js';
import { LANGUAGES } from './languages.js';

const STYLE = `
  :host { display: block; border: 1px solid currentColor; border-radius: 0.5rem; padding: 1rem; }
  :host([hidden]) { display: none; }
  p { margin: 0; }
  [part="short"] { font-size: 1.25rem; font-weight: 600; }
`;

export class AnswerElement extends HTMLElement {
  /** @type {Report | null} */
  #report = null;
  #root = this.attachShadow({ mode: 'open' });

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
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

  /** @param {Report} report */
  async #draw(report) {
    const near = this.closest('[lang]')?.getAttribute('lang')?.split('-')[0] ?? '';
    const language = LANGUAGES.has(near) ? near : 'en';
    const { headline } = await explain(report, language);
    if (this.#report !== report) return;
    this.#root.replaceChildren(
      h('div', { lang: language, role: 'group' },
        h('p', { 'data-part': 'short' }, headline.short),
        h('p', {}, headline.sentence),
      ),
    );
  }
}

if (!customElements.get('s2s-answer')) customElements.define('s2s-answer', AnswerElement);
