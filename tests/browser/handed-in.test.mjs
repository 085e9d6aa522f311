/** Claims about bytes as a reader hands them in, and about values as they are shown. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';

import { WWW } from './page.mjs';

const { fromBase64, fromHex, fromPaste } = await import(join(WWW, 'bytes.js'));
const hex = (bytes) => Buffer.from(bytes).toString('hex');

// RFC 4648, section 10.
const RFC_4648 = [
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
];

test('base64 is decoded as RFC 4648 says, with and without line breaks', () => {
  for (const [text, encoded] of RFC_4648) {
    assert.equal(Buffer.from(fromBase64(encoded)).toString(), text);
    assert.equal(Buffer.from(fromBase64(`${encoded.slice(0, 2)}\n ${encoded.slice(2)}\n`)).toString(), text);
  }
  assert.equal(hex(fromBase64('-_-_')), 'fbffbf');
  assert.equal(fromBase64('{"a": 1}'), null);
  assert.equal(fromBase64(''), null);
});

test('hexadecimal is decoded in either case, and only when it is whole', () => {
  assert.equal(hex(fromHex('00FFa0\n1b')), '00ffa01b');
  assert.equal(fromHex('00f'), null);
  assert.equal(fromHex('0x00'), null);
});

test('text that is neither is taken as it is', () => {
  for (const text of ['{"a":"é"}\n', '-----BEGIN CERTIFICATE-----\nAAAA\n', 'not evidence.']) {
    assert.equal(Buffer.from(fromPaste(text)).toString(), text);
  }
});

test('characters that are not seen, or turn the text around, are written out', async () => {
  const { visible } = await import(join(WWW, 'dom.js'));
  assert.equal(visible('a\u202eb'), 'a\\u{202e}b');
  assert.equal(visible('\u200bx\u0007\r'), '\\u{200b}x\\u{7}\\u{d}');
  assert.equal(visible('tinfoil\u00ad.sh'), 'tinfoil\\u{ad}.sh');
  const plain = 'Zürich, 東京 ✓ ▲ 🔬\n\t{"a": 1}';
  assert.equal(visible(plain), plain);
});
