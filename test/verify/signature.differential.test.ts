/**
 * The same tokens, good and changed, before several judges: both ways of the library (`node:crypto`, jose over WebCrypto), OpenSSL
 * asked by the test itself, and jose and `@clerk/backend` where their rules are ours. None may say yes where another says no.
 */
import { verifyToken } from '@clerk/backend';
import { importJWK, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../src/verify/algorithms.js';
import { decodeJwt, type DecodedJwt } from '../../src/verify/decode.js';
import { publicJwk } from '../../src/verify/keys.js';
import { createSignatureCheck as portable } from '../../src/verify/signature.js';
import { createSignatureCheck as native } from '../../src/verify/signature.node.js';
import {
  createClock,
  createKey,
  headerOf,
  sessionClaimsV2,
  signJwt,
  verifyBytes,
  type TestAlgorithm,
  type TestKey,
} from '../support/tokens.js';
import { createBench } from '../support/verifying.js';

const NAMES: readonly TestAlgorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];
const PER_ALGORITHM = 250;

/** A small generator with a seed, so that a failure can be run again. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One good token in two; otherwise one bit of one part is another, or the signature has another length. */
function mutate(token: string, random: (below: number) => number): string {
  const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'));
  const choice = random(8);
  if (choice < 4) return token;
  const signature = parts[2]!;
  if (choice === 4) parts[2] = signature.subarray(0, signature.length - 1 - random(8));
  else if (choice === 5) parts[2] = Buffer.concat([signature, Buffer.alloc(1 + random(3))]);
  else {
    const part = parts[choice === 6 ? 2 : 1]!;
    part[random(part.length)]! ^= 1 << random(8);
  }
  return parts.map((part) => part.toString('base64url')).join('.');
}

describe.each(NAMES)('%s', (alg) => {
  it(`all implementations agree on ${PER_ALGORITHM} tokens`, async () => {
    const key = createKey(alg);
    const algorithm = ALGORITHMS.get(alg)!;
    const jwk = publicJwk(key.jwk, algorithm)!;
    const judges = { native: native(algorithm, jwk), portable: portable(algorithm, jwk) };
    const random = createRandom(alg.length * 7_919 + alg.charCodeAt(3));
    const tally = { good: 0, bad: 0 };
    for (let i = 0; i < PER_ALGORITHM; i += 1) {
      const token = mutate(signJwt(headerOf(key), sessionClaimsV2({ jti: `tok_${i}` }), key), random);
      const signedLength = token.lastIndexOf('.');
      const signature = Buffer.from(token.slice(signedLength + 1), 'base64url');
      const good = verifyBytes(token.slice(0, signedLength), signature, key);
      for (const [name, judge] of Object.entries(judges)) {
        expect(await judge({ token, signature, signedLength }), `${name} ${i}`).toBe(good);
      }
      tally[good ? 'good' : 'bad'] += 1;
    }
    expect(tally.good).toBeGreaterThan(50);
    expect(tally.bad).toBeGreaterThan(50);
  });
});

describe('the whole verifier beside jose and @clerk/backend', () => {
  const key: TestKey = createKey('RS256', { kid: 'ins_one' });
  const now = Date.now();
  const random = createRandom(42);
  const tokens: string[] = [];

  beforeAll(() => {
    const seconds = Math.floor(now / 1000);
    const changes: readonly Record<string, unknown>[] = [
      {},
      { exp: seconds - 60 },
      { nbf: seconds + 60 },
      { iat: seconds + 60 },
      { sub: undefined },
      { sub: 7 },
      { exp: undefined },
      { exp: 'soon' },
      { nbf: 'soon' },
      { azp: 'https://elsewhere.example' },
    ];
    for (let i = 0; i < 1_000; i += 1) {
      const claims = sessionClaimsV2({ jti: `tok_${i}`, ...changes[random(24)] }, now);
      const header = random(10) === 0 ? { alg: ['RS384', 'HS256', 'none'][random(3)] } : {};
      tokens.push(mutate(signJwt(headerOf(key, header), claims, key), random));
    }
  });

  it('no implementation accepts alone', async () => {
    const parties = ['https://acornbooks.example'];
    const bench = createBench([], { jwtKey: key.pem, authorizedParties: parties, now: createClock(now) });
    const joseKey = await importJWK(key.jwk as never, 'RS256');
    const options = {
      algorithms: ['RS256'],
      clockTolerance: 5,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(now),
    };
    const tally = { yes: 0, no: 0 };
    for (const token of tokens) {
      const ours = (await bench.session(token)).outcome === 'accepted';
      const clerk = await verifyToken(token, {
        jwtKey: key.pem,
        authorizedParties: parties,
        clockSkewInMs: 5_000,
      }).then(
        (claims) => claims !== undefined,
        () => false,
      );
      expect(clerk, token).toBe(ours);
      const jose = await jwtVerify(token, joseKey, options).then(
        ({ payload }) =>
          typeof payload.sub === 'string' &&
          parties.includes(String(payload['azp'])) &&
          Number(payload.iat) * 1000 <= now + 5_000,
        () => false,
      );
      expect(jose, token).toBe(ours);
      tally[ours ? 'yes' : 'no'] += 1;
    }
    expect(Math.min(tally.yes, tally.no)).toBeGreaterThan(150);
  });

  it('the portable implementation agrees with Node’s', async () => {
    const decoded = tokens.map(decodeJwt).filter((jwt): jwt is DecodedJwt => jwt !== null);
    expect(decoded.length).toBeGreaterThan(700);
    const algorithm = ALGORITHMS.get('RS256')!;
    const jwk = publicJwk(key.jwk, algorithm)!;
    const [a, b] = [native(algorithm, jwk), portable(algorithm, jwk)];
    for (const jwt of decoded) {
      // A token of another algorithm comes to no check; jose would not take it for one of this either.
      if (jwt.header['alg'] === 'RS256') expect(await b(jwt)).toBe(await a(jwt));
      else await expect(b(jwt)).rejects.toThrow('"alg"');
    }
  });

  it('a key that WebCrypto cannot import accepts nothing', async () => {
    const algorithm = ALGORITHMS.get('ES256')!;
    const x = Buffer.alloc(32, 1).toString('base64url');
    const key = createKey('ES256');
    const jwt = decodeJwt(signJwt(headerOf(key), sessionClaimsV2(), key))!;
    expect(await portable(algorithm, { kty: 'EC', crv: 'P-256', x, y: x })(jwt)).toBe(false);
    expect(() => native(algorithm, { kty: 'EC', crv: 'P-256', x, y: x })).toThrow();
  });
});
