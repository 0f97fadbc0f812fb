/** As in a Worker: no `node:crypto`, and no `Buffer` to read tokens with. */
import { ConfigurationError, createAuthenticator } from 'bailiff';
import { clerkMiddleware, requireAuth } from 'bailiff/hono';
import { Hono } from 'hono';
import { expect, it, vi } from 'vitest';
import * as encodings from '../../src/verify/encoding.js';
import { keyFromPem } from '../../src/verify/pem.js';
import { createKey, sessionToken } from '../support/tokens.js';
import { describeWay } from './both-ways.js';

vi.mock('../../src/verify/signature.node.js', () => vi.importActual('../../src/verify/signature.js'));
vi.mock('../../src/verify/encoding.js', async () => {
  const encoding = await vi.importActual<typeof encodings>('../../src/verify/encoding.js');
  return { ...encoding, base64url: encoding.portableEncoding() };
});

it('uses the portable implementation', () => {
  expect(keyFromPem(createKey().pem)).toBeTypeOf('function');
  expect(encodings.base64url.bytes('AQID')?.constructor).toBe(Uint8Array);
});

it('denies and names the variable for a damaged key, however the token is sent', async () => {
  const key = createKey();
  const joined = key.pem.replace(/-----[A-Z ]+-----|\s/g, '');
  const publishableKey = 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA';
  const options = { secretKey: 'sk_live_portable', publishableKey, jwtKey: `${joined}AAAA` };
  const token = sessionToken(key, {}, {}, Date.now());
  const errors: unknown[] = [];
  const app = new Hono()
    .use(clerkMiddleware(options))
    .get('/me', requireAuth(), (c) => c.text('open'))
    .onError((error, c) => (errors.push(error), c.text('closed', 500)));
  const cookie = `__client_uat=${Math.floor(Date.now() / 1000) - 60}; __session=${token}`;
  for (const headers of [{ authorization: `Bearer ${token}` }, { cookie }] as Record<string, string>[]) {
    const answer = await app.request('https://acornbooks.example/me', { headers });
    expect([answer.status, await answer.text()]).toEqual([500, 'closed']);
  }
  expect((await app.request('https://acornbooks.example/me')).status).toBe(401);
  expect(errors).toHaveLength(2);
  for (const error of errors) expect(error).toBeInstanceOf(ConfigurationError);
  expect((errors[0] as Error).message).toMatch(/CLERK_JWT_KEY is damaged/);
  await expect(createAuthenticator(options).warmup()).rejects.toThrow((errors[0] as Error).message);
  await expect(createAuthenticator(options).verifySessionToken(token)).rejects.toThrow(ConfigurationError);

  const good = new Hono()
    .use(clerkMiddleware({ ...options, jwtKey: key.pem }))
    .get('/me', requireAuth(), (c) => c.text('open'));
  expect(
    (await good.request('https://acornbooks.example/me', { headers: { authorization: `Bearer ${token}` } })).status,
  ).toBe(200);
});

describeWay('through jose', { late: true });
