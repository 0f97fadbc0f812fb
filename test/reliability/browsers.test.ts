/** Browsers during an outage of the Backend API: pages turn to the Frontend API, everything else waits, and nobody is signed out. */
import { createAuthenticator } from 'bailiff';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PATHS, startJwksServer, type Answer, type JwksServer } from '../support/jwks-server.js';
import { createClock, createKey, jwksOf, sessionToken, T0_S } from '../support/tokens.js';

const key = createKey('RS256', { kid: 'ins_browsers' });
const REFRESH = '/v1/sessions/sess_one/refresh';
const PAYLOAD = '/v1/clients/handshake_payload';
const SUFFIX = 'JO1anrym';

const FAULTS: Readonly<Record<string, Answer>> = {
  'an internal error': { status: 500, body: { errors: [{ code: 'internal', message: 'x' }] } },
  'a bad gateway in HTML': { status: 502, body: '<html>', headers: { 'content-type': 'text/html' } },
  'a rate limit': { status: 429, headers: { 'retry-after': '7' }, body: { errors: [{ code: 'too_many_requests' }] } },
  'a portal instead of JSON': { status: 200, body: '<html>login</html>', headers: { 'content-type': 'text/html' } },
  'truncated JSON': { status: 200, body: '{"cookies":["__ses' },
  'a dropped connection': { drop: true },
  'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
  'no answer at all': { hang: true },
};

let upstream: JwksServer;
beforeEach(async () => {
  upstream = await startJwksServer({ [PATHS.jwks]: { body: jwksOf(key) } });
});
afterEach(() => upstream.close());

function createSite() {
  const clock = createClock();
  const authenticator = createAuthenticator({
    secretKey: 'sk_live_browsersbrowsersbrowsers',
    publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    apiUrl: upstream.url,
    now: clock,
  });
  const expired = sessionToken(key, { iat: T0_S - 900, nbf: T0_S - 910, exp: T0_S - 840 });
  const cookies = `__session=${expired}; __client_uat=${T0_S - 1000}; __refresh_${SUFFIX}=rt_one`;
  const ask = (destination: 'document' | 'empty', cookie = cookies) => {
    const headers: Record<string, string> = { host: 'app.acornbooks.example', cookie, 'sec-fetch-dest': destination };
    const url = 'https://app.acornbooks.example/page';
    return authenticator.authenticateRequest({ method: 'GET', url, header: (name) => headers[name] ?? null });
  };
  return { clock, ask, authenticator };
}

const renewed = (): Answer => ({
  body: { object: 'cookies', cookies: [`__session=${sessionToken(key, { sid: 'sess_one' })}; Path=/`] },
});

describe.each(Object.entries(FAULTS))('the refresh meets %s', (_name, fault) => {
  it('a page is sent to the Frontend API; anything else is 503 with Retry-After; then it recovers', async () => {
    upstream.answer(REFRESH, fault);
    const { clock, ask } = createSite();
    const [page, fetched] = await Promise.all([ask('document'), ask('empty')]);
    expect(page.status).toBe('handshake');
    expect(new URL(page.headers.get('location') ?? '').host).toBe('clerk.acornbooks.example');
    expect(fetched.status).toBe('unavailable');
    expect(Number(fetched.headers.get('retry-after'))).toBe(fault.status === 429 ? 7 : 1);
    // Both asked for the same renewal at once, and nothing was tried again.
    expect(upstream.count(REFRESH)).toBe(1);

    upstream.answer(REFRESH, renewed());
    clock.advance(10_000);
    expect((await ask('empty')).status).toBe('signed-in');
  });
});

describe.each(Object.entries(FAULTS))('the exchange of a nonce meets %s', (_name, fault) => {
  const nonce = `__clerk_handshake_nonce=n1; __client_uat=${T0_S - 1000}`;

  it('a page tries again, ends in 503 and not in a sign-out, and recovers', async () => {
    upstream.answer(PAYLOAD, fault);
    const { clock, ask } = createSite();
    const [first, last, fetched] = await Promise.all([
      ask('document', nonce),
      ask('document', `${nonce}; __clerk_redirect_count=3`),
      ask('empty', nonce),
    ]);
    expect([first.status, last.status, fetched.status]).toEqual(['handshake', 'unavailable', 'unavailable']);
    expect(Number(last.headers.get('retry-after'))).toBe(fault.status === 429 ? 7 : 1);
    expect(upstream.count(PAYLOAD)).toBe(3);

    upstream.answer(PAYLOAD, { body: { directives: [`__session=${sessionToken(key)}; Path=/`] } });
    clock.advance(10_000);
    expect((await ask('document', nonce)).status).toBe('signed-in');
  });
});

describe('the circuit breaker', () => {
  it('ends a row of failed refreshes, tells so, and lets one probe through when its time is over', async () => {
    upstream.answer(REFRESH, { status: 503, body: '' });
    const { clock, ask, authenticator } = createSite();
    for (let index = 0; index < 40; index++) expect((await ask('empty')).status).toBe('unavailable');
    expect(upstream.count(REFRESH)).toBe(5);
    expect(JSON.stringify(authenticator.health())).toContain('RefreshSession');

    clock.advance(5_001);
    expect((await ask('empty')).status).toBe('unavailable');
    expect((await ask('empty')).status).toBe('unavailable');
    expect(upstream.count(REFRESH), 'one probe, and shut again').toBe(6);

    upstream.answer(REFRESH, renewed());
    clock.advance(5_001);
    for (let index = 0; index < 5; index++) expect((await ask('empty')).status).toBe('signed-in');
    expect(JSON.stringify(authenticator.health())).not.toContain('RefreshSession');
  });

  it('of one operation shuts no other', async () => {
    upstream.answer(PAYLOAD, { status: 503, body: '' });
    upstream.answer(REFRESH, renewed());
    const { ask } = createSite();
    for (let index = 0; index < 10; index++) await ask('empty', '__clerk_handshake_nonce=n1; __client_uat=1');
    expect(upstream.count(PAYLOAD)).toBe(5);
    expect((await ask('empty')).status).toBe('signed-in');
  });
});
