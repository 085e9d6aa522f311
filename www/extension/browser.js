/**
 * The browser's interface for extensions, under the one name that both browsers' promises have.
 *
 * @import { ExtensionApi } from './extension.d.ts'
 */

/** @type {ExtensionApi} */
export const api = /** @type {any} */ (globalThis).browser ?? /** @type {any} */ (globalThis).chrome;

/** Tells an open popup that something is different. */
export function told() {
  api.runtime.sendMessage({ told: 'changed' }).catch(() => undefined);
}
