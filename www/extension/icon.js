/**
 * The badge as pixels.
 *
 * @import { BadgeShape } from './shapes.js'
 */

import { DRAWINGS, SIMULATED } from './shapes.js';

/** The sizes that toolbars ask for. */
export const SIZES = /** @type {const} */ ([16, 32]);

const FIELD = 24;
const RIM = '#ffffff';
/** Room around the field for the rim, in its units. */
const ROOM = 1.2;

/**
 * @param {BadgeShape} shape
 * @param {boolean} isSimulated
 * @returns {Record<string, ImageData>} by size
 */
export function badgeIcon(shape, isSimulated) {
  return Object.fromEntries(SIZES.map((size) => [size, drawn(shape, isSimulated, size)]));
}

/**
 * @param {BadgeShape} shape
 * @param {boolean} isSimulated
 * @param {number} size
 */
function drawn(shape, isSimulated, size) {
  const { color, body, line, dash = [], cut, dot } = DRAWINGS[shape];
  const context = new OffscreenCanvas(size, size).getContext('2d');
  if (!context) throw new TypeError('this browser draws no icons');
  const scale = size / (FIELD + 2 * ROOM);
  context.scale(scale, scale);
  context.translate(ROOM, ROOM);
  context.lineJoin = 'round';
  const outline = new Path2D(body);
  const ink = isSimulated ? SIMULATED : color;
  const isFilled = line === undefined && !isSimulated;
  const width = line ?? 2.2;

  // The rim lies under everything, and what is drawn as a line stands on it.
  context.strokeStyle = RIM;
  context.lineCap = dash.length > 0 ? 'butt' : 'round';
  context.lineWidth = (isFilled ? 0 : width) + 2 * ROOM;
  context.stroke(outline);
  context.fillStyle = RIM;
  context.fill(outline);

  context.fillStyle = ink;
  context.strokeStyle = ink;
  if (isFilled) {
    context.fill(outline);
  } else {
    context.setLineDash(dash);
    context.lineCap = dash.length > 0 ? 'butt' : 'round';
    context.lineWidth = width;
    context.stroke(outline);
    context.setLineDash([]);
  }

  const over = isFilled ? RIM : ink;
  context.strokeStyle = over;
  context.fillStyle = over;
  context.lineCap = 'round';
  context.lineWidth = 3;
  if (cut) context.stroke(new Path2D(cut));
  if (dot) {
    context.beginPath();
    context.arc(...dot, 0, 2 * Math.PI);
    context.fill();
  }
  return context.getImageData(0, 0, size, size);
}
