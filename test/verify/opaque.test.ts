import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UpstreamUnreachable, type UpstreamAnswer } from '../../src/ports.js';
import { apiKeyAnswer, m2mAnswer, oauthAnswer, T0, T0_S } from '../support/tokens.js';
import { answerOf, CACHE, createBench, resultOf } from '../support/verifying.js';

const KINDS = [
  ['api_key', 'ak_secret', 'verifyApiKey', apiKeyAnswer],
  ['m2m_token', 'mt_secret', 'verifyM2MToken', m2mAnswer],
  ['oauth_token', 'oat_secret', 'verifyOAuthAccessToken', oauthAnswer],
] as const;
const withCache = (changes: Partial<typeof CACHE.machineTokens>) => ({
  cache: { ...CACHE, machineTokens: { ...CACHE.machineTokens, ...changes } },
});

describe.each(KINDS)('%s', (tokenType, token, call, answer) => {
  const ask = async (body: unknown, options = {}) => {
    const bench = createBench([], options);
    bench.upstream.reply(call, answerOf(200, body));
    return resultOf(await bench.machine(token));
  };

  it('accepts a token that Clerk calls active, in a frozen verdict', async () => {
    const { machine, upstream, verifier } = createBench([]);
    upstream.reply(call, answerOf(200, answer()));
    const verdict = await machine(token);
    expect(verdict).toMatchObject({
      outcome: 'accepted',
      value: { tokenType, token, data: { id: answer()['id'], subject: answer()['subject'], revoked: false } },
    });
    const data = verifier.recall(token)?.data as unknown as { scopes: string[] };
    expect(() => data.scopes.push('more')).toThrow(TypeError);
    expect(verifier.health().machineTokens).toBe(1);
  });

  it.each([
    ['revoked', { revoked: true }],
    ['revoked is missing', { revoked: undefined }],
    ['revoked is a text', { revoked: 'false' }],
    ['revoked is null', { revoked: null }],
    ['expired', { expired: true }],
    ['expired is missing', { expired: undefined }],
    ['its expiration has passed', { expiration: T0 - 1 }],
    ['its expiration is now', { expiration: T0 }],
    ['its expiration has passed, in seconds', { expiration: T0_S - 1 }],
    ['its expiration is a text', { expiration: String(T0 + 1000) }],
    ['its expiration is negative', { expiration: -1 }],
    ['no id', { id: undefined }],
    ['an empty id', { id: '' }],
    ['an id that is no text', { id: 7 }],
    ['no subject', { subject: undefined }],
    ['an empty subject', { subject: '' }],
    ['a subject that is no text', { subject: ['user_ada'] }],
    ['a subject of no known kind', { subject: 'ada' }],
    ['a subject that is only a prefix', { subject: 'mch_' }],
    ['another object', { object: 'token' }],
    ['no object', { object: undefined }],
  ])('refuses it: %s', async (_, changes) => {
    expect(await ask(answer(changes))).toBe('refused token-invalid');
  });

  it('refuses it if the answer says inactive or does not say', async () => {
    expect(await ask({ active: false })).toBe('refused token-invalid');
    expect(await ask({})).toBe('refused token-invalid');
    expect(await ask({ ...answer(), object: KINDS.find(([kind]) => kind !== tokenType)?.[3]()['object'] })).toBe(
      'refused token-invalid',
    );
  });

  it('accepts it without an expiration and with one in seconds', async () => {
    expect(await ask(answer({ expiration: null }))).toBe('accepted');
    expect(await ask(answer({ expiration: undefined }))).toBe('accepted');
    expect(await ask(answer({ expiration: T0_S + 1 }))).toBe('accepted');
  });

  const outcomes: readonly (readonly [string, UpstreamAnswer | Error, string])[] = [
    ['404', answerOf(404), 'refused token-invalid'],
    ['400', answerOf(400), 'refused token-invalid'],
    ['401', answerOf(401), 'unchecked secret-key-invalid'],
    ['403', answerOf(403), 'unchecked unexpected-error'],
    ['429', answerOf(429, undefined, 3_000), 'unchecked unexpected-error'],
    ['500', answerOf(500), 'unchecked unexpected-error'],
    ['503 with a good body', answerOf(503, apiKeyAnswer()), 'unchecked unexpected-error'],
    ['204', answerOf(204), 'unchecked unexpected-error'],
    ['200 without JSON', answerOf(200, undefined), 'unchecked unexpected-error'],
    ['200 with a list', answerOf(200, []), 'unchecked unexpected-error'],
    ['200 with null', answerOf(200, null), 'unchecked unexpected-error'],
    ['a timeout', new UpstreamUnreachable('timeout', 3_000), 'unchecked unexpected-error'],
  ];
  it.each(outcomes)('reports %s as %s', async (_, reply, expected) => {
    const { machine, upstream, clock } = createBench([]);
    upstream.reply(call, reply);
    const verdict = await machine(token);
    expect(resultOf(verdict)).toBe(expected);
    if (verdict.outcome === 'unchecked') expect(verdict.retryAfterMs).toBeGreaterThanOrEqual(1_000);
    // What is bad is remembered for a while; what could not be checked never is.
    await machine(token);
    expect(upstream.calls[call]).toBe(expected.startsWith('refused') ? 1 : 2);
    upstream.reply(call, answerOf(200, answer()));
    if (expected.startsWith('refused')) clock.advance(4_999);
    expect(resultOf(await machine(token))).toBe(expected.startsWith('refused') ? expected : 'accepted');
    clock.advance(1);
    expect(resultOf(await machine(token))).toBe('accepted');
  });

  it('costs one call per TTL for 10,000 uses, concurrent or in a row', async () => {
    const { machine, upstream, clock, verifier } = createBench([]);
    upstream.reply(call, answerOf(200, answer()));
    const results = await Promise.all(Array.from({ length: 10_000 }, () => machine(token)));
    expect(new Set(results.map(resultOf))).toEqual(new Set(['accepted']));
    for (let i = 0; i < 10_000; i += 1) expect(verifier.recall(token)).not.toBeNull();
    expect(upstream.calls[call]).toBe(1);
    clock.advance(10_000);
    expect(verifier.recall(token)).toBeNull();
    await machine(token);
    expect(upstream.calls[call]).toBe(2);
  });

  it('refuses it after its own expiration', async () => {
    const { machine, upstream, clock, verifier } = createBench([]);
    upstream.reply(call, answerOf(200, answer({ expiration: T0 + 3_000 })));
    await machine(token);
    clock.advance(2_999);
    expect(verifier.recall(token)).not.toBeNull();
    clock.advance(1);
    expect(verifier.recall(token)).toBeNull();
    expect(resultOf(await machine(token))).toBe('refused token-invalid');
  });

  it('keeps nothing with a TTL of 0, but shares one call among concurrent uses', async () => {
    const { machine, upstream, verifier } = createBench([], withCache({ ttlMs: 0, negativeTtlMs: 0 }));
    upstream.reply(call, answerOf(200, answer()));
    await Promise.all([machine(token), machine(token)]);
    expect(upstream.calls[call]).toBe(1);
    expect(verifier.recall(token)).toBeNull();
    await machine(token);
    expect(upstream.calls[call]).toBe(2);
    upstream.reply(call, answerOf(404));
    await machine(token);
    await machine(token);
    expect(upstream.calls[call]).toBe(4);
  });

  it('needs its key', async () => {
    const machineKey = { secretKey: false, machineSecretKey: true };
    const results = {
      api_key: 'refused jwk-local-missing',
      m2m_token: 'accepted',
      oauth_token: 'refused jwk-local-missing',
    };
    for (const [backendKeys, result] of [
      [{ secretKey: false, machineSecretKey: false }, 'refused jwk-local-missing'],
      [machineKey, results[tokenType]],
      [{ secretKey: true, machineSecretKey: false }, 'accepted'],
    ] as const) {
      const { machine, upstream } = createBench([], { backendKeys });
      upstream.reply(call, answerOf(200, answer()));
      expect(resultOf(await machine(token))).toBe(result);
      expect(upstream.calls[call]).toBe(result === 'accepted' ? 1 : 0);
    }
  });

  it('can be invalidated by token and by id', async () => {
    for (const name of [token, String(answer()['id'])]) {
      const { machine, upstream, verifier } = createBench([]);
      upstream.reply(call, answerOf(200, answer()));
      await machine(token);
      await verifier.invalidate('ak_something_else');
      expect(verifier.recall(token)).not.toBeNull();
      await verifier.invalidate(name);
      expect(verifier.recall(token)).toBeNull();
      upstream.reply(call, answerOf(404));
      expect(resultOf(await machine(token))).toBe('refused token-invalid');
      await verifier.invalidate(token);
      upstream.reply(call, answerOf(200, answer()));
      expect(resultOf(await machine(token))).toBe('accepted');
    }
  });

  it('drops an answer to a question from before an invalidation, if it arrives afterwards', async () => {
    for (const name of [token, String(answer()['id'])]) {
      const { machine, upstream, verifier } = createBench([]);
      let release: (answer: UpstreamAnswer) => void = () => undefined;
      upstream.reply(call, new Promise((resolve) => (release = resolve)));
      const waiting = machine(token);
      await verifier.invalidate(name);
      release(answerOf(200, answer()));
      expect(resultOf(await waiting)).toBe('accepted');
      expect(verifier.recall(token)).toBeNull();
    }
  });

  it('does not keep an answer that was requested before an invalidation', async () => {
    const { machine, upstream, verifier } = createBench([]);
    let release: (answer: UpstreamAnswer) => void = () => undefined;
    upstream.reply(call, new Promise((resolve) => (release = resolve)));
    const waiting = machine(token);
    await verifier.invalidate(token);
    upstream.reply(call, answerOf(404));
    expect(resultOf(await machine(token))).toBe('refused token-invalid');
    release(answerOf(200, answer()));
    expect(resultOf(await waiting)).toBe('accepted');
    expect(verifier.recall(token)).toBeNull();
    expect(resultOf(await machine(token))).toBe('refused token-invalid');
  });
});

