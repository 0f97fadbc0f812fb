/** Cases that have gone wrong elsewhere, by their number in the project's list of user needs. */
import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CompactSign } from 'jose';
import { classifyToken } from '../../src/verify/classify.js';
import {
  apiKeyAnswer,
  CATEGORY,
  createKey,
  handshakeToken,
  headerOf,
  m2mToken,
  oauthToken,
  sessionClaimsV1,
  sessionClaimsV2,
  sessionToken,
  signJwt,
  T0_S,
} from '../support/tokens.js';
import { answerOf, createBench, resultOf, type Bench } from '../support/verifying.js';

const key = createKey('RS256', { kid: 'ins_one' });
const modes: readonly (readonly [string, () => Bench])[] = [
  ['PEM', () => createBench([], { jwtKey: key.pem })],
  ['JWKS', () => createBench([key])],
];
const REFUSED = /^refused /;

describe.each(modes)('with a %s', (_, bench) => {
  it('S1: refuses a template token as session and handshake, with and without a `sid`', async () => {
    const { session, verifier } = bench();
    for (const sid of ['sess_one', undefined]) {
      expect(resultOf(await session(sessionToken(key, { sid }, { cat: CATEGORY.template })))).toBe(
        'refused token-type-mismatch',
      );
    }
    const handshake = handshakeToken(key, ['__session=x'], { cat: CATEGORY.template });
    expect(resultOf(await verifier.verifyHandshake(handshake))).toBe('refused token-invalid');
    expect(resultOf(await session(sessionToken(key)))).toBe('accepted');
  });

  it('S2, S4: refuses machine JWTs as sessions and sessions as machine tokens', async () => {
    const { session, machine } = bench();
    expect(resultOf(await session(m2mToken(key)))).toBe('refused token-type-mismatch');
    expect(resultOf(await session(m2mToken(key, {}, { cat: CATEGORY.session })))).toBe('refused token-type-mismatch');
    expect(resultOf(await session(oauthToken(key)))).toBe('refused token-type-mismatch');
    expect(resultOf(await session(sessionToken(key, {}, { cat: CATEGORY.m2m })))).toBe('refused token-type-mismatch');
    expect(resultOf(await session('ak_secret'))).toBe('refused token-type-mismatch');
    expect(resultOf(await machine(sessionToken(key)))).toBe('refused token-verification-failed');
    for (const cat of [CATEGORY.session, CATEGORY.template, CATEGORY.m2m, 'cl_unknown']) {
      expect(resultOf(await machine(oauthToken(key, {}, { cat })))).toBe('refused token-invalid');
    }
    expect(resultOf(await machine(oauthToken(key)))).toBe('accepted');
  });

  it('S3: refuses a session category with a machine subject as a machine token', async () => {
    const { machine } = bench();
    expect(resultOf(await machine(m2mToken(key, {}, { cat: CATEGORY.session })))).toBe('refused token-invalid');
    expect(resultOf(await machine(m2mToken(key)))).toBe('accepted');
  });

  it('S6: refuses an issuer that is no text without throwing', async () => {
    expect(resultOf(await bench().session(sessionToken(key, { iss: 123 })))).toMatch(REFUSED);
  });

  it('S10: requires a type that the kind prescribes', async () => {
    const verdict = await bench().machine(oauthToken(key, {}, { typ: undefined }));
    expect(resultOf(verdict)).toMatch(REFUSED);
  });

  it('S12: answers a forged signature alike, whatever else is wrong', async () => {
    const forger = createKey('RS256', { kid: 'ins_one' });
    const alone = await bench().session(sessionToken(forger));
    const expired = await bench().session(sessionToken(forger, { exp: 1, azp: 'https://evil.example', sub: 7 }));
    expect(alone).toEqual(expired);
    expect(resultOf(alone)).toBe('refused token-invalid-signature');
  });

  it('S20: refuses an access token without a subject', async () => {
    for (const sub of [undefined, null, 7, '', ['user_ada']]) {
      expect(resultOf(await bench().machine(oauthToken(key, { sub })))).toBe('refused token-verification-failed');
    }
  });

  it('S29: refuses none, HMAC with the public key, and another RSA algorithm', async () => {
    const { session } = bench();
    const data = (header: object) =>
      [header, sessionClaimsV2()].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const none = data(headerOf(key, { alg: 'none' }));
    expect(resultOf(await session(`${none}.`))).toBe('refused token-invalid');
    expect(resultOf(await session(`${none}.AA`))).toBe('refused token-invalid-algorithm');
    const hmac = data(headerOf(key, { alg: 'HS256' }));
    for (const secret of [key.pem, key.pem.trim(), JSON.stringify(key.jwk)]) {
      const forged = `${hmac}.${createHmac('sha256', secret).update(hmac).digest('base64url')}`;
      expect(resultOf(await session(forged))).toBe('refused token-invalid-algorithm');
    }
    for (const alg of ['RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const) {
      const token = signJwt(headerOf({ ...key, alg }), sessionClaimsV2(), { ...key, alg });
      expect(resultOf(await session(token))).toBe('refused token-verification-failed');
    }
    for (const alg of ['ES256', 'ES384', 'EdDSA'] as const) {
      expect(resultOf(await session(sessionToken(createKey(alg, { kid: key.kid }))))).toBe(
        'refused token-verification-failed',
      );
    }
  });

  it('S30: refuses an unknown critical header and dates that are not finite', async () => {
    const { session } = bench();
    for (const crit of [['exp'], ['b64'], [], null, 'exp']) {
      expect(resultOf(await session(sessionToken(key, {}, { crit })))).toBe('refused token-invalid');
    }
    for (const name of ['exp', 'nbf', 'iat']) {
      const text = JSON.stringify(sessionClaimsV2({ [name]: 'HUGE' })).replace('"HUGE"', '1e999');
      expect(resultOf(await session(signJwt(headerOf(key), text, key)))).toBe('refused token-verification-failed');
    }
  });

  it('S31: never mixes the claims of similar tokens', async () => {
    const { session, verifier } = bench();
    const first = sessionToken(key, { jti: 'tok_1', role: 'admin' });
    const second = sessionToken(key, { jti: 'tok_2', role: 'guest' });
    await session(first);
    await session(second);
    expect(verifier.recall(first)).toMatchObject({ data: { jti: 'tok_1', role: 'admin' } });
    expect(verifier.recall(second)).toMatchObject({ data: { jti: 'tok_2', role: 'guest' } });
    const [head, body] = first.split('.');
    expect(verifier.recall(`${head}.${body}.${second.split('.')[2]}`)).toBeNull();
    expect(verifier.recall(`${first} `)).toBeNull();
  });

  it("S33: keeps a handler's changes to claims out of the next request", async () => {
    const { session, verifier } = bench();
    const token = sessionToken(key, { nested: { list: [{ a: 1 }] } });
    const verdict = await session(token);
    if (verdict.outcome !== 'accepted') return expect.unreachable();
    const data = verdict.value.data as Record<string, unknown>;
    expect(() => (data['sub'] = 'user_eve')).toThrow(TypeError);
    const nested = data['nested'] as { list: { a: number }[] };
    expect(() => nested.list.push({ a: 2 })).toThrow(TypeError);
    expect(() => (nested.list[0]!.a = 2)).toThrow(TypeError);
    expect(verifier.recall(token)).toMatchObject({ data: { sub: 'user_ada', nested: { list: [{ a: 1 }] } } });
  });

  it('reads both versions of the claims', async () => {
    for (const claims of [sessionClaimsV1(), sessionClaimsV2()]) {
      expect(resultOf(await bench().session(signJwt(headerOf(key), claims, key)))).toBe('accepted');
    }
  });
});

describe('S5: two instances with one key id', () => {
  const a = createKey('RS256', { kid: 'ins_same' });
  const b = createKey('RS256', { kid: 'ins_same' });
  it.each([
    ['JWKS', () => createBench([a]), () => createBench([b])],
    ['PEM', () => createBench([], { jwtKey: a.pem }), () => createBench([], { jwtKey: b.pem })],
    ['both', () => createBench([a]), () => createBench([], { jwtKey: b.pem })],
  ])('are never confused (%s)', async (_, makeA, makeB) => {
    for (const order of [0, 1]) {
      const benches = [makeA(), makeB()] as const;
      const own = [sessionToken(a), sessionToken(b)] as const;
      for (const i of order === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        expect(resultOf(await benches[i].session(own[i]))).toBe('accepted');
      }
      expect(resultOf(await benches[0].session(own[1]))).toBe('refused token-invalid-signature');
      expect(resultOf(await benches[1].session(own[0]))).toBe('refused token-invalid-signature');
    }
  });

  it('lists no key ids in an error', async () => {
    const verdict = await createBench([a]).session(sessionToken(a, {}, { kid: 'ins_guess' }));
    expect(JSON.stringify(verdict)).not.toMatch(/ins_/);
  });
});

describe('other cases', () => {
  it('S11: honours a skew of 0', async () => {
    const { session } = createBench([], { jwtKey: key.pem, clockSkewMs: 0 });
    expect(resultOf(await session(sessionToken(key, { exp: T0_S })))).toBe('refused token-expired');
    expect(resultOf(await session(sessionToken(key, { exp: T0_S + 0.001 })))).toBe('accepted');
    expect(resultOf(await session(sessionToken(key, { exp: T0_S }), { clockSkewMs: 60_000 }))).toBe('accepted');
  });

  it('S24: accepts nothing without keys', async () => {
    const { session, machine, verifier } = createBench([key], { upstream: null });
    for (const token of [sessionToken(key), m2mToken(key), oauthToken(key), 'ak_x', 'mt_x', 'oat_x']) {
      expect((await session(token)).outcome).not.toBe('accepted');
      expect((await machine(token)).outcome).not.toBe('accepted');
    }
    expect((await verifier.verifyHandshake(handshakeToken(key, ['a=b']))).outcome).toBe('unchecked');
  });

  it('S29: uses a JWK without `alg` for RS256 only', async () => {
    const { alg: _alg, ...jwk } = key.jwk;
    const { session, upstream } = createBench([]);
    upstream.reply('jwks', answerOf(200, { keys: [jwk] }));
    const rs512 = signJwt(headerOf(key, { alg: 'RS512' }), sessionClaimsV2(), { ...key, alg: 'RS512' });
    expect(resultOf(await session(rs512))).toBe('refused token-verification-failed');
    expect(resultOf(await session(sessionToken(key)))).toBe('accepted');
  });

  it('S31: verifies again under other rules, in both directions', async () => {
    const { session, verifier } = createBench([], {
      jwtKey: key.pem,
      authorizedParties: ['https://acornbooks.example'],
    });
    const token = sessionToken(key, { azp: undefined });
    expect(resultOf(await session(token, { allowMissingAzp: true }))).toBe('accepted');
    expect(verifier.recall(token)).toBeNull();
    expect(resultOf(await session(token))).toBe('refused token-invalid-authorized-parties');
    const late = sessionToken(key, { exp: T0_S - 4 });
    expect(resultOf(await session(late))).toBe('accepted');
    expect(resultOf(await session(late, { clockSkewMs: 0 }))).toBe('refused token-expired');
  });

  it('shows no token, key or key id in a refusal or an event', async () => {
    const canary = 'ak_CANARYcanaryCANARY';
    const bench = createBench([key]);
    const tokens = [
      canary,
      sessionToken(key, { exp: 1 }),
      sessionToken(createKey('RS256', { kid: key.kid })),
      `x${canary}`,
    ];
    for (const token of tokens) {
      const said = inspect([await bench.session(token), await bench.machine(token), bench.events], { depth: 9 });
      expect(said).not.toContain(token);
      expect(said).not.toContain(token.slice(-20));
    }
    bench.upstream.reply('verifyApiKey', answerOf(200, apiKeyAnswer()));
    await bench.machine(`${canary}2`);
    expect(bench.events.length).toBeGreaterThan(3);
    expect(inspect(bench.events, { depth: 9 })).not.toContain(canary);
  });

  it('never uses an embedded or linked key', async () => {
    const evil = createKey('RS256', { kid: 'ins_one' });
    const header = {
      alg: 'RS256',
      jwk: evil.jwk,
      jku: 'http://127.0.0.1:1/jwks',
      x5u: 'http://127.0.0.1:1',
      kid: key.kid,
    };
    const token = await new CompactSign(Buffer.from(JSON.stringify(sessionClaimsV2())))
      .setProtectedHeader(header)
      .sign(evil.privateKey);
    const { session, upstream } = createBench([key]);
    expect(resultOf(await session(token))).toBe('refused token-invalid-signature');
    expect(upstream.calls.jwks).toBe(1);
  });

  it('refuses signatures that are empty, truncated, extended or swapped in halves', async () => {
    const ec = createKey('ES256', { kid: 'ins_ec' });
    const { session } = createBench([key, ec]);
    const cut = (token: string, change: (signature: Buffer) => Buffer) => {
      const [head, body, signature] = token.split('.') as [string, string, string];
      return `${head}.${body}.${change(Buffer.from(signature, 'base64url')).toString('base64url')}`;
    };
    for (const good of [sessionToken(key), sessionToken(ec)]) {
      expect(resultOf(await session(good))).toBe('accepted');
      for (const change of [
        (bytes: Buffer) => Buffer.alloc(bytes.length),
        (bytes: Buffer) => bytes.subarray(1),
        (bytes: Buffer) => bytes.subarray(0, -1),
        (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)]),
        (bytes: Buffer) => Buffer.concat([Buffer.alloc(1), bytes]),
        (bytes: Buffer) => Buffer.concat([bytes.subarray(bytes.length / 2), bytes.subarray(0, bytes.length / 2)]),
        (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte))),
        () => Buffer.from([1]),
      ]) {
        expect(resultOf(await session(cut(good, change)))).toBe('refused token-invalid-signature');
      }
    }
  });

  it('refuses a DER signature', async () => {
    const ec = createKey('ES256', { kid: 'ins_ec' });
    const { sign } = await import('node:crypto');
    const data = sessionToken(ec).split('.').slice(0, 2).join('.');
    const der = sign('sha256', Buffer.from(data), ec.privateKey).toString('base64url');
    expect(resultOf(await createBench([ec]).session(`${data}.${der}`))).toBe('refused token-invalid-signature');
  });

  it('returns at once for RSA with a known key, and a promise if it must wait', async () => {
    const ec = createKey('ES256', { kid: 'ins_ec' });
    const { verifier } = createBench([key, ec]);
    expect(verifier.verifySession(classifyToken(sessionToken(key)))).toBeInstanceOf(Promise);
    await verifier.warmup();
    expect(verifier.verifySession(classifyToken(sessionToken(key)))).toMatchObject({ outcome: 'accepted' });
    expect(verifier.verifyMachine(classifyToken(m2mToken(key)))).toMatchObject({ outcome: 'accepted' });
    expect(verifier.verifyHandshake(handshakeToken(key, ['a=b']))).toMatchObject({ outcome: 'accepted' });
    expect(verifier.verifySession(classifyToken(sessionToken(ec)))).toBeInstanceOf(Promise);
  });
});
