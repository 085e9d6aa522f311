/**
 * An enclave's side of the Encrypted HTTP Body Protocol, written from its specification
 * (`tinfoilsh/encrypted-http-body-protocol`, `SPEC.md`), RFC 9180 and RFC 9458 with Node's own cryptography.
 */

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  randomBytes,
} from 'node:crypto';

/** DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
const [KEM, KDF, AEAD] = [0x0020, 0x0001, 0x0002];

const two = (number) => Buffer.from([number >> 8, number & 0xff]);
const text = (value) => Buffer.from(value, 'latin1');
const hmac = (key, ...data) => createHmac('sha256', key).update(Buffer.concat(data)).digest();

/** A key pair from the 32 bytes of its private key (RFC 8410). */
export function pair(secret) {
  const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const own = createPrivateKey({ key: Buffer.concat([prefix, secret]), format: 'der', type: 'pkcs8' });
  const key = createPublicKey(own).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { own, key };
}

const publicKey = (key) =>
  createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), key]),
    format: 'der',
    type: 'spki',
  });

/** HKDF-Expand (RFC 5869 section 2.3). */
function expand(prk, info, length) {
  let [out, block] = [Buffer.alloc(0), Buffer.alloc(0)];
  for (let count = 1; out.length < length; count += 1) {
    block = hmac(prk, block, info, Buffer.from([count]));
    out = Buffer.concat([out, block]);
  }
  return out.subarray(0, length);
}

const labeledExtract = (suite, salt, label, ikm) => hmac(salt, text('HPKE-v1'), suite, text(label), ikm);
const labeledExpand = (suite, prk, label, info, length) =>
  expand(prk, Buffer.concat([two(length), text('HPKE-v1'), suite, text(label), info]), length);

/** SetupBaseR (RFC 9180 section 5.1.1). */
export function receiver({ own, key }, encapsulated, info) {
  const none = Buffer.alloc(0);
  const kem = Buffer.concat([text('KEM'), two(KEM)]);
  const dh = diffieHellman({ privateKey: own, publicKey: publicKey(encapsulated) });
  const agreed = labeledExtract(kem, none, 'eae_prk', dh);
  const shared = labeledExpand(kem, agreed, 'shared_secret', Buffer.concat([encapsulated, key]), 32);
  const suite = Buffer.concat([text('HPKE'), two(KEM), two(KDF), two(AEAD)]);
  const context = Buffer.concat([
    Buffer.from([0]),
    labeledExtract(suite, none, 'psk_id_hash', none),
    labeledExtract(suite, none, 'info_hash', text(info)),
  ]);
  const secret = labeledExtract(suite, shared, 'secret', none);
  const exporter = labeledExpand(suite, secret, 'exp', context, 32);
  return {
    aead: {
      key: labeledExpand(suite, secret, 'key', context, 32),
      nonce: labeledExpand(suite, secret, 'base_nonce', context, 12),
    },
    export: (label, length) => labeledExpand(suite, exporter, 'sec', text(label), length),
  };
}

function numbered(nonce, number) {
  const own = Buffer.from(nonce);
  own.writeBigUInt64BE(own.readBigUInt64BE(4) ^ BigInt(number), 4);
  return own;
}

function opened({ key, nonce }, number, sealed) {
  const cipher = createDecipheriv('aes-256-gcm', key, numbered(nonce, number));
  cipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
}

function sealed({ key, nonce }, number, plain) {
  const cipher = createCipheriv('aes-256-gcm', key, numbered(nonce, number));
  const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** What a request holds, and what seals the answer to it. Throws where it does not open. */
export function request(keys, headers, body) {
  const encapsulated = Buffer.from(headers['ehbp-encapsulated-key'] ?? '', 'hex');
  const context = receiver(keys, encapsulated, 'ehbp request');
  const pieces = [];
  for (let at = 0, number = 0; at < body.length; number += 1) {
    const end = at + 4 + body.readUInt32BE(at);
    if (end > body.length) throw new Error('a chunk is cut');
    pieces.push(opened(context.aead, number, body.subarray(at + 4, end)));
    at = end;
  }
  return { plain: Buffer.concat(pieces).toString(), answer: () => answer(context, encapsulated) };
}

/** Seals the chunks of one answer. */
function answer(context, encapsulated) {
  const nonce = randomBytes(32);
  const prk = hmac(Buffer.concat([encapsulated, nonce]), context.export('ehbp response', 32));
  const aead = { key: expand(prk, text('key'), 32), nonce: expand(prk, text('nonce'), 12) };
  let number = 0;
  return {
    nonce: nonce.toString('hex'),
    chunk: (plain) => sealed(aead, number++, Buffer.from(plain)),
  };
}

/** A key configuration (RFC 9458 section 3.1). */
export const configuration = (key) =>
  Buffer.concat([Buffer.from([0]), two(KEM), key, two(4), two(KDF), two(AEAD)]);
