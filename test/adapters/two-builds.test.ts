/** A process may load this package twice, by `import` and by `require`: guards of one build meet the authenticator of the other. */
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import supertest from 'supertest';
import { expect, it, vi } from 'vitest';
import * as forExpress from 'bailiff/express';
import * as forFastify from 'bailiff/fastify';
import { clerkMiddleware, createAuthenticator, getAuth, requireAuth } from 'bailiff/hono';
import type { Authenticator } from 'bailiff';
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

type Send = (headers: Record<string, string>) => Promise<number>;

/** An application with the middleware of the other build, then that of this one, and a guard. */
const APPLICATIONS: Readonly<Record<string, (one: Authenticator, next: Authenticator) => Promise<Send>>> = {
  async Hono(one, next) {
    const other = await import('bailiff/hono');
    expect(other.clerkMiddleware).not.toBe(clerkMiddleware);
    const app = new Hono().use(other.clerkMiddleware(one)).use(clerkMiddleware(next));
    app.get('/me', requireAuth(), (c) => c.text('open'));
    return async (headers) => (await app.request('https://acornbooks.example/me', { headers })).status;
  },
  async Express(one, next) {
    const other = await import('bailiff/express');
    const app = express();
    app.use(other.clerkMiddleware(one)).use(forExpress.clerkMiddleware(next));
    app.get('/me', forExpress.requireAuth(), (_req, res) => void res.end('open'));
    return async (headers) => (await supertest(app).get('/me').set(headers)).status;
  },
  async Fastify(one, next) {
    const other = await import('bailiff/fastify');
    const app = fastify();
    await app.register(other.clerkMiddleware(one));
    await app.register(forFastify.clerkMiddleware(next));
    app.get('/me', { preHandler: forFastify.requireAuth() }, () => 'open');
    return async (headers) => (await app.inject({ url: '/me', headers })).statusCode;
  },
};

it.each(Object.keys(APPLICATIONS))('lets the last middleware decide if both builds have one on %s', async (name) => {
  vi.resetModules();
  const [key, foreign] = [createKey(), createKey()];
  const options = { jwtKey: key.pem, now: () => T0 };
  const [one, same] = [createAuthenticator(options), createAuthenticator({ ...options, clockSkewMs: 1_000 })];
  const strict = createAuthenticator({ ...options, audience: { value: 'api', sessionTokens: 'required' } });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  for (const [next, status] of [
    [one, 200],
    [same, 200],
    [strict, 401],
  ] as const) {
    const send = await APPLICATIONS[name]!(one, next);
    expect(await send(bearer(sessionToken(key)))).toBe(status);
    expect(await send(bearer(sessionToken(foreign)))).toBe(401);
    expect(await send({})).toBe(401);
  }
});
