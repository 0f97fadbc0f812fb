/** Clerk down, slow or confused: customers stay in, strangers stay out, and nobody is told that a good token is bad. */
import { createAuthenticator, type AuthenticatorOptions } from 'bailiff';
import type { ActiveFault, Fault, LocalInstance, SessionTokenRequest } from 'bailiff-local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiKeyRow, callsOf, OPERATIONS, startClerk } from '../support/clerk.js';
import { withBearer } from '../support/requests.js';
import { createClock, createKey, sessionToken } from '../support/tokens.js';

const nobodys = createKey('RS256', { kid: 'ins_nowhere' });
const SECRET = `ak_${'o'.repeat(32)}`;

const NAMES_NOBODY: Fault = { status: 200, body: { hello: 'world' } };

const FAULTS: Readonly<Record<string, Fault>> = {
  'an internal error': { status: 500, body: { errors: [{ code: 'internal', message: 'x' }] } },
  'a bad gateway in HTML': { status: 502, body: '<html>bad gateway</html>', headers: { 'content-type': 'text/html' } },
  unavailable: { status: 503, body: '' },
  'a rate limit': {
    status: 429,
    retryAfterSeconds: 7,
    body: { errors: [{ code: 'too_many_requests', message: 'x' }] },
  },
  'a good status of the wrong type': {
    status: 200,
    body: '<html>login to the wifi</html>',
    headers: { 'content-type': 'text/html' },
  },
  'truncated JSON': {
    status: 200,
    body: '{"keys":[{"kty":"RSA","n":"',
  },
  'JSON of another shape': NAMES_NOBODY,
  'a dropped connection': { reset: true },
  'a redirect to elsewhere': { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
  'a rejected secret key': { status: 401, body: { errors: [{ code: 'clerk_key_invalid', message: 'x' }] } },
};

let clerk: LocalInstance;
let clock: ReturnType<typeof createClock>;
let outage: ActiveFault | undefined;
beforeAll(async () => {
  clerk = await startClerk({ now: () => clock(), rows: { api_keys: [apiKeyRow(SECRET)] } });
});
beforeEach(() => {
  clock = createClock();
  clerk.reset();
});
afterAll(() => clerk.close());

function broken(fault: Fault): void {
  outage = clerk.fail(fault);
}

function healthy(): void {
  outage?.stop();
}

function create(options: AuthenticatorOptions = {}) {
  const authenticator = createAuthenticator({
    secretKey: clerk.secretKey,
    publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    apiUrl: clerk.apiUrl,
    acceptsToken: 'any',
    now: clock,
    ...options,
  });
  const state = async (token: string | Promise<string>) => authenticator.authenticateRequest(withBearer(await token));
  return { authenticator, state };
}

/** A session token minted at the clock's present. */
const session = (request: SessionTokenRequest = {}) => clerk.createSessionToken(request);

describe.each(Object.entries(FAULTS))('the Backend API answers with %s', (_name, fault) => {
  it('cold: gives unavailable with the time to wait', async () => {
    broken(fault);
    const { state } = create();
    const found = await state(session());
    expect(found).toMatchObject({ status: 'unavailable', isAuthenticated: false });
    expect(found.auth.isAuthenticated).toBe(false);
    expect(Number(found.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('cold: does not delay each request', async () => {
    broken(fault);
    const { state } = create();
    const token = await session();
    for (let index = 0; index < 50; index++) expect((await state(token)).status).toBe('unavailable');
    expect(callsOf(clerk, OPERATIONS.jwks)).toBeLessThanOrEqual(5);
  });

  it('warm: accepts known keys until the bound, then gives unavailable, then recovers without a restart', async () => {
    const { state } = create();
    expect((await state(session())).status).toBe('signed-in');
    broken(fault);
    for (let minute = 0; minute < 54; minute += 6) {
      clock.advance(6 * 60_000);
      expect((await state(session())).status, `after ${minute + 6} minutes`).toBe('signed-in');
    }
    clock.advance(20 * 60_000);
    await state(session());
    expect((await state(session())).status).toBe('unavailable');
    healthy();
    clock.advance(60_000);
    expect((await state(session())).status).toBe('signed-in');
  });

  it('API keys: gives unavailable, and never remembers them as bad', async () => {
    broken(fault);
    const { state } = create();
    // A well-formed answer that names nobody is a refusal; everything else is no answer at all.
    expect((await state(SECRET)).status).toBe(fault === NAMES_NOBODY ? 'signed-out' : 'unavailable');
    healthy();
    clock.advance(60_000);
    expect((await state(SECRET)).status).toBe('signed-in');
  });
});

describe('networks that fail below HTTP', () => {
  it.each(['ENOTFOUND', 'ECONNREFUSED', 'ETIMEDOUT'])(
    '%s gives unavailable, and is tried again later',
    async (code) => {
      let calls = 0;
      let down = true;
      const { state } = create({
        fetch: (input, init) => {
          calls++;
          return down
            ? Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }))
            : fetch(input, init);
        },
      });
      expect((await state(session())).status).toBe('unavailable');
      expect(calls).toBe(1);
      down = false;
      clock.advance(60_000);
      expect((await state(session())).status).toBe('signed-in');
    },
  );

  it('end a call without an answer by its own deadline', async () => {
    broken({ hang: true });
    const { state } = create();
    const [first, second] = await Promise.all([state(session()), state(session())]);
    expect([first.status, second.status]).toEqual(['unavailable', 'unavailable']);
    expect(callsOf(clerk, OPERATIONS.jwks)).toBe(1);
  });
});

describe('rate limits and slow answers', () => {
  it("pass on Clerk's time to wait, and make no call before", async () => {
    broken({ status: 429, retryAfterSeconds: 7, body: {} });
    const { state } = create();
    expect((await state(session())).headers.get('retry-after')).toBe('7');
    const before = callsOf(clerk, OPERATIONS.jwks);
    clock.advance(6_999);
    expect((await state(session())).status).toBe('unavailable');
    expect(callsOf(clerk, OPERATIONS.jwks)).toBe(before);
    healthy();
    clock.advance(2);
    expect((await state(session())).status).toBe('signed-in');
  });

  it('pass it on for a machine token too', async () => {
    broken({ status: 429, retryAfterSeconds: 7, body: {} });
    expect((await create().state(SECRET)).headers.get('retry-after')).toBe('7');
  });

  it('share one slow answer among all waiting requests', async () => {
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = clerk.fail({ until: held });
    const { state } = create();
    const waiting = Promise.all([
      ...Array.from({ length: 20 }, () => state(session())),
      ...Array.from({ length: 20 }, () => state(SECRET)),
    ]);
    await expect.poll(() => slow.hits).toBe(2);
    release?.();
    expect(new Set((await waiting).map(({ status }) => status))).toEqual(new Set(['signed-in']));
    expect([callsOf(clerk, OPERATIONS.jwks), callsOf(clerk, OPERATIONS.apiKey)]).toEqual([1, 1]);
  });

  it('open the breaker of an operation after five failures, and close it by a probe', async () => {
    broken({ status: 503, body: '' });
    const { authenticator, state } = create();
    const keyNumber = (index: number) => `ak_${String(index).padStart(32, '0')}`;
    for (const index of [1, 31])
      clerk.state.table('api_keys').insert(apiKeyRow(keyNumber(index), { id: `ak_${String(index)}` }));
    for (let index = 0; index < 30; index++) expect((await state(keyNumber(index))).status).toBe('unavailable');
    expect(callsOf(clerk, OPERATIONS.apiKey)).toBe(5);
    expect(JSON.stringify(authenticator.health())).toContain('verifyApiKey');
    healthy();
    clock.advance(5_001);
    expect((await state(keyNumber(31))).status).toBe('signed-in');
    expect((await state(keyNumber(1))).status).toBe('signed-in');
    expect(JSON.stringify(authenticator.health())).not.toContain('verifyApiKey');
  });
});

describe('readiness', () => {
  it('warmup loads the keys, and health reports their age', async () => {
    const { authenticator } = create();
    await authenticator.warmup();
    expect(callsOf(clerk, OPERATIONS.jwks)).toBe(1);
    clock.advance(1000);
    expect(JSON.stringify(authenticator.health())).toContain('fresh');
    broken({ status: 500 });
    clock.advance(400_000);
    await authenticator.warmup().catch(() => undefined);
    expect(JSON.stringify(authenticator.health())).toContain('stale');
  });

  it('warmup rejects while Clerk is down', async () => {
    broken({ status: 500 });
    await expect(create().authenticator.warmup()).rejects.toMatchObject({ code: 'auth-unavailable' });
  });
});

describe('a change of keys', () => {
  it('makes a withdrawn key useless, also for verified tokens', async () => {
    const { state } = create();
    const token = await session({ expiresInSeconds: 86_400 });
    expect((await state(token)).status).toBe('signed-in');
    clerk.rotateSigningKey({ graceMs: 0 });
    clock.advance(400_000);
    await state(session());
    await new Promise((resolve) => setImmediate(resolve));
    expect((await state(token)).status).toBe('signed-out');
  });

  it('finds a new key with the first token that names it', async () => {
    const { state } = create();
    expect((await state(session())).status).toBe('signed-in');
    clerk.rotateSigningKey();
    clock.advance(60_000);
    expect((await state(session())).status).toBe('signed-in');
  });

  it('waits for nothing after an outage: a new key works and an unknown one is refused', async () => {
    const { state } = create();
    expect((await state(session())).status).toBe('signed-in');
    broken({ status: 500 });
    const unknown = () => sessionToken(nobodys, {}, {}, clock());
    for (let use = 0; use < 3; use++) expect((await state(unknown())).status).toBe('unavailable');
    healthy();
    clerk.rotateSigningKey();
    clock.advance(9_000);
    expect((await state(session())).status).toBe('signed-in');
    expect((await state(unknown())).status, 'the keys have just been loaded').toBe('unavailable');
    clock.advance(5_000);
    expect((await state(unknown())).status).toBe('signed-out');
  });
});
