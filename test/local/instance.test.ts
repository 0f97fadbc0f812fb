import { request } from 'node:http';
import { createClerkClient, verifyToken } from '@clerk/backend';
import { startLocalInstance, UnsafeInstanceError, type LocalInstance } from 'bailiff-local';
import { describe, expect, it } from 'vitest';
import { answersTo, assertSafe, isLoopbackHost } from '../../packages/local/src/instance/safety.js';
import { startHttpServer } from '../../packages/local/src/server/http-server.js';
import { call, codeOf, decode, instances } from './support.js';

const start = instances();

function officialClient({ secretKey, publishableKey, apiUrl }: LocalInstance) {
  return createClerkClient({ secretKey, publishableKey, apiUrl, telemetry: { disabled: true } });
}

/** Over a socket, with headers that fetch would not send. */
function raw(clerk: LocalInstance, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${clerk.apiUrl}/v1/jwks`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('the environment of an application', () => {
  it('is complete, with keys that fit together', async () => {
    const clerk = await start();
    expect(clerk.env).toEqual({
      CLERK_SECRET_KEY: clerk.secretKey,
      CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
      CLERK_JWT_KEY: clerk.jwtKey,
      CLERK_API_URL: clerk.apiUrl,
      CLERK_WEBHOOK_SIGNING_SECRET: clerk.webhookSigningSecret,
    });
    expect(clerk.secretKey).toMatch(/^sk_test_\w{40}$/);
    const host = Buffer.from(clerk.publishableKey.slice('pk_test_'.length), 'base64').toString();
    expect(`http://${host}`).toBe(`${clerk.frontendApiUrl}$`);
    expect(decode(await clerk.createSessionToken()).payload['iss']).toBe(clerk.frontendApiUrl);
    expect(clerk.jwtKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(clerk.env.CLERK_WEBHOOK_SIGNING_SECRET).toMatch(/^whsec_/);
  });

  it('has no secret in the part for pages', async () => {
    const clerk = await start({ listen: false });
    const frontEnds = ['vite', 'react-router', 'tanstack-start', 'next', 'nuxt', 'astro', 'sveltekit'] as const;
    for (const frontEnd of frontEnds) {
      const env = clerk.frontEndEnv(frontEnd, { proxyUrl: clerk.frontendApiUrl });
      expect(Object.keys(env).every((name) => /^(VITE|NEXT_PUBLIC|NUXT_PUBLIC|PUBLIC)_CLERK_/.test(name))).toBe(true);
      expect(JSON.stringify(env)).not.toMatch(/sk_|whsec_|PRIVATE/);
      expect(Object.values(env)).toContain(clerk.publishableKey);
    }
    expect(clerk.frontEndEnv('vite')).toMatchObject({ VITE_CLERK_PROXY_URL: '/__clerk' });
    expect(() => clerk.frontEndEnv('constructor' as 'vite')).toThrow(/one of: vite/);
  });

  it('has live keys on a production instance, which creates no sessions over the API', async () => {
    const clerk = await start({ listen: false, instanceType: 'production' });
    expect([clerk.secretKey.slice(0, 8), clerk.publishableKey.slice(0, 8), clerk.instanceType]).toEqual([
      'sk_live_',
      'pk_live_',
      'production',
    ]);
    const user = await call(clerk, 'POST', '/v1/users', { first_name: 'Ada' });
    expect((await call(clerk, 'POST', '/v1/sessions', { user_id: user.json['id'] })).status).toBe(400);
  });

  it('creates sessions over the API for existing users, in their organizations', async () => {
    const clerk = await start({ listen: false });
    await clerk.createSessionToken({ userId: 'user_1', orgId: 'org_1' });
    await clerk.createSessionToken({ userId: 'user_2' });
    const create = (body: object) => call(clerk, 'POST', '/v1/sessions', body);
    expect((await create({ user_id: 'user_1', active_organization_id: 'org_1' })).json).toMatchObject({
      last_active_organization_id: 'org_1',
      status: 'active',
    });
    expect((await create({ user_id: 'user_2', active_organization_id: 'org_1' })).status).toBe(422);
    expect((await create({ user_id: 'user_none' })).status).toBe(404);
    expect((await create({})).status).toBe(422);
  });

  it('has the given port, or an error if it is in use', async () => {
    const first = await start();
    const port = Number(new URL(first.apiUrl).port);
    await expect(startLocalInstance({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.close();
    const second = await start({ port });
    expect(second.apiUrl).toBe(`http://127.0.0.1:${String(port)}`);
  });

  it('is separate for a hundred instances in a process', { timeout: 120_000 }, async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => start({ listen: false })));
    await Promise.all(all.map((clerk, i) => call(clerk, 'POST', '/v1/users', { first_name: String(i) })));
    const names = await Promise.all(
      all.map(async (clerk) =>
        ((await call(clerk, 'GET', '/v1/users')).json as unknown as { first_name: string }[]).map(
          (user) => user.first_name,
        ),
      ),
    );
    expect(names).toEqual(all.map((_, i) => [String(i)]));
    expect(new Set(all.map((clerk) => clerk.jwtKey)).size).toBe(100);
    expect(new Set(all.map((clerk) => clerk.secretKey)).size).toBe(100);
  });
});

