import { describe, expect, it } from 'vitest';
import { keySetFrom } from '../../src/verify/jwks.js';
import { keyFromJwk } from '../../src/verify/keys.js';
import { createKey } from '../support/tokens.js';

const rsa = createKey('RS256', { kid: 'ins_one' });
const ec = createKey('ES256');
const p384 = createKey('ES384');
const ed = createKey('EdDSA');
const small = createKey('RS256', { bits: 1024 });
const without = (jwk: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)));

describe('keyFromJwk', () => {
  it.each([
    ['RSA', rsa.jwk, 'RS256'],
    ['RSA without `alg`', without(rsa.jwk, 'alg'), 'RS256'],
    ['RSA for PS512', { ...rsa.jwk, alg: 'PS512' }, 'PS512'],
    ['RSA without `use`', without(rsa.jwk, 'use'), 'RS256'],
    ['RSA for verifying', { ...rsa.jwk, key_ops: ['verify'] }, 'RS256'],
    ['P-256', ec.jwk, 'ES256'],
    ['P-384', p384.jwk, 'ES384'],
    ['Ed25519', ed.jwk, 'EdDSA'],
    ['members that it does not know', { ...rsa.jwk, x5c: ['x'], x5t: 1 }, 'RS256'],
  ])('accepts %s', (_, jwk, alg) => {
    expect(keyFromJwk(jwk)?.algorithm.name).toBe(alg);
  });

  const flip = (text = '') => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);
  it.each([
    ['null', null],
    ['a list', [rsa.jwk]],
    ['a text', 'key'],
    ['no key id', without(rsa.jwk, 'kid')],
    ['an empty key id', { ...rsa.jwk, kid: '' }],
    ['a key id that is no text', { ...rsa.jwk, kid: 7 }],
    ['a symmetric key', { kty: 'oct', kid: 'x', alg: 'HS256', k: 'c2VjcmV0' }],
    ['a symmetric key that claims RS256', { kty: 'oct', kid: 'x', alg: 'RS256', k: 'c2VjcmV0' }],
    ['a symmetric member beside the rest', { ...rsa.jwk, k: 'c2VjcmV0' }],
    ['a private key', { ...rsa.privateKey.export({ format: 'jwk' }), kid: 'x', alg: 'RS256' }],
    ['RSA with 1024 bits', small.jwk],
    [
      'RSA with leading zeros up to 2048 bits',
      { ...rsa.jwk, n: Buffer.concat([Buffer.alloc(128), Buffer.alloc(128, 255)]).toString('base64url') },
    ],
    [
      'RSA with a zero in front of its modulus',
      {
        ...rsa.jwk,
        n: Buffer.from(`00${Buffer.from(rsa.jwk.n!, 'base64url').toString('hex')}`, 'hex').toString('base64url'),
      },
    ],
    ['RSA with zeros in front of its exponent', { ...rsa.jwk, e: 'AAEAAQ' }],
    ['RSA with 16,384 bits', { ...rsa.jwk, n: Buffer.alloc(2048, 255).toString('base64url') }],
    ['RSA with a modulus of zeros', { ...rsa.jwk, n: Buffer.alloc(256).toString('base64url') }],
    ['RSA with exponent 1', { ...rsa.jwk, e: 'AQ' }],
    ['RSA with an even exponent', { ...rsa.jwk, e: 'BA' }],
    ['RSA with a long exponent', { ...rsa.jwk, e: Buffer.alloc(5, 1).toString('base64url') }],
    ['RSA without an exponent', without(rsa.jwk, 'e')],
    ['RSA with an exponent that is no text', { ...rsa.jwk, e: 65537 }],
    ['RSA with a broken modulus', { ...rsa.jwk, n: `${rsa.jwk.n}=` }],
    ['RSA for encryption', { ...rsa.jwk, use: 'enc' }],
    ['RSA with a `use` that is no text', { ...rsa.jwk, use: ['sig'] }],
    ['RSA that may only sign', { ...rsa.jwk, key_ops: ['sign'] }],
    ['RSA with `key_ops` that is no list', { ...rsa.jwk, key_ops: 'verify' }],
    ['RSA with HS256', { ...rsa.jwk, alg: 'HS256' }],
    ['RSA with none', { ...rsa.jwk, alg: 'none' }],
    ['RSA with an empty `alg`', { ...rsa.jwk, alg: '' }],
    ['RSA with ES256', { ...rsa.jwk, alg: 'ES256' }],
    ['EC without `alg`', without(ec.jwk, 'alg')],
    ['EC of another curve than its `alg`', { ...ec.jwk, alg: 'ES384' }],
    ['EC with a curve that is no text', { ...ec.jwk, crv: ['P-256'] }],
    ['EC with a short coordinate', { ...ec.jwk, x: 'AQ' }],
    ['EC without y', without(ec.jwk, 'y')],
    ['EC with a point that is not on the curve', { ...ec.jwk, x: flip(ec.jwk.x) }],
    ['Ed25519 without x', without(ed.jwk, 'x')],
    ['an `alg` from the prototype', { ...rsa.jwk, alg: 'constructor' }],
  ])('leaves out %s', (_, jwk) => {
    expect(keyFromJwk(jwk)).toBeNull();
  });
});

describe('keySetFrom', () => {
  it('keeps good keys beside broken ones', () => {
    const set = keySetFrom({ keys: [null, small.jwk, { kty: 'oct', kid: 'x', k: 'AQ' }, rsa.jwk, ec.jwk, 7] });
    expect([...(set?.keys() ?? [])]).toEqual([rsa.kid, ec.kid]);
  });

  it('keeps the first of two keys with one id', () => {
    const set = keySetFrom({ keys: [rsa.jwk, { ...createKey('RS256').jwk, kid: rsa.kid }] });
    expect(set?.get(rsa.kid)?.fingerprint).toBe(keyFromJwk(rsa.jwk)?.fingerprint);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'keys'],
    ['no list', { keys: {} }],
    ['an empty list', { keys: [] }],
    ['only keys that cannot be used', { keys: [small.jwk] }],
    ['too many entries', { keys: Array.from({ length: 101 }, () => rsa.jwk) }],
  ])('fails for %s', (_, document) => {
    expect(keySetFrom(document)).toBeNull();
  });

  it('accepts the maximum number of entries', () => {
    expect(keySetFrom({ keys: Array.from({ length: 100 }, () => rsa.jwk) })?.size).toBe(1);
  });
});
