/**
 * What a reader chose for a service, and the way to choose otherwise.
 *
 * @import { Report } from '../report.d.ts'
 * @import { Choice, Message, View } from './extension.d.ts'
 */

import { button, h } from '../dom.js';
import { say } from '../wording.js';
import { hostOf, patternsOf } from './addresses.js';
import { api } from './browser.js';
import { checkbox, vendorChoices } from './enrolment.js';

/** The policy under which simulated roots count; no real evidence passes it. */
const SIMULATION = 'simulated';

/**
 * @param {View} view
 * @param {Report | null} report
 * @param {(message: Message) => Promise<unknown>} send
 */
export function settings({ site, service, choice }, report, send) {
  const host = hostOf(service);
  const words = (/** @type {string} */ key) => say(['extension', key], { host });
  const change = (/** @type {Partial<Choice>} */ part) => send({ ask: 'choose', service, choice: { ...choice, ...part } });

  const vendors = vendorChoices(choice.vendors);
  for (const box of vendors.boxes) {
    box.addEventListener('change', async () => {
      const chosen = vendors.chosen();
      const allowed = await api.permissions.request({ origins: patternsOf(site, service, chosen) });
      if (allowed) await change({ vendors: chosen });
      else box.checked = false;
    });
  }

  const history = checkbox('history', say(['history', 'remember'], { host }), choice.history);
  history.input.addEventListener('change', () => change({ history: history.input.checked }));

  const problem = h('p', { class: 'problem', role: 'alert' });
  const notify = checkbox('notify', words('notify'), choice.notify);
  notify.input.addEventListener('change', async () => {
    const isWanted = notify.input.checked;
    const allowed = !isWanted || (await api.permissions.request({ permissions: ['notifications'] }));
    problem.textContent = allowed ? '' : words('notify-refused');
    notify.input.checked = isWanted && allowed;
    await change({ notify: isWanted && allowed });
  });

  const isSimulation = choice.policy === SIMULATION;
  const simulation = button(
    words(isSimulation ? 'simulation-end' : 'simulation'),
    () => change({ policy: isSimulation ? null : SIMULATION }),
    { id: 'simulation' },
  );
  return h(
    'details',
    { class: 'popup-settings', id: 'settings' },
    h('summary', {}, words('settings')),
    h('p', { class: 'popup-rule' }, words('rule')),
    vendors.element,
    history.label,
    h('p', { class: 'popup-rule' }, say(['history', 'remember-sentence'])),
    notify.label,
    problem,
    h(
      'div',
      { class: 'popup-actions' },
      report?.simulated || isSimulation ? simulation : null,
      choice.history
        ? button(say(['history', 'forget'], { host }), () => send({ ask: 'forget-history', service }), { id: 'forget-history' })
        : null,
      button(words('forget-site'), () => send({ ask: 'forget', service }), { id: 'forget' }),
    ),
  );
}
