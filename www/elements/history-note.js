/**
 * What was seen of a service before, where its reader wants it remembered: in this browser, for this
 * page, and nowhere else. Nothing is kept before the reader asks for it.
 *
 * @import { Remembered } from '../page.d.ts'
 */

import { announce, button, h } from '../dom.js';
import { changeWords } from '../history.js';
import { dayWords } from '../moments.js';
import { hostOf } from '../phrases.js';
import { noticed, remembered } from '../verifier.js';
import { say } from '../wording.js';

const PLACE = 's2s-history';

/**
 * @param {string} service its address
 * @param {string} seen what the check of it saw
 */
export function historyNote(service, seen) {
  const note = h('div', { class: 'history no-print', id: 'history' });
  // A verifier that was ended meanwhile compares nothing.
  tell(note, service, seen).catch(() => note.replaceChildren());
  return note;
}

/**
 * @param {HTMLElement} note
 * @param {string} service
 * @param {string} seen
 */
async function tell(note, service, seen) {
  const host = hostOf(service);
  const known = read()[service];
  const after = known ? await remembered(known, seen) : null;
  // It may have been forgotten meanwhile.
  if (after && read()[service]) keep(service, after);
  const draw = (/** @type {string} */ focus) => {
    const now = read()[service];
    note.replaceChildren(...(now ? told(now) : asked()));
    /** @type {HTMLElement | null} */ (focus ? note.querySelector(focus) : null)?.focus();
  };

  /** The reader is asked whether to remember. */
  function asked() {
    const box = h('input', { type: 'checkbox', id: 'remember' });
    box.addEventListener('change', async () => {
      keep(service, await remembered(null, seen));
      draw('#forget-history');
    });
    return [
      h('label', { for: 'remember', class: 'choice' }, box, h('span', {}, say(['history', 'remember'], { host }))),
    ];
  }

  /**
   * What changed, or that nothing did.
   *
   * @param {Remembered} own
   */
  function told(own) {
    const sentences = changeWords(own);
    const day = dayWords(new Date(sentences.length > 0 ? own.known.last.at : own.since));
    const line =
      sentences.length > 0
        ? say(['history', 'since'], { day, changes: sentences.join(' ') })
        : say(['history', 'since-none'], { day });
    const saw = button(
      say(['history', 'noticed']),
      async () => {
        keep(service, await noticed(own));
        draw('#forget-history');
      },
      { class: 'quiet', id: 'noticed' },
    );
    const forget = button(
      say(['history', 'forget'], { host }),
      () => {
        keep(service, null);
        draw('#remember');
        announce(say(['history', 'forgotten'], { host }));
      },
      { class: 'quiet', id: 'forget-history' },
    );
    return [
      h('p', { class: 'since', 'data-changes': sentences.length }, line),
      h('div', { class: 'row' }, sentences.length > 0 ? saw : null, forget),
    ];
  }

  draw('');
}

/** @returns {Record<string, Remembered>} */
function read() {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? '{}');
  } catch {
    return {};
  }
}

/**
 * @param {string} service
 * @param {Remembered | null} own
 */
function keep(service, own) {
  const { [service]: _, ...rest } = read();
  const all = own ? { ...rest, [service]: own } : rest;
  try {
    if (Object.keys(all).length > 0) localStorage.setItem(PLACE, JSON.stringify(all));
    else localStorage.removeItem(PLACE);
  } catch {
    // A browser that keeps nothing remembers nothing.
  }
}
