/**
 * What the badge can show: a shape for each state, so that none is told by colour alone.
 *
 * The paths are SVG, on a field of 24 by 24. `body` is filled or drawn as a line; `cut` is drawn
 * over it. Colours stand between light and dark: every shape has a light rim, and so is seen on a
 * dark toolbar as well. A simulated result fills nothing in.
 */

/**
 * @typedef {'verified' | 'warning' | 'partial' | 'failed' | 'not-published' | 'unknown' | 'checking' | 'changed'} BadgeShape
 * @typedef {{ color: string, body: string, line?: number, dash?: number[], cut?: string, dot?: [number, number, number] }} Drawing
 */

const SHIELD = 'M12 1 21.5 4.6v7c0 5.6-3.8 9.6-9.5 11.6C6.3 21.2 2.5 17.2 2.5 11.6v-7Z';

/** @type {Readonly<Record<BadgeShape, Drawing>>} */
export const DRAWINGS = {
  verified: { color: '#1f7a4d', body: SHIELD, cut: 'm6.8 12.2 3.7 3.7 6.8-7.6' },
  warning: { color: '#b26200', body: SHIELD, cut: 'M12 5.5v7.6', dot: [12, 17.4, 1.9] },
  partial: { color: '#33708f', body: 'M12 2.9 19.7 5.9v5.7c0 4.5-3 7.8-7.7 9.5-4.7-1.7-7.7-5-7.7-9.5V5.9ZM7.5 11.9h9', line: 3 },
  failed: { color: '#c22727', body: 'M7.2.8h9.6l6.4 6.4v9.6l-6.4 6.4H7.2L.8 16.8V7.2Z', cut: 'm7.7 7.7 8.6 8.6m0-8.6-8.6 8.6' },
  'not-published': { color: '#5b6675', body: 'M12 2.6a9.4 9.4 0 1 1 0 18.8 9.4 9.4 0 1 1 0-18.8Z', line: 3, dash: [4.9, 2.485], cut: 'M8 12h8' },
  unknown: { color: '#6a53b3', body: 'M12 .4 23.6 12 12 23.6.4 12Z', cut: 'M9 9.4c0-4 6-4 6-.2 0 2.4-3 2.3-3 4.7', dot: [12, 17.6, 1.7] },
  checking: { color: '#5b6675', body: 'M4 8.5v7M12 4v16M20 8.5v7', line: 4.4 },
  changed: { color: '#8c3f87', body: 'M12 3.6 21.3 20.6H2.7Z', line: 3.6 },
};

/** The colour of what is simulated. */
export const SIMULATED = '#7a2d6b';

/** Names of the shapes. */
export const SHAPES = /** @type {BadgeShape[]} */ (Object.keys(DRAWINGS));
