/**
 * Which engine verified the signatures of a report, and a button that has both engines verify them.
 *
 * @import { Examination, SignatureCount, Signatures } from '../page.d.ts'
 */

import { button, h } from '../dom.js';
import { listed, ui } from '../wording.js';

/**
 * @param {Signatures} signatures
 * @param {(() => Promise<Examination>) | null} compare examines the same again, with both engines
 * @param {(examination: Examination) => void} differ takes what came of it when they do not agree
 */
export function signatureFacts(signatures, compare, differ) {
  const told = h('div', { class: 'engines', role: 'status' }, lines(signatures));
  if (!compare) return told;
  const ask = button(
    ui('engines-compare'),
    async () => {
      ask.disabled = true;
      const both = await compare();
      const own = both.kind === 'report' ? both.signatures : null;
      if (own?.agree) told.replaceChildren(...lines(own));
      else differ(both);
      ask.disabled = false;
    },
    { class: 'quiet small no-print', id: 'compare-engines' },
  );
  return h('div', {}, told, ask);
}

/** @param {Signatures} signatures */
function lines({ counts, agree }) {
  /** @param {SignatureCount['engine']} engine */
  const by = (engine) => {
    const own = counts.filter((one) => one.engine === engine);
    if (own.length === 0) return [];
    const list = listed(own.map(({ algorithm, count }) => `${algorithm} (${count})`));
    return [h('p', { 'data-engine': engine }, `${ui(`engine.${engine}`)}: ${list}`)];
  };
  const told = [...by('webcrypto'), ...by('rust')];
  return [
    ...(told.length > 0 ? told : [h('p', {}, ui('engine.none'))]),
    ...(agree === null ? [] : [h('p', { 'data-agree': String(agree) }, ui(agree ? 'engines-agree' : 'engines-differ'))]),
  ];
}
