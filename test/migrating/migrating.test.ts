/** An application moves from `@clerk/express` to Bailiff: the same requests get the same answers. */
import { createServer } from 'node:http';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listen, originOf } from '../support/listen.js';
import { createApp as createAfter } from './after.js';
import { createApp as createBefore } from './before.js';

// `@clerk/backend` looks when it is loaded. Tests tell nobody of themselves.
vi.hoisted(() => {
  process.env['CLERK_TELEMETRY_DISABLED'] = '1';
});

const SEED = {
  users: [{ id: 'user_ada', first_name: 'Ada', last_name: 'Acorn', email_address: 'ada@example.com' }],
  organizations: [
    { id: 'org_acorn', name: 'Acorn', slug: 'acorn', members: [{ user: 'user_ada', role: 'org:admin' }] },
  ],
};
let clerk: LocalInstance;
const closing: (() => unknown)[] = [];
const urls: Record<'before' | 'after', string> = { before: '', after: '' };

beforeAll(async () => {
  clerk = await startLocalInstance({ seed: SEED });
  vi.stubEnv('CLERK_WEBHOOK_SIGNING_SECRET', clerk.webhookSigningSecret);
  const { secretKey, publishableKey, apiUrl } = clerk;
  for (const [name, create] of [['before', createBefore] as const, ['after', createAfter] as const]) {
    const server = createServer(create({ secretKey, publishableKey, apiUrl }));
    await listen(server);
    urls[name] = originOf(server);
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const close of closing) close();
  await clerk.close();
});

interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function ask(url: string, { path, method = 'GET', headers = {}, body }: Ask) {
  const init = { method, headers, redirect: 'manual' as const, ...(body !== undefined && { body }) };
  const response = await fetch(url + path, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
}

/** Sends a request to both applications. */
async function both(request: Ask) {
  const before = await ask(urls.before, request);
  expect(await ask(urls.after, request)).toEqual(before);
  return before;
}

const json = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });

describe('an application that moved', () => {
  it('recognizes the same users', async () => {
    const token = await clerk.createSessionToken({ userId: 'user_ada', orgId: 'org_acorn', role: 'org:admin' });
    const { cookieHeader } = await clerk.signIn('user_ada');
    expect((await both({ path: '/', headers: json(token) })).body).toBe('Welcome back');
    expect((await both({ path: '/' })).body).toBe('Hello');
    expect(await both({ path: '/me', headers: json(token) })).toEqual({
      status: 200,
      body: { userId: 'user_ada', orgId: 'org_acorn', orgRole: 'org:admin' },
    });
    expect((await both({ path: '/me', headers: { cookie: cookieHeader } })).status).toBe(200);
  });

  it('refuses the same callers', async () => {
    const expired = await clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: -60 });
    const { secret } = await clerk.createApiKey({ subject: 'user_ada', scopes: ['usage:read'] });
    for (const token of ['', 'garbage', `${expired}`, `${expired.slice(0, -4)}AAAA`, secret])
      expect(await both({ path: '/me', headers: json(token) })).toEqual({
        status: 401,
        body: { error: 'unauthorized' },
      });
    expect((await both({ path: '/nowhere' })).status).toBe(404);
  });

  it('makes the same Backend API calls', async () => {
    const headers = json(await clerk.createSessionToken({ userId: 'user_ada', orgId: 'org_acorn' }));
    expect((await both({ path: '/me/name', headers })).body).toEqual({ name: 'Ada Acorn', email: 'ada@example.com' });
    const plan = { path: '/me/plan', method: 'PATCH', headers, body: '{"plan":"pro"}' };
    expect((await both(plan)).body).toEqual({ plan: 'pro' });
    const ghost = json(await clerk.createSessionToken({ userId: 'user_ghost' }));
    clerk.fail({ operation: 'GetUser', status: 404, times: 2 });
    expect((await both({ path: '/me/name', headers: ghost })).status).toBe(500);
  });

  it('guards by permission and by the organization in the path', async () => {
    const permissions = ['org:invoices:read', 'org:invoices:manage'];
    const member = { userId: 'user_ada', orgId: 'org_acorn' };
    const may = json(await clerk.createSessionToken({ ...member, role: 'org:billing', permissions }));
    const mayNot = json(await clerk.createSessionToken({ ...member, role: 'org:guest', permissions: [] }));
    const create = { path: '/orgs/org_acorn/invoices', method: 'POST', body: '{"total":12}' };
    expect((await both({ ...create, headers: may })).body).toEqual({
      ...{ id: 'inv_1', orgId: 'org_acorn', total: 12, by: 'user_ada' },
    });
    expect(await both({ ...create, headers: mayNot })).toEqual({ status: 403, body: { error: 'forbidden' } });
    expect((await both(create)).status).toBe(401);
    expect((await both({ path: '/orgs/org_acorn/invoices', headers: may })).body).toHaveLength(1);
    expect((await both({ path: '/orgs/org_oak/invoices', headers: may })).status).toBe(404);
    expect((await both({ path: '/orgs/org_acorn/members', headers: may })).body).toContainEqual(
      expect.objectContaining({ userId: 'user_ada' }),
    );
  });

  it('lets API keys in on routes that name them, by scope', async () => {
    const { id, secret } = await clerk.createApiKey({ subject: 'user_ada', scopes: ['usage:read'] });
    const other = await clerk.createApiKey({ subject: 'user_ada', scopes: ['other'] });
    const user = await clerk.createSessionToken({ userId: 'user_ada' });
    const usage = (token: string) => both({ path: '/usage', headers: json(token) });
    expect((await usage(secret)).body).toEqual({ requests: 12, gone: 0, for: `key ${id}` });
    expect((await usage(other.secret)).status).toBe(403);
    expect((await usage(user)).status).toBe(401);
    expect((await usage('')).status).toBe(401);
  });

  it('accepts the same webhooks', async () => {
    const body = JSON.stringify({ type: 'user.deleted', object: 'event', data: { id: 'user_eve', deleted: true } });
    const at = new Date();
    const signature = new Webhook(clerk.webhookSigningSecret).sign('msg_1', at, body);
    const headers = {
      'content-type': 'application/json',
      'svix-id': 'msg_1',
      'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
      'svix-signature': signature,
    };
    const deliver = (text: string) => both({ path: '/webhooks/clerk', method: 'POST', headers, body: text });
    expect((await deliver(body)).status).toBe(204);
    expect((await deliver(body.replace('eve', 'ada'))).status).toBe(400);
  });

  it('answers 503 in an outage, where it answered 401 before', async () => {
    const other = await startLocalInstance();
    const { secretKey, publishableKey, apiUrl } = other;
    const headers = json(await other.createSessionToken({ userId: 'user_ada' }));
    other.fail({ operation: '*', status: 503 });
    const server = createServer(createAfter({ secretKey, publishableKey, apiUrl }));
    await listen(server);
    expect((await ask(originOf(server), { path: '/me', headers })).status).toBe(503);
    server.closeAllConnections();
    server.close();
    await other.close();
  });
});
