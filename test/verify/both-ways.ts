/**
 * What must hold whichever way signatures are checked: `node:crypto`, or jose over WebCrypto. jose alone would take most of what is
 * refused here, and would refuse most of the PEMs that are taken.
 */
import { createHash, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.js';
import { keyFromPem } from '../../src/verify/pem.js';
import {
  createKey,
  headerOf,
  m2mToken,
  sessionClaimsV2,
  sessionToken,
  signBytes,
  signJwt,
  verifyBytes,
  type TestKey,
} from '../support/tokens.js';
import { answerOf, createBench, resultOf, type Bench } from '../support/verifying.js';

/** @param settings.late whether a PEM's key is only known once it is used */
export function describeWay(way: string, settings: { readonly late: boolean }): void {
  describe(`tokens, ${way}`, () => describeTokens());
  describe(`keys of a JWKS, ${way}`, () => describeJwks());
  describe(`the key in CLERK_JWT_KEY, ${way}`, () => describePem(settings.late));
}

const rsa = createKey('RS256', { kid: 'ins_one' });
const ec = createKey('ES256', { kid: 'ins_ec' });
const ed = createKey('EdDSA', { kid: 'ins_ed' });
const small = createKey('RS256', { bits: 1024 });
const stranger = createKey('RS256', { kid: 'ins_other' });

const numberOf = (bytes: Uint8Array | readonly number[]) => Buffer.from(bytes).toString('base64url');
const bytesOf = (text = '') => Buffer.from(text, 'base64url');

function describeTokens(): void {
  const benches: readonly (readonly [string, () => Bench])[] = [
    ['PEM', () => createBench([], { jwtKey: rsa.pem })],
    ['JWKS', () => createBench([rsa])],
  ];
  const [head, body, signature] = sessionToken(rsa).split('.') as [string, string, string];
  const header = headerOf(rsa);
  const claims = sessionClaimsV2();
  /** A letter whose spare bits, which no byte has, are not zero. */
  const spare = (text: string) => `${text.slice(0, -1)}${String.fromCharCode(text.charCodeAt(text.length - 1) + 1)}`;
  /** Signs the text of a payload that is not what its bytes would be written as. */
  const signText = (payload: string) => {
    const data = `${head}.${payload}`;
    return `${data}.${signBytes(data, rsa).toString('base64url')}`;
  };
  const notWhole = [sessionClaimsV2(), sessionClaimsV2({ pad: 'x' }), sessionClaimsV2({ pad: 'xx' })]
    .map((each) => Buffer.from(JSON.stringify(each)))
    .find((bytes) => bytes.length % 3 === 1)!
    .toString('base64url');

  it.each(benches)('accepts good tokens (%s)', async (_, bench) => {
    expect(resultOf(await bench().session(`${head}.${body}.${signature}`))).toBe('accepted');
    expect(resultOf(await bench().session(signText(notWhole)))).toBe('accepted');
  });

  it('checks each kind by its own key', async () => {
    for (const key of [rsa, ec, ed, createKey('PS384'), createKey('ES384'), createKey('RS512')]) {
      expect(resultOf(await createBench([key]).session(sessionToken(key)))).toBe('accepted');
      const forged = sessionToken(createKey(key.alg, { kid: key.kid }));
      expect(resultOf(await createBench([key]).session(forged))).toBe('refused token-invalid-signature');
    }
  });

  describe.each(benches)('are refused with %s', (_, bench) => {
    it.each([
      ['spare bits in the signature', `${head}.${body}.${spare(signature)}`],
      ['spare bits in the payload', signText(spare(notWhole))],
      ['white space in the signature', `${head}.${body}.${signature.slice(0, 9)} ${signature.slice(9)}`],
      ['white space in the payload', signText(`${body.slice(0, 9)}\n${body.slice(9)}`)],
      ['white space in front', ` ${head}.${body}.${signature}`],
      ['white space behind', `${head}.${body}.${signature}\n`],
      ['padding of the signature', `${head}.${body}.${signature}==`],
      ['padding of the payload', signText(`${notWhole}==`)],
      ['the other alphabet', `${head}.${body}.${signature.replaceAll('-', '+').replaceAll('_', '/')}=`],
      ['a byte order mark', signJwt(header, `\uFEFF${JSON.stringify(claims)}`, rsa)],
      ['a byte order mark in the header', signJwt(`\uFEFF${JSON.stringify(header)}`, claims, rsa)],
      ['a critical `b64`', signJwt({ ...header, crit: ['b64'], b64: true }, claims, rsa)],
      ['20,000 characters', sessionToken(rsa, { pad: 'x'.repeat(14_000) })],
      ['no `exp`', sessionToken(rsa, { exp: undefined })],
      ['another kind', sessionToken(rsa, {}, { typ: 'at+jwt' })],
      [
        'a payload that is no UTF-8',
        signJwt(header, Buffer.from(JSON.stringify(claims).replace('ada', 'ad\xff'), 'latin1'), rsa),
      ],
      ['a payload that is a list', signJwt(header, [claims], rsa)],
      ['a payload that is null', signJwt(header, null, rsa)],
      ['a payload that is a text', signJwt(header, '"user_ada"', rsa)],
      ['a payload that is no JSON', signJwt(header, 'user_ada', rsa)],
      [
        'an algorithm that the key does not serve',
        signJwt(headerOf(rsa, { alg: 'RS512' }), claims, { ...rsa, alg: 'RS512' }),
      ],
      ['another algorithm than it is signed with', signJwt(headerOf(rsa, { alg: 'PS256' }), claims, rsa)],
      ['no signature', `${head}.${body}.`],
      ['four parts', `${head}.${body}.${signature}.${signature}`],
    ])('%s', async (_what, token) => {
      const { session, verifier } = bench();
      expect(resultOf(await session(token))).toMatch(/^refused /);
      expect(verifier.recall(token)).toBeNull();
    });
  });
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 9.2) without a key: with e = 1 the padded hash is its own signature. */
function forgeWithoutKey(kid: string): string {
  const data = [headerOf({ alg: 'RS256', kid }), sessionClaimsV2()]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const hash = createHash('sha256').update(data).digest('hex');
  const end = `003031300d060960864801650304020105000420${hash}`;
  return `${data}.${Buffer.from(`0001${end.padStart(508, 'f')}`, 'hex').toString('base64url')}`;
}

function describeJwks(): void {
  const { n = '' } = rsa.jwk;
  const secret = rsa.privateKey.export({ format: 'jwk' });
  const without = (jwk: object, name: string) =>
    Object.fromEntries(Object.entries(jwk).filter(([each]) => each !== name));
  const flipped = { ...ec.jwk, x: numberOf(bytesOf(ec.jwk.x).map((byte, index) => (index === 3 ? byte ^ 1 : byte))) };
  /** What the verifier says about `token` with a set of this entry and a good key. */
  async function judge(entry: object, token: string): Promise<string> {
    const { session, upstream } = createBench([]);
    upstream.reply('jwks', answerOf(200, { keys: [entry, stranger.jwk] }));
    return resultOf(await session(token));
  }

  it.each<[string, object, TestKey]>([
    ['RSA', rsa.jwk, rsa],
    ['RSA without `alg`', without(rsa.jwk, 'alg'), rsa],
    ['RSA for verifying', { ...rsa.jwk, key_ops: ['verify'] }, rsa],
    ['members that nobody knows', { ...rsa.jwk, x5c: ['x'], ext: 'yes' }, rsa],
    ['P-256', ec.jwk, ec],
    ['Ed25519', ed.jwk, ed],
  ])('take %s', async (_, entry, key) => {
    expect(await judge(entry, sessionToken(key))).toBe('accepted');
  });

  it.each<[string, object, TestKey?]>([
    ['RSA for encryption', { ...rsa.jwk, use: 'enc' }],
    ['RSA that may only sign', { ...rsa.jwk, key_ops: ['sign'] }],
    ['a private key', { ...secret, kid: rsa.kid, alg: 'RS256' }],
    ['`d` beside the rest', { ...rsa.jwk, d: secret.d }],
    ['`k` beside the rest', { ...rsa.jwk, k: 'c2VjcmV0' }],
    ['a symmetric key that claims RS256', { kty: 'oct', kid: rsa.kid, alg: 'RS256', k: 'c2VjcmV0' }],
    ['a foreign `alg`', { ...rsa.jwk, alg: 'RSA-OAEP' }],
    ['the `alg` of another kind', { ...rsa.jwk, alg: 'ES256' }],
    ['the `alg` of another padding', { ...rsa.jwk, alg: 'PS256' }],
    ['a padded modulus', { ...rsa.jwk, n: numberOf([0, ...bytesOf(n)]) }],
    ['1024 bits', { ...small.jwk, kid: rsa.kid }, { ...small, kid: rsa.kid }],
    [
      '1024 bits, padded to 2048',
      { ...small.jwk, n: numberOf([...Buffer.alloc(128), ...bytesOf(small.jwk.n)]) },
      small,
    ],
    ['16,384 bits', { ...rsa.jwk, n: numberOf(Buffer.alloc(2048, 255)) }],
    ['exponent 0', { ...rsa.jwk, e: 'AA' }],
    ['an even exponent', { ...rsa.jwk, e: 'AQAA' }],
    ['a padded exponent', { ...rsa.jwk, e: 'AAEAAQ' }],
    ['a long exponent', { ...rsa.jwk, e: numberOf([1, 0, 0, 0, 1]) }],
    ['a modulus with padding characters', { ...rsa.jwk, n: `${n}==` }],
    ['a point that is not on its curve', flipped, ec],
    ['a curve that is not that of its `alg`', { ...ec.jwk, alg: 'ES384' }, ec],
  ])('leave out %s', async (_, entry, key = rsa) => {
    expect(await judge(entry, sessionToken(key))).toMatch(/^refused /);
  });

  it('leaves out RSA keys with exponent 1, with which anybody could sign', async () => {
    const entry = { ...rsa.jwk, e: 'AQ' };
    // OpenSSL sees nothing wrong in it.
    const forged = forgeWithoutKey(rsa.kid);
    expect(judgeOfOpenSsl(entry, forged)).toBe(true);
    expect(await judge(entry, forged)).toBe('refused jwk-kid-mismatch');
    const pem = createPublicKey({ key: entry, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
    expect(await errorOf(pem)).toMatch(/not safe/);
  });
}

function judgeOfOpenSsl(jwk: JsonWebKey, token: string): boolean {
  const end = token.lastIndexOf('.');
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  return verifyBytes(token.slice(0, end), bytesOf(token.slice(end + 1)), { alg: 'RS256', publicKey });
}

/** What is said about a PEM, where it is said; empty if nothing is. */
async function errorOf(jwtKey: string): Promise<string> {
  try {
    await createBench([], { jwtKey }).verifier.warmup();
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ option: 'jwtKey' });
    return (error as Error).message;
  }
}

function describePem(late: boolean): void {
  const { pem } = rsa;
  const lines = pem.replace(/-----[A-Z ]+-----/g, '').trim();
  const joined = lines.replaceAll('\n', '');
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
    ['the body alone', lines],
    ['the body alone in one line', joined],
    ['the body in quotes', `"${joined}"`],
    ['the body without its padding', joined.replace(/=+$/, '')],
    ['the body in the other alphabet', joined.replaceAll('+', '-').replaceAll('/', '_')],
    ['indented lines', pem.replaceAll('\n', '\n    ')],
  ])('reads %s', async (_, jwtKey) => {
    const bench = createBench([], { jwtKey });
    expect(resultOf(await bench.session(token))).toBe('accepted');
    expect(resultOf(await bench.session(sessionToken(stranger)))).toBe('refused token-invalid-signature');
    expect(await errorOf(jwtKey)).toBe('');
  });

  it('reads RSA with 3072 bits, and accepts tokens of this key only', async () => {
    const key = createKey('RS256', { bits: 3072 });
    const { session } = createBench([], { jwtKey: key.pem });
    expect(resultOf(await session(sessionToken(key)))).toBe('accepted');
    expect(resultOf(await session(token))).toBe('refused token-invalid-signature');
  });

  it('loads the key before the first token, or once for concurrent requests', async () => {
    const bench = createBench([], { jwtKey: pem });
    const results = await Promise.all(
      [token, sessionToken(stranger), token].map(async (each) => resultOf(await bench.session(each))),
    );
    expect(results).toEqual(['accepted', 'refused token-invalid-signature', 'accepted']);
    expect(bench.verifier.recall(token)).not.toBeNull();
    expect(bench.verifier.health()).toMatchObject({ jwks: 'local', keys: 1 });
    expect(bench.upstream.calls.jwks).toBe(0);
  });

  const spki = (jwk: JsonWebKey) =>
    createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  const publicPkcs1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const secret = (type: 'pkcs8' | 'pkcs1') => rsa.privateKey.export({ type, format: 'pem' }).toString();
  const bare = (text: string) => text.replace(/-----[A-Z ]+-----/g, '').replaceAll('\n', '');
  const other = (type: 'x25519' | 'ed25519') =>
    generateKeyPairSync(type as 'x25519')
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString();
  const der = rsa.publicKey.export({ type: 'spki', format: 'der' });
  const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  /** The same key with a zero too many in front of its modulus, and every length around it one more. */
  const padded = (() => {
    const at = der.indexOf(Buffer.from('028201010', 'hex'));
    const bytes = Buffer.concat([der.subarray(0, at + 4), Buffer.alloc(1), der.subarray(at + 4)]);
    for (const length of [2, 21, 26, at + 2]) bytes.writeUInt16BE(bytes.readUInt16BE(length) + 1, length);
    return bytes;
  })();
  const AT_ONCE = true;

  it.each<[string, string, RegExp, boolean?]>([
    ['nothing', '', /not a PEM/, AT_ONCE],
    ['blanks', ' \n ', /not a PEM/, AT_ONCE],
    ['a sentence', 'my key', /not a (PEM|public key)/, AT_ONCE],
    ['a secret key', 'sk_test_abcdef', /not a (PEM|public key)/, AT_ONCE],
    ['a PKCS #8 private key', secret('pkcs8'), /holds a private key/, AT_ONCE],
    ['a PKCS #1 private key', secret('pkcs1'), /holds a private key/, AT_ONCE],
    ['a bare PKCS #8 private key', bare(secret('pkcs8')), /holds a private key/, AT_ONCE],
    ['a bare PKCS #1 private key', bare(secret('pkcs1')), /holds a private key/, AT_ONCE],
    [
      'a bare private key for P-256',
      bare(ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
      /holds a private key/,
      AT_ONCE,
    ],
    [
      'a private key that calls itself public',
      secret('pkcs8').replaceAll('PRIVATE', 'PUBLIC'),
      /holds a private key/,
      AT_ONCE,
    ],
    ['a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE'), /certificate/, AT_ONCE],
    ['a PKCS #1 public key', publicPkcs1, /holds no public key\./, AT_ONCE],
    ['a bare PKCS #1 public key', bare(publicPkcs1), /no public key of RSA/, AT_ONCE],
    ['a PEM without its footer', pem.split('-----END')[0] ?? '', /cut off/, AT_ONCE],
    ['a PEM with another footer', pem.replace('END PUBLIC', 'END RSA PUBLIC'), /cut off/, AT_ONCE],
    ['P-256', ec.pem, /no public key of RSA/, AT_ONCE],
    ['Ed25519', other('ed25519'), /no public key of RSA/, AT_ONCE],
    ['X25519', other('x25519'), /no public key of RSA/, AT_ONCE],
    ['DER that ends in its length', asText(Buffer.from('3082', 'hex')), /no public key/, AT_ONCE],
    ['DER of endless length', asText(Buffer.from('3080000000', 'hex')), /no public key/, AT_ONCE],
    ['DER that is too long', asText(Buffer.from('3083010000', 'hex')), /no public key/, AT_ONCE],
    ['a PEM whose body lost its end', pem.replace(joined.slice(-8), ''), /damaged|not a PEM/],
    ['a body that lost its end', joined.slice(0, -8), /damaged/],
    ['a body with something behind it', `${joined}AAAA`, /damaged/],
    ['bytes behind the key', asText(Buffer.concat([der, Buffer.from([5, 0])])), /damaged/],
    ['a padded modulus', asText(padded), /damaged/],
    ['1024 bits', small.pem, /not safe/],
    ['16,384 bits', spki({ ...rsa.jwk, n: numberOf(Buffer.alloc(2048, 255)) }), /not safe/],
    ['an even exponent', spki({ ...rsa.jwk, e: 'AQAA' }), /not safe/],
    ['a long exponent', spki({ ...rsa.jwk, e: numberOf([1, 0, 0, 0, 1]) }), /not safe/],
  ])('refuses %s, and lets nobody in', async (_, jwtKey, message, atOnce = false) => {
    const said = await errorOf(jwtKey);
    expect(said).toMatch(message);
    expect(said).toContain('CLERK_JWT_KEY');
    const make = () => createBench([], { jwtKey });
    if (atOnce || !late) {
      expect(make).toThrow(said);
      return;
    }
    const { session, machine, verifier } = make();
    await expect(session(token)).rejects.toThrow(said);
    await expect(machine(m2mToken(rsa))).rejects.toThrow(said);
    expect(verifier.health()).toMatchObject({ jwks: 'empty', keys: 0 });
    expect(verifier.recall(token)).toBeNull();
  });

  it('never quotes the key', async () => {
    for (const text of [secret('pkcs8'), `${joined}AAAA`, small.pem]) {
      const line = text.slice(80, 120);
      const error: unknown = await Promise.resolve()
        .then(() => createBench([], { jwtKey: text }).verifier.warmup())
        .catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(JSON.stringify(error) + String(error)).not.toContain(line);
    }
  });

  it('gives a key or throws a configuration error, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = Buffer.from(der);
        bytes[at] = byte;
        try {
          const key = keyFromPem(asText(bytes));
          if (typeof key === 'function') await key();
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
        }
      }),
    );
  });
}
