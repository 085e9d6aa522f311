/**
 * The browser's interface for extensions, under the one name that both browsers' promises have.
 *
 * @import { ExtensionApi } from './extension.d.ts'
 */

/** @type {ExtensionApi} */
export const api = /** @type {any} */ (globalThis).browser ?? /** @type {any} */ (globalThis).chrome;
