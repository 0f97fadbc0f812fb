/** `npm run example:vitest-tests`: your routes with real tokens and real signatures, no account, no network, no mocks. */
import { startLocalInstance } from 'bailiff-local';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from './app.js';

const clerk = await startLocalInstance();
let app: ReturnType<typeof createApp>;

beforeEach(() => {
  for (const [name, value] of Object.entries(clerk.env)) vi.stubEnv(name, value);
  app = createApp();
});
// Users, organizations, faults and the clock: back to the start, in microseconds.
afterEach(() => {
  clerk.reset();
  vi.unstubAllEnvs();
});
afterAll(() => clerk.close());

const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('GET /me', () => {
  it('tells users who they are', async () => {
    const { headers } = await clerk.signIn('user_ada');
    const response = await app.request('/me', { headers });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ userId: 'user_ada' });
  });

  it('knows a browser by its cookies', async () => {
    const { cookieHeader } = await clerk.signIn('user_ada');
    expect((await app.request('/me', { headers: { cookie: cookieHeader } })).status).toBe(200);
  });

  it('refuses strangers, and tokens that have expired', async () => {
    expect((await app.request('/me')).status).toBe(401);
    const old = await clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: -60 });
    expect((await app.request('/me', as(old))).status).toBe(401);
  });
});

describe('POST /invoices', () => {
  it.each([
    { permissions: ['org:invoices:manage'], status: 201 },
    { permissions: ['org:invoices:read'], status: 403 },
    { permissions: [], status: 403 },
  ])('answers $status to a member who may $permissions', async ({ permissions, status }) => {
    const token = await clerk.createSessionToken({ userId: 'user_ada', orgId: 'org_acorn', permissions });
    expect((await app.request('/invoices', { method: 'POST', ...as(token) })).status).toBe(status);
  });
});

describe('GET /reports', () => {
  it('takes API keys with the scope, and asks Clerk once', async () => {
    const { secret } = await clerk.createApiKey({ subject: 'user_ada', scopes: ['reports:read'] });
    for (let i = 0; i < 3; i++) expect((await app.request('/reports', as(secret))).status).toBe(200);
    expect(clerk.requests.filter(({ operation }) => operation === 'verifyApiKey')).toHaveLength(1);
  });

  it('answers 503 while Clerk is down: not 401, and not 200', async () => {
    const { secret } = await clerk.createApiKey({ subject: 'user_ada', scopes: ['reports:read'] });
    clerk.fail();
    expect((await app.request('/reports', as(secret))).status).toBe(503);
  });
});
