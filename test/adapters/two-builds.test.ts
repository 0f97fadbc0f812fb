/** A process may load this package twice, by `import` and by `require`: guards of one build meet the authenticator of the other. */
import { Hono } from 'hono';
import { expect, it, vi } from 'vitest';
import { clerkMiddleware, createAuthenticator, getAuth, requireAuth } from 'bailiff/hono';
import { createKey, sessionToken, T0 } from '../support/tokens.js';

it.each([
  [false, true, 401],
  [true, false, 200],
  [false, undefined, 200],
  [true, undefined, 401],
])('treats pending as signed out: %s by the options, %s by the guard', async (option, rule, status) => {
  vi.resetModules();
  const other = await import('bailiff');
  expect(other.createAuthenticator).not.toBe(createAuthenticator);
  const key = createKey();
  const authenticator = other.createAuthenticator({
    jwtKey: key.pem,
    now: () => T0,
    treatPendingAsSignedOut: option,
  });
  const asked = rule === undefined ? {} : { treatPendingAsSignedOut: rule };
  const app = new Hono()
    .use(clerkMiddleware(authenticator))
    .get('/me', requireAuth(asked), (c) => c.text('open'))
    .get('/read', (c) => c.json(getAuth(c, asked).isAuthenticated));
  const headers = { authorization: `Bearer ${sessionToken(key, { sts: 'pending' })}` };
  expect((await app.request('https://acornbooks.example/me', { headers })).status).toBe(status);
  expect(await (await app.request('https://acornbooks.example/read', { headers })).json()).toBe(status === 200);
});