describe('row 17: signIn', () => {
  it('gives headers and cookies of a browser that the official client recognizes', async () => {
    const clerk = await start();
    const client = officialClient(clerk);
    const { headers, cookieHeader, cookies, token, user, session } = await clerk.signIn('user_ada', {
      org: 'org_acme',
      role: 'admin',
      permissions: ['org:a:b'],
    });
    expect(user).toMatchObject({ id: 'user_ada', last_sign_in_at: expect.any(Number) as number });
    expect(headers).toEqual({ authorization: `Bearer ${token}` });
    expect(cookies['__session']).toBe(token);
    for (const sent of [headers, { cookie: cookieHeader }]) {
      const state = await client.authenticateRequest(new Request('http://app.test/', { headers: sent }));
      expect(state.toAuth()).toMatchObject({
        userId: 'user_ada',
        sessionId: session.id,
        orgId: 'org_acme',
        orgRole: 'org:admin',
        orgPermissions: ['org:a:b'],
      });
    }
  });

  it('accepts ids, new users and user objects', async () => {
    const clerk = await start({ listen: false });
    const { user } = await clerk.signIn({ email_address: ['ada@example.test'], first_name: 'Ada' });
    expect((await call(clerk, 'GET', `/v1/users/${user.id}`)).json).toMatchObject({ first_name: 'Ada' });
    const again = await clerk.signIn(user, { org: { id: 'org_1' } });
    expect(again.user.id).toBe(user.id);
    expect(decode(again.token).payload).toMatchObject({ o: { id: 'org_1', rol: 'member' } });
    expect((await call(clerk, 'GET', '/v1/users/count')).json).toMatchObject({ total_count: 1 });
    expect((await clerk.signIn()).user.id).toMatch(/^user_\w{27}$/);
  });

  it('in-process fetch reaches this instance only', async () => {
    const clerk = await start({ listen: false });
    const response = await clerk.fetch(new URL('/v1/jwks', clerk.apiUrl), {
      headers: { authorization: `Bearer ${clerk.secretKey}` },
    });
    expect(response.status).toBe(200);
    await expect(clerk.fetch('https://api.clerk.com/v1/jwks')).rejects.toThrow('fetch failed');
    await expect(fetch(`${clerk.apiUrl}/v1/jwks`)).rejects.toThrow('fetch failed');
  });
});

