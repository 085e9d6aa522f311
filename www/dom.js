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
 * The text with every control, direction and invisible character written out. Values come from
 * evidence, which an attacker may have made: a direction mark could reverse what a reader sees.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replace(/[^\P{C}\n\t]|[\u2028\u2029\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
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
