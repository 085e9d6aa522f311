/** A worker of a browser. */

import { check, verify } from './browser.js';
import { reply } from './reply.js';

addEventListener('message', async ({ data }) => postMessage(await reply(data, { check, verify })));
