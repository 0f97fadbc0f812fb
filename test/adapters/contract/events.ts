/** Events tell the truth: a denial is told once and for the final answer, with the part that failed and the request that it was. */
import { anyOf, type BailiffEvent, type Denial } from 'bailiff';
import { describe, expect, it } from 'vitest';
import type { Adapter, Framework } from '../frameworks.js';
import { browserCookies, type TokenName } from '../fixtures.js';
import { createEnvironments } from './harness.js';

const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document' };
const TRACE_PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const guarded = (path: string, requirement?: object) => ({
  path,
  guards: [(adapter: Adapter) => adapter.requireAuth(requirement ?? {})],
});

/** One route for each part of a requirement, and a caller whom it turns away for that part alone. */
const PARTS: Readonly<Record<string, readonly [requirement: object, caller: TokenName]>> = {
  kind: [{ token: 'm2m_token' }, 'admin'],
  role: [{ role: 'org:owner' }, 'admin'],
  permission: [{ role: 'org:member', permission: 'org:invoices:manage' }, 'member'],
  feature: [{ plan: 'pro', feature: 'export' }, 'admin'],
  plan: [{ plan: 'enterprise' }, 'admin'],
  scope: [{ token: 'api_key', scope: 'nothing:read' }, 'apiKey'],
  reverification: [{ reverification: 'strict' }, 'stale'],
  check: [{ role: 'org:admin', check: () => false }, 'admin'],
};

