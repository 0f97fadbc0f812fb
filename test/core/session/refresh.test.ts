import { describe, expect, test, vi } from 'vitest';
import { UpstreamUnreachable, type UpstreamAnswer } from '../../../src/ports.js';
import type { RefreshRequest } from '../../../src/core/backend-api/client.js';
import {
  answer,
  createTestApp,
  EXPIRED,
  FRESH,
  headerOf,
  INSTANCES,
  INSTANCE_TYPES,
  ORIGIN,
  OTHER_KEY,
  PAGE,
  signedInCookies,
  tokenOf,
  type InstanceType,
} from './support.js';

const FETCH = { 'sec-fetch-dest': 'empty' };

function expiredCookies(type: InstanceType, more: Record<string, string> = {}) {
  const { suffix } = INSTANCES[type];
  return signedInCookies(type, tokenOf(type, EXPIRED), {
    __client_uat: '1',
    [`__client_uat_${suffix}`]: '1',
    [`__refresh_${suffix}`]: 'rt_one',
    ...more,
  });
}

const newCookies = (type: InstanceType, token: string) => [
  `__session_${INSTANCES[type].suffix}=${token}; Path=/`,
  `__session=${token}; Path=/`,
];

describe.each(INSTANCE_TYPES)('refresh, %s', (type) => {
  const good = () => answer(200, { object: 'cookies', cookies: newCookies(type, tokenOf(type, FRESH)) });

  test.each(['document', 'empty', 'image'])('renews an expired session in place (%s)', async (destination) => {
    const asked: RefreshRequest[] = [];
    const app = createTestApp(type, {
      refresh: async (request) => {
        asked.push(request);
        return good();
      },
    });
    const outcome = await app.ask({ cookies: expiredCookies(type), headers: { 'sec-fetch-dest': destination } });
    expect(outcome).toMatchObject({ status: 'signed-in', session: { data: { sid: 'sess_new' } } });
    expect(headerOf(outcome, 'Set-Cookie')).toBe(newCookies(type, tokenOf(type, FRESH)).join('\n'));
    expect(headerOf(outcome, 'Location')).toBeNull();
    expect(headerOf(outcome, 'Cache-Control')).toBe('private, no-store');
    expect(headerOf(outcome, 'Vary')).toBe('Cookie');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      sessionId: 'sess_one',
      expiredToken: tokenOf(type, EXPIRED),
      refreshToken: 'rt_one',
      requestOrigin: ORIGIN,
      suffixedCookies: true,
    });
    expect(asked[0]?.requestHeaders['sec-fetch-dest']).toEqual([destination]);
    expect(app.events).toContainEqual({
      type: 'session.refreshed',
      ok: true,
      reason: null,
      durationMs: 0,
      method: 'GET',
      route: null,
      requestId: null,
    });
  });

  test('passes on cookies of the protocol only', async () => {
    const list = [...newCookies(type, tokenOf(type, FRESH)), 'sid=x; Path=/', `__session_ABCDEFGH=x`];
    const app = createTestApp(type, { refresh: async () => answer(200, { object: 'cookies', cookies: list }) });
    const outcome = await app.ask({ cookies: expiredCookies(type), headers: FETCH });
    expect(outcome.status).toBe('signed-in');
    expect(headerOf(outcome, 'Set-Cookie')).toBe(newCookies(type, tokenOf(type, FRESH)).join('\n'));
  });

  test('stops waiting for a call that never ends, and starts anew for later requests', async () => {
    vi.useFakeTimers();
    try {
      let calls = 0;
      const app = createTestApp(type, {
        refresh: () => {
          calls += 1;
          return calls === 1 ? new Promise(() => undefined) : Promise.resolve(good());
        },
      });
      const ask = () => app.ask({ cookies: expiredCookies(type), headers: FETCH });
      const waiting = ask();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await waiting).toMatchObject({ status: 'unavailable', retryAfterMs: 1_000 });
      expect((await ask()).status).toBe('signed-in');
    } finally {
      vi.useRealTimers();
    }
  });

  test('renews a header token itself, whatever the cookies', async () => {
    const asked: RefreshRequest[] = [];
    const app = createTestApp(type, { refresh: async (request) => (asked.push(request), good()) });
    const bearer = tokenOf(type, { ...EXPIRED, sid: 'sess_header' });
    const outcome = await app.ask({ bearer, cookies: expiredCookies(type), headers: FETCH });
    expect(outcome.status).toBe('signed-in');
    expect(asked[0]).toMatchObject({ sessionId: 'sess_header', expiredToken: bearer });
  });

  test('makes another call for another refresh token at the same time', async () => {
    const asked: string[] = [];
    const app = createTestApp(type, {
      refresh: async ({ refreshToken }) => {
        asked.push(refreshToken);
        return refreshToken === 'rt_one' ? good() : answer(401, { errors: [{ code: 'refresh_token_revoked' }] });
      },
    });
    const other = { [`__refresh_${INSTANCES[type].suffix}`]: 'rt_two' };
    const outcomes = await Promise.all([
      app.ask({ cookies: expiredCookies(type), headers: PAGE }),
      app.ask({ cookies: expiredCookies(type, other), headers: PAGE }),
    ]);
    expect(asked).toEqual(['rt_one', 'rt_two']);
    expect(outcomes.map(({ status }) => status)).toEqual(['signed-in', 'handshake']);
  });

  test('makes two calls for one expired session on two hosts, each with its own token', async () => {
    const hosts = ['app.acornbooks.example', 'admin.acornbooks.example'];
    const asked: string[] = [];
    const app = createTestApp(type, {
      refresh: async ({ requestOrigin }) => {
        asked.push(requestOrigin);
        const token = tokenOf(type, { ...FRESH, azp: requestOrigin });
        return answer(200, { object: 'cookies', cookies: newCookies(type, token) });
      },
    });
    const outcomes = await Promise.all(
      hosts.map((host) =>
        app.ask({ url: `https://${host}/`, cookies: expiredCookies(type), headers: { ...FETCH, host } }),
      ),
    );
    expect(asked).toEqual(hosts.map((host) => `https://${host}`));
    expect(outcomes).toMatchObject(
      hosts.map((host) => ({ status: 'signed-in', session: { data: { azp: `https://${host}` } } })),
    );
  });

  test('shares one call among twenty requests, and gives each the cookies', async () => {
    let calls = 0;
    const app = createTestApp(type, {
      refresh: async () => {
        calls += 1;
        return good();
      },
    });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => app.ask({ cookies: expiredCookies(type), headers: FETCH })),
    );
    expect(calls).toBe(1);
    for (const outcome of outcomes) {
      expect(outcome.status).toBe('signed-in');
      expect(headerOf(outcome, 'Set-Cookie')).toContain('__session=');
    }
    await app.ask({ cookies: expiredCookies(type), headers: FETCH });
    expect(calls, 'a later request asks again').toBe(2);
  });

  test.each<[string, UpstreamAnswer]>([
    ['some_code', answer(401, { errors: [{ code: 'some_code' }, { code: 'other' }] })],
    ['some_code', answer(403, { errors: [{ code: 'some_code' }] })],
    ['unexpected-bapi-error', answer(404, undefined)],
    ['unexpected-bapi-error', answer(422, { message: 'no list' })],
    ['unexpected-bapi-error', answer(400, { errors: [] })],
    ['unexpected-bapi-error', answer(400, undefined)],
    ['unexpected-bapi-error', answer(400, { errors: [{ code: 'a\r\nLocation: https://evil.example' }] })],
    ['unexpected-sdk-error', answer(200, { object: 'cookies', cookies: [] })],
    ['invalid-session-token', answer(200, { cookies: ['__client_uat=1'] })],
    ['invalid-session-token', answer(200, { cookies: newCookies(type, tokenOf(type, {}, {}, OTHER_KEY)) })],
    ['invalid-session-token', answer(200, { cookies: newCookies(type, tokenOf(type, EXPIRED)) })],
    [
      'invalid-session-token',
      answer(200, { cookies: newCookies(type, tokenOf(type, {}, { cat: 'cl_B7d4PD222AAA' })) }),
    ],
  ])('sends a page to the handshake and refuses other requests after a failure (%s)', async (why, reply) => {
    const reason = `session-token-expired-refresh-${why}`;
    const app = createTestApp(type, { refresh: async () => reply });
    const page = await app.ask({ cookies: expiredCookies(type), headers: PAGE });
    expect(page).toMatchObject({ status: 'handshake', reason });
    expect(headerOf(page, 'Set-Cookie')).not.toContain('__session');
    expect(await app.ask({ cookies: expiredCookies(type), headers: FETCH })).toMatchObject({
      status: 'signed-out',
      reason,
    });
    expect(app.events).toContainEqual(
      expect.objectContaining({ type: 'session.refreshed', ok: false, reason: why, durationMs: 0, method: 'GET' }),
    );
  });

  test.each<[string, () => Promise<UpstreamAnswer>]>([
    ['fetch-error', () => Promise.reject(new UpstreamUnreachable('network', 2_000))],
    ['internal_error', async () => ({ ...answer(503, { errors: [{ code: 'internal_error' }] }), retryAfterMs: 2_000 })],
    ['too_many', async () => ({ ...answer(429, { errors: [{ code: 'too_many' }] }), retryAfterMs: 2_000 })],
    // What a proxy or a portal between Clerk and here says.
    ['unexpected-sdk-error', async () => ({ ...answer(200, undefined), retryAfterMs: 2_000 })],
    ['unexpected-sdk-error', async () => ({ ...answer(200, ['x']), retryAfterMs: 2_000 })],
    ['unexpected-sdk-error', async () => ({ ...answer(200, null), retryAfterMs: 2_000 })],
    ['unexpected-bapi-error', async () => ({ ...answer(302, undefined), retryAfterMs: 2_000 })],
    // So do a firewall and a proxy: Clerk's own refusals have an error code.
    ['unexpected-bapi-error', async () => ({ ...answer(401, undefined), retryAfterMs: 2_000 })],
    ['unexpected-bapi-error', async () => ({ ...answer(403, undefined), retryAfterMs: 2_000 })],
    ['unexpected-bapi-error', async () => ({ ...answer(407, undefined), retryAfterMs: 2_000 })],
    ['unexpected-bapi-error', async () => ({ ...answer(408, undefined), retryAfterMs: 2_000 })],
    [
      'clerk_key_invalid',
      async () => ({ ...answer(401, { errors: [{ code: 'clerk_key_invalid' }] }), retryAfterMs: 2_000 }),
    ],
  ])('sends a page to the handshake and answers others with 503 while Clerk is down (%s)', async (why, refresh) => {
    const reason = `session-token-expired-refresh-${why}`;
    const app = createTestApp(type, { refresh });
    expect(await app.ask({ cookies: expiredCookies(type), headers: PAGE })).toMatchObject({
      status: 'handshake',
      reason,
    });
    expect(await app.ask({ cookies: expiredCookies(type), headers: FETCH })).toMatchObject({
      status: 'unavailable',
      reason,
      retryAfterMs: 2_000,
    });
  });

  test.each([
    ['non-eligible-non-get', { method: 'POST', cookies: expiredCookies(type) }],
    [
      'non-eligible-no-refresh-cookie',
      { cookies: expiredCookies(type, { [`__refresh_${INSTANCES[type].suffix}`]: '' }) },
    ],
    // The plain name could belong to another application.
    [
      'non-eligible-no-refresh-cookie',
      { cookies: expiredCookies(type, { [`__refresh_${INSTANCES[type].suffix}`]: '', __refresh: 'rt' }) },
    ],
    [
      'expired-session-token-missing-sid-claim',
      { bearer: tokenOf(type, { ...EXPIRED, sid: undefined }), cookies: expiredCookies(type) },
    ],
  ])('makes no call: %s', async (why, ask) => {
    // An unexpected call rejects.
    const outcome = await createTestApp(type).ask({ ...ask, headers: FETCH });
    expect(outcome).toMatchObject({ status: 'signed-out', reason: `session-token-expired-refresh-${why}` });
  });

  test('makes no call without a secret key', async () => {
    const app = createTestApp(type, { keyless: true });
    const outcome = await app.ask({ cookies: expiredCookies(type), headers: FETCH });
    expect(outcome).toMatchObject({ reason: 'session-token-expired-refresh-missing-api-client' });
  });

  test('does not renew a forged token that claims to be expired', async () => {
    const forged = tokenOf(type, EXPIRED, {}, OTHER_KEY);
    const cookies = expiredCookies(type, { __session: forged, [`__session_${INSTANCES[type].suffix}`]: forged });
    expect(await createTestApp(type).ask({ cookies, headers: FETCH })).toMatchObject({
      status: 'signed-out',
      reason: 'token-invalid-signature',
    });
  });
});
