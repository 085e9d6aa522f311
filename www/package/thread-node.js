/** A worker thread of Node. */

import { parentPort } from 'node:worker_threads';

import { check, verify } from './node.js';
import { reply } from './reply.js';

parentPort?.on('message', async (call) => parentPort?.postMessage(await reply(call, { check, verify })));