describe('row 18: strict keys', () => {
  it('answers 401 for a wrong or missing secret key, with and without /v1', async () => {
    const clerk = await start({ listen: false });
    for (const path of ['/v1/jwks', '/jwks', '/v1/users', '/api_keys/verify', '/v1/api_keys/verify']) {
      const method = path.endsWith('verify') ? 'POST' : 'GET';
      const wrong = await call(
        clerk,
        method,
        path,
        method === 'POST' ? { secret: 'ak_x' } : undefined,
        'sk_test_wrong',
      );
      expect([wrong.status, codeOf(wrong)], path).toEqual([401, 'clerk_key_invalid']);
      expect((await clerk.fetch(clerk.apiUrl + path, { method })).status, path).toBe(401);
      expect((await call(clerk, method, path, method === 'POST' ? { secret: 'ak_x' } : undefined)).status, path).toBe(
        method === 'POST' ? 404 : 200,
      );
    }
  });

  it('answers JSON as exactly application/json', async () => {
    const clerk = await start();
    const answers = [
      await fetch(`${clerk.apiUrl}/v1/jwks`),
      await fetch(`${clerk.apiUrl}/v1/jwks`, { headers: { authorization: `Bearer ${clerk.secretKey}` } }),
    ];
    expect(answers.map((answer) => [answer.status, answer.headers.get('content-type')])).toEqual([
      [401, 'application/json'],
      [200, 'application/json'],
    ]);
  });

  it('refuses tokens and keys of another instance', async () => {
    const [a, b] = [await start({ seed: 1 }), await start({ seed: 2 })];
    const token = await a.createSessionToken({ userId: 'user_1' });
    await expect(verifyToken(token, { jwtKey: a.jwtKey })).resolves.toMatchObject({ sub: 'user_1' });
    await expect(verifyToken(token, { jwtKey: b.jwtKey })).rejects.toMatchObject({ reason: 'token-invalid-signature' });
    await expect(verifyToken(token, { secretKey: b.secretKey, apiUrl: b.apiUrl })).rejects.toMatchObject({
      reason: 'jwk-kid-mismatch',
    });
    const { secret } = await a.createApiKey({ subject: 'user_1' });
    expect((await call(a, 'POST', '/api_keys/verify', { secret })).status).toBe(200);
    expect((await call(b, 'POST', '/api_keys/verify', { secret })).status).toBe(404);
    expect((await call(b, 'GET', '/v1/users', undefined, a.secretKey)).status).toBe(401);
  });
});

describe('row 20: the request log', () => {
  it('has every request, by operation, without secrets', async () => {
    const clerk = await start();
    expect(clerk.requests).toEqual([]);
    const { token } = await clerk.createM2MToken();
    expect(clerk.requests).toEqual([]);
    await call(clerk, 'POST', '/m2m_tokens/verify', { token });
    await fetch(`${clerk.apiUrl}/v1/users?limit=5`, {
      headers: { authorization: `Bearer ${clerk.secretKey}`, cookie: `__session=${token}; a=b` },
    });
    await clerk.fetch(`${clerk.apiUrl}/v1/clients/handshake_payload?nonce=very-secret`);
    await clerk.fetch(`${clerk.apiUrl}/.well-known/jwks.json`);
    await clerk.fetch(`${clerk.apiUrl}/v1/nowhere`, { method: 'PUT' });
    expect(
      clerk.requests.map(({ method, path, query, operation, status }) => [method, path, query, operation, status]),
    ).toEqual([
      ['POST', '/m2m_tokens/verify', '', 'verifyM2MToken', 200],
      ['GET', '/v1/users', '?limit=5', 'GetUserList', 200],
      ['GET', '/v1/clients/handshake_payload', '?nonce=[redacted]', 'GetHandshakePayload', 401],
      ['GET', '/.well-known/jwks.json', '', null, 200],
      ['PUT', '/v1/nowhere', '', null, 404],
    ]);
    expect(clerk.requests[1]?.headers).toMatchObject({
      authorization: 'Bearer sk_test_[redacted]',
      cookie: '__session=[redacted]; a=[redacted]',
    });
    const all = JSON.stringify(clerk.requests);
    for (const secret of [clerk.secretKey, token, 'very-secret']) expect(all).not.toContain(secret);
    clerk.reset();
    expect(clerk.requests).toEqual([]);
  });
});

