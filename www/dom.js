/** Making elements. Text is only ever set as text, and attributes come from a short list. */

const ATTRIBUTES = new Set([
  'accept', 'autocomplete', 'checked', 'class', 'colspan', 'datetime', 'dir', 'download', 'for',
  'hidden', 'href', 'id', 'inputmode', 'lang', 'max', 'multiple', 'name', 'open', 'role', 'rows', 'scope',
  'spellcheck', 'start', 'step', 'tabindex', 'title', 'translate', 'type', 'value',
]);

/** @typedef {Node | string | null | undefined | false} Child */

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
 * The letters that show nothing, or change how the text around them is read, beside the control
 * characters: format characters, zero widths, marks of direction, separators of lines, variation
 * selectors and tags, from and to. `src/text.rs` has the same list, and a test compares the two.
 */
export const INVISIBLE = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** How many letters of the evidence's own words are shown. */
const SHOWN = 80;

const HEX = (/** @type {number} */ point) => point.toString(16);
const UNSEEN = new RegExp(
  `[^\\P{C}\\n\\t]|[${INVISIBLE.map(([from = 0, to = 0]) => `\\u{${HEX(from)}}-\\u{${HEX(to)}}`).join('')}]`,
  'gu',
);

/**
 * The text with every control, direction and invisible character written out. Values come from
 * evidence, which an attacker may have made: a direction mark could reverse what a reader sees.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replace(UNSEEN, (character) => `\\u{${HEX(character.codePointAt(0) ?? 0)}}`);
}

/**
 * Words of the evidence, or of whoever named a file, in quotation marks: written out, cut, and no
 * quotation mark in them, so that they can neither run on nor end before their end.
 *
 * @param {string} text
 */
export function evidenceWords(text) {
  const letters = [...visible(text.replace(/"/g, "'").replace(/[\n\t]+/g, ' '))];
  const shown = letters.length <= SHOWN ? letters : [...letters.slice(0, SHOWN - 3), '...'];
  return `"${shown.join('')}"`;
}

/**
 * @param {Element} element
 * @param {Child[]} children
 */
function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === 'string' ? document.createTextNode(visible(child)) : child);
  }
}

/**
 * A button that runs `action`.
 *
 * @param {string} label
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
