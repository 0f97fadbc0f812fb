import { createClerkClient } from '@clerk/backend';
import { describe, expect, it } from 'vitest';
import { call, codeOf, decode, instances } from './support.js';

const start = instances();

async function signedIn() {
  const clerk = await start();
  const { cookies, session, user } = await clerk.signIn('user_1', { org: 'org_1', role: 'admin' });
  const suffix = Object.keys(cookies)
    .find((name) => name.startsWith('__refresh_'))
    ?.slice('__refresh_'.length);
  const refreshToken = cookies[`__refresh_${String(suffix)}`];
  const refresh = (patch: object = {}, query = '', id = session.id) =>
    call(clerk, 'POST', `/v1/sessions/${id}/refresh${query}`, {
      format: 'cookie',
      expired_token: cookies['__session'],
      refresh_token: refreshToken,
      request_origin: 'https://app.test',
      request_headers: { accept: ['text/html'] },
      ...patch,
    });
  return { clerk, cookies, session, user, suffix, refresh };
}

describe('row 8, server side: refresh', () => {
  it('gives a new token as cookies, plain and suffixed, or bare', async () => {
    const { clerk, refresh, suffix, session } = await signedIn();
    clerk.advanceClock('2m');
    const { json } = await refresh({}, '?suffixed_cookies=true');
    const cookies = json['cookies'] as string[];
    expect(json['object']).toBe('cookies');
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['__session', `__session_${String(suffix)}`]);
    const token = /^__session=([^;]+)/.exec(cookies[0] ?? '')?.[1] ?? '';
    const iat = Math.floor(clerk.now() / 1000);
    expect(decode(token).payload).toMatchObject({ sid: session.id, azp: 'https://app.test', o: { id: 'org_1' } });
    expect(Number(decode(token).payload['iat'])).toBeGreaterThanOrEqual(iat - 1);
    expect((await refresh()).json['cookies']).toHaveLength(1);
    expect((await refresh({ format: 'token' })).json).toMatchObject({
      object: 'token',
      jwt: expect.stringMatching(/^eyJ/),
    });
  });

  it('answers 401 for parts that do not belong together, so that the server falls back to the handshake', async () => {
    const { clerk, refresh, session } = await signedIn();
    const other = await clerk.signIn('user_2');
    const token = (claims: object) => clerk.createSessionToken({ sessionId: session.id, claims: { ...claims } });
    const machine = await clerk.createM2MToken({ format: 'jwt' });
    const otherRefresh = Object.entries(other.cookies).find(([name]) => name.startsWith('__refresh_'))?.[1];
    const minted = await clerk.createSessionToken({ userId: 'user_3', azp: 'https://app.test' });
    const ofOrigin = String(decode(minted).payload['sid']);
    const cases: [code: string, patch: object, id?: string][] = [
      ['refresh_request_origin_invalid', { request_origin: 'app.test' }],
      ['expired_session_token_invalid', { expired_token: 'x.y.z' }],
      ['expired_session_token_invalid', { expired_token: machine.token }],
      ['expired_session_token_missing_sid', { expired_token: await token({ sid: null }) }],
      ['session_refresh_expired_session_token_missing_iat', { expired_token: await token({ iat: null }) }],
      ['session_refresh_session_not_found', {}, 'sess_none'],
      ['refresh_sid_mismatch', { expired_token: other.token }],
      ['refresh_sid_mismatch', { refresh_token: otherRefresh }],
      ['session_refresh_user_not_found', { expired_token: await token({ sub: 'user_none' }) }],
      ['refresh_token_not_found', { refresh_token: 'wrong' }],
      ['refresh_request_origin_azp_mismatch', { expired_token: await token({ azp: 'https://other.test' }) }],
    ];
    for (const [code, patch, id] of cases) {
      const answer = await refresh(patch, '', id);
      expect([answer.status, codeOf(answer)]).toEqual([401, code]);
    }
    clerk.state.table('refresh_tokens').insert({ id: 'of origin', session_id: ofOrigin, created_at: clerk.now() });
    const without = {
      expired_token: await clerk.createSessionToken({ sessionId: ofOrigin, claims: { azp: undefined } }),
    };
    const answered = await refresh({ ...without, refresh_token: 'of origin' }, '', ofOrigin);
    expect([answered.status, codeOf(answered)]).toEqual([401, 'expired_session_token_missing_azp']);
    expect((await refresh()).status).toBe(200);
    await call(clerk, 'POST', `/v1/sessions/${session.id}/revoke`);
    const answer = await refresh();
    expect([answer.status, codeOf(answer)]).toEqual([401, 'session_refresh_inactive_session']);
  });

  it('signs in the official client with an expired token', async () => {
    const { clerk, cookies } = await signedIn();
    const client = createClerkClient({
      secretKey: clerk.secretKey,
      publishableKey: clerk.publishableKey,
      apiUrl: clerk.apiUrl,
      telemetry: { disabled: true },
    });
    const expired = await clerk.createSessionToken({
      sessionId: String(decode(cookies['__session'] ?? '').payload['sid']),
      expiresInSeconds: -30,
    });
    const withExpired = Object.entries(cookies).map(
      ([name, value]) => `${name}=${name.startsWith('__session') ? expired : value}`,
    );
    // The expired token may not be older than the client says it last changed.
    const header = withExpired
      .map((cookie) => (cookie.startsWith('__client_uat') ? cookie.replace(/\d+$/, '1') : cookie))
      .join('; ');
    const state = await client.authenticateRequest(new Request('http://app.test/', { headers: { cookie: header } }));
    expect(state).toMatchObject({ status: 'signed-in', reason: null });
    expect(state.headers.getSetCookie().some((cookie) => cookie.startsWith('__session'))).toBe(true);
    await call(clerk, 'POST', '/v1/users/user_1/ban');
    const banned = await client.authenticateRequest(new Request('http://app.test/', { headers: { cookie: header } }));
    expect(banned).toMatchObject({
      isAuthenticated: false,
      reason: 'session-token-expired-refresh-session_refresh_inactive_session',
    });
  });
});

describe('row 8, server side: handshake payload', () => {
  it('is given for a nonce, once', async () => {
    const { clerk } = await signedIn();
    clerk.state.table('handshakes').insert({ id: 'nonce_1', directives: ['__session=a; Path=/'] });
    const path = '/v1/clients/handshake_payload?nonce=nonce_1';
    expect((await call(clerk, 'GET', path)).json).toEqual({ directives: ['__session=a; Path=/'] });
    expect((await call(clerk, 'GET', path)).status).toBe(404);
    expect((await call(clerk, 'GET', '/v1/clients/handshake_payload')).status).toBe(404);
  });
});
