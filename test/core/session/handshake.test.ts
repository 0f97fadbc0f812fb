import { API_VERSION_DATE } from '../../../src/ground/api-version.js';
import { describe, expect, test, vi } from 'vitest';
import { UpstreamUnreachable, type UpstreamAnswer } from '../../../src/ports.js';
import { handshakeToken } from '../../support/tokens.js';
import {
  answer,
  createTestApp,
  EXPIRED,
  FRESH,
  headerOf,
  INSTANCES,
  INSTANCE_TYPES,
  KEY,
  locationOf,
  ORIGIN,
  OTHER_KEY,
  PAGE,
  SECONDS,
  signedInCookies,
  tokenOf,
  type InstanceType,
  directivesOf,
} from './support.js';

/** In development the payload comes in the query, in production in a cookie. */
const returning = (type: InstanceType, token: string, path = '/page?a=1') =>
  type === 'development'
    ? {
        url: `${path}&__clerk_handshake=${token}&__clerk_help=x&__clerk_synced=true`,
        cookies: { __clerk_redirect_count: '1' },
        headers: PAGE,
      }
    : { url: path, cookies: { __clerk_handshake: token }, headers: PAGE };

const OUTAGE = () => Promise.reject(new UpstreamUnreachable('timeout', 4_000));

describe.each(INSTANCE_TYPES)('the redirect to the Frontend API, %s', (type) => {
  const { host, suffix } = INSTANCES[type];
  const token = tokenOf(type, EXPIRED);

  test('has all parameters in the order of the protocol', async () => {
    const app = createTestApp(type, { organizationSync: { organizationPatterns: ['/orgs/:slug'] } });
    const cookies = signedInCookies(type, token, { __client_uat: '1', [`__client_uat_${suffix}`]: '1' });
    const outcome = await app.ask({
      url: '/orgs/birch?a=b%20c&__clerk_db_jwt=&__dev_session=y',
      cookies,
      headers: PAGE,
    });
    const location = locationOf(outcome);
    expect(location?.origin).toBe(`https://${host}`);
    expect(location?.pathname).toBe('/v1/client/handshake');
    expect([...(location?.searchParams ?? [])]).toEqual([
      ['redirect_url', `${ORIGIN}/orgs/birch?a=b+c`],
      ['__clerk_api_version', API_VERSION_DATE],
      ['suffixed_cookies', 'true'],
      ['__clerk_hs_reason', 'session-token-expired-refresh-non-eligible-no-refresh-cookie'],
      ['format', 'nonce'],
      ['__session', token],
      ...(type === 'development' ? [['__clerk_db_jwt', 'dvb_one']] : []),
      ['organization_id', 'birch'],
    ]);
  });

  test('has an empty organization_id for the personal account', async () => {
    const app = createTestApp(type, { organizationSync: { personalAccountPatterns: ['/me'] } });
    const outcome = await app.ask({ url: '/me', cookies: signedInCookies(type, tokenOf(type)), headers: PAGE });
    expect(locationOf(outcome)?.searchParams.get('organization_id')).toBe('');
  });

  test('carries an expired header token of a page', async () => {
    const outcome = await createTestApp(type).ask({ bearer: token, headers: PAGE });
    expect(locationOf(outcome)?.searchParams.get('__session')).toBe(token);
    expect(locationOf(outcome)?.searchParams.get('suffixed_cookies')).toBe('false');
  });

  test('asks for no nonce without a secret key', async () => {
    const app = createTestApp(type);
    const keyless = createTestApp(type, { keyless: true });
    const ask = {
      cookies: { [`__client_uat_${suffix}`]: '1', __clerk_db_jwt: 'd', [`__clerk_db_jwt_${suffix}`]: 'd' },
      headers: PAGE,
    };
    expect(locationOf(await app.ask(ask))?.searchParams.get('format')).toBe('nonce');
    expect(keyless.config.secretKey).toBeNull();
    expect(locationOf(await keyless.ask(ask))?.searchParams.has('format')).toBe(false);
  });

  test.each([
    ['https://app.acornbooks.example/__clerk', 'https://app.acornbooks.example/__clerk/v1/client/handshake'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010/v1/client/handshake'],
    ['/__clerk', `${ORIGIN}/__clerk/v1/client/handshake`],
  ])('goes through the proxy %s', async (proxyUrl, expected) => {
    const outcome = await createTestApp(type, { proxyUrl }).ask({ bearer: token, headers: PAGE });
    const location = locationOf(outcome);
    expect(`${location?.origin}${location?.pathname}`).toBe(expected);
  });

  test('S14: keeps a path that looks like a host a path, also with a relative proxy', async () => {
    const app = createTestApp(type, { proxyUrl: '/__clerk' });
    const outcome = await app.ask({ url: `${ORIGIN}//evil.example/x`, bearer: token, headers: PAGE });
    expect(locationOf(outcome)?.origin).toBe(ORIGIN);
    expect(locationOf(outcome)?.searchParams.get('redirect_url')).toBe(`${ORIGIN}//evil.example/x`);
  });

  test('ignores forwarded headers in the URL to come back to', async () => {
    const headers = { ...PAGE, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
    const distrusting = await createTestApp(type).ask({ bearer: token, headers });
    expect(locationOf(distrusting)?.searchParams.get('redirect_url')).toBe(`${ORIGIN}/`);
    const trusting = await createTestApp(type, { trustProxy: true }).ask({ bearer: token, headers });
    expect(locationOf(trusting)?.searchParams.get('redirect_url')).toBe('http://evil.example/');
  });

  test('increments the counter', async () => {
    const outcome = await createTestApp(type).ask({
      bearer: token,
      cookies: { __clerk_redirect_count: '2' },
      headers: PAGE,
    });
    expect(headerOf(outcome, 'Set-Cookie')).toBe('__clerk_redirect_count=3; Path=/; SameSite=Lax; HttpOnly; Max-Age=2');
  });

  test('is not made without a usable host to come back to', async () => {
    const outcome = await createTestApp(type).ask({ url: '/', bearer: token, headers: { ...PAGE, host: 'a b' } });
    expect(outcome).toMatchObject({ status: 'signed-out', headers: null });
  });
});

describe.each(INSTANCE_TYPES)('the return from the handshake, %s', (type) => {
  const { suffix } = INSTANCES[type];
  const fresh = tokenOf(type, FRESH);

  test('signs in by a handshake token and passes its cookies on unchanged', async () => {
    const app = createTestApp(type);
    const outcome = await app.ask(returning(type, handshakeToken(KEY, directivesOf(type, fresh))));
    expect(outcome).toMatchObject({ status: 'signed-in', session: { data: { sid: 'sess_new' } } });
    expect(headerOf(outcome, 'Set-Cookie')).toBe(directivesOf(type, fresh).join('\n'));
    const clean = type === 'development' ? `${ORIGIN}/page?a=1&__clerk_synced=true` : null;
    expect(headerOf(outcome, 'Location')).toBe(clean);
    expect(headerOf(outcome, 'Cache-Control')).toBe('private, no-store');
    expect(headerOf(outcome, 'Vary')).toBe('Cookie');
    expect(app.events).toContainEqual({
      type: 'handshake',
      step: 'resolved',
      reason: null,
      method: 'GET',
      route: null,
      requestId: null,
    });
  });

  test.each([
    ['no Origin', undefined],
    ['an empty Origin', ''],
    ['its own Origin', ORIGIN],
    ['another Origin', 'https://elsewhere.example'],
    ['an Origin that is not quite null', 'NULL'],
  ])('leaves CORS to the application with %s', async (_, origin) => {
    const request = returning(type, handshakeToken(KEY, directivesOf(type, fresh)));
    const headers = origin === undefined ? request.headers : { ...request.headers, origin };
    const outcome = await createTestApp(type).ask({ ...request, headers });
    expect(outcome.status).toBe('signed-in');
    expect(headerOf(outcome, 'Access-Control-Allow-Origin')).toBeNull();
    expect(headerOf(outcome, 'Access-Control-Allow-Credentials')).toBeNull();
  });

  test('allows a cross-origin script that was redirected here to read the answer', async () => {
    const request = returning(type, handshakeToken(KEY, directivesOf(type, fresh)));
    const outcome = await createTestApp(type).ask({ ...request, headers: { ...request.headers, origin: 'null' } });
    expect(headerOf(outcome, 'Access-Control-Allow-Origin')).toBe('null');
    expect(headerOf(outcome, 'Access-Control-Allow-Credentials')).toBe('true');
    expect(headerOf(outcome, 'Vary')).toBe('Origin\nCookie');
    const nothingBrought = await createTestApp(type).ask({
      cookies: signedInCookies(type, tokenOf(type)),
      headers: { ...PAGE, origin: 'null' },
    });
    expect(nothingBrought, 'without a handshake').toMatchObject({ status: 'signed-in', headers: null });
  });

  test('answers a browser without cookies at once in development, which would loop otherwise', async () => {
    const app = createTestApp(type);
    const url = `/page?__clerk_handshake=${handshakeToken(KEY, directivesOf(type, fresh))}`;
    const outcome = await app.ask({ url, headers: PAGE });
    expect(outcome).toMatchObject({ status: 'signed-in' });
    expect(headerOf(outcome, 'Location')).toBeNull();
    expect(headerOf(outcome, 'Set-Cookie')).toContain('__session=');
    expect(headerOf(outcome, 'Cache-Control')).toBe('private, no-store');
    const kept = await app.ask({ url, headers: PAGE, cookies: { __clerk_redirect_count: '1' } });
    expect(headerOf(kept, 'Location')).toBe(type === 'development' ? `${ORIGIN}/page` : null);
  });

  test('exchanges a nonce and prefers it to a token', async () => {
    const nonces: string[] = [];
    const app = createTestApp(type, {
      payload: async (nonce) => {
        nonces.push(nonce);
        return answer(200, { directives: directivesOf(type, fresh) });
      },
    });
    const stale = handshakeToken(KEY, directivesOf(type, tokenOf(type)));
    const outcome = await app.ask({
      url: '/?__clerk_handshake_nonce=n1',
      cookies: { __clerk_handshake: stale },
      headers: PAGE,
    });
    expect(nonces).toEqual(['n1']);
    expect(outcome).toMatchObject({ status: 'signed-in', session: { data: { sid: 'sess_new' } } });
  });

  test('signs out by directives without a session, and passes them on', async () => {
    const cleared = [`__session=; Max-Age=0; Path=/`, '__client_uat=0; Path=/'];
    const outcome = await createTestApp(type).ask(returning(type, handshakeToken(KEY, cleared)));
    expect(outcome).toMatchObject({ status: 'signed-out', reason: 'session-token-missing' });
    expect(headerOf(outcome, 'Set-Cookie')).toBe(cleared.join('\n'));
  });

  test('takes the session from its own cookie names only', async () => {
    const foreign = tokenOf(type, { sid: 'sess_foreign' });
    const list = [`__session_${suffix}=${fresh}; Path=/`, `__session_ABCDEFGH=${foreign}`, `__sessionx=${foreign}`];
    const outcome = await createTestApp(type).ask(returning(type, handshakeToken(KEY, list)));
    expect(outcome).toMatchObject({ status: 'signed-in', session: { data: { sid: 'sess_new' } } });
  });

  test('drops a directive that would break the response', async () => {
    const list = [...directivesOf(type, fresh), 'x=1\r\nSet-Cookie: y=2', 'z=\u{1F600}'];
    const outcome = await createTestApp(type).ask(returning(type, handshakeToken(KEY, list)));
    expect(headerOf(outcome, 'Set-Cookie')).toBe(directivesOf(type, fresh).join('\n'));
  });

  test('passes cookies of the protocol, set or cleared, plain or with its own suffix, and no others', async () => {
    const names = [
      '__session',
      '__client',
      '__client_uat',
      '__refresh',
      '__clerk_db_jwt',
      '__clerk_handshake',
      '__clerk_handshake_nonce',
    ].flatMap((name) => [name, `${name}_${suffix}`]);
    const clearing = names.map((name) => `${name}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT`);
    const setting = names.map(
      (name) => `${name}=${name.startsWith('__session') ? fresh : 'x'}; Path=/; HttpOnly; Secure`,
    );
    const foreign = [
      'sid=victim; Path=/',
      'csrf=x; Domain=acornbooks.example',
      `__session_ABCDEFGH=${fresh}`,
      `__session${suffix}=${fresh}`,
      `__session_${suffix}_${suffix}=x`,
      `x__session=${fresh}`,
      `__sessionx=${fresh}`,
      '__Host-session=x',
      `_${suffix}=x`,
      '__clerk_redirect_count=0; Path=/',
      '__clerk_other=x',
      '__proto__=x',
      '=__session=x',
      '__session',
      '; __session=x',
      `a; __session=${fresh}`,
      '',
    ];
    const list = foreign.flatMap((one, index) => [one, [...clearing, ...setting][index] ?? one]);
    const mixed = [...list, ...clearing, ...setting];
    const allowed = mixed.filter((one) => clearing.includes(one) || setting.includes(one));
    const byNonce = createTestApp(type, { payload: async () => answer(200, { directives: mixed }) });
    const byToken = createTestApp(type);
    for (const outcome of [
      await byToken.ask(returning(type, handshakeToken(KEY, mixed))),
      await byNonce.ask({ url: '/?__clerk_handshake_nonce=n1', headers: PAGE }),
    ]) {
      expect(outcome).toMatchObject({ status: 'signed-in', session: { data: { sid: 'sess_new' } } });
      expect(headerOf(outcome, 'Set-Cookie')?.split('\n')).toEqual(allowed);
    }
  });

  test('signs nobody in by a session cookie of a foreign name', async () => {
    const list = [`__session_ABCDEFGH=${fresh}`, `sid=x; __session=${fresh}`, `__session=${fresh}\u20ac`];
    const outcome = await createTestApp(type).ask(returning(type, handshakeToken(KEY, list)));
    expect(outcome).toMatchObject({ status: 'signed-out', reason: 'session-token-missing' });
    expect(headerOf(outcome, 'Set-Cookie')).toBeNull();
    expect(headerOf(outcome, 'Cache-Control'), 'the answer still depends on who asks').toBe('private, no-store');
  });

  test.each([
    ['a year old', { iat: SECONDS - 31_536_000 }],
    ['expired', { iat: SECONDS - 60, exp: SECONDS - 30 }],
  ])('ignores a handshake that is %s: it signs nobody in or out and starts no new one', async (_, claims) => {
    const cleared = [`__session=; Path=/; Max-Age=0`, `__client_uat=0; Path=/`];
    for (const directives of [cleared, directivesOf(type, fresh)]) {
      const old = returning(type, handshakeToken(KEY, directives, {}, claims));
      const signedIn = signedInCookies(type, tokenOf(type));
      const stays = await createTestApp(type).ask({ ...old, cookies: { ...signedIn, ...old.cookies } });
      expect(stays).toMatchObject({ status: 'signed-in', session: { data: { sid: 'sess_one' } }, headers: null });
      const anew = await createTestApp(type).ask({
        ...old,
        cookies: { __client_uat: '1', __clerk_db_jwt: 'd', ...old.cookies },
      });
      expect(anew.status).toBe('handshake');
      expect(locationOf(anew)?.searchParams.get('redirect_url')).not.toContain('__clerk_handshake');
      expect(headerOf(anew, 'Set-Cookie')).not.toContain('__session');
    }
  });

  test('names the clock for a handshake from the future in development', async () => {
    const early = handshakeToken(KEY, directivesOf(type, fresh), {}, { iat: SECONDS + 3600 });
    const outcome = await createTestApp(type).ask(returning(type, early));
    expect(outcome).toMatchObject({ status: 'signed-out' });
    if (type === 'development') expect('message' in outcome && outcome.message).toContain('check the clock');
  });

  test('makes one call for two hundred requests with one nonce, and gives each the cookies', async () => {
    let calls = 0;
    const app = createTestApp(type, {
      payload: async () => {
        calls += 1;
        return answer(200, { directives: directivesOf(type, fresh) });
      },
    });
    const ask = (nonce: string) => app.ask({ url: `/?__clerk_handshake_nonce=${nonce}`, headers: PAGE });
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => ask('n1')));
    expect(calls).toBe(1);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'signed-in', session: { data: { sid: 'sess_new' } } });
      expect(headerOf(outcome, 'Set-Cookie')).toBe(directivesOf(type, fresh).join('\n'));
    }
    await Promise.all([ask('n2'), ask('n3')]);
    expect(calls, 'another nonce is another call').toBe(3);
    await ask('n1');
    expect(calls, 'nothing is kept after the call').toBe(4);
  });

  test('shares a failure with waiting requests and forgets it', async () => {
    let calls = 0;
    const app = createTestApp(type, {
      payload: async () => {
        calls += 1;
        return calls === 1 ? answer(500, 'x') : answer(200, { directives: directivesOf(type, fresh) });
      },
    });
    const ask = () =>
      app.ask({
        url: '/?__clerk_handshake_nonce=n1',
        cookies: { __client_uat: '1', __clerk_db_jwt: 'd' },
        headers: PAGE,
      });
    const together = await Promise.all([ask(), ask(), ask()]);
    expect(together.map(({ status }) => status)).toEqual(['handshake', 'handshake', 'handshake']);
    expect(calls).toBe(1);
    expect((await ask()).status).toBe('signed-in');
  });

  test('stops waiting for a call that never ends, without a sign-out', async () => {
    vi.useFakeTimers();
    try {
      const app = createTestApp(type, { payload: () => new Promise(() => undefined) });
      const asked = app.ask({
        url: '/?__clerk_handshake_nonce=n1',
        cookies: { __client_uat: '1', __clerk_db_jwt: 'd' },
        headers: { 'sec-fetch-dest': 'empty' },
      });
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await asked).toMatchObject({ status: 'unavailable', retryAfterMs: 1_000 });
    } finally {
      vi.useRealTimers();
    }
  });

  test.each([
    ['another key', 'token-invalid-signature', handshakeToken(OTHER_KEY, ['__session=x'])],
    ['a JWT-template token (S1)', 'token-invalid', handshakeToken(KEY, ['__session=x'], { cat: 'cl_B7d4PD222AAA' })],
    ['a machine as its subject', 'token-invalid', handshakeToken(KEY, ['__session=x'], {}, { sub: 'mch_one' })],
    ['a session of its own', 'token-invalid', handshakeToken(KEY, ['__session=x'], {}, { sid: 'sess_one' })],
    ['no token', 'token-invalid', 'a.b.c'],
  ] as const)('%s: passes no directive, and is final in the query of development', async (_, reason, token) => {
    const app = createTestApp(type);
    const outcome = await app.ask(returning(type, token));
    expect(headerOf(outcome, 'Set-Cookie') ?? '').not.toContain('__session');
    expect(app.events).toContainEqual(expect.objectContaining({ type: 'handshake', step: 'failed' }));
    if (type === 'development') {
      expect(outcome).toMatchObject({ status: 'signed-out', reason, headers: null });
      expect('message' in outcome && outcome.message).toContain('CLERK_PUBLISHABLE_KEY');
    } else {
      expect(outcome).toMatchObject({ status: 'signed-out', reason: 'session-token-and-uat-missing' });
    }
  });

  test('ignores a foreign handshake cookie beside a good session', async () => {
    const token = handshakeToken(OTHER_KEY, ['__session=x']);
    const cookies = signedInCookies(type, tokenOf(type), { __clerk_handshake: token });
    expect(await createTestApp(type).ask({ cookies, headers: PAGE })).toMatchObject({
      status: 'signed-in',
      headers: null,
    });
  });

  test.each<[string, () => Promise<never> | ReturnType<typeof unknownNonce>]>([
    ['is not known', unknownNonce],
    ['cannot be exchanged now', OUTAGE],
    ['is answered with nonsense', async () => answer(500, 'x')],
  ])('ignores a nonce that %s beside a good session, and starts over without one', async (_, payload) => {
    const app = createTestApp(type, { payload });
    const cookies = signedInCookies(type, tokenOf(type));
    const url = '/?a=1&__clerk_handshake_nonce=n1';
    expect(await app.ask({ url, cookies, headers: PAGE })).toMatchObject({ status: 'signed-in', headers: null });
    const again = await app.ask({
      url,
      cookies: { [`__client_uat_${suffix}`]: '1', __clerk_db_jwt: 'd' },
      headers: PAGE,
    });
    expect(again.status).toBe('handshake');
    expect(locationOf(again)?.searchParams.get('redirect_url')).toBe(`${ORIGIN}/?a=1`);
  });

  test.each<[string, () => Promise<UpstreamAnswer>]>([
    ['is unreachable', OUTAGE],
    ['fails', async () => ({ ...answer(503, undefined), retryAfterMs: 4_000 })],
    ['limits the rate', async () => ({ ...answer(429, undefined), retryAfterMs: 4_000 })],
    ['fails, as early as failures begin', async () => ({ ...answer(500, {}), retryAfterMs: 4_000 })],
    ['answers with a redirect', async () => ({ ...answer(399, undefined), retryAfterMs: 4_000 })],
    ['does not take our own key', async () => ({ ...answer(401, { errors: [] }), retryAfterMs: 4_000 })],
    ['is behind a firewall that refuses', async () => ({ ...answer(403, undefined), retryAfterMs: 4_000 })],
    ['answers with what is no object', async () => ({ ...answer(200, []), retryAfterMs: 4_000 })],
  ])('ends redirects in 503, never in a sign-out, while Clerk %s', async (_, payload) => {
    const app = createTestApp(type, { payload });
    const url = '/?__clerk_handshake_nonce=n1';
    const cookies = { __client_uat: '1', [`__client_uat_${suffix}`]: '1', __clerk_db_jwt: 'd' };
    expect((await app.ask({ url, cookies, headers: PAGE })).status).toBe('handshake');
    const last = await app.ask({ url, cookies: { ...cookies, __clerk_redirect_count: '3' }, headers: PAGE });
    expect(last).toMatchObject({ status: 'unavailable', retryAfterMs: 4_000 });
    expect(await app.ask({ url, cookies, headers: { 'sec-fetch-dest': 'empty' } })).toMatchObject({
      status: 'unavailable',
      retryAfterMs: 4_000,
    });
  });

  test.each([400, 402, 403, 404, 410, 422, 428])(
    'does not treat a nonce that Clerk refuses with %i as an outage',
    async (status) => {
      const app = createTestApp(type, { payload: async () => answer(status, { errors: [{ code: 'x' }] }) });
      const url = '/?__clerk_handshake_nonce=n1';
      const cookies = { __client_uat: '1', [`__client_uat_${suffix}`]: '1', __clerk_db_jwt: 'd' };
      expect((await app.ask({ url, cookies, headers: PAGE })).status).toBe('handshake');
      const last = await app.ask({ url, cookies: { ...cookies, __clerk_redirect_count: '3' }, headers: PAGE });
      expect(last.status).toBe('signed-out');
      expect((await app.ask({ url, cookies, headers: { 'sec-fetch-dest': 'empty' } })).status).toBe('signed-out');
    },
  );

  test('reports an outage without a loop if keys cannot be loaded', async () => {
    const app = createTestApp(type, { jwks: OUTAGE });
    const outcome = await app.ask(returning(type, handshakeToken(KEY, directivesOf(type, fresh))));
    expect(outcome).toMatchObject({ status: 'unavailable', reason: 'jwk-remote-failed-to-load' });
    const later = await app.ask({ cookies: signedInCookies(type, tokenOf(type)), headers: PAGE });
    expect(later).toMatchObject({ status: 'unavailable' });
    expect('retryAfterMs' in later && later.retryAfterMs).toBeGreaterThan(0);
  });

  test.each([
    ['expired an hour ago', EXPIRED],
    ['an hour early', { iat: SECONDS + 3600, nbf: SECONDS + 3600, exp: SECONDS + 3660 }],
    ['issued in an hour', { iat: SECONDS + 3600, nbf: SECONDS, exp: SECONDS + 3660 }],
  ])('tolerates a clock difference (%s) right after a handshake in development only', async (_, claims) => {
    const token = handshakeToken(KEY, directivesOf(type, tokenOf(type, claims)));
    const outcome = await createTestApp(type).ask(returning(type, token));
    expect(outcome.status).toBe(type === 'development' ? 'signed-in' : 'signed-out');
  });

  test.each([
    ['a wrong signature', tokenOf(type, {}, {}, OTHER_KEY)],
    ['a JWT-template token', tokenOf(type, {}, { cat: 'cl_B7d4PD222AAA' })],
    ['an M2M token', tokenOf(type, { sub: 'mch_x' }, { cat: 'cl_B7d4PD333AAA' })],
  ])('drops a session with %s and its cookies', async (_, token) => {
    const outcome = await createTestApp(type).ask(returning(type, handshakeToken(KEY, directivesOf(type, token))));
    expect(outcome.status).not.toBe('signed-in');
    expect(headerOf(outcome, 'Set-Cookie') ?? '').not.toContain('__session');
  });
});

function unknownNonce() {
  return Promise.resolve(answer(404, { errors: [{ code: 'resource_not_found' }] }));
}
