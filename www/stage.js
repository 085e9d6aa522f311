/**
 * What stands on the page, one at a time: the start, what is being done now, or an answer. It can be
 * drawn again in another language without anything being asked or examined again.
 *
 * @import { EvidenceReport } from './elements/evidence-report.js'
 */

import { retell, visible } from './dom.js';
import { ui } from './wording.js';

/**
 * A place of the page, by its id.
 *
 * @param {string} id
 */
export function place(id) {
  const element = document.getElementById(id);
  if (!element) throw new TypeError(`the page has no ${id}`);
  return element;
}

export class Stage {
  #start = place('start');

  #result = place('result');

  #view;

  /** @type {() => void} draws what stands, in the language that is spoken */
  #draw = () => {};

  /** Whether what stands is kept as it is for now. */
  #isHeld = false;

  /** Whether what stands is in another language than the page. */
  #isStale = false;

  /** @param {EvidenceReport} view where an answer is drawn */
  constructor(view) {
    this.#view = view;
    this.#result.replaceChildren(view);
  }

  /** What the page is, and what it knows: there is no question. */
  showStart() {
    this.#present(() => {
      this.#start.hidden = false;
      this.#result.hidden = true;
      document.title = ui('name');
    });
  }

  /**
   * A sentence in the place of an answer.
   *
   * @param {() => string} sentence
   */
  clear(sentence) {
    this.show(() => {
      this.#view.clear(sentence());
      return visible(sentence().replace(/\.$/, ''));
    });
  }

  /**
   * Says what is being done now, in place of the answer that stood.
   *
   * @param {() => string} host
   * @param {'asking-it' | 'checking-it'} doing
   * @param {number} step
   * @param {number} steps
   * @param {(() => void) | null} stop
   */
  progress(host, doing, step, steps, stop) {
    const since = Date.now();
    this.show(() => {
      this.#view.checking({ host: host(), doing: ui(doing), step, steps, since }, stop);
      return visible(ui('checking-host', { host: host() }));
    });
  }

  /**
   * Shows what `draw` draws.
   *
   * @param {() => string} draw gives what the window is called meanwhile
   */
  show(draw) {
    this.#present(() => {
      this.#start.hidden = true;
      this.#result.hidden = false;
      document.title = `${draw()} · ${visible(ui('name'))}`;
    });
  }

  /** Keeps what stands as it is, whatever language is spoken, until `release`. */
  hold() {
    this.#isHeld = true;
  }

  release() {
    this.#isHeld = false;
    if (this.#isStale) this.#redraw();
  }

  /** Says everything that stands in the language that is spoken now. */
  retell() {
    retell();
    this.#isStale = this.#isHeld;
    if (!this.#isStale) this.#redraw();
  }

  #redraw() {
    this.#isStale = false;
    this.#view.again(this.#draw);
  }

  /** @param {() => void} draw */
  #present(draw) {
    this.#draw = draw;
    draw();
  }
}
