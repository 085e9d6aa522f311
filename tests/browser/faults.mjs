/** Services on loopback that answer well, or badly in one way. */

import { createServer } from 'node:http';

/** What every answer of a public endpoint carries. */
const OPEN = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'age' };

/**
 * Starts a service. `answer` gets the path with its question and the response to write.
 *
 * @param {(path: string, response: import('node:http').ServerResponse) => void} answer
 */
export async function service(answer) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url, headers: request.headers });
    answer(request.url ?? '/', response);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  return {
    asked,
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** A whole answer of this status, type and text. */
export function plain(status, type, text, headers = {}) {
  return (path, response) => {
    response.writeHead(status, { ...OPEN, 'content-type': type, ...headers });
    response.end(text);
  };
}

/** Faults by name, as a service that answers everything with them. */
export const FAULTS = {
  'not found': plain(404, 'text/plain', '404 page not found'),
  'unavailable': plain(
    503,
    'application/json',
    '{"error":{"code":"attestation_unavailable","substrate":"gcp-sev"}}',
  ),
  'no CORS': (path, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  },
  'wrong content type': plain(200, 'text/html', '<!doctype html><title>hello</title>'),
  'bad JSON': plain(200, 'application/json', '{"schema": '),
  'ten megabytes': plain(200, 'application/json', `{"x": "${'x'.repeat(10 << 20)}"}`),
  'endless': (path, response) => {
    response.writeHead(200, { ...OPEN, 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(1 << 16)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  },
  'truncated': (path, response) => {
    response.writeHead(200, { ...OPEN, 'content-type': 'application/json', 'content-length': 1000 });
    response.write('{"schema": ');
    setTimeout(() => response.destroy(), 50);
  },
  'redirect': plain(302, 'text/plain', '', { location: 'http://127.0.0.1:9/' }),
  'silent': () => {},
};
