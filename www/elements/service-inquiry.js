/**
 * `<service-inquiry>`: where a reader names a service, sees whom a check asks and what each host
 * learns, and starts it. Nothing is asked before the button is pressed, and nothing is remembered.
 *
 * The element is the line with the address; `plan` and `known` stand where the page puts them. Once the
 * question is asked, the plan is folded to a line with what came of it.
 *
 * Fires `inquire` with an Inquiry, `recorded`, and `proposed` when a plan is shown or taken down.
 *
 * @import { Answered, PlannedRequest, SessionHandle } from '../page.d.ts'
 */

import { announce, button, h, tellIn } from '../dom.js';
import { sayOr } from '../titles.js';
import { newSession, subjects } from '../verifier.js';
import { say, ui } from '../wording.js';
import { RequestList, asked } from './request-list.js';

export class ServiceInquiry extends HTMLElement {
  #address = h('input', {
    type: 'text',
    id: 'address',
    autocomplete: 'off',
    spellcheck: 'false',
    inputmode: 'url',
    'aria-describedby': 'address-problem',
    dir: 'ltr',
  });
  #problem = h('p', { class: 'problem', id: 'address-problem', role: 'alert' });
  /** The services that can be chosen by name. */
  known = h('ul', { class: 'known' });
  /** Whom a check would ask, once a service is named. */
  plan = h('div', { class: 'plan', hidden: true });
  /** @type {AbortController | null} */
  #running = null;
  #proposed = 0;

  connectedCallback() {
    if (this.childElementCount > 0) return;
    this.#address.placeholder = ui('address-example');
    this.append(
      h(
        'form',
        { class: 'address' },
        h('label', { for: 'address', class: 'visually-hidden' }, () => ui('address')),
        this.#address,
        h('button', { type: 'submit', class: 'primary' }, () => ui('check')),
      ),
      this.#problem,
    );
    this.#address.addEventListener('input', () => this.#forget());
    this.plan.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape' || this.#running) return;
      this.#forget();
      this.#address.focus();
    });
    this.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      this.propose(this.#address.value);
    });
  }

  /** Shows the services that can be chosen; to be called when the verifier is there. */
  ready() {
    this.known.replaceChildren(
      ...subjects().map(({ id, origin }) =>
        h(
          'li',
          {},
          button(() => say(['subjects', id, 'name']), () => this.propose(origin), {
            class: 'link',
            'data-subject': id,
          }),
          ' ',
          h('span', {}, () => say(['subjects', id, 'sentence'])),
        ),
      ),
      h(
        'li',
        {},
        button(() => ui('recorded'), () => this.dispatchEvent(new CustomEvent('recorded')), {
          class: 'link',
          id: 'recorded',
        }),
        ' ',
        h('span', {}, () => ui('recorded-sentence')),
      ),
    );
  }

  /**
   * Shows whom a check of `address` would ask.
   *
   * @param {string} address
   */
  async propose(address) {
    this.#forget();
    this.#address.value = address;
    const own = this.#proposed;
    const proposal = await newSession(address.trim());
    if (own !== this.#proposed) return;
    if (typeof proposal === 'string') {
      const why = () => (proposal === 'no-verifier' ? ui('no-verifier.sentence') : proposal);
      tellIn(this.#problem, () => ui('address-refused', { why: why() }));
      this.#address.setAttribute('aria-invalid', 'true');
      this.#address.focus();
      return;
    }
    this.#address.value = proposal.origin;
    this.#show(proposal);
  }

  /** The answer that stands is of no service: no question stands beside it. */
  clear() {
    this.#forget();
    this.#address.value = '';
  }

  /** What was proposed no longer stands, and what is running is stopped. */
  #forget() {
    this.#proposed += 1;
    this.#running?.abort();
    this.#running = null;
    this.#problem.replaceChildren();
    this.#address.removeAttribute('aria-invalid');
    this.plan.hidden = true;
    this.plan.removeAttribute('data-asked');
    this.plan.replaceChildren();
  }

  /** @param {SessionHandle} session */
  #show(session) {
    const list = new RequestList();
    list.draw(session.first, { choice: false, told: true });
    const host = session.first[0]?.host ?? session.origin;
    const heading = h('h2', { tabindex: -1 }, () => ui('plan'));
    const told = [
      list,
      session.nonce
        ? h('p', {}, () => ui('nonce'), ' ', h('code', { id: 'nonce', class: 'url', translate: 'no' }, session.nonce))
        : h('p', {}, () => ui('no-nonce')),
      h('p', { class: 'note' }, () => ui('how-asked')),
    ];
    const start = () => {
      this.plan.replaceChildren(h('details', {}, h('summary', {}, () => ui('plan-asked', { host })), told));
      this.#start(session, list);
    };
    const go = button(() => ui('ask-host', { host }), start, { class: 'primary', id: 'ask' });
    this.plan.replaceChildren(heading, ...asked(session.first), h('div', { class: 'row' }, go), ...told);
    this.plan.hidden = false;
    this.dispatchEvent(new CustomEvent('proposed'));
    heading.focus({ preventScroll: false });
  }

  /**
   * @param {SessionHandle} session
   * @param {RequestList} list
   */
  #start(session, list) {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.plan.setAttribute('data-asked', 'running');
    const done = () => {
      if (this.#running !== running) return;
      this.#running = null;
      this.plan.setAttribute('data-asked', 'done');
    };
    const end = () => running.abort();
    this.dispatchEvent(
      new CustomEvent('inquire', { detail: { session, list, signal: running.signal, stop: end, done } }),
    );
  }
}

/**
 * Says beside a request what came of it.
 *
 * @param {RequestList} list
 * @param {PlannedRequest} request
 * @param {Answered} asked
 */
export function tell(list, request, asked) {
  const { failed, status, file } = asked;
  const what = sayOr(['wanted', request.what], request.what);
  const sentence = () =>
    failed ? ui('no-answer', { why: sayOr(['asked', failed], failed) }) : ui('answered', { status: status ?? 0, length: file.length });
  list.say(request, failed ? 'failed' : 'answered', sentence);
  announce(`${what}: ${sentence()}`);
}

customElements.define('service-inquiry', ServiceInquiry);
