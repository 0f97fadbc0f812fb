/** What only Hono has: requests without a socket, and variables that come with the request. */
import type { BailiffEvent } from 'bailiff';
import { clerkMiddleware, getAuth, protectedResourceMetadata, requireAuth, verifyWebhook } from 'bailiff/hono';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callsOf, OPERATIONS, startClerk } from '../support/clerk.js';
import { honoApp, type Adapter } from './frameworks.js';
import { browserCookies, createFixtures, PUBLISHABLE_KEY, renewSession, type Fixtures } from './fixtures.js';

let fixtures: Fixtures;
beforeEach(async () => {
  fixtures = await createFixtures();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('app.fetch with a Request', () => {
  const routes = [{ path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] }];

  it('lets in and refuses as over a socket', async () => {
    const app = honoApp({ middleware: [[fixtures.options]], routes });
    expect((await app.request('/me', bearer(fixtures.tokens.admin))).status).toBe(200);
    expect((await app.request('/me', bearer(fixtures.tokens.forged))).status).toBe(401);
    const refused = await app.request('/me');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect((await app.request('http://localhost//me')).status).toBe(400);
  });

  it('adds headers to a response that the handler has made or fetched', async () => {
    const app = new Hono();
    app.use(clerkMiddleware(fixtures.options));
    const upstream = new Response('x', {
      headers: [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    });
    app.get('/', () => upstream);
    const answer = await app.request('/');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('x-clerk-auth-status')).toBe('signed-out');
  });

  it('renews nothing for an upgrade, whose answer could not set cookies', async () => {
    const app = honoApp({ middleware: [[fixtures.options]], routes });
    renewSession(fixtures);
    const headers = browserCookies(fixtures.tokens.expired);
    const upgrade = await app.request('/me', { headers: { ...headers, connection: 'Upgrade', upgrade: 'WebSocket' } });
    expect([upgrade.status, callsOf(fixtures.clerk, OPERATIONS.refresh)]).toEqual([401, 0]);
    expect([(await app.request('/me', { headers })).status, callsOf(fixtures.clerk, OPERATIONS.refresh)]).toEqual([
      200, 1,
    ]);
  });

  it.each([
    ['an error', new TypeError('PRIVATE'), 'PRIVATE'],
    ['undefined', undefined, 'Something was thrown that is no error (undefined).'],
  ])('reports a fault and runs no handler if the headers of the request throw %s', async (_, thrown, message) => {
    const found: BailiffEvent[] = [];
    const onEvent = (event: BailiffEvent) => void (event.type === 'fault' && found.push(event));
    const handle = vi.fn(() => ({}));
    const errors: unknown[] = [];
    const app = honoApp(
      { middleware: [[{ ...fixtures.options, onEvent }]], routes: [{ path: '/open', handle }] },
      errors,
    );
    const request = new Request('http://localhost/open');
    Object.defineProperty(request.headers, 'get', {
      value: () => {
        throw thrown as Error;
      },
    });
    const answer = await app.fetch(request);
    expect([answer.status, handle.mock.calls]).toEqual([500, []]);
    expect(errors).toEqual([expect.objectContaining({ message })]);
    expect(found).toMatchObject([{ during: 'request', error: { message } }]);
  });

  it('keeps the authentication in sub-applications', async () => {
    const inner = new Hono().get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
    const app = new Hono();
    app.use(clerkMiddleware(fixtures.options));
    app.route('/api', inner);
    const answer = await app.request('/api/me', bearer(fixtures.tokens.admin));
    expect(await answer.json()).toEqual({ userId: 'user_ada' });
  });

  it('answers a refused webhook by itself if the application does not catch the error, and a fault with 500', async () => {
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const app = new Hono();
    app.post('/hook', async (c) => c.json(await verifyWebhook(c, { signingSecret: `whsec_${btoa('some secret')}` })));
    app.post('/misspelt', async (c) => c.json(await verifyWebhook(c, { signingSecrets: 'x' } as object)));
    const stranger = await app.request('/hook', { method: 'POST', body: '{}' });
    expect([stranger.status, await stranger.json()]).toEqual([400, { error: 'headers-missing' }]);
    expect((await app.request('/misspelt', { method: 'POST', body: '{}' })).status).toBe(500);
    quiet.mockRestore();
  });

  it('verifies webhooks after the text was read, reports a consumed stream, and leaves the body readable', async () => {
    const app = new Hono();
    const secret = `whsec_${btoa('some secret')}`;
    app.post('/text', async (c) => {
      await c.req.text();
      return c.json(await code(() => verifyWebhook(c, { signingSecret: secret })));
    });
    app.post('/stream', async (c) => {
      await c.req.raw.text();
      return c.json(await code(() => verifyWebhook(c, { signingSecret: secret })));
    });
    app.post('/after', async (c) => {
      const refused = await code(() => verifyWebhook(c, { signingSecret: secret }));
      return c.json([refused, await c.req.text(), new TextDecoder().decode(await c.req.arrayBuffer())]);
    });
    const headers = {
      'svix-id': 'msg_1',
      'svix-timestamp': String(Math.floor(Date.now() / 1000)),
      'svix-signature': 'v1,x',
    };
    const post = async (path: string) => (await app.request(path, { method: 'POST', body: '{}', headers })).json();
    expect(await post('/text')).toBe('signature-mismatch');
    expect(await post('/stream')).toBe('raw-body-required');
    expect(await post('/after')).toEqual(['signature-mismatch', '{}', '{}']);
  });
});

async function code(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('on a runtime whose variables come with the request', () => {
  const bindings = () => ({
    CLERK_SECRET_KEY: fixtures.options.secretKey ?? '',
    CLERK_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
    CLERK_API_URL: fixtures.clerk.apiUrl,
  });
  const workerd = () => vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
  const createApp = () => {
    const app = new Hono();
    app.use(clerkMiddleware({ now: fixtures.clock }));
    app.get('/me', requireAuth(), (c) => c.json({ userId: getAuth(c).userId }));
    return app;
  };

  it('reads the variables with the first request and keeps the authenticator', async () => {
    workerd();
    const app = createApp();
    const env = bindings();
    for (let i = 0; i < 3; i++) {
      const answer = await app.request('/me', bearer(fixtures.tokens.admin), env);
      expect(await answer.json()).toEqual({ userId: 'user_ada' });
    }
    expect((await app.request('/me', bearer(fixtures.tokens.member), { ...env })).status).toBe(200);
    expect(callsOf(fixtures.clerk, OPERATIONS.jwks)).toBe(1);
  });

  it('shares nothing between different variables', async () => {
    workerd();
    const app = createApp();
    expect((await app.request('/me', bearer(fixtures.tokens.admin), bindings())).status).toBe(200);
    const another = await startClerk({ instanceType: 'development' });
    const other = { ...bindings(), CLERK_SECRET_KEY: another.secretKey, CLERK_API_URL: another.apiUrl };
    expect((await app.request('/me', bearer(fixtures.tokens.admin), other)).status).toBe(401);
    expect(callsOf(another, OPERATIONS.jwks)).toBe(1);
    await another.close();
  });

  it('S24: denies without variables', async () => {
    workerd();
    const app = createApp();
    const errors: unknown[] = [];
    app.onError((error, c) => {
      errors.push(error);
      return c.text('', 500);
    });
    expect((await app.request('/me', bearer(fixtures.tokens.admin), {})).status).toBe(500);
    expect(errors).toEqual([expect.objectContaining({ name: 'ConfigurationError' })]);
  });

  it('serves resource metadata by the publishable key of the bindings', async () => {
    workerd();
    const app = new Hono();
    app.use(protectedResourceMetadata({ resource: 'https://api.acornbooks.example' }));
    const answer = await app.request('/.well-known/oauth-protected-resource', {}, bindings());
    expect(await answer.json()).toMatchObject({ authorization_servers: ['https://clerk.acornbooks.example'] });
  });
});
