/** Browsers during an outage of the Backend API: pages turn to the Frontend API, everything else waits, and nobody is signed out. */
import { createAuthenticator } from 'bailiff';
import type { Fault, LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callsOf, OPERATIONS, startClerk } from '../support/clerk.js';
import { createClock, T0_S } from '../support/tokens.js';

const { refresh: REFRESH, handshake: PAYLOAD } = OPERATIONS;

const FAULTS: Readonly<Record<string, Fault>> = {
  'an internal error': { status: 500, body: { errors: [{ code: 'internal', message: 'x' }] } },
  'a bad gateway in HTML': { status: 502, body: '<html>', headers: { 'content-type': 'text/html' } },
  'a rate limit': { status: 429, retryAfterSeconds: 7, body: { errors: [{ code: 'too_many_requests' }] } },
  'a portal instead of JSON': { status: 200, body: '<html>login</html>', headers: { 'content-type': 'text/html' } },
  'truncated JSON': { status: 200, body: '{"cookies":["__ses' },
  'a dropped connection': { reset: true },
  'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
  'no answer at all': { hang: true },
};

let clerk: LocalInstance;
let clock: ReturnType<typeof createClock>;
beforeAll(async () => {
  clerk = await startClerk({ now: () => clock() });
});
beforeEach(() => {
  clock = createClock();
  clerk.reset();
});
afterAll(() => clerk.close());

/** An app, and somebody who signed in there and whose session token has expired. */
async function createTestApp() {
  const authenticator = createAuthenticator({
    secretKey: clerk.secretKey,
    publishableKey: clerk.publishableKey,
    apiUrl: clerk.apiUrl,
    now: clock,
  });
  const signedIn = await clerk.signIn('user_ada');
  const sessionId = signedIn.session.id;
  const expired = await clerk.createSessionToken({ sessionId, expiresInSeconds: -840 });
  const refresh = signedIn.cookieHeader.split('; ').find((cookie) => cookie.startsWith('__refresh_'));
  const cookies = `__session=${expired}; __client_uat=${T0_S - 1000}; ${refresh}`;
  const ask = (destination: 'document' | 'empty', cookie = cookies) => {
    const headers: Record<string, string> = { host: 'app.acornbooks.example', cookie, 'sec-fetch-dest': destination };
    const url = 'https://app.acornbooks.example/page';
    return authenticator.authenticateRequest({ method: 'GET', url, header: (name) => headers[name] ?? null });
  };
  /** The instance has this nonce for the browser, good once. */
  const giveOut = async (nonce: string) => {
    const directives = [`__session=${await clerk.createSessionToken({ sessionId })}; Path=/`];
    clerk.state.table('handshakes').insert({ id: nonce, directives });
  };
  return { ask, authenticator, giveOut };
}

describe.each(Object.entries(FAULTS))('the refresh meets %s', (_name, fault) => {
  it('sends a page to the Frontend API, answers others with 503 and Retry-After, and recovers', async () => {
    const outage = clerk.fail({ operation: REFRESH, ...fault });
    const { ask } = await createTestApp();
    const [page, fetched] = await Promise.all([ask('document'), ask('empty')]);
    expect(page.status).toBe('handshake');
    expect(new URL(page.headers.get('location') ?? '').host).toBe(new URL(clerk.frontendApiUrl).host);
    expect(fetched.status).toBe('unavailable');
    expect(Number(fetched.headers.get('retry-after'))).toBe(fault.status === 429 ? 7 : 1);
    // Both asked for the same renewal at once, and nothing was tried again.
    expect(callsOf(clerk, REFRESH)).toBe(1);

    outage.stop();
    clock.advance(10_000);
    expect((await ask('empty')).status).toBe('signed-in');
  });
});

describe.each(Object.entries(FAULTS))('the exchange of a nonce meets %s', (_name, fault) => {
  const nonce = `__clerk_handshake_nonce=n1; __client_uat=${T0_S - 1000}`;

  it('sends a page again, ends in 503 and not in a sign-out, and recovers', async () => {
    const outage = clerk.fail({ operation: PAYLOAD, ...fault });
    const { ask, giveOut } = await createTestApp();
    const [first, last, fetched] = await Promise.all([
      ask('document', nonce),
      ask('document', `${nonce}; __clerk_redirect_count=3`),
      ask('empty', nonce),
    ]);
    expect([first.status, last.status, fetched.status]).toEqual(['handshake', 'unavailable', 'unavailable']);
    expect(Number(last.headers.get('retry-after'))).toBe(fault.status === 429 ? 7 : 1);
    expect(callsOf(clerk, PAYLOAD), 'one nonce, one call').toBe(1);

    outage.stop();
    clock.advance(10_000);
    await giveOut('n1');
    expect((await ask('document', nonce)).status).toBe('signed-in');
  });
});

describe('the circuit breaker', () => {
  it('ends a series of failed refreshes, emits it, and lets one probe through after its time', async () => {
    const outage = clerk.fail({ operation: REFRESH, status: 503, body: '' });
    const { ask, authenticator } = await createTestApp();
    for (let index = 0; index < 40; index++) expect((await ask('empty')).status).toBe('unavailable');
    expect(callsOf(clerk, REFRESH)).toBe(5);
    expect(JSON.stringify(authenticator.health())).toContain('RefreshSession');

    clock.advance(5_001);
    expect((await ask('empty')).status).toBe('unavailable');
    expect((await ask('empty')).status).toBe('unavailable');
    expect(callsOf(clerk, REFRESH), 'one probe, and shut again').toBe(6);

    outage.stop();
    clock.advance(5_001);
    for (let index = 0; index < 5; index++) expect((await ask('empty')).status).toBe('signed-in');
    expect(JSON.stringify(authenticator.health())).not.toContain('RefreshSession');
  });

  it('of one operation blocks no other', async () => {
    clerk.fail({ operation: PAYLOAD, status: 503, body: '' });
    const { ask } = await createTestApp();
    for (let index = 0; index < 10; index++) await ask('empty', '__clerk_handshake_nonce=n1; __client_uat=1');
    expect(callsOf(clerk, PAYLOAD)).toBe(5);
    expect((await ask('empty')).status).toBe('signed-in');
  });
});
