/** Bytes as a reader hands them over, before the verifier sees them. */

/**
 * The largest file that is read into memory, in bytes: as much as the verifier takes over at once
 * (`MAX_TAKEN` in `crates/wasm/src/lib.rs`).
 */
export const MAX_INPUT = 16 * 1024 * 1024;

/**
 * The bytes of standard or URL-safe base64, or `null` when `text` is something else.
 *
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer> | null}
 */
export function fromBase64(text) {
  const compact = text.replace(/\s+/g, '');
  const isPem = compact.startsWith('-----');
  if (isPem || !/^([A-Za-z0-9+/]+|[A-Za-z0-9_-]+)={0,2}$/.test(compact)) return null;
  const standard = compact.replaceAll('-', '+').replaceAll('_', '/');
  try {
    return Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/**
 * The bytes of hexadecimal digits, or `null` when `text` is something else.
 *
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer> | null}
 */
export function fromHex(text) {
  const compact = text.replace(/\s+/g, '');
  if (compact.length % 2 !== 0 || !/^[0-9A-Fa-f]+$/.test(compact)) return null;
  const pairs = compact.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/**
 * The bytes that pasted text stands for: hexadecimal and base64 are decoded, anything else is
 * taken as the text it is.
 *
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function fromPaste(text) {
  return fromHex(text) ?? fromBase64(text) ?? new TextEncoder().encode(text);
}

/**
 * Standard base64 of bytes.
 *
 * @param {Uint8Array} bytes
 */
export function toBase64(bytes) {
  let binary = '';
  // An engine takes only so many arguments at once.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

/**
 * SHA-256 in hexadecimal; `null` where the browser computes none.
 *
 * @param {BufferSource} bytes
 * @returns {Promise<string | null>}
 */
export async function digestOf(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
