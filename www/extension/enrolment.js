/**
 * A site of which nothing is expected yet: the reader names its service, and who may be asked.
 *
 * @import { Choice, Message, Vendor } from './extension.d.ts'
 */

import { button, h } from '../dom.js';
import { listed, say } from '../wording.js';
import { hostOf, patternsOf, serviceOf, SUGGESTED, VENDORS } from './addresses.js';
import { api } from './browser.js';

const words = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) =>
  say(['extension', key], values);

/**
 * There is no site: which one could be named.
 *
 * @param {(site: string) => void} choose
 */
export function noSite(choose) {
  const services = SUGGESTED.map(({ site }) => button(words('choose-site', { host: hostOf(site) }), () => choose(site)));
  return h(
    'section',
    { class: 'popup-enrol', 'aria-labelledby': 'none-heading' },
    h('h2', { class: 'site-name', id: 'none-heading' }, words('no-site')),
    h('p', {}, words('no-site-sentence')),
    h('p', {}, words('known')),
    h('div', { class: 'popup-known' }, services),
  );
}

/**
 * @param {string} site
 * @param {(service: string, choice: Choice) => Promise<unknown>} enrol
 * @param {(message: Message) => Promise<unknown>} send
 * @param {() => unknown} [then] what follows when the browser allows it
 */
export function enrolment(site, enrol, send, then = () => undefined) {
  const suggested = SUGGESTED.find((one) => one.site === site)?.service ?? site;
  const address = h('input', {
    id: 'service',
    name: 'service',
    type: 'text',
    inputmode: 'url',
    autocomplete: 'off',
    spellcheck: 'false',
    dir: 'ltr',
    value: hostOf(suggested),
    'aria-describedby': 'service-learns',
  });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const learns = h('p', { class: 'popup-rule', id: 'service-learns' });
  const tell = () => {
    const service = serviceOf(address.value);
    learns.textContent = words('learns', { host: hostOf(service ?? site), site: hostOf(site) });
  };
  address.addEventListener('input', tell);
  tell();
  const vendors = vendorChoices([]);
  const go = button(
    words('enrol'),
    async () => {
      const service = serviceOf(address.value);
      if (service === null) {
        problem.textContent = words('service-refused', { example: 'api.example.com' });
        address.focus();
        return;
      }
      /** @type {Choice} */
      const choice = { vendors: vendors.chosen(), policy: null, history: false, notify: false };
      // A browser may close the popup while it asks its user, and asks only at a press itself.
      const allowing = api.permissions.request({ origins: patternsOf(site, service, choice.vendors) });
      await enrol(service, choice);
      if (await allowing) {
        await then();
        return;
      }
      await send({ ask: 'forget', service });
      problem.textContent = words('refused');
    },
    { class: 'primary', id: 'enrol' },
  );
  return h(
    'section',
    { class: 'popup-enrol', 'aria-labelledby': 'none-heading' },
    h('h2', { class: 'site-name', id: 'none-heading' }, hostOf(site)),
    h('p', {}, h('strong', {}, words('none'))),
    h('p', {}, words('none-sentence', { site: hostOf(site) })),
    h('div', { class: 'field' }, h('label', { for: 'service' }, words('service')), address, learns),
    vendors.element,
    go,
    problem,
  );
}

/**
 * Who may be asked beside the service, each with what it learns.
 *
 * @param {readonly Vendor[]} chosen
 */
export function vendorChoices(chosen) {
  const names = /** @type {Vendor[]} */ (Object.keys(VENDORS));
  const boxes = names.map((name) => checkbox(`vendor-${name}`, words(`vendor.${name}`, { hosts: listed(VENDORS[name]) }), chosen.includes(name)));
  return {
    element: h('fieldset', {}, h('legend', {}, words('may-ask')), boxes.map(({ label }) => label)),
    boxes: boxes.map(({ input }) => input),
    chosen: () => names.filter((_, place) => boxes[place]?.input.checked),
  };
}

/**
 * @param {string} id
 * @param {string} text
 * @param {boolean} checked
 */
export function checkbox(id, text, checked) {
  const input = h('input', { type: 'checkbox', id, checked });
  return { input, label: h('label', { class: 'choice', for: id }, input, h('span', {}, text)) };
}
