import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOKEN_REASONS } from '../../src/reasons.js';
import { UpstreamUnreachable } from '../../src/ports.js';
import {
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
  type Claims,
} from '../support/tokens.js';
import { answerOf, createBench, resultOf } from '../support/verifying.js';

const key = createKey('RS256', { kid: 'ins_one' });
const other = createKey('RS256', { kid: 'ins_one' });
const pem = { jwtKey: key.pem };

describe('every reason can be reached', () => {
  const reached = new Set<string>();
  const reach = (text: string) => {
    reached.add(text.split(' ')[1] ?? '');
    return text;
  };

  it.each([
    ['refused token-invalid', 'rubbish'],
    ['refused token-invalid-algorithm', signJwt(headerOf(key, { alg: 'HS256' }), sessionClaimsV2(), key)],
    ['refused token-invalid-signature', sessionToken(other)],
    ['refused token-verification-failed', sessionToken(key, { sub: undefined })],
    ['refused token-invalid-authorized-parties', sessionToken(key, { azp: 'https://elsewhere.example' })],
    ['refused token-invalid-issuer', sessionToken(key, { iss: 'https://clerk.elsewhere.example' })],
    ['refused token-expired', sessionToken(key, { exp: T0_S - 5 })],
    ['refused token-not-active-yet', sessionToken(key, { nbf: T0_S + 6 })],
    ['refused token-iat-in-the-future', sessionToken(key, { iat: T0_S + 6 })],
    ['refused token-type-mismatch', oauthToken(key)],
  ])('%s', async (expected, token) => {
    const { session } = createBench([], {
      ...pem,
      authorizedParties: ['https://acornbooks.example'],
      issuer: ['https://clerk.acornbooks.example'],
    });
    expect(resultOf(await session(sessionToken(key)))).toBe('accepted');
    expect(reach(resultOf(await session(token)))).toBe(expected);
  });

  it('refused jwk-kid-mismatch', async () => {
    const { session } = createBench([key]);
    expect(reach(resultOf(await session(sessionToken(key, {}, { kid: 'ins_two' }))))).toBe('refused jwk-kid-mismatch');
  });

  it('unchecked jwk-kid-unchecked', async () => {
    const { session } = createBench([key]);
    const withKid = (kid: string) => session(sessionToken(key, {}, { kid }));
    for (const kid of ['ins_two', 'ins_three']) expect(resultOf(await withKid(kid))).toBe('refused jwk-kid-mismatch');
    expect(reach(resultOf(await withKid('ins_four')))).toBe('unchecked jwk-kid-unchecked');
  });

  it('refused jwk-local-missing', async () => {
    const { machine } = createBench([], { ...pem, backendKeys: { secretKey: false, machineSecretKey: false } });
    for (const token of ['ak_secret', 'mt_secret', 'oat_secret']) {
      expect(reach(resultOf(await machine(token)))).toBe('refused jwk-local-missing');
    }
    const alone = createBench([], { ...pem, upstream: null });
    expect(resultOf(await alone.machine('ak_secret'))).toBe('refused jwk-local-missing');
  });

  it('unchecked jwk-failed-to-resolve', async () => {
    const { session, verifier } = createBench([], { upstream: null });
    expect(reach(resultOf(await session(sessionToken(key))))).toBe('unchecked jwk-failed-to-resolve');
    await expect(verifier.warmup()).rejects.toMatchObject({ reason: 'jwk-failed-to-resolve' });
    expect(verifier.health()).toMatchObject({ jwks: 'none', keys: 0 });
  });

  it('unchecked jwk-remote-failed-to-load', async () => {
    const { session, upstream } = createBench([key]);
    upstream.reply('jwks', answerOf(500));
    expect(reach(resultOf(await session(sessionToken(key))))).toBe('unchecked jwk-remote-failed-to-load');
  });

  it('unchecked secret-key-invalid', async () => {
    const { session, machine, upstream } = createBench([key]);
    upstream.reply('jwks', answerOf(401));
    upstream.reply('verifyApiKey', answerOf(401));
    expect(reach(resultOf(await session(sessionToken(key))))).toBe('unchecked secret-key-invalid');
    expect(resultOf(await machine('ak_secret'))).toBe('unchecked secret-key-invalid');
  });

  it('unchecked unexpected-error', async () => {
    const { machine, upstream } = createBench([key]);
    upstream.reply('verifyApiKey', new UpstreamUnreachable('timeout', 2_000));
    expect(reach(resultOf(await machine('ak_secret')))).toBe('unchecked unexpected-error');
  });

  it('covers every reason', () => {
    // A fault of this server is no verdict on a token: it is thrown. Nor is a token that nobody has looked at.
    const none = ['authentication-fault', 'not-verified'];
    const verdicts = Object.keys(TOKEN_REASONS).filter((reason) => !none.includes(reason));
    expect([...reached].sort()).toEqual(verdicts.sort());
  });
});

