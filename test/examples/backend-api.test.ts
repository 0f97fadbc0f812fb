import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../../examples/backend-api/app.js';
import { listen, originOf } from '../support/listen.js';

let clerk: LocalInstance;
let server: Server;
let origin: string;
beforeAll(async () => {
  clerk = await startLocalInstance();
  const { secretKey, publishableKey, jwtKey, apiUrl, now } = clerk;
  const app = createApp({
    clerk: { secretKey, publishableKey, jwtKey, apiUrl, now },
    api: { secretKey, apiUrl, retries: 0 },
  });
  server = createServer(app);
  await listen(server);
  origin = originOf(server);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await clerk.close();
});

async function ask(method: string, path: string, token?: string, body?: object) {
  const response = await fetch(origin + path, {
    method,
    headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : null) as unknown };
}

it('a signed-in user sees and changes the profile that Clerk holds, without private metadata', async () => {
  const { token } = await clerk.signIn('user_ada');
  expect(await ask('PATCH', '/profile', token, { first_name: 'Ada' })).toEqual({
    status: 200,
    body: { first_name: 'Ada' },
  });
  const { status, body } = await ask('GET', '/profile', token);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: 'user_ada', first_name: 'Ada' });
  expect(body).not.toHaveProperty('private_metadata');
});

it('signed-out callers do not reach the API through it', async () => {
  const before = clerk.requests.length;
  expect((await ask('GET', '/profile')).status).toBe(401);
  const { secret } = await clerk.createApiKey({ subject: 'user_ada' });
  const asked = clerk.requests.length;
  expect((await ask('GET', '/profile', secret)).status).toBe(401);
  expect(clerk.requests.slice(before).filter(({ path }) => path.includes('/users/'))).toEqual([]);
  expect(clerk.requests.length - asked).toBe(0);
});

it('an administrator lists the members of the active organization, and a member does not', async () => {
  const admin = await clerk.createSessionToken({ userId: 'user_boss', orgId: 'org_1', role: 'org:admin' });
  const member = await clerk.createSessionToken({ userId: 'user_hand', orgId: 'org_1', role: 'org:member' });
  const { status, body } = await ask('GET', '/members', admin);
  expect(status).toBe(200);
  expect((body as { members: string[] }).members.sort()).toEqual(['user_boss', 'user_hand']);
  expect((await ask('GET', '/members', member)).status).toBe(403);
});

it('all sessions of the user are revoked, page after page', async () => {
  const { token } = await clerk.signIn('user_many');
  await clerk.signIn('user_many');
  expect((await ask('DELETE', '/sessions', token)).status).toBe(204);
  const revoked = clerk.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/revoke'));
  expect(revoked.length).toBeGreaterThanOrEqual(2);
});

it('answers 503, not 500 or 401, while the API is down', async () => {
  const { token } = await clerk.signIn('user_ada');
  clerk.fail({ operation: 'GetUser', status: 500, times: 1 });
  expect((await ask('GET', '/profile', token)).status).toBe(503);
  expect((await ask('GET', '/profile', token)).status).toBe(200);
});
