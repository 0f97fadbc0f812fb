/** The instance gets a new key just after somebody tried a key id that never was. */
import type { LocalInstance } from 'bailiff-local';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { callsOf, OPERATIONS, startClerk } from '../../support/clerk.js';
import { createClock, createKey, sessionToken } from '../../support/tokens.js';
import type { Framework, Served } from '../frameworks.js';

const nobodys = createKey('RS256', { kid: 'ins_nobody' });

export function rotations(framework: Framework): void {
  let clock: ReturnType<typeof createClock>;
  let clerk: LocalInstance;
  let served: Served;
  beforeEach(async () => {
    clock = createClock();
    clerk = await startClerk({ now: () => clock() });
    const { secretKey, publishableKey, apiUrl } = clerk;
    served = await framework.serve({
      middleware: [[{ secretKey, publishableKey, apiUrl, now: clock }]],
      routes: [{ path: '/me', guards: [(adapter) => adapter.requireAuth()] }],
    });
  });
  afterEach(async () => {
    await served.close();
    await clerk.close();
  });

  const withToken = (token: string) => served.agent.get('/me').set('authorization', `Bearer ${token}`);
  const page = (cookies: string) => served.agent.get('/me').set('cookie', cookies).set('sec-fetch-dest', 'document');

  it('answers 503 with Retry-After for a token of the new key, sends a page to the handshake, and lets both in 5 s later', async () => {
    await withToken(await clerk.createSessionToken()).expect(200);
    await withToken(sessionToken(nobodys)).expect(401);
    clerk.rotateSigningKey();
    const { token, cookieHeader } = await clerk.signIn('user_ada');

    const denied = await withToken(token).expect(503);
    expect(denied.headers).toMatchObject({ 'retry-after': '5' });
    expect(denied.headers).not.toHaveProperty('www-authenticate');
    expect(denied.body).toMatchObject({ errors: [{ code: 'auth-unavailable' }] });
    const sent = await page(cookieHeader).expect(307);
    expect(new URL(sent.headers['location'] ?? '').pathname).toBe('/v1/client/handshake');
    await served.agent.get('/me').set('cookie', cookieHeader).set('sec-fetch-dest', 'empty').expect(503);
    // The third handshake in a row did not help: no sign-out, but the time to come back.
    const last = await page(`${cookieHeader}; __clerk_redirect_count=3`).expect(503);
    expect(last.headers).toMatchObject({ 'retry-after': '5' });

    clock.advance(4_999);
    await withToken(token).expect(503);
    expect(callsOf(clerk, OPERATIONS.jwks)).toBe(2);
    clock.advance(1);
    await withToken(token).expect(200);
    await page(cookieHeader).expect(200);
    expect(callsOf(clerk, OPERATIONS.jwks)).toBe(3);
    clock.advance(5_000);
    await withToken(sessionToken(nobodys)).expect(401);
    expect(served.errors).toEqual([]);
  });
}
