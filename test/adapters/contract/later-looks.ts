/** Looks after the first: readers that ask at the same time, guards that find a session to renew, and what they send along. */
import type { Auth } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../support/deferred.js';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import { T0_S } from '../../support/tokens.js';
import type { Framework, Handle, Adapter } from '../frameworks.js';
import { browserCookies, renewSession, type Fixtures } from '../fixtures.js';
import { codeOf, createEnvironments, type Answer } from './harness.js';

const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document' };
const PLAIN = { 'sec-fetch-dest': 'image' };

const cookiesOf = (answer: Answer): readonly string[] => [answer.headers['set-cookie'] ?? []].flat();
const machinesOnly = ({ options }: Fixtures) => [[{ ...options, acceptsToken: 'api_key' as const }]];

export function laterLooks(framework: Framework): void {
  const environments = createEnvironments(framework);

  describe('readers at the same time', () => {
    const asks = (...kinds: readonly ('api_key' | 'm2m_token' | 'any')[]): Handle => {
      const shown = ({ tokenType, isAuthenticated }: Auth) => [tokenType, isAuthenticated];
      return async ({ authenticate }) => ({
        seen: (await Promise.all(kinds.map((acceptsToken) => authenticate({ acceptsToken })))).map(shown),
      });
    };

    it('share one call to Clerk', async () => {
      const routes = [{ path: '/', handle: asks('api_key', 'api_key', 'any', 'm2m_token', 'api_key') }];
      const { get, fixtures } = await environments.open({ routes });
      expect((await get('/', 'apiKey')).body['seen']).toEqual([
        ['api_key', true],
        ['api_key', true],
        ['api_key', true],
        ['m2m_token', false],
        ['api_key', true],
      ]);
      expect(callsOf(fixtures.clerk, OPERATIONS.apiKey)).toBe(1);
      expect((await get('/', 'unknownApiKey')).body['seen']).toEqual(expect.arrayContaining([['api_key', false]]));
    });

    it('all report the outage', async () => {
      const handle: Handle = async ({ authenticate }) => ({
        seen: (await Promise.allSettled([1, 2, 3].map(() => authenticate({ acceptsToken: 'api_key' })))).map(
          ({ status }) => status,
        ),
      });
      const { get, fixtures } = await environments.open({ routes: [{ path: '/', handle }] });
      fixtures.goDown();
      expect((await get('/', 'apiKey')).body['seen']).toEqual(['rejected', 'rejected', 'rejected']);
    });

    it('include a guard that starts while a reader still waits', async () => {
      const [asked, answered] = [deferred(), deferred()];
      const routes = [{ path: '/', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'api_key' })] }];
      const { get, fixtures } = await environments.open({
        routes,
        ahead: ({ authenticate }) => void authenticate({ acceptsToken: 'api_key' }).catch(() => undefined),
      });
      const when = () => {
        asked.resolve();
        return true;
      };
      fixtures.clerk.fail({ operation: OPERATIONS.apiKey, when, until: answered.promise });
      const request = get('/', 'apiKey');
      await asked.promise;
      answered.resolve();
      expect((await request).status).toBe(200);
      expect(callsOf(fixtures.clerk, OPERATIONS.apiKey)).toBe(1);
    });
  });

  describe('a session that is renewed', () => {
    it.each(['the middleware', 'a guard', 'a reader'] as const)(
      'by %s: sends its cookies to the browser',
      async (who) => {
        const guards = who === 'a guard' ? [(adapter: Adapter) => adapter.requireAuth()] : [];
        const handle: Handle = async ({ authenticate }) => {
          const auth = await authenticate({ acceptsToken: 'session_token' });
          return { signedIn: auth.isAuthenticated };
        };
        const { get, fixtures } = await environments.open(
          { routes: [{ path: '/', guards, handle }] },
          who === 'the middleware' ? undefined : machinesOnly,
        );
        const renewed = renewSession(fixtures);
        const answer = await get('/', null, { ...PLAIN, ...browserCookies(fixtures.tokens.expired) });
        expect([answer.status, answer.body]).toEqual([200, { signedIn: true }]);
        expect(cookiesOf(answer)).toEqual(renewed);
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-clerk'))).toEqual([]);
        expect(callsOf(fixtures.clerk, OPERATIONS.refresh)).toBe(1);
        // No page keeps the cookies of a WebSocket's answer: a refresh token that was spent on it would be lost.
        const upgrade = { ...PAGE, ...browserCookies(fixtures.tokens.expired), upgrade: 'WebSocket' };
        const socket = await get('/', null, upgrade);
        expect([socket.status, socket.body]).toEqual(
          who === 'a guard' ? [401, expect.anything()] : [200, { signedIn: false }],
        );
        expect([cookiesOf(socket), socket.headers['location']]).toEqual([[], undefined]);
        expect(callsOf(fixtures.clerk, OPERATIONS.refresh)).toBe(1);
      },
    );
  });

  describe('a page that needs a handshake', () => {
    const cookie = { cookie: `__client_uat=${T0_S}; __clerk_db_jwt=dvb` };

    it('is redirected by a guard as by the middleware', async () => {
      const routes = [{ path: '/', guards: [(adapter: Adapter) => adapter.requireAuth()] }];
      for (const tune of [machinesOnly, undefined]) {
        const { get } = await environments.open({ routes }, tune);
        const answer = await get('/', null, { ...PAGE, ...cookie });
        expect(answer.status).toBe(307);
        expect(answer.headers['location']).toMatch(/^https:\/\/clerk\.acornbooks\.example\/v1\/client\/handshake\?/);
        expect(answer.headers['cache-control']).toBe('no-store');
        expect(cookiesOf(answer)).toEqual([expect.stringMatching(/^__clerk_redirect_count=1;/)]);
      }
    });

    it('leaves no header of the handshake on the answer of a handler that calls authenticate()', async () => {
      const handle: Handle = async ({ authenticate }) => ({
        signedIn: (await authenticate({ acceptsToken: 'session_token' })).isAuthenticated,
      });
      const { get } = await environments.open({ routes: [{ path: '/', handle }] }, machinesOnly);
      const answer = await get('/', null, { ...PAGE, ...cookie });
      expect([answer.status, answer.body]).toEqual([200, { signedIn: false }]);
      expect(answer.headers).not.toHaveProperty('location');
      expect(cookiesOf(answer)).toEqual([]);
    });

    it('is not redirected by a guard for machines', async () => {
      const routes = [{ path: '/', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'm2m_token' })] }];
      const { get } = await environments.open({ routes }, machinesOnly);
      const answer = await get('/', null, { ...PAGE, ...cookie });
      expect([answer.status, codeOf(answer)]).toEqual([401, 'unauthenticated']);
      expect(answer.headers).not.toHaveProperty('location');
      expect(cookiesOf(answer)).toEqual([]);
    });
  });

  describe('a credential that ends during slow middleware', () => {
    const guarded = [
      {
        path: '/',
        guards: [(adapter: Adapter) => adapter.requireAuth({ token: ['session_token', 'api_key', 'm2m_token'] })],
      },
    ];
    const after = (ms: number) => (fixtures: { current?: Fixtures }) => void fixtures.current?.clock.advance(ms);

    it.each([
      // The token lives for a minute from T0 on, and five seconds longer for clocks that differ.
      ['a session, just before its end', 'admin', 64_999, 200],
      ['a session, at its end', 'admin', 65_000, 401],
      ['an M2M token of Clerk, at its end', 'm2mJwt', 3_605_000, 401],
      ['an M2M token of Clerk, before its end', 'm2mJwt', 3_604_999, 200],
    ] as const)('%s', async (_what, credential, ms, status) => {
      const held: { current?: Fixtures } = {};
      const { get } = await environments.open({ routes: guarded, ahead: () => after(ms)(held) }, (fixtures) => {
        held.current = fixtures;
        return [[{ ...fixtures.options, acceptsToken: 'any' }]];
      });
      const answer = await get('/', credential);
      expect(answer.status).toBe(status);
      if (status === 401) expect(answer.body).not.toHaveProperty('userId');
    });

    it('is not renewed a second time after the middleware has renewed it', async () => {
      const held: { current?: Fixtures } = {};
      const { get, fixtures } = await environments.open(
        { routes: guarded, ahead: () => after(70_000)(held) },
        (opened) => {
          held.current = opened;
          return [[opened.options]];
        },
      );
      // The first token that Clerk gives ends a minute later, before the guard looks.
      for (const expiresInSeconds of [60, 600]) {
        const token = await fixtures.clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds });
        const body = { object: 'cookies', cookies: [`__session=${token}; Path=/`] };
        fixtures.clerk.fail({ operation: OPERATIONS.refresh, status: 200, body, times: 1 });
      }
      const answer = await get('/', null, { ...PLAIN, ...browserCookies(fixtures.tokens.expired) });
      expect([answer.status, callsOf(fixtures.clerk, OPERATIONS.refresh)]).toEqual([200, 2]);
    });

    it('is renewed if it can be', async () => {
      const held: { current?: Fixtures } = {};
      const { get, fixtures } = await environments.open(
        { routes: guarded, ahead: () => after(70_000)(held) },
        (opened) => {
          held.current = opened;
          return [[opened.options]];
        },
      );
      const fresh = await fixtures.clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: 600 });
      fixtures.clerk.fail({
        operation: OPERATIONS.refresh,
        status: 200,
        body: { object: 'cookies', cookies: [`__session=${fresh}; Path=/`] },
      });
      const answer = await get('/', null, { ...PLAIN, ...browserCookies(fixtures.tokens.admin) });
      expect([answer.status, answer.body['userId']]).toEqual([200, 'user_ada']);
      expect(cookiesOf(answer)).toEqual([`__session=${fresh}; Path=/`]);
    });
  });

  describe('a second middleware with other rules', () => {
    it.each([
      ['an image', PLAIN, 200],
      ['a page', PAGE, 307],
    ])('keeps the session that the first one has renewed: %s', async (_, headers, status) => {
      const { get, fixtures } = await environments.open({ routes: [{ path: '/' }] }, ({ options }) => [
        [options],
        [{ ...options, acceptsToken: 'any' }],
      ]);
      // The refresh token is spent by the first; the second one is told so.
      const cookies = renewSession(fixtures);
      fixtures.clerk.reset();
      const body = { object: 'cookies', cookies };
      fixtures.clerk.fail({ operation: OPERATIONS.refresh, status: 200, body, times: 1 });
      fixtures.clerk.fail({ operation: OPERATIONS.refresh, status: 401, body: { errors: [{ code: 'spent' }] } });
      const answer = await get('/', null, { ...browserCookies(fixtures.tokens.expired), ...headers });
      expect(answer.status).toBe(status);
      expect(callsOf(fixtures.clerk, OPERATIONS.refresh)).toBe(2);
      expect(cookiesOf(answer).slice(0, cookies.length)).toEqual(cookies);
      if (status === 200) expect(answer.headers['cache-control']).toBe('private, no-store');
    });
  });

  it('varies a handshake for a cross-origin script by Origin and Cookie', async () => {
    const { get, fixtures } = await environments.open({ routes: [{ path: '/' }] });
    const directives = renewSession(fixtures);
    fixtures.clerk.fail({ operation: OPERATIONS.handshake, status: 200, body: { directives } });
    const { headers } = await get('/?__clerk_handshake_nonce=n', null, { origin: 'null' });
    expect([headers['access-control-allow-origin'], headers['vary'], headers['cache-control']]).toEqual([
      'null',
      'Origin, Cookie',
      'private, no-store',
    ]);
  });
}