describe('row 22: safety', () => {
  it('does not start on addresses that strangers could reach', () => {
    const safe = { host: '127.0.0.1', secretKey: undefined, nodeEnv: undefined, force: false };
    const refused = [
      { host: '0.0.0.0' },
      { host: '192.168.1.5' },
      { host: 'example.com' },
      { nodeEnv: 'production' },
      { secretKey: 'sk_live_abc' },
      { secretKey: 'live_abc' },
    ];
    for (const facts of refused) {
      const check = (force: boolean) => () => {
        assertSafe({ ...safe, ...facts, force });
      };
      expect(check(false), JSON.stringify(facts)).toThrow(UnsafeInstanceError);
      expect(check(true), JSON.stringify(facts)).not.toThrow();
    }
    for (const facts of [
      {},
      { host: 'localhost' },
      { host: '::1' },
      { nodeEnv: 'test' },
      { secretKey: 'sk_test_abc' },
    ]) {
      expect(() => {
        assertSafe({ ...safe, ...facts });
      }, JSON.stringify(facts)).not.toThrow();
    }
  });

  it('refuses its unsafe options, and starts if forced', async () => {
    await expect(startLocalInstance({ secretKey: 'sk_live_x' })).rejects.toThrow(UnsafeInstanceError);
    await expect(startLocalInstance({ host: '0.0.0.0' })).rejects.toThrow(UnsafeInstanceError);
    const forced = await start({ secretKey: 'sk_live_x', force: true });
    expect((await call(forced, 'GET', '/v1/jwks', undefined, 'sk_live_x')).status).toBe(200);
  });

  it('recognizes names of this machine', () => {
    for (const name of ['127.0.0.1', '127.8.9.1', 'localhost', 'app.localhost', '::1', '[::1]', 'LOCALHOST'])
      expect(isLoopbackHost(name), name).toBe(true);
    for (const name of [
      '',
      '127.0.0.1.evil.test',
      'localhost.evil.test',
      '0.0.0.0',
      '10.0.0.1',
      'xlocalhost',
      '1127.0.0.1',
    ])
      expect(isLoopbackHost(name), name).toBe(false);
  });

  it('refuses requests that name a foreign host (DNS rebinding)', async () => {
    const clerk = await start();
    const authorization = `Bearer ${clerk.secretKey}`;
    const { host } = new URL(clerk.apiUrl);
    expect(await raw(clerk, { authorization, host })).toBe(200);
    expect(await raw(clerk, { authorization, host: 'localhost:1' })).toBe(200);
    expect(await raw(clerk, { authorization, host: 'evil.test' })).toBe(421);
    expect(await raw(clerk, { authorization, host: `127.0.0.1.evil.test` })).toBe(421);
  });

  it('accepts only host names that nobody on the internet can own, even if forced (DNS rebinding)', async () => {
    const clerk = await start({ host: '0.0.0.0', force: true });
    const authorization = `Bearer ${clerk.secretKey}`;
    const ask = (host: string) => raw(clerk, { authorization, host: `${host}:4000` });
    for (const host of ['localhost', '192.168.1.7', '[fd00::7]', 'clerk', 'build-01.local', 'clerk.ns.svc', '0.0.0.0'])
      expect(await ask(host), host).toBe(200);
    for (const host of ['evil.example', '192.168.1.7.evil.example', 'local.evil.example', 'evil.localx', 'a.local.'])
      expect(await ask(host), host).toBe(421);
    expect(answersTo('clerk.example.com', { host: 'clerk.example.com', force: true })).toBe(true);
    expect(answersTo('clerk', { host: '127.0.0.1', force: false })).toBe(false);
  });

  it('survives an answer that cannot be written', async () => {
    const late = (body: string) => Promise.resolve({ status: 200, headers: [['X-Text', body]] as const, body });
    const server = await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      acceptsHost: () => true,
      handle: ({ path }) => late(path === '/good' ? 'good' : '\u2028'),
      sawTls: () => undefined,
    });
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${String(server.port)}${path}`)).status;
    expect([await ask('/bad'), await ask('/good')]).toEqual([500, 200]);
    await server.close();
  });

  it('refuses bodies that no client sends', async () => {
    const clerk = await start();
    const send = (size: number) =>
      fetch(`${clerk.apiUrl}/v1/users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
        body: ' '.repeat(size),
      });
    expect((await send(10)).status).toBe(400);
    const huge = await send(17 * 1024 * 1024).then(
      (response) => response.status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(huge);
  });
});
