/**
 * Unpacks LZMA (Igor Pavlov, "LZMA specification", draft of 2015; the form with the header of 13 bytes). Browsers
 * unpack gzip by themselves, which leaves a third more of the verifier.
 */

/** Where the probabilities of each kind begin. */
const IS_MATCH = 0;
const IS_REPEATED = 192;
const IS_REPEATED_0 = 204;
const IS_REPEATED_1 = 216;
const IS_REPEATED_2 = 228;
const IS_REPEATED_0_LONG = 240;
const SLOTS = 432;
const DISTANCES = 688;
const ALIGNMENT = 803;
const LENGTH = 819;
const REPEATED_LENGTH = 1333;
const LITERALS = 1847;

const HEADER = 13;

/**
 * What `packed` stands for.
 *
 * @param {Uint8Array} packed
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {TypeError} for bytes that are no such file
 */
export function unpackedLzma(packed) {
  const changed = () => new TypeError('a block of this file was changed');
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const [kind = 225] = packed;
  if (packed.length < HEADER + 5 || kind >= 225 || view.getUint32(9, true) !== 0) throw changed();
  const literalContext = kind % 9;
  const literalPlace = Math.floor(kind / 9) % 5;
  const places = (1 << Math.floor(kind / 45)) - 1;
  const size = view.getUint32(5, true);
  const out = new Uint8Array(size);
  const chances = new Uint16Array(LITERALS + (0x300 << (literalContext + literalPlace))).fill(1024);
  let at = HEADER + 5;
  let range = 0xffffffff;
  let code = view.getUint32(HEADER + 1);

  const widen = () => {
    if (range >= 0x1000000) return;
    range = (range << 8) >>> 0;
    code = ((code << 8) | (packed[at] ?? 0)) >>> 0;
    at += 1;
  };
  const bit = (/** @type {number} */ place) => {
    const chance = chances[place] ?? 0;
    const bound = (range >>> 11) * chance;
    const isSet = code >= bound;
    if (isSet) {
      range -= bound;
      code -= bound;
      chances[place] = chance - (chance >> 5);
    } else {
      range = bound;
      chances[place] = chance + ((2048 - chance) >> 5);
    }
    widen();
    return isSet ? 1 : 0;
  };
  const bits = (/** @type {number} */ place, /** @type {number} */ count) => {
    let node = 1;
    for (let left = count; left > 0; left -= 1) node = (node << 1) | bit(place + node);
    return node - (1 << count);
  };
  const bitsFromLowest = (/** @type {number} */ place, /** @type {number} */ count) => {
    let [node, value] = [1, 0];
    for (let index = 0; index < count; index += 1) {
      const next = bit(place + node);
      node = (node << 1) | next;
      value |= next << index;
    }
    return value;
  };
  const evenBits = (/** @type {number} */ count) => {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      range >>>= 1;
      const isSet = code >= range;
      if (isSet) code -= range;
      value = (value << 1) | (isSet ? 1 : 0);
      widen();
    }
    return value;
  };
  const lengthOf = (/** @type {number} */ kind, /** @type {number} */ place) => {
    if (bit(kind) === 0) return bits(kind + 2 + (place << 3), 3);
    if (bit(kind + 1) === 0) return 8 + bits(kind + 130 + (place << 3), 3);
    return 16 + bits(kind + 258, 8);
  };

  let [state, length] = [0, 0];
  let [first, second, third, fourth] = [0, 0, 0, 0];
  while (length < size) {
    const place = length & places;
    if (bit(IS_MATCH + (state << 4) + place) === 0) {
      const before = out[length - 1] ?? 0;
      const context = ((length & ((1 << literalPlace) - 1)) << literalContext) + (before >> (8 - literalContext));
      const own = LITERALS + 0x300 * context;
      let symbol = 1;
      if (state >= 7) {
        let match = out[length - first - 1] ?? 0;
        while (symbol < 0x100) {
          const expected = (match >> 7) & 1;
          match <<= 1;
          const next = bit(own + ((1 + expected) << 8) + symbol);
          symbol = (symbol << 1) | next;
          if (next !== expected) break;
        }
      }
      while (symbol < 0x100) symbol = (symbol << 1) | bit(own + symbol);
      out[length] = symbol;
      length += 1;
      state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
      continue;
    }
    let count = 0;
    if (bit(IS_REPEATED + state) === 0) {
      [second, third, fourth] = [first, second, third];
      count = lengthOf(LENGTH, place);
      state = state < 7 ? 7 : 10;
      const slot = bits(SLOTS + (Math.min(count, 3) << 6), 6);
      first = slot;
      if (slot >= 4) {
        const more = (slot >> 1) - 1;
        const start = ((2 | (slot & 1)) << more) >>> 0;
        if (slot < 14) first = start + bitsFromLowest(DISTANCES + start - slot, more);
        else first = start + (evenBits(more - 4) << 4 >>> 0) + bitsFromLowest(ALIGNMENT, 4);
      }
    } else if (bit(IS_REPEATED_0 + state) === 0) {
      if (bit(IS_REPEATED_0_LONG + (state << 4) + place) === 0) {
        state = state < 7 ? 9 : 11;
        count = -1;
      } else {
        count = lengthOf(REPEATED_LENGTH, place);
        state = state < 7 ? 8 : 11;
      }
    } else {
      if (bit(IS_REPEATED_1 + state) === 0) {
        [first, second] = [second, first];
      } else if (bit(IS_REPEATED_2 + state) === 0) {
        [first, second, third] = [third, first, second];
      } else {
        [first, second, third, fourth] = [fourth, first, second, third];
      }
      count = lengthOf(REPEATED_LENGTH, place);
      state = state < 7 ? 8 : 11;
    }
    if (first >= length) throw changed();
    for (const end = Math.min(size, length + count + 2); length < end; length += 1) out[length] = out[length - first - 1] ?? 0;
  }
  return out;
}
