/** Making elements. Text is only ever set as text, and attributes come from a short list. */

import { has, say } from './wording.js';

const ATTRIBUTES = new Set([
  'accept', 'autocomplete', 'checked', 'class', 'colspan', 'datetime', 'dir', 'download', 'for',
  'hidden', 'href', 'id', 'inputmode', 'lang', 'max', 'multiple', 'name', 'open', 'role', 'rows', 'scope',
  'spellcheck', 'start', 'step', 'tabindex', 'title', 'translate', 'type', 'value',
]);

/**
 * A text as a function is asked again when the language changes.
 *
 * @typedef {Node | string | (() => string) | null | undefined | false} Child
 */

/** @type {WeakMap<Text, () => string>} the texts that follow the language */
const FOLLOWING = new WeakMap();

/**
 * Makes an element.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 *   `true` sets an empty attribute; `false`, `null` and `undefined` set none.
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 * @throws {TypeError} for an attribute that is not on the list, or a link that leaves the page.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (!ATTRIBUTES.has(name) && !/^(aria|data)-[a-z-]+$/.test(name)) {
      throw new TypeError(`the attribute ${name} is not on the list`);
    }
    if (name === 'href' && !/^(blob:|#)/.test(String(value))) {
      throw new TypeError('a link may not leave the page');
    }
    element.setAttribute(name, value === true ? '' : visible(String(value)));
  }
  append(element, children.flat());
  return element;
}

/**
 * A link that leaves the page. Its words name the host, which learns nothing about where the reader
 * came from; `null` for an address that is not one of https.
 *
 * @param {string} address
 * @param {(host: string) => string} words
 * @param {Record<string, string>} [attributes]
 */
export function outward(address, words, attributes = {}) {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return null;
  const link = h('a', attributes, h('span', {}, isolated(words(url.host), url.host)));
  link.rel = 'noreferrer noopener';
  link.target = '_blank';
  link.href = url.href;
  return link;
}

/** The marks that a language may put around words. */
const QUOTATION = /["\u00ab\u00bb\u201c-\u201f\u2039\u203a]/g;

/** How many letters of the evidence's own words are shown. */
const SHOWN = 80;

/**
 * Letters that show nothing, or change how the text around them is read: the list of `src/text.rs`,
 * and what Unicode calls "other" (controls, formats, surrogates, private use, unassigned).
 */
const INVISIBLE =
  /[\u{ad}\u{34f}\u{61c}\u{115f}-\u{1160}\u{17b4}-\u{17b5}\u{180b}-\u{180f}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{2800}\u{3164}\u{fe00}-\u{fe0f}\u{feff}\u{ffa0}\u{fff9}-\u{fffb}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\p{C}/gu;

/**
 * Words of the evidence in quotation marks: cut, with every invisible character written out, and
 * no quotation mark in them, so that they cannot end before their end. They stand after our own
 * words and never alone.
 *
 * @param {string} text
 */
export function evidenceWords(text) {
  const words = shortWords(text.replace(QUOTATION, "'"));
  const path = ['evidence-words', 'quoted'];
  return has(path) ? say(path, { words }) : `"${words}"`;
}

/**
 * Words of the evidence, cut, with every invisible character written out.
 *
 * @param {string} text
 */
export function shortWords(text) {
  const letters = [...text.replace(INVISIBLE, written)];
  if (letters.length <= SHOWN) return letters.join('');
  return `${letters.slice(0, SHOWN - 3).join('')}...`;
}

/** @param {string} character */
function written(character) {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * The text with every control, direction and invisible character written out. Values come from
 * evidence, which an attacker may have made: a direction mark could reverse what a reader sees.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replace(INVISIBLE, (character) =>
    character === '\n' || character === '\t' ? character : written(character),
  );
}

/**
 * Puts children at the end of an element, as `h` does.
 *
 * @param {Element} element
 * @param {Child[]} children
 */
export function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(nodeOf(child));
  }
}

/** @param {Node | string | (() => string)} child */
function nodeOf(child) {
  if (typeof child === 'string') return document.createTextNode(visible(child));
  return typeof child === 'function' ? following(child) : child;
}

/**
 * A text that follows the language.
 *
 * @param {() => string} words
 */
function following(words) {
  const text = document.createTextNode(visible(words()));
  FOLLOWING.set(text, words);
  return text;
}

/**
 * Puts a text in an element; it follows the language.
 *
 * @param {Element} element
 * @param {() => string} words
 */
export function tellIn(element, words) {
  element.replaceChildren(following(words));
}

/** Asks each text of the page that follows the language for its words again. */
export function retell() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const words = FOLLOWING.get(/** @type {Text} */ (node));
    if (words) node.nodeValue = visible(words());
  }
}

/**
 * Draws what stands in `root` again; what the reader opened stays open, and the focus where it was.
 *
 * @param {Element} root
 * @param {() => void} draw
 */
export function redrawn(root, draw) {
  const open = [...root.querySelectorAll('details')].map((details) => details.open);
  const focused = document.activeElement?.id;
  draw();
  for (const [place, details] of root.querySelectorAll('details').entries()) {
    details.open = open[place] ?? details.open;
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

/**
 * A sentence in which `words` keep a direction of their own.
 *
 * @param {string} sentence
 * @param {string} words
 * @param {Record<string, string>} [attributes] of those words
 * @returns {Child[]}
 */
export function isolated(sentence, words, attributes = { translate: 'no' }) {
  const at = words === '' ? -1 : sentence.indexOf(words);
  if (at < 0) return [sentence];
  const own = h('bdi', attributes, words);
  return [sentence.slice(0, at), own, sentence.slice(at + words.length)];
}

/**
 * A button that runs `action`.
 *
 * @param {string | (() => string)} label
 * @param {() => void} action
 * @param {Record<string, string | boolean>} [attributes]
 */
export function button(label, action, attributes = {}) {
  const element = h('button', { type: 'button', ...attributes }, label);
  element.addEventListener('click', action);
  return element;
}

/**
 * A button that copies `text` and says that it did.
 *
 * @param {string} label
 * @param {string} text
 * @param {{ copied: string, failed: string }} words
 * @param {Record<string, string>} [attributes]
 */
export function copyButton(label, text, words, attributes = {}) {
  return button(
    label,
    () => {
      navigator.clipboard.writeText(text).then(
        () => announce(words.copied),
        () => announce(words.failed),
      );
    },
    { class: 'quiet', ...attributes },
  );
}

/**
 * Says a short sentence in the page's live region.
 *
 * @param {string} sentence
 */
export function announce(sentence) {
  const region = document.getElementById('announcement');
  if (region) region.textContent = sentence;
}

/**
 * Hands `bytes` to the reader as a file; nothing is sent anywhere.
 *
 * @param {string} name
 * @param {BlobPart} bytes
 * @param {string} type
 */
export function download(name, bytes, type) {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = h('a', { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
