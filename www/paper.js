/**
 * Printing: the answer and what it rests upon in short, or everything where the reader asks for it. The
 * margin of each page has the SHA-256 of the report's text, and the number of the page.
 */

/** @import { EvidenceReport } from './elements/evidence-report.js' */

import { digestOf } from './bytes.js';
import { HexView } from './elements/hex-view.js';
import { ui } from './wording.js';

/** Set where everything goes on paper. */
const WHOLE = 'data-print-all';

const margin = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, margin];

/** Counts what was shown, so that the digest of what was shown before is not printed. */
let turn = 0;

/**
 * Has each page of paper name the report that it is of.
 *
 * @param {HTMLElement} line says it once, for browsers that leave the margins to themselves
 * @param {string | null} json the report that is shown
 */
export async function markPaper(line, json) {
  turn += 1;
  const own = turn;
  line.textContent = '';
  margin.replaceSync('');
  if (json === null) return;
  const hash = await digestOf(new TextEncoder().encode(json));
  if (turn !== own || hash === null) return;
  line.textContent = ui('paper-hash', { hash });
  margin.replaceSync(`@page {
    @bottom-left { content: ${JSON.stringify(line.textContent)}; font: 7pt monospace; }
    @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; }
  }`);
}

/**
 * Opens for paper, which cannot be clicked, what is asked for.
 *
 * @param {EvidenceReport} view
 */
export function answerForPaper(view) {
  addEventListener('beforeprint', () => {
    view.whole();
    if (!document.documentElement.hasAttribute(WHOLE)) return;
    for (const details of view.querySelectorAll('details:not([open])')) {
      details.setAttribute('data-opened-for-print', '');
      details.setAttribute('open', '');
    }
    for (const bytes of view.querySelectorAll('hex-view')) {
      if (bytes instanceof HexView) bytes.draw();
    }
  });
  addEventListener('afterprint', () => {
    document.documentElement.removeAttribute(WHOLE);
    for (const details of view.querySelectorAll('details[data-opened-for-print]')) {
      details.removeAttribute('data-opened-for-print');
      details.removeAttribute('open');
    }
  });
}
