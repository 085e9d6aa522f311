/** A server on the loopback interface for the bench's own page: brotli where it is asked for. */

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const KINDS = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };

/**
 * @param {{ bundles: string, input: string }} folders
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function served({ bundles, input }) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://local').pathname));
    // A page of its own process group has the finest clock and can measure its memory.
    const headers = {
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    };
    if (path === '/') {
      response.writeHead(200, { ...headers, 'content-type': 'text/html' });
      response.end('<!doctype html><title>bench</title><script type="module" src="/page.js"></script>');
      return;
    }
    const file = path.startsWith('/input/') ? join(input, path.slice(7)) : join(bundles, path);
    const kind = { ...headers, 'content-type': KINDS[extname(file)] ?? 'application/octet-stream' };
    const packed = await readFile(`${file}.br`).catch(() => null);
    const bytes = packed ?? (await readFile(file).catch(() => null));
    if (bytes === null) response.writeHead(404, headers).end();
    else response.writeHead(200, packed ? { ...kind, 'content-encoding': 'br' } : kind).end(bytes);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
