/** What an application's own tests do with Bailiff, in the environment that test/realms.test.ts chooses. */
import { createServer, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuthUnavailableError, createAuthenticator, type BailiffEvent } from 'bailiff';
import { createBackendApi } from 'bailiff/api';
import {
  clerkMiddleware as expressMiddleware,
  requireAuth as expressGuard,
  verifyWebhook as expressWebhook,
} from 'bailiff/express';
import { clerkMiddleware as honoMiddleware, requireAuth as honoGuard } from 'bailiff/hono';
import { verifyWebhook } from 'bailiff/webhooks';
import { Hono } from 'hono';
import type expressPackage from 'express';
import { expect, it } from 'vitest';

/** As Node loads it: vitest cannot load all of it into a context of its own. */
const { createRequire } = process.getBuiltinModule('node:module');
const express = createRequire(import.meta.url)('express') as typeof expressPackage;

const given = JSON.parse(process.env['REALM_GIVEN'] ?? '{}') as {
  options: { secretKey: string; publishableKey: string; apiUrl: string };
  now: number;
  token: string;
  apiKey: string;
  userId: string;
  webhook: { headers: Record<string, string>; body: string; signingSecret: string };
};
const options = { ...given.options, now: () => given.now, logger: false as const };
const authorization = `Bearer ${given.token}`;
const webhookOptions = { signingSecret: given.webhook.signingSecret, now: () => given.now };

/** Through `node:http`: the environment's own `fetch` is not what is tested here. */
async function answerOf(
  listener: RequestListener,
  headers: Record<string, string>,
  body?: string,
): Promise<[number, string]> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((resolve, reject) => {
      const sent = request({ port, headers, method: body === undefined ? 'GET' : 'POST' }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => resolve([response.statusCode ?? 0, text]));
      });
      sent.on('error', reject).end(body);
    });
  } finally {
    server.close();
  }
}

it('verifies a session after a load of the keys', async () => {
  const events: BailiffEvent[] = [];
  const authenticator = createAuthenticator({ ...options, onEvent: (event) => events.push(event) });
  const state = await authenticator.authenticateRequest({
    method: 'GET',
    url: '/',
    header: (name) => (name === 'authorization' ? authorization : null),
  });
  expect(events.filter(({ type }) => type === 'fault')).toEqual([]);
  expect(state).toMatchObject({ status: 'signed-in', reason: null });
  await expect(authenticator.verifySessionToken(given.token.slice(0, -8) + 'AAAAAAAA')).rejects.toMatchObject({
    reason: 'token-invalid-signature',
  });
});

it('asks about an API key, and keeps the deadline', async () => {
  const authenticator = createAuthenticator({ ...options, acceptsToken: 'any' });
  await expect(authenticator.verifyApiKey(given.apiKey)).resolves.toMatchObject({ subject: 'user_ada' });
  const hanging = createAuthenticator({ ...options, fetch: () => new Promise(() => undefined) });
  await expect(hanging.verifyApiKey(given.apiKey)).rejects.toBeInstanceOf(AuthUnavailableError);
});

it('verifies a webhook over text, a Buffer and an ArrayBuffer, and refuses another body', async () => {
  const { headers, body } = given.webhook;
  const bytes = Buffer.from(body);
  for (const raw of [body, bytes, new Uint8Array(bytes)]) {
    await expect(verifyWebhook({ headers, body: raw }, webhookOptions)).resolves.toMatchObject({
      type: 'user.created',
    });
  }
  await expect(verifyWebhook({ headers, body: Buffer.from(`${body} `) }, webhookOptions)).rejects.toMatchObject({
    code: 'signature-mismatch',
  });
  await expect(verifyWebhook({ headers, body: JSON.parse(body) as string }, webhookOptions)).rejects.toMatchObject({
    code: 'raw-body-required',
  });
});

it('uploads a Blob, a Uint8Array and a Buffer', async () => {
  const { secretKey, apiUrl } = given.options;
  const api = createBackendApi({ secretKey, apiUrl, retries: 0, timeoutMs: 5_000 });
  const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  for (const file of [new Blob([new Uint8Array(png)]), new Uint8Array(png), Buffer.from(png)]) {
    await expect(api.users.setProfileImage(given.userId, { file })).resolves.toMatchObject({ id: given.userId });
  }
  const controller = new AbortController();
  controller.abort();
  await expect(api.users.get(given.userId, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
  await expect(api.users.get(given.userId, { signal: new AbortController().signal })).resolves.toMatchObject({
    id: given.userId,
  });
});

it('guards Express routes, and reads webhooks there', async () => {
  const app = express();
  app.use(expressMiddleware(options));
  app.post('/', express.raw({ type: () => true }), (req, res, next) => {
    expressWebhook(req, webhookOptions).then(({ type }) => res.send(type), next);
  });
  app.get('/', expressGuard(), (req, res) => void res.send(String((req.auth as { userId?: string }).userId)));
  expect(await answerOf(app, { authorization })).toEqual([200, given.userId]);
  expect((await answerOf(app, {}))[0]).toBe(401);
  expect(await answerOf(app, given.webhook.headers, given.webhook.body)).toEqual([200, 'user.created']);
});

it('guards Hono routes', async () => {
  const app = new Hono();
  app.use(honoMiddleware(options));
  app.get('/', honoGuard(), (c) => c.text(c.var.auth.userId));
  const ask = async (headers: Record<string, string>) => {
    const answer = await app.request('http://localhost/', { headers });
    return [answer.status, answer.status === 200 ? await answer.text() : ''];
  };
  expect(await ask({ authorization })).toEqual([200, given.userId]);
  expect((await ask({}))[0]).toBe(401);
});
