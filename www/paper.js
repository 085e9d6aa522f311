/** Printing: the answer and what it rests upon in short, or everything where the reader asks for it. */

/** @import { EvidenceReport } from './elements/evidence-report.js' */

import { HexView } from './elements/hex-view.js';

/** Set where everything goes on paper. */
const WHOLE = 'data-print-all';

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