describe('claims of a session', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['version 1', sessionClaimsV1(), 'accepted'],
    ['version 2', sessionClaimsV2(), 'accepted'],
    ['a version nobody knows', sessionClaimsV2({ v: 3 }), 'accepted'],
    ['no `nbf`, no `iat`, no `sid`', sessionClaimsV2({ nbf: undefined, iat: undefined, sid: undefined }), 'accepted'],
    ['an empty `sub`', sessionClaimsV2({ sub: '' }), 'refused token-verification-failed'],
    ['a number as `sub`', sessionClaimsV2({ sub: 7 }), 'refused token-verification-failed'],
    ['a list as `sub`', sessionClaimsV2({ sub: ['user_ada'] }), 'refused token-verification-failed'],
    ['no `exp`', sessionClaimsV2({ exp: undefined }), 'refused token-verification-failed'],
    ['a text as `exp`', sessionClaimsV2({ exp: String(T0_S + 60) }), 'refused token-verification-failed'],
    ['`exp` that no date holds', sessionClaimsV2({ exp: 1e20 }), 'refused token-verification-failed'],
    ['the last date as `exp`', sessionClaimsV2({ exp: 8.64e12 }), 'accepted'],
    ['`exp` null', sessionClaimsV2({ exp: null }), 'refused token-verification-failed'],
    ['`exp` 5 s ago', sessionClaimsV2({ exp: T0_S - 5 }), 'refused token-expired'],
    ['`exp` just inside the skew', sessionClaimsV2({ exp: T0_S - 4.999 }), 'accepted'],
    ['a negative `exp`', sessionClaimsV2({ exp: -1 }), 'refused token-expired'],
    ['`nbf` in 5 s', sessionClaimsV2({ nbf: T0_S + 5 }), 'accepted'],
    ['`nbf` in 5.001 s', sessionClaimsV2({ nbf: T0_S + 5.001 }), 'refused token-not-active-yet'],
    ['a text as `nbf`', sessionClaimsV2({ nbf: '1' }), 'refused token-verification-failed'],
    ['`nbf` null', sessionClaimsV2({ nbf: null }), 'refused token-verification-failed'],
    ['`iat` in 5 s', sessionClaimsV2({ iat: T0_S + 5 }), 'accepted'],
    ['`iat` in 5.001 s', sessionClaimsV2({ iat: T0_S + 5.001 }), 'refused token-iat-in-the-future'],
    ['a text as `iat`', sessionClaimsV2({ iat: '1' }), 'refused token-verification-failed'],
    ['a number as `iss`', sessionClaimsV2({ iss: 123 }), 'refused token-verification-failed'],
    ['a list as `azp`', sessionClaimsV2({ azp: ['https://acornbooks.example'] }), 'refused token-verification-failed'],
    ['a number as `sid`', sessionClaimsV2({ sid: 1 }), 'refused token-verification-failed'],
  ];
  it.each(cases)('%s', async (_, claims, expected) => {
    expect(resultOf(await createBench([], pem).session(signJwt(headerOf(key), claims, key)))).toBe(expected);
  });

  it.each([
    ['one that is expected', 'https://api.example', 'accepted'],
    ['a list with one that is expected', ['https://x.example', 'https://api.example'], 'accepted'],
    ['another', 'https://x.example', 'refused token-verification-failed'],
    ['part of an expected one', 'https://api.exampl', 'refused token-verification-failed'],
    ['a list without', ['https://x.example'], 'refused token-verification-failed'],
    ['a list with something that is no text', ['https://api.example', 1], 'refused token-verification-failed'],
    ['an object', { 0: 'https://api.example' }, 'refused token-verification-failed'],
    ['an empty list', [], 'refused token-verification-failed'],
    ['an empty text', '', 'refused token-verification-failed'],
    ['null', null, 'refused token-verification-failed'],
    ['none', undefined, 'refused token-verification-failed'],
  ])('S9: with an audience, `aud` is %s', async (_, aud, expected) => {
    const audience = ['https://api.example', 'b'];
    const { session, machine } = createBench([], { ...pem, audience });
    // Ordinary session tokens carry none; what is there is checked.
    expect(resultOf(await session(sessionToken(key, { aud })))).toBe(aud === undefined ? 'accepted' : expected);
    const strict = createBench([], { ...pem, audience, sessionAudience: 'required' });
    expect(resultOf(await strict.session(sessionToken(key, { aud })))).toBe(expected);
    expect(resultOf(await machine(m2mToken(key, { aud })))).toBe(expected);
    expect(resultOf(await machine(oauthToken(key, { aud })))).toBe(expected);
    expect(resultOf(await createBench([], pem).session(sessionToken(key, { aud })))).toBe('accepted');
  });

  it.each([
    ['listed', 'https://acornbooks.example', 'accepted', 'accepted'],
    ['absent', undefined, 'refused token-invalid-authorized-parties', 'accepted'],
    ['empty', '', 'refused token-invalid-authorized-parties', 'refused token-invalid-authorized-parties'],
    [
      'foreign',
      'https://x.example',
      'refused token-invalid-authorized-parties',
      'refused token-invalid-authorized-parties',
    ],
    [
      'longer',
      'https://acornbooks.example.evil',
      'refused token-invalid-authorized-parties',
      'refused token-invalid-authorized-parties',
    ],
  ])('S8: with authorized parties, `azp` is %s', async (_, azp, strict, lenient) => {
    const authorizedParties = ['https://acornbooks.example'];
    const token = sessionToken(key, { azp });
    expect(resultOf(await createBench([], { ...pem, authorizedParties }).session(token))).toBe(strict);
    const allowing = createBench([], { ...pem, authorizedParties, missingAzp: 'allow' });
    expect(resultOf(await allowing.session(token))).toBe(lenient);
    const overridden = createBench([], { ...pem, authorizedParties });
    expect(resultOf(await overridden.session(token, { allowMissingAzp: true }))).toBe(lenient);
  });

  it.each([
    ['none', undefined, 'The token has no claim `azp`.'],
    ['another', 'https://x.example', 'The token is not for an origin among `authorizedParties`.'],
  ])('says whether the token names %s', async (_, azp, message) => {
    const bench = createBench([], { ...pem, authorizedParties: ['https://acornbooks.example'] });
    expect(await bench.session(sessionToken(key, { azp }))).toMatchObject({ outcome: 'refused', message });
  });

  it.each([
    ['expected', 'https://clerk.acornbooks.example', 'accepted'],
    ['another', 'https://clerk.acornbooks.example/', 'refused token-invalid-issuer'],
    ['absent', undefined, 'refused token-invalid-issuer'],
  ])('with an issuer, `iss` is %s', async (_, iss, expected) => {
    const { session } = createBench([], { ...pem, issuer: ['https://clerk.acornbooks.example'] });
    expect(resultOf(await session(sessionToken(key, { iss })))).toBe(expected);
  });

  it('judges dates by the given clock and skew, to the millisecond', () => {
    const bench = createBench([], pem);
    const instant = fc.integer({ min: -120, max: 120 });
    return fc.assert(
      fc.asyncProperty(instant, instant, instant, fc.constantFrom(0, 5_000, 60_000), async (exp, nbf, iat, skew) => {
        const token = sessionToken(key, { exp: T0_S + exp, nbf: T0_S + nbf, iat: T0_S + iat });
        const expected =
          exp * 1000 <= -skew
            ? 'refused token-expired'
            : nbf * 1000 > skew
              ? 'refused token-not-active-yet'
              : iat * 1000 > skew
                ? 'refused token-iat-in-the-future'
                : 'accepted';
        expect(resultOf(await bench.session(token, { clockSkewMs: skew }))).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('accepts or refuses any claims, and never throws', () => {
    const { session } = createBench([], { ...pem, audience: ['a'], issuer: ['i'], authorizedParties: ['p'] });
    const claims = fc.record(
      Object.fromEntries(
        ['sub', 'iss', 'aud', 'azp', 'exp', 'nbf', 'iat', 'sid', 'jti', 'o', 'v'].map((name) => [name, fc.jsonValue()]),
      ),
      { requiredKeys: [] },
    );
    return fc.assert(
      fc.asyncProperty(claims, async (payload) => {
        expect((await session(signJwt(headerOf(key), payload, key))).outcome).toBe('refused');
      }),
      { numRuns: 60 },
    );
  });
});

describe('headers, by kind', () => {
  it.each([
    ['typ absent', { typ: undefined }, 'accepted'],
    ['typ in lower case', { typ: 'jwt' }, 'refused token-invalid'],
    ['typ of something else', { typ: 'logout+jwt' }, 'refused token-invalid'],
    ['typ null', { typ: null }, 'refused token-invalid'],
    ['no category', { cat: undefined }, 'accepted'],
    ['the category without information', { cat: CATEGORY.ignored }, 'accepted'],
    [
      'members that it does not know',
      { oiat: 1, jku: 'https://evil.example/jwks', jwk: other.jwk, x5u: 'x' },
      'accepted',
    ],
    ['another key id', { kid: '../../etc/passwd' }, 'accepted'],
    ['no `alg`', { alg: undefined }, 'refused token-invalid-algorithm'],
    ['an `alg` that is no text', { alg: ['RS256'] }, 'refused token-invalid-algorithm'],
    ['an `alg` in lower case', { alg: 'rs256' }, 'refused token-invalid-algorithm'],
    ['an `alg` from the prototype', { alg: '__proto__' }, 'refused token-invalid-algorithm'],
  ])('a session with %s', async (_, header, expected) => {
    expect(resultOf(await createBench([], pem).session(sessionToken(key, {}, header)))).toBe(expected);
  });

  it.each([
    ['m2m_token', m2mToken, { typ: 'at+jwt' }, 'refused token-verification-failed'],
    ['m2m_token', m2mToken, { cat: undefined }, 'accepted'],
    ['m2m_token', m2mToken, { cat: CATEGORY.ignored }, 'refused token-invalid'],
    ['m2m_token', m2mToken, { cat: CATEGORY.template }, 'refused token-invalid'],
    ['oauth_token', oauthToken, { typ: 'application/at+jwt' }, 'accepted'],
    ['oauth_token', oauthToken, { cat: CATEGORY.ignored }, 'accepted'],
    ['oauth_token', oauthToken, { cat: CATEGORY.template }, 'refused token-invalid'],
    ['oauth_token', oauthToken, { cat: CATEGORY.session }, 'refused token-invalid'],
    ['oauth_token', oauthToken, { cat: '' }, 'refused token-invalid'],
  ])('%s with %o', async (_, make, header, expected) => {
    expect(resultOf(await createBench([], pem).machine(make(key, {}, header)))).toBe(expected);
  });
});

describe('machine JWTs', () => {
  it('an M2M token has the fields of the contract', async () => {
    const verdict = await createBench([], pem).machine(m2mToken(key, { region: 'eu' }));
    expect(verdict).toMatchObject({
      outcome: 'accepted',
      value: {
        tokenType: 'm2m_token',
        data: {
          id: 'mt_one',
          subject: 'mch_sender',
          scopes: ['mch_reports', 'mch_billing'],
          claims: { region: 'eu' },
          revoked: false,
          revocationReason: null,
          expired: false,
          expiration: (T0_S + 3600) * 1000,
          createdAt: T0_S * 1000,
          updatedAt: T0_S * 1000,
        },
      },
    });
  });

  it('leaves claims with a field of their own out of the claims of an M2M token', async () => {
    const registered = { iss: 'https://clerk.x.example', aud: 'mch_x', nbf: T0_S - 10, iat: T0_S, jti: 'mt_one' };
    const verdict = await createBench([], pem).machine(m2mToken(key, { ...registered, scopes: 'mch_x', region: 'eu' }));
    expect(verdict.outcome === 'accepted' && verdict.value.data).toHaveProperty('claims', { region: 'eu' });
  });

  it.each([
    [{ scopes: undefined }, ['mch_reports']],
    [{ scopes: undefined, aud: 'mch_x y' }, ['mch_x y']],
    [{ scopes: undefined, aud: undefined }, []],
    [{ scopes: '' }, []],
    [{ scopes: ['mch_a', 1] }, ['mch_a']],
    [{ scopes: { a: 1 } }, []],
  ])('an M2M token with %o has the scopes %o', async (changes, scopes) => {
    expect(await createBench([], pem).machine(m2mToken(key, changes))).toMatchObject({ value: { data: { scopes } } });
  });

  it('gives an M2M token without claims no scopes, empty ids and empty dates', async () => {
    const changes = { scopes: undefined, aud: undefined, jti: undefined, iat: undefined, nbf: undefined };
    expect(await createBench([], pem).machine(m2mToken(key, changes))).toMatchObject({
      value: { data: { claims: null, id: '', createdAt: 0 } },
    });
  });

  it.each([
    [{}, ['profile', 'email'], 'client_one'],
    [{ scp: ['a', 'b'] }, ['a', 'b'], 'client_one'],
    [{ scope: '', client_id: undefined }, [], ''],
    [{ scope: undefined }, [], 'client_one'],
  ])('an OAuth token with %o has the scopes %o', async (changes, scopes, clientId) => {
    expect(await createBench([], pem).machine(oauthToken(key, changes))).toMatchObject({
      value: { tokenType: 'oauth_token', data: { scopes, clientId, type: 'oauth_token', subject: 'user_ada' } },
    });
  });

  it.each([
    ['expired', m2mToken(key, { exp: T0_S - 5 }), 'refused token-verification-failed'],
    ['of another key', m2mToken(other), 'refused token-verification-failed'],
    [
      'of another algorithm',
      signJwt(headerOf(key, { alg: 'none' }), { sub: 'mch_x' }, key),
      'refused token-verification-failed',
    ],
    ['a session token', sessionToken(key), 'refused token-verification-failed'],
    ['malformed', 'a.b.c', 'refused token-invalid'],
    ['an expired OAuth token', oauthToken(key, { exp: T0_S - 5 }), 'refused token-verification-failed'],
  ])("%s: has Clerk's own code", async (_, token, expected) => {
    expect(resultOf(await createBench([], pem).machine(token))).toBe(expected);
  });

  it('says in the message what is wrong', async () => {
    const verdict = await createBench([], pem).machine(m2mToken(key, { exp: T0_S - 5 }));
    expect(verdict).toMatchObject({ message: TOKEN_REASONS['token-expired'].meaning });
  });

  it('ignores authorized parties', async () => {
    const { machine } = createBench([], { ...pem, authorizedParties: ['https://acornbooks.example'] });
    expect(resultOf(await machine(m2mToken(key)))).toBe('accepted');
    expect(resultOf(await machine(oauthToken(key)))).toBe('accepted');
  });

  it('reports an outage as unchecked, and refuses without any key', async () => {
    const { machine, upstream } = createBench([key]);
    upstream.reply('jwks', answerOf(503));
    expect(resultOf(await machine(m2mToken(key)))).toBe('unchecked jwk-remote-failed-to-load');
    const keyless = createBench([key], { backendKeys: { secretKey: false, machineSecretKey: true } });
    expect(resultOf(await keyless.machine(m2mToken(key)))).toBe('refused token-verification-failed');
    expect(keyless.upstream.calls.jwks).toBe(0);
    await expect(keyless.verifier.warmup()).resolves.toBeUndefined();
  });

  it('must be meant for this machine if machineId is set', async () => {
    const { machine } = createBench([], { ...pem, machineId: 'mch_reports' });
    expect(resultOf(await machine(m2mToken(key)))).toBe('accepted');
    expect(resultOf(await machine(m2mToken(key, { scopes: 'mch_other' })))).toBe('refused token-verification-failed');
    expect(resultOf(await machine(m2mToken(key, { scopes: 'mch_reports2' })))).toBe(
      'refused token-verification-failed',
    );
  });
});

describe('handshake tokens', () => {
  const { verifier } = createBench([], pem);
  const handshake = (claims: Claims, header: Claims = {}) => handshakeToken(key, ['a=b'], header, claims);
  it.each([
    // Claims, with a skew of 5 s and an age of 10 min at most; each edge from both sides.
    ['a full one', handshake({ iss: 'https://clerk.x.example', iat: T0_S, nbf: T0_S, exp: T0_S + 60 }), 'accepted'],
    ['its end in the skew', handshake({ exp: T0_S - 4 }), 'accepted'],
    ['its end behind the skew', handshake({ exp: T0_S - 5 }), 'refused token-expired'],
    ['an end that is no date', handshake({ exp: 'never' }), 'refused token-verification-failed'],
    ['an end that is null', handshake({ exp: null }), 'refused token-verification-failed'],
    ['its start in the skew', handshake({ nbf: T0_S + 5 }), 'accepted'],
    ['its start ahead', handshake({ nbf: T0_S + 6 }), 'refused token-not-active-yet'],
    ['issued in the skew', handshake({ iat: T0_S + 5 }), 'accepted'],
    ['issued in the future', handshake({ iat: T0_S + 6 }), 'refused token-iat-in-the-future'],
    ['as old as it may be', handshake({ iat: T0_S - 604 }), 'accepted'],
    ['too old by a second', handshake({ iat: T0_S - 605 }), 'refused token-expired'],
    [
      'a year old, with an end that never comes',
      handshake({ iat: T0_S - 3e7, exp: T0_S + 3e7 }),
      'refused token-expired',
    ],
    ['an issue date that is no date', handshake({ iat: '1' }), 'refused token-verification-failed'],
    ['a subject', handshake({ sub: 'user_ada' }), 'refused token-invalid'],
    [
      'a machine, of the category that says nothing',
      handshake({ sub: 'mch_one' }, { cat: CATEGORY.ignored }),
      'refused token-invalid',
    ],
    ['a subject, without a category', handshake({ sub: 'mch_one' }, { cat: undefined }), 'refused token-invalid'],
    ['an empty subject', handshake({ sub: '' }), 'refused token-invalid'],
    ['a subject of null', handshake({ sub: null }), 'refused token-invalid'],
    ['a session', handshake({ sid: 'sess_one' }), 'refused token-invalid'],
    ['no subject, of the category that says nothing', handshake({}, { cat: CATEGORY.ignored }), 'accepted'],
    [
      'another key, and a subject, expired',
      handshakeToken(other, ['a=b'], {}, { sub: 'x', exp: 1 }),
      'refused token-invalid-signature',
    ],
    ['a good one', handshakeToken(key, ['__session=x; Path=/', '']), 'accepted'],
    ['no list', handshakeToken(key, '__session=x'), 'refused token-verification-failed'],
    ['something in the list that is no text', handshakeToken(key, ['a=b', 1]), 'refused token-verification-failed'],
    ['another key', handshakeToken(other, ['a=b']), 'refused token-invalid-signature'],
    ['a foreign category', handshakeToken(key, ['a=b'], { cat: CATEGORY.m2m }), 'refused token-invalid'],
    ['an access token', handshakeToken(key, ['a=b'], { typ: 'at+jwt' }), 'refused token-invalid'],
    ['rubbish', 'rubbish', 'refused token-invalid'],
  ])('%s', async (_, token, expected) => {
    expect(resultOf(await verifier.verifyHandshake(token))).toBe(expected);
  });

  it('waits for the keys if they are not loaded', async () => {
    const remote = createBench([key]);
    expect(await remote.verifier.verifyHandshake(handshakeToken(key, ['a=b']))).toMatchObject({ value: ['a=b'] });
    const down = createBench([key]);
    down.upstream.reply('jwks', answerOf(500));
    expect(resultOf(await down.verifier.verifyHandshake(handshakeToken(key, ['a=b'])))).toBe(
      'unchecked jwk-remote-failed-to-load',
    );
  });
});
