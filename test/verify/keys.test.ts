import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import { keySetFrom } from '../../src/verify/jwks.js';
import { keyFromJwk } from '../../src/verify/keys.js';
import { keyFromPem } from '../../src/verify/pem.js';
import { createKey, sessionToken } from '../support/tokens.js';
import { createBench, resultOf } from '../support/verifying.js';

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
  ])('takes %s', (_, jwk, alg) => {
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
  it('keeps what is good beside what is broken', () => {
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
  ])('takes %s for a failure', (_, document) => {
    expect(keySetFrom(document)).toBeNull();
  });

  it('takes as many entries as it may', () => {
    expect(keySetFrom({ keys: Array.from({ length: 100 }, () => rsa.jwk) })?.size).toBe(1);
  });
});

describe('keyFromPem', () => {
  const { pem } = rsa;
  const body = pem.replace(/-----[A-Z ]+-----/g, '').trim();
  const joined = body.replaceAll('\n', '');
  const token = sessionToken(rsa);

  it.each([
    ['several lines', pem],
    ['CRLF', pem.replaceAll('\n', '\r\n')],
    ['CR', pem.replaceAll('\n', '\r')],
    ['one line', pem.replaceAll('\n', '')],
    ['one line with spaces', pem.replaceAll('\n', ' ')],
    ['\\n escapes', pem.replaceAll('\n', '\\n')],
    ['\\r\\n escapes', pem.replaceAll('\n', '\\r\\n')],
    ['doubled escapes', pem.replaceAll('\n', '\\\\n')],
    ['double quotes', `"${pem}"`],
    ['single quotes', `'${pem.trim()}'`],
    ['quotes and escapes', ` "${pem.replaceAll('\n', '\\n')}" `],
    ['blanks around', `\n\t ${pem} \n`],
    ['the body alone', body],
    ['the body alone in one line', joined],
    ['the body in quotes', `"${joined}"`],
    ['indented lines', pem.replaceAll('\n', '\n    ')],
  ])('reads %s', async (_, jwtKey) => {
    expect(resultOf(await createBench([], { jwtKey }).session(token))).toBe('accepted');
  });

  it('reads RSA with 4096 bits, and no key but this one is accepted', async () => {
    const key = createKey('RS256', { bits: 4096 });
    const { session } = createBench([], { jwtKey: key.pem });
    expect(resultOf(await session(sessionToken(key)))).toBe('accepted');
    expect(resultOf(await session(token))).toBe('refused token-invalid-signature');
  });

  const spki = (type: 'spki' | 'pkcs1') => rsa.publicKey.export({ type, format: 'pem' }).toString();
  const secret = (type: 'pkcs8' | 'pkcs1') => rsa.privateKey.export({ type, format: 'pem' }).toString();
  const bare = (text: string) => text.replace(/-----[A-Z ]+-----/g, '').replaceAll('\n', '');
  const x25519 = generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

  it.each([
    ['nothing', '', /not a PEM/],
    ['blanks', ' \n ', /not a PEM/],
    ['a sentence', 'my key', /not a (PEM|public key)/],
    ['a secret key', 'sk_test_abcdef', /not a (PEM|public key)/],
    ['a PKCS #8 private key', secret('pkcs8'), /private key/],
    ['a PKCS #1 private key', secret('pkcs1'), /private key/],
    ['a bare PKCS #8 private key', bare(secret('pkcs8')), /private key/],
    ['a bare PKCS #1 private key', bare(secret('pkcs1')), /private key/],
    ['a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE'), /certificate/],
    ['a PKCS #1 public key', spki('pkcs1'), /another kind of PEM/],
    ['a bare PKCS #1 public key', bare(spki('pkcs1')), /not a public key/],
    ['a PEM without its footer', pem.split('-----END')[0] ?? '', /cut off/],
    ['a PEM whose body lost its end', pem.replace(joined.slice(-8), ''), /not a PEM|not a public key/],
    ['a body that lost its end', joined.slice(0, -8), /not a public key/],
    ['a body with something behind it', `${joined}AAAA`, /not a public key/],
    ['RSA with 1024 bits', small.pem, /2048 bits/],
    ['P-256', ec.pem, /not an RSA key/],
    ['P-384', p384.pem, /not an RSA key/],
    ['Ed25519', ed.pem, /not an RSA key/],
    ['X25519', x25519, /not an RSA key/],
    ['DER that ends in its length', Buffer.from('30820', 'hex').toString('base64'), /not a public key/],
    ['DER of endless length', Buffer.from('3080000000', 'hex').toString('base64'), /not a public key/],
    ['DER that is too long', Buffer.from('3083010000', 'hex').toString('base64'), /not a public key/],
    ['DER with a broken child', Buffer.from('30023005', 'hex').toString('base64'), /not a public key/],
  ])('refuses %s when the verifier is made', (_, jwtKey, message) => {
    const make = () => createBench([], { jwtKey });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
    expect(make).toThrow(/CLERK_JWT_KEY/);
  });

  it('never quotes the text that it refuses', () => {
    const canary = secret('pkcs8');
    const line = canary.split('\n')[3] ?? '';
    try {
      keyFromPem(canary);
      expect.unreachable();
    } catch (error) {
      expect(line.length).toBeGreaterThan(30);
      expect(JSON.stringify(error) + String(error)).not.toContain(line);
    }
  });

  it('throws nothing but ConfigurationError, whatever the bytes', () => {
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(der);
        bytes[at] = byte;
        try {
          keyFromPem(bytes.toString('base64'));
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
        }
      }),
    );
  });
});
