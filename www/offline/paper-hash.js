/** The margin of each page on paper: the SHA-256 of the report's text, and the number of the page. */

import { h } from '../dom.js';
import { digestOf } from './blocks.js';
import { audit } from './standing.js';

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** For browsers that leave the margins to themselves. */
const line = h('p', { class: 'paper-hash print-only' });

/** Counts what was shown, so that the digest of what was shown before is not printed. */
let turn = 0;

/** @param {string | null} json the report that is shown */
export async function markPaper(json) {
  turn += 1;
  const own = turn;
  line.remove();
  sheet.replaceSync('');
  if (json === null) return;
  const hash = await digestOf(new TextEncoder().encode(json));
  if (turn !== own || hash === null) return;
  const words = audit('paper-hash', { hash });
  sheet.replaceSync(`@page {
    @bottom-left { content: ${JSON.stringify(words)}; font: 7pt monospace; }
    @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; }
  }`);
  line.textContent = words;
  document.querySelector('.site-footer')?.append(line);
}
