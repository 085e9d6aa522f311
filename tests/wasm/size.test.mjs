/** The wasm file that the page loads: how large it is and what it may ask of its host. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { PAGE_WASM, ROOT } from './surface.mjs';

const wasm = readFileSync(PAGE_WASM);

test('wasm is within its budget', () => {
  const max = Number(process.env.S2S_WASM_BROTLI_MAX);
  assert.ok(max > 0, 'S2S_WASM_BROTLI_MAX is set, as `cargo site test` does');
  const brotli = brotliCompressSync(wasm, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length },
  });
  const gzip = gzipSync(wasm, { level: 9 });
  console.log(`wasm: ${wasm.length} bytes, gzip ${gzip.length}, brotli ${brotli.length} of ${max}`);
  assert.ok(brotli.length <= max, `${brotli.length} bytes with brotli, and the budget is ${max}`);
});

test('wasm imports nothing but its own glue, no clock, and of randomness the nonce alone', () => {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
  assert.ok(imports.length > 0);
  for (const { module, name } of imports) {
    assert.equal(module, './silicon_to_source_bg.js', name);
    // The challenge that a service is asked with; verifying takes no randomness.
    if (/^__wbg_getRandomValues_[0-9a-f]+$/.test(name)) continue;
    assert.doesNotMatch(name, /random|crypto|fetch|eval|now|date/i);
  }
});

test('glue turns no string into code', () => {
  const glue = readFileSync(join(dirname(PAGE_WASM), 'silicon_to_source.js'), 'utf8');
  assert.doesNotMatch(glue, /\beval\(|new Function|innerHTML|document\.write/);
});

test('wasm carries no path of the machine that built it', () => {
  const text = wasm.toString('latin1');
  for (const path of [process.env.HOME, ROOT].filter(Boolean)) {
    // A name inside another path, such as keyRings/root/cryptoKeys, is none.
    const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    assert.doesNotMatch(text, new RegExp(`(?<![A-Za-z0-9_.-])${escaped}/`), path);
  }
});
