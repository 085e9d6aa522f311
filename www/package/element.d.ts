/** `<s2s-answer>`: the answer in a report, drawn in a page. */

import type { Report } from '../report.d.ts';

/**
 * Draws the headline and the rows of a report that this page itself made with `check` or `verify`, in the
 * language of its own or the nearest `lang`: English or German.
 */
export class AnswerElement extends HTMLElement {
  /** The report that is drawn. Setting one that was not made here throws a `TypeError`. */
  get report(): Report | null;
  set report(report: Report | null);
}

declare global {
  interface HTMLElementTagNameMap {
    's2s-answer': AnswerElement;
  }
}
