/**
 * Writes the brotli of files beside them, each once: `compress.mjs CACHE FILE...`. What was compressed
 * before is taken from the cache, where a file is found by its own SHA-256.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const [cache, ...paths] = process.argv.slice(2);
mkdirSync(cache, { recursive: true });
for (const path of paths) {
  const bytes = readFileSync(path);
  const kept = join(cache, createHash('sha256').update(bytes).digest('hex'));
  if (!existsSync(kept)) {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    writeFileSync(kept, brotliCompressSync(bytes, { params }));
  }
  writeFileSync(`${path}.br`, readFileSync(kept));
}
