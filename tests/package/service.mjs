/** Services on loopback: the simulated coordinator, and others that answer badly. */

import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';

import { CLI } from '../target.mjs';
import { takenDown } from './packed.mjs';

/** Starts the simulated coordinator, with a fault or healthy; its address. */
export async function simulated(fault = 'healthy') {
  const faulty = fault === 'healthy' ? [] : ['--fault', fault];
  const sidecar = spawn(join(dirname(CLI), 's2s-sim'), ['--listen', '127.0.0.1:0', ...faulty], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  takenDown(() => sidecar.kill());
  return new Promise((done, fail) => {
    sidecar.once('exit', (code) => fail(new Error(`the sidecar ended with ${code}`)));
    for (const stream of [sidecar.stdout, sidecar.stderr]) {
      createInterface(stream).on('line', (line) => {
        const [, origin] = line.match(/^SIMULATED \S+ (http:\S+)$/) ?? [];
        if (origin) done(origin);
      });
    }
  });
}

/** A service that answers as `answer` does, and the paths that it was asked. */
export async function answering(answer) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    answer(request, response);
  });
  takenDown(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { origin: `http://127.0.0.1:${server.address().port}`, asked };
}
