/**
 * State icons. Each state has an outline of its own, so that none is told by colour alone.
 *
 * @import { ShownState } from './report.d.ts'
 */

const SVG = 'http://www.w3.org/2000/svg';

/** @type {Record<ShownState | 'partial', Array<[string, Record<string, string>]>>} */
const SHAPES = {
  verified: [
    ['path', { class: 'fill', d: 'M12 1.5 21 5v6.4c0 5.2-3.6 9.2-9 11.1-5.4-1.9-9-5.9-9-11.1V5Z' }],
    ['path', { class: 'cut', d: 'm7.6 12 3.2 3.2 5.8-6.4' }],
  ],
  partial: [
    ['path', { class: 'line', d: 'M12 2.8 19.8 5.8v5.6c0 4.5-3.1 8-7.8 9.7-4.7-1.7-7.8-5.2-7.8-9.7V5.8Z' }],
    ['path', { class: 'line', d: 'M8 12h8' }],
  ],
  warning: [
    ['path', { class: 'fill', d: 'M12 2 23 21.5H1Z' }],
    ['path', { class: 'cut', d: 'M12 9v6.2' }],
    ['circle', { class: 'cut-dot', cx: '12', cy: '18.4', r: '1.3' }],
  ],
  failed: [
    ['path', { class: 'fill', d: 'M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4Z' }],
    ['path', { class: 'cut', d: 'm8 8 8 8m0-8-8 8' }],
  ],
  'not-published': [
    ['circle', { class: 'line dashed', cx: '12', cy: '12', r: '9.6' }],
  ],
  unknown: [
    ['path', { class: 'fill', d: 'M12 .8 23.2 12 12 23.2.8 12Z' }],
    ['path', { class: 'cut', d: 'M9.3 9.6c0-3.6 5.4-3.6 5.4-.2 0 2-2.7 2.2-2.7 4.4' }],
    ['circle', { class: 'cut-dot', cx: '12', cy: '17', r: '1.2' }],
  ],
  checking: [
    ['path', { class: 'line', d: 'M4 8v8M12 4v16M20 8v8' }],
  ],
};

/**
 * The icon of a state; hidden from assistive technology, because the state's word stands beside it.
 *
 * @param {ShownState | 'partial'} state `partial` holds, and is less than a known image on a chip
 */
export function icon(state) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  svg.setAttribute('data-state', state);
  for (const [name, attributes] of SHAPES[state]) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  return svg;
}