describe('fields', () => {
  it('gives an API key the documented fields, with times in milliseconds', async () => {
    const { machine, upstream } = createBench([]);
    const claims = { tier: 'gold', nested: { a: [1] } };
    upstream.reply('verifyApiKey', answerOf(200, apiKeyAnswer({ subject: 'org_acorn', claims, description: 'd' })));
    const verdict = await machine('ak_secret');
    expect(verdict.outcome === 'accepted' && verdict.value.data).toEqual({
      id: 'ak_one',
      type: 'api_key',
      name: 'Reports',
      description: 'd',
      subject: 'org_acorn',
      scopes: ['invoices:read'],
      claims,
      revoked: false,
      revocationReason: null,
      expired: false,
      expiration: T0 + 86_400_000,
      createdBy: 'user_ada',
      lastUsedAt: T0 - 1000,
      createdAt: T0 - 1_000_000,
      updatedAt: T0 - 1_000_000,
    });
  });

  it.each([
    ['ak_secret', 'verifyApiKey', { object: 'api_key', subject: 'mch_one' }],
    ['mt_secret', 'verifyM2MToken', { object: 'machine_to_machine_token', subject: 'mch_one' }],
  ] as const)('gives %s no `claims` if they are no object', async (token, operation, body) => {
    const { machine, upstream } = createBench([], withCache({ ttlMs: 0 }));
    for (const claims of [[], [1], [{ a: 1 }], 'x', 5, true, null, undefined]) {
      upstream.reply(operation, answerOf(200, { ...body, id: 'x_1', revoked: false, expired: false, claims }));
      expect(await machine(token), JSON.stringify(claims)).toMatchObject({ value: { data: { claims: null } } });
    }
    upstream.reply(operation, answerOf(200, { ...body, id: 'x_1', revoked: false, expired: false, claims: { a: 1 } }));
    expect(await machine(token)).toMatchObject({ value: { data: { claims: { a: 1 } } } });
  });

  it('gives null or an empty list for absent fields of an API key', async () => {
    const { machine, upstream } = createBench([]);
    const bare = { object: 'api_key', id: 'ak_1', subject: 'mch_one', revoked: false, expired: false, claims: [1] };
    upstream.reply('verifyApiKey', answerOf(200, bare));
    const verdict = await machine('ak_secret');
    expect(verdict.outcome === 'accepted' && verdict.value.data).toMatchObject({
      name: '',
      description: null,
      scopes: [],
      claims: null,
      createdBy: null,
      lastUsedAt: null,
      expiration: null,
      createdAt: 0,
    });
  });

  it("converts the seconds of an OAuth token's answer to milliseconds", async () => {
    const { machine, upstream } = createBench([]);
    upstream.reply('verifyOAuthAccessToken', answerOf(200, oauthAnswer()));
    expect(await machine('oat_secret')).toMatchObject({
      value: {
        data: { clientId: 'client_one', type: 'oauth_token', expiration: T0 + 3_600_000, createdAt: T0 - 1_000_000 },
      },
    });
  });

  it.each([
    ['https://api.example', 'accepted'],
    [['https://x.example', 'https://api.example'], 'accepted'],
    ['https://x.example', 'refused token-verification-failed'],
    [undefined, 'refused token-verification-failed'],
  ])('judges an OAuth token for %j if an audience is expected', async (aud, expected) => {
    const { machine, upstream } = createBench([], { audience: ['https://api.example'] });
    upstream.reply('verifyOAuthAccessToken', answerOf(200, oauthAnswer({ aud })));
    expect(resultOf(await machine('oat_secret'))).toBe(expected);
    upstream.reply('verifyApiKey', answerOf(200, apiKeyAnswer()));
    expect(resultOf(await machine('ak_secret'))).toBe('accepted');
  });

  it('refuses an opaque M2M token for another machine if machineId is set', async () => {
    const { machine, upstream } = createBench([], { machineId: 'mch_reports' });
    upstream.reply('verifyM2MToken', answerOf(200, m2mAnswer()));
    expect(resultOf(await machine('mt_one'))).toBe('accepted');
    upstream.reply('verifyM2MToken', answerOf(200, m2mAnswer({ scopes: ['mch_other'] })));
    expect(resultOf(await machine('mt_two'))).toBe('refused token-verification-failed');
  });
});

