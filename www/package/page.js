/** The files of this package, as a page or its worker reads them. */

import { wordings } from './wordings.js';

/** @param {URL} address */
export async function text(address) {
  const response = await fetch(address);
  if (!response.ok) throw new TypeError(`${address.pathname}: ${response.status}`);
  return response.text();
}

export const words = wordings(text);
