/**
 * `<language-choice>`: the languages of the page, each by its own name. What a reader chooses is kept
 * in this browser, and nothing else is. Made with `false`, it keeps nothing itself.
 *
 * Fires `language` when the reader chose one.
 */

import { h } from '../dom.js';
import { prepare } from '../formats.js';
import { LANGUAGES, firstKnown, wordingOf } from '../languages.js';
import { has, loadWording, say, ui, wordingLanguage } from '../wording.js';

/** Under which name the choice is kept. */
const KEPT = 's2s-language';

export class LanguageChoice extends HTMLElement {
  #select = h('select', { id: 'language' });
  #isKeeping;

  constructor(isKeeping = true) {
    super();
    this.#isKeeping = isKeeping;
  }

  connectedCallback() {
    if (this.childElementCount > 0) return;
    this.#select.append(
      ...[...LANGUAGES].map(([tag, { name }]) => h('option', { value: tag, lang: tag, dir: 'auto' }, name)),
    );
    this.append(h('label', { for: 'language', class: 'visually-hidden' }, () => ui('language')), this.#select);
    this.#select.addEventListener('change', () => {
      if (this.#isKeeping) keep(this.#select.value);
      this.dispatchEvent(new CustomEvent('language', { detail: { tag: this.#select.value } }));
    });
    this.shows();
  }

  /** Shows which language is spoken. */
  shows() {
    this.#select.value = wordingLanguage().tag;
  }
}

/**
 * The language to speak: the one that the page's address names, the one that was chosen here, the
 * first of the browser's that there is, or English.
 */
export function preferredLanguage() {
  const named = new URLSearchParams(location.hash.slice(1)).get('lang');
  return firstKnown([named, kept(), ...navigator.languages]);
}

/**
 * Speaks a language, from now on.
 *
 * @param {string} tag
 * @param {(tag: string) => Promise<void>} [load] takes its sentences from where they are
 */
export async function speak(tag, load = (own) => loadWording(wordingOf(own))) {
  await load(tag);
  const spoken = wordingLanguage();
  document.documentElement.lang = spoken.tag;
  document.documentElement.dir = spoken.dir;
  // While the verifier is loaded, or works, this thread has nothing to do.
  setTimeout(prepare, 0, spoken.tag);
  for (const element of document.querySelectorAll('[data-ui]')) {
    const key = element.getAttribute('data-ui') ?? '';
    const path = key.includes('/') ? key.split('/') : ['ui', key];
    if (has(path)) element.textContent = say(path);
  }
}

/** The language that was chosen here; a browser may refuse to keep anything. */
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** @param {string} tag */
function keep(tag) {
  try {
    localStorage.setItem(KEPT, tag);
  } catch {
    // The choice holds until the page is left.
  }
}

customElements.define('language-choice', LanguageChoice);