describe('shape', () => {
  it.each(['ak_', 'ak_ x', 'ak_a b', 'ak_é', 'ak_\0', 'ak_a\n', 'ak_a=b', 'mt_"', 'oat_{}', `ak_${'x'.repeat(1_022)}`])(
    'refuses %j without a call',
    async (token) => {
      const { machine, upstream } = createBench([]);
      expect(resultOf(await machine(token))).toBe('refused token-invalid');
      expect(Object.values(upstream.calls)).toEqual([0, 0, 0, 0]);
    },
  );

  it('accepts base64 in a secret', async () => {
    const { machine, upstream } = createBench([]);
    upstream.reply('verifyApiKey', (token) => answerOf(token === 'ak_a+b/c-d_e.f==' ? 200 : 404, apiKeyAnswer()));
    expect(resultOf(await machine('ak_a+b/c-d_e.f=='))).toBe('accepted');
  });

  it('refuses or asks, and never throws, whatever the text and the answer', () => {
    return fc.assert(
      fc.asyncProperty(
        fc.constantFrom('ak_', 'mt_', 'oat_'),
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 100, max: 599 }),
        fc.jsonValue(),
        async (prefix, text, status, body) => {
          const { machine, upstream } = createBench([]);
          for (const [, , call] of KINDS) upstream.reply(call, answerOf(status, body));
          expect((await machine(prefix + text)).outcome).not.toBe('accepted');
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('bounds', () => {
  it('keeps good tokens during a flood of bad ones, in bounded memory', async () => {
    const { machine, upstream, verifier } = createBench([], withCache({ max: 10 }));
    upstream.reply('verifyApiKey', (token) => (token === 'ak_good' ? answerOf(200, apiKeyAnswer()) : answerOf(404)));
    await machine('ak_good');
    for (let i = 0; i < 100; i += 1) await machine(`ak_bad${i}`);
    expect(verifier.recall('ak_good')).not.toBeNull();
    await machine('ak_bad99');
    expect(upstream.calls.verifyApiKey).toBe(101);
    await machine('ak_bad0');
    expect(upstream.calls.verifyApiKey).toBe(102);
  });

  it('emits events that name the origin of each verdict', async () => {
    const { machine, upstream, verifier, events } = createBench([]);
    upstream.reply('verifyApiKey', answerOf(200, apiKeyAnswer()));
    await machine('ak_secret');
    verifier.recall('ak_secret');
    await machine('ak_secret');
    await machine('ak_bad');
    expect(events.map((event) => event.type === 'token.cache' && event.hit)).toEqual([false, true, true, false]);
  });
});
