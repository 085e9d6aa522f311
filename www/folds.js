/**
 * What is drawn later than the answer: folded parts are drawn when somebody opens them, or when the page
 * has nothing else to do. Then they are there for a search, for paper and for links.
 *
 * Fires `undrawable` where a folded part cannot be drawn.
 *
 * @import { Child } from './dom.js'
 */

import { append, h } from './dom.js';

/** How long a page may be busy before everything is drawn at once, in milliseconds. */
const LIMIT = 300;

/** Set on what is folded and not drawn. */
const FOLDED = 'data-folded';

/** @typedef {() => (Child | Child[])[]} Make */

/** @type {WeakMap<Element, Make>} */
const makers = new WeakMap();

/**
 * A folded part; one that is open is drawn at once.
 *
 * @param {Record<string, string | boolean>} attributes
 * @param {HTMLElement} summary
 * @param {Make} make
 */
export function fold(attributes, summary, make) {
  const details = h('details', attributes, summary);
  if (attributes.open) {
    append(details, make().flat());
    return details;
  }
  makers.set(details, make);
  details.setAttribute(FOLDED, '');
  // Before the browser opens it: nothing appears that was not there when it opened.
  summary.addEventListener('click', () => unfold(details));
  details.addEventListener('toggle', () => unfold(details));
  return details;
}

/**
 * Draws every folded part in `root` now.
 *
 * @param {Element} root
 */
export function unfoldAll(root) {
  for (let next = folded(root); next; next = folded(root)) unfold(next);
}

/**
 * Draws the folded parts in `root` by and by; ends early when they are no longer wanted.
 *
 * @param {Element} root
 * @param {() => boolean} isWanted
 */
export async function unfoldLater(root, isWanted) {
  while (folded(root)) {
    const { didTimeout, timeRemaining } = await leisure();
    if (!isWanted()) return;
    if (didTimeout) unfoldAll(root);
    for (let next = folded(root); next; next = folded(root)) {
      unfold(next);
      if (timeRemaining() < 2) break;
    }
  }
}

/** The next moment in which what was drawn before is on the screen. */
export function painted() {
  /** @param {() => void} done */
  const wait = (done) => (document.hidden ? setTimeout(done) : requestAnimationFrame(() => setTimeout(done)));
  return /** @type {Promise<void>} */ (new Promise(wait));
}

/** @param {Element} root */
function folded(root) {
  return root.querySelector(`details[${FOLDED}]`);
}

/** @param {Element} details */
function unfold(details) {
  const make = makers.get(details);
  if (!make) return;
  makers.delete(details);
  details.removeAttribute(FOLDED);
  try {
    append(details, make().flat());
  } catch {
    details.dispatchEvent(new CustomEvent('undrawable', { bubbles: true }));
  }
}

/**
 * The next moment in which the page has nothing else to do. A browser that does not tell is given time.
 *
 * @returns {Promise<{ didTimeout: boolean, timeRemaining: () => number }>}
 */
function leisure() {
  return new Promise((done) => {
    if (typeof requestIdleCallback === 'function') {
      const told = (/** @type {IdleDeadline} */ deadline) =>
        done({ didTimeout: deadline.didTimeout, timeRemaining: () => deadline.timeRemaining() });
      requestIdleCallback(told, { timeout: LIMIT });
    } else {
      setTimeout(() => done({ didTimeout: true, timeRemaining: () => 0 }), LIMIT / 10);
    }
  });
}
