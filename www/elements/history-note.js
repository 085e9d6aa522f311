/**
 * What was seen of a service before, where its reader wants it remembered: in this browser, for this
 * page, and nowhere else. Nothing is kept before the reader asks for it.
 *
 * @import { Remembered } from '../history.js'
 * @import { Seen } from '../page.d.ts'
 */

import { announce, button, h } from '../dom.js';
import { changeWords, noticed, remembered } from '../history.js';
import { dayWords } from '../moments.js';
import { hostOf } from '../phrases.js';
import { say } from '../wording.js';

const PLACE = 's2s-history';

/**
 * @param {string} service its address
 * @param {Promise<Seen | null>} told what it shows now; `null` where that decides nothing
 */
export function historyNote(service, told) {
  const note = h('div', { class: 'history no-print', id: 'history' });
  told.then((last) => last && tell(note, service, last));
  return note;
}

/**
 * @param {HTMLElement} note
 * @param {string} service
 * @param {Seen} last
 */
function tell(note, service, last) {
  const host = hostOf(service);
  const known = read()[service];
  if (known) keep(service, remembered(known, last));
  const draw = (/** @type {string} */ focus) => {
    const now = read()[service];
    note.replaceChildren(...(now ? told(now) : asked()));
    /** @type {HTMLElement | null} */ (focus ? note.querySelector(focus) : null)?.focus();
  };

  /** The reader is asked whether to remember. */
  function asked() {
    const box = h('input', { type: 'checkbox', id: 'remember' });
    box.addEventListener('change', () => {
      keep(service, remembered(null, last));
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
    const sentences = changeWords(own.base, own.last);
    const day = dayWords(new Date(sentences.length > 0 ? own.base.at : own.since));
    const line =
      sentences.length > 0
        ? say(['history', 'since'], { day, changes: sentences.join(' ') })
        : say(['history', 'since-none'], { day });
    const saw = button(
      say(['history', 'noticed']),
      () => {
        keep(service, noticed(own));
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
