/**
 * The popup: what the badge of a tab stands for, in words. Opened as a page, its address names the
 * tab, and its site where the browser does not tell it: `#tab=7&site=https://example.com`.
 *
 * @import { Choice, Kept, Message, View } from './extension.d.ts'
 */

import { h } from '../dom.js';
import { ui } from '../wording.js';
import { originOf } from './addresses.js';
import { loadWords } from './badge.js';
import { api } from './browser.js';
import { enrolment, noSite } from './enrolment.js';
import { languageChoice } from './language.js';
import { standing } from './standing.js';

const main = /** @type {HTMLElement} */ (document.getElementById('main'));

/** What is drawn now, so that nothing is drawn anew under a reader's hand. */
let drawn = '';

/** @param {Message} message */
const send = (message) => api.runtime.sendMessage(message);

await loadWords();
name();
await draw();
document.getElementById('language-place')?.append(languageChoice(speak));
addEventListener('hashchange', () => void draw());
api.runtime.onMessage.addListener((message) => {
  if (message?.told === 'changed') void draw();
});

function name() {
  document.title = ui('name');
  for (const heading of document.querySelectorAll('h1')) heading.textContent = ui('name');
}

/** Another language was chosen: what stands is said in it. */
async function speak() {
  name();
  drawn = '';
  await draw();
}

/** The tab that this is about, with its site; a browser tells the address at a press on the badge. */
async function tabOf() {
  const named = new URLSearchParams(location.hash.slice(1));
  const id = Number(named.get('tab') ?? 'none');
  const site = originOf(named.get('site') ?? '');
  try {
    const tab = Number.isSafeInteger(id)
      ? await api.tabs.get(id)
      : (await api.tabs.query({ active: true, currentWindow: true }))[0];
    return { id: tab?.id ?? null, site: originOf(tab?.url) ?? site };
  } catch {
    return { id: null, site: null };
  }
}

async function draw() {
  const { id, site } = await tabOf();
  if (id === null || site === null) {
    show('no-site', () => [noSite(opened)]);
    return;
  }
  /** @type {View | null} */
  const view = await send({ ask: 'view', tab: id, url: site });
  if (!view) {
    show(`none ${site}`, () => [enrolment(site, (service, choice) => send({ ask: 'enrol', tab: id, site, service, choice }), send)]);
    return;
  }
  /** @type {Kept | null} */
  const kept = view.result ? await send({ ask: 'kept', service: view.service }) : null;
  show(JSON.stringify(view), () => standing(view, kept, send));
}

/**
 * A site that is named before it is opened.
 *
 * @param {string} site
 */
function opened(site) {
  /** @type {(service: string, choice: Choice) => Promise<unknown>} */
  const enrol = (service, choice) => send({ ask: 'enrol', tab: null, site, service, choice });
  show(`none ${site}`, () => [enrolment(site, enrol, send, () => api.tabs.create({ url: `${site}/` }))]);
  main.querySelector('input')?.focus();
}

/**
 * @param {string} what
 * @param {() => Array<Node | string>} parts
 */
function show(what, parts) {
  if (what === drawn) return;
  drawn = what;
  const open = [...main.querySelectorAll('details[open]')].map(({ id }) => id);
  const focused = document.activeElement?.id;
  main.replaceChildren(h('div', {}, parts()));
  for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  if (focused) document.getElementById(focused)?.focus();
}