export function events(framework: Framework): void {
  const environments = createEnvironments(framework);
  const routes = [
    { path: '/open' },
    guarded('/me'),
    guarded('/machine', { token: 'api_key' }),
    guarded('/either', anyOf({ role: 'org:owner' }, { token: 'm2m_token' })),
    guarded('/page', { redirect: true }),
    guarded('/orders/:id'),
    ...Object.entries(PARTS).map(([part, [requirement]]) => guarded(`/part/${part}`, requirement)),
  ];

  async function open(more: object = {}) {
    const told: BailiffEvent[] = [];
    const environment = await environments.open({ routes }, ({ options }) => [
      [{ ...options, signInUrl: 'https://app.test/in', onEvent: (event: BailiffEvent) => told.push(event), ...more }],
    ]);
    const ofType = <T extends BailiffEvent['type']>(type: T) =>
      told.filter((event): event is Extract<BailiffEvent, { type: T }> => event.type === type);
    return { ...environment, told, ofType };
  }

  describe('a request that ends well', () => {
    it.each<[string, TokenName | null]>([
      ['/me', 'admin'],
      ['/machine', 'apiKey'],
      ['/open', null],
      ['/open', 'admin'],
      ['/open', 'tampered'],
      ['/open', 'apiKey'],
    ])('%s with %s emits no denial', async (path, credential) => {
      const { get, ofType } = await open();
      expect((await get(path, credential)).status).toBe(200);
      expect(ofType('denied')).toEqual([]);
    });

    it('emits one authentication for a good API key', async () => {
      const { get, told } = await open();
      expect((await get('/machine', 'apiKey')).status).toBe(200);
      const decided = told.filter(({ type }) => /authenticated|denied/.test(type));
      expect(decided).toMatchObject([{ type: 'authenticated', tokenType: 'api_key', subject: 'user_ada' }]);
    });

    it('emits one unauthenticated request on a route without a guard', async () => {
      const { get, told } = await open();
      await get('/open');
      await get('/open', 'tampered');
      expect(told.filter(({ type }) => /authenticated|denied/.test(type))).toMatchObject([
        { type: 'unauthenticated', status: 'signed-out', reason: 'dev-browser-missing' },
        { type: 'unauthenticated', status: 'signed-out', reason: 'token-invalid-signature' },
      ]);
    });

    it('emits no denial for a handshake', async () => {
      const { get, fixtures, ofType } = await open();
      const cookies = browserCookies(fixtures.tokens.expired).cookie.replace(/__refresh[^;]*; /, '');
      expect((await get('/me', null, { ...PAGE, cookie: cookies })).status).toBe(307);
      expect(ofType('denied')).toEqual([]);
      expect(ofType('handshake')).toMatchObject([{ step: 'started', method: 'GET' }]);
      expect(ofType('unauthenticated')).toMatchObject([{ status: 'handshake' }]);
    });
  });

  describe('a denial', () => {
    it.each<[string, TokenName | null, object]>([
      ['/me', null, { status: 401, missing: null }],
      ['/me', 'tampered', { status: 401, reason: 'token-invalid-signature', missing: null }],
      ['/me', 'apiKey', { status: 401, reason: 'token-type-mismatch', missing: 'kind' }],
      ['/machine', 'unknownApiKey', { status: 401, reason: 'token-invalid', tokenType: 'api_key', missing: null }],
      ['/either', 'admin', { status: 403, missing: 'role' }],
    ])('%s with %s is emitted once', async (path, credential, expected) => {
      const { get, ofType } = await open();
      const answer = await get(path, credential);
      expect(ofType('denied')).toMatchObject([{ by: 'guard', ...expected }]);
      expect(ofType('denied')[0]?.status).toBe(answer.status);
    });

    it('is emitted once for a redirect to the sign-in page and once for an outage', async () => {
      const { get, fixtures, ofType } = await open({ secretKey: 'sk_test_another', publishableKey: null });
      expect((await get('/page', null, PAGE)).status).toBe(302);
      fixtures.goDown();
      expect((await get('/me', 'admin')).status).toBe(503);
      expect(ofType('denied')).toMatchObject([
        { by: 'guard', status: 302 },
        { by: 'guard', status: 503 },
      ]);
    });

    it.each(Object.entries(PARTS))('names the missing %s to event listeners and onDenied only', async (part, of) => {
      const denials: Denial[] = [];
      const onDenied = framework.answerDenied((denial) => {
        denials.push(denial);
        return { status: 418, body: denial };
      });
      const mute = await open();
      const answer = await mute.get(`/part/${part}`, of[1]);
      expect(mute.ofType('denied')).toMatchObject([{ missing: part }]);
      const { get, ofType } = await open({ onDenied });
      const replaced = await get(`/part/${part}`, of[1]);
      expect([replaced.status, denials[0]?.missing]).toEqual([418, part]);
      expect(ofType('denied')).toMatchObject([{ missing: part }]);
      for (const { headers, body } of [answer, replaced])
        expect(JSON.stringify([headers, body])).not.toMatch(/missing/);
    });
  });

  describe('the request of an event', () => {
    const ids = async (headers: Record<string, string>) => {
      const { get, ofType } = await open();
      await get('/me', null, headers);
      await get('/me', 'admin', headers);
      const found = [...ofType('denied'), ...ofType('authenticated'), ...ofType('unauthenticated')];
      expect(found).toHaveLength(3);
      expect(new Set(found.map(({ requestId }) => requestId)).size).toBe(1);
      return found[0]?.requestId;
    };

    it('has the id of traceparent, else of x-request-id, else none', async () => {
      expect(await ids({ traceparent: TRACE_PARENT, 'x-request-id': 'abc' })).toBe(TRACE_PARENT);
      expect(await ids({ 'x-request-id': 'Root=1-67891233-abcdef012345678912345678' })).toBe(
        'Root=1-67891233-abcdef012345678912345678',
      );
      expect(await ids({})).toBeNull();
    });

    it.each([
      ['a traceparent that is none', { traceparent: `${TRACE_PARENT}\t"`, 'x-request-id': 'abc' }, 'abc'],
      [
        'a trace of zeros',
        { traceparent: TRACE_PARENT.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)) },
        null,
      ],
      ['one that is too long', { 'x-request-id': 'a'.repeat(4_000) }, 'a'.repeat(128)],
      ['one with other characters', { 'x-request-id': 'a"b<c>\td; e' }, 'abcde'],
      ['nothing usable', { 'x-request-id': '"";' }, null],
      ['an API key', { 'x-request-id': 'ak_0123456789abcdef' }, null],
    ])('bounds %s', async (_name, headers, expected) => {
      expect(await ids(headers)).toBe(expected);
    });

    it('has its method, and its route if the framework knows it', async () => {
      const { get, ofType } = await open();
      const { knowsRoute } = framework;
      // Servers without routes have no parameters either.
      const [route, ...paths] =
        knowsRoute === 'nobody' ? ['/me', '/me', '/me'] : ['/orders/:id', '/orders/17', '/orders/18'];
      await get(paths[0]);
      await get(paths[1], 'admin');
      const early = knowsRoute === 'middleware' ? route : null;
      expect(ofType('denied')).toMatchObject([{ method: 'GET', route: knowsRoute === 'nobody' ? null : route }]);
      expect(ofType('authenticated')).toMatchObject([{ method: 'GET', route: early }]);
    });
  });
}
