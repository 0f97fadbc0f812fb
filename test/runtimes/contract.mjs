/**
 * The contract, in plain JavaScript and Web standards alone, so that the very same file runs on every runtime from the
 * packed tarball. `runContract({ entryPoints, express, fastify })` gives a list of `{ name, ok, error }`; Express and Fastify take part where they are given.
 * `entryPoints`: what was imported, by name.
 */
import { createAuthenticator, AuthUnavailableError, TokenVerificationError } from 'bailiff';
import { createBackendApi } from 'bailiff/api';
import {
  anyOf,
  clerkMiddleware,
  getAuth,
  requireAuth,
  requirePermission,
  requireRole,
  requireScope,
} from 'bailiff/hono';
import { verifyWebhook } from 'bailiff/webhooks';
import { Hono } from 'hono';
import { getRuntimeKey } from 'hono/adapter';

const PUBLISHABLE_KEY = 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA';
const SECRET_KEY = 'sk_live_runtimeruntimeruntimeruntime';
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const encoder = new TextEncoder();

const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const base64url = (bytes) => base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const segment = (value) => base64url(encoder.encode(JSON.stringify(value)));

async function createInstance() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  const kid = 'ins_runtime';
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid, alg: 'RS256', use: 'sig' };
  delete jwk.key_ops;
  delete jwk.ext;
  const spki = base64(await crypto.subtle.exportKey('spki', publicKey));
  const pem = `-----BEGIN PUBLIC KEY-----\n${spki.match(/.{1,64}/g).join('\n')}\n-----END PUBLIC KEY-----`;
  const sign = async (header, payload) => {
    const input = `${segment({ alg: 'RS256', kid, typ: 'JWT', ...header })}.${segment(payload)}`;
    return `${input}.${base64url(await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, encoder.encode(input)))}`;
  };
  const now = () => Math.floor(Date.now() / 1000);
  const session = (changes = {}) =>
    sign(
      { cat: 'cl_B7d4PD111AAA' },
      {
        iss: 'https://clerk.acornbooks.example',
        sub: 'user_ada',
        sid: 'sess_1',
        azp: 'https://acornbooks.example',
        v: 2,
        sts: 'active',
        fva: [3, -1],
        iat: now() - 1,
        nbf: now() - 10,
        exp: now() + 60,
        jti: 'jti_1',
        o: { id: 'org_acorn', slg: 'acorn', rol: 'admin', per: 'read,manage', fpm: '1' },
        fea: 'o:invoices',
        pla: 'o:pro',
        ...changes,
      },
    );
  const m2m = () =>
    sign(
      { cat: 'cl_B7d4PD333AAA' },
      {
        iss: 'https://clerk.acornbooks.example',
        sub: 'mch_sender',
        scopes: 'mch_reports',
        aud: ['mch_reports'],
        jti: 'mt_1',
        iat: now(),
        nbf: now() - 10,
        exp: now() + 600,
      },
    );
  const oauth = () =>
    sign(
      { typ: 'at+jwt' },
      {
        iss: 'https://clerk.acornbooks.example',
        sub: 'user_ada',
        client_id: 'client_1',
        scope: 'profile',
        jti: 'oat_1',
        iat: now(),
        exp: now() + 600,
      },
    );
  return { jwk, pem, session, m2m, oauth };
}

/** Clerk's Backend API as a function: no runtime needs a second process. */
function createUpstream(instance) {
  const calls = [];
  const json = (body, status = 200) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const upstream = {
    calls,
    down: false,
    fetch: async (input, init) => {
      const url = new URL(typeof input === 'string' ? input : input.url);
      calls.push(url.pathname);
      if (upstream.down) throw new TypeError('fetch failed');
      if (url.pathname === '/v1/jwks') return json({ keys: [instance.jwk] });
      if (url.pathname === '/v1/users/user_ada')
        return json({ object: 'user', id: 'user_ada', authorization: new Headers(init.headers).get('authorization') });
      if (url.pathname === '/api_keys/verify') {
        const { secret } = JSON.parse(init.body);
        if (!secret.startsWith('ak_good'))
          return json({ errors: [{ code: 'resource_not_found', message: 'not found' }] }, 404);
        return json({
          object: 'api_key',
          id: 'ak_1',
          type: 'api_key',
          name: 'Reports',
          description: null,
          subject: 'user_ada',
          scopes: ['invoices:read'],
          claims: null,
          revoked: false,
          revocation_reason: null,
          expired: false,
          expiration: null,
          created_by: null,
          last_used_at: null,
          created_at: 1,
          updated_at: 1,
        });
      }
      return json({ errors: [{ code: 'resource_not_found', message: 'not found' }] }, 404);
    },
  };
  return upstream;
}

function equal(actual, expected, what) {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

async function thrown(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const ROUTES = (guards) => [
  ['/me', guards.requireAuth()],
  ['/admin', guards.requireRole('org:admin')],
  ['/owner', guards.requireRole('org:owner')],
  ['/read', guards.requirePermission('org:invoices:read')],
  ['/manage', guards.requirePermission('org:invoices:manage')],
  ['/scope', guards.requireScope('invoices:read')],
  ['/m2m', guards.requireAuth({ token: 'm2m_token', scope: 'mch_reports' })],
  ['/oauth', guards.requireAuth({ token: 'oauth_token', scope: 'profile' })],
  [
    '/mixed',
    guards.requireAuth(guards.anyOf({ permission: 'org:invoices:read' }, { token: 'api_key', scope: 'invoices:read' })),
  ],
];

/** Each row: what is sent, and what must be answered, on every adapter. */
async function rows(instance) {
  const good = await instance.session();
  const [m2m, oauth] = [await instance.m2m(), await instance.oauth()];
  const key = `ak_good${'a'.repeat(32)}`;
  return [
    ['/me', null, 401],
    ['/me', good, 200],
    ['/me', good, 200],
    ['/me', `${good.slice(0, -8)}AAAAAAAA`, 401],
    ['/me', await instance.session({ exp: Math.floor(Date.now() / 1000) - 60 }), 401],
    ['/me', 'garbage', 401],
    ['/me', m2m, 401],
    ['/me', oauth, 401],
    ['/me', key, 401],
    ['/admin', good, 200],
    ['/owner', good, 403],
    ['/read', good, 200],
    ['/manage', good, 403],
    ['/scope', key, 200],
    ['/scope', `ak_bad${'a'.repeat(32)}`, 401],
    ['/scope', good, 401],
    ['/m2m', m2m, 200],
    ['/m2m', good, 401],
    ['/oauth', oauth, 200],
    ['/oauth', m2m, 401],
    ['/mixed', good, 200],
    ['/mixed', key, 200],
    ['/mixed', m2m, 401],
  ];
}

export async function runContract({ entryPoints, express, fastify, listen }) {
  const results = [];
  const test = async (name, run) => {
    try {
      await run();
      results.push({ name, ok: true });
    } catch (error) {
      results.push({ name, ok: false, error: String(error?.stack ?? error) });
    }
  };
  const instance = await createInstance();
  const options = (upstream, more = {}) => ({
    secretKey: SECRET_KEY,
    publishableKey: PUBLISHABLE_KEY,
    fetch: upstream.fetch,
    ...more,
  });

  await test('every entry point exports something', async () => {
    const empty = Object.entries(entryPoints).filter(([, module]) => Object.keys(module).length === 0);
    equal([Object.keys(entryPoints).length > 3, empty], [true, []], 'entry points');
  });

  await test('core: a session token with a JWKS, cached', async () => {
    const upstream = createUpstream(instance);
    const authenticator = createAuthenticator(options(upstream));
    const request = new Request('https://acornbooks.example/me', {
      headers: { authorization: `Bearer ${await instance.session()}` },
    });
    for (let use = 0; use < 3; use++) {
      const state = await authenticator.authenticateRequest(request);
      equal(
        [state.status, state.auth.userId, state.auth.orgRole, state.auth.has({ permission: 'org:invoices:read' })],
        ['signed-in', 'user_ada', 'org:admin', true],
        'state',
      );
    }
    equal(upstream.calls, ['/v1/jwks'], 'calls');
  });

  await test('core: networkless with a PEM', async () => {
    const upstream = createUpstream(instance);
    const authenticator = createAuthenticator({ jwtKey: instance.pem.replaceAll('\n', '\\n'), fetch: upstream.fetch });
    equal((await authenticator.verifySessionToken(await instance.session())).sub, 'user_ada', 'sub');
    equal((await authenticator.verifyM2MToken(await instance.m2m())).scopes, ['mch_reports'], 'scopes');
    equal(upstream.calls, [], 'calls');
  });

  await test('core: session cookies', async () => {
    const authenticator = createAuthenticator(options(createUpstream(instance)));
    const cookie = `__client_uat=${Math.floor(Date.now() / 1000) - 100}; __session=${await instance.session()}`;
    const state = await authenticator.authenticateRequest(
      new Request('https://acornbooks.example/', { headers: { cookie } }),
    );
    equal([state.status, state.auth.userId], ['signed-in', 'user_ada'], 'state');
  });

  await test('core: errors', async () => {
    const upstream = createUpstream(instance);
    const authenticator = createAuthenticator(options(upstream));
    const bad = await thrown(authenticator.verifySessionToken('garbage'));
    equal([bad instanceof TokenVerificationError, bad.reason], [true, 'token-invalid'], 'error');
    upstream.down = true;
    const down = await thrown(authenticator.verifyApiKey(`ak_good${'a'.repeat(32)}`));
    equal(down instanceof AuthUnavailableError, true, 'error');
  });

  await test('hono: every row of the contract', async () => {
    const app = new Hono();
    app.use(clerkMiddleware(options(createUpstream(instance))));
    for (const [path, guard] of ROUTES({ anyOf, requireAuth, requirePermission, requireRole, requireScope }))
      app.get(path, guard, (c) => c.json({ as: c.var.auth.tokenType }));
    for (const [path, token, status] of await rows(instance)) {
      const response = await app.fetch(
        new Request(`https://acornbooks.example${path}`, {
          headers: token === null ? {} : { authorization: `Bearer ${token}` },
        }),
      );
      equal(response.status, status, `${path} with ${token?.slice(0, 12)}`);
      if (status === 401) equal(response.headers.get('www-authenticate').startsWith('Bearer'), true, 'challenge');
      await response.text();
    }
  });

  await test('hono: keys from bindings, body readable, 503 in an outage', async () => {
    const app = new Hono();
    // Only a Worker has bindings; elsewhere the environment is the process's, and keys must be there at creation.
    const keys = { secretKey: SECRET_KEY, publishableKey: PUBLISHABLE_KEY, jwtKey: instance.pem };
    app.use(getRuntimeKey() === 'workerd' ? clerkMiddleware() : clerkMiddleware(keys));
    app.post('/echo', requireAuth(), async (c) => c.json({ user: getAuth(c).userId, body: await c.req.json() }));
    const bindings = {
      CLERK_SECRET_KEY: SECRET_KEY,
      CLERK_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
      CLERK_JWT_KEY: instance.pem,
    };
    const post = async (token) =>
      app.fetch(
        new Request('https://acornbooks.example/echo', {
          method: 'POST',
          body: '{"a":1}',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        }),
        bindings,
      );
    const response = await post(await instance.session());
    equal([response.status, await response.json()], [200, { user: 'user_ada', body: { a: 1 } }], 'answer');

    const upstream = createUpstream(instance);
    upstream.down = true;
    const outage = new Hono();
    outage.use(clerkMiddleware(options(upstream)));
    outage.get('/me', requireAuth(), (c) => c.text('in'));
    const refused = await outage.fetch(
      new Request('https://acornbooks.example/me', {
        headers: { authorization: `Bearer ${await instance.session()}` },
      }),
    );
    equal([refused.status, refused.headers.has('retry-after')], [503, true], 'outage');
  });

  await test('api: a typed call', async () => {
    const api = createBackendApi({ secretKey: SECRET_KEY, fetch: createUpstream(instance).fetch });
    const user = await api.users.get('user_ada');
    equal([user.id, user.authorization], ['user_ada', `Bearer ${SECRET_KEY}`], 'user');
  });

  await test('api: code that is loaded when it is used', async () => {
    const asked = [];
    const fetch = async (url, { method, headers }) => {
      asked.push([method, new URL(url).pathname, headers.get('content-type')?.split(';')[0] ?? '-'].join(' '));
      return Response.json(url.includes('/users?') ? [{ id: 'user_ada' }, { id: 'user_bob' }] : {});
    };
    const api = createBackendApi({ secretKey: SECRET_KEY, fetch });
    const ids = [];
    for await (const { id } of api.users.list()) ids.push(id);
    await api.request({ method: 'POST', path: '/robots', body: {} });
    await api.users.setProfileImage('user_ada', { file: encoder.encode('GIF89a') });
    const wanted = [
      'GET /v1/users -',
      'POST /v1/robots application/json',
      'POST /v1/users/user_ada/profile_image multipart/form-data',
    ];
    equal([ids, asked], [['user_ada', 'user_bob'], wanted], 'requests');
  });

  await test('webhooks: a good signature and a changed body', async () => {
    const secret = 'whsec_YWNvcm4tYm9va3Mtd2ViaG9vay1kZW1vLWtleS0wMSE=';
    const body = '{"type":"user.created","object":"event","data":{"id":"user_a1"}}';
    const timestamp = String(Math.floor(Date.now() / 1000));
    const key = await crypto.subtle.importKey(
      'raw',
      encoder.encode('acorn-books-webhook-demo-key-01!'),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const signature = base64(await crypto.subtle.sign('HMAC', key, encoder.encode(`msg_1.${timestamp}.${body}`)));
    const request = (text) =>
      new Request('https://acornbooks.example/hook', {
        method: 'POST',
        body: text,
        headers: { 'svix-id': 'msg_1', 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` },
      });
    equal((await verifyWebhook(request(body), { signingSecret: secret })).type, 'user.created', 'event');
    await thrown(verifyWebhook(request(body.replace('a1', 'a2')), { signingSecret: secret }));
  });

  if (express !== undefined) {
    await test('express: every row of the contract, over a socket', async () => {
      const guards = await import('bailiff/express');
      const app = express();
      app.use(guards.clerkMiddleware(options(createUpstream(instance))));
      for (const [path, guard] of ROUTES(guards))
        app.get(path, guard, (req, res) => res.json({ as: req.auth.tokenType }));
      const { url, close } = await listen(app);
      try {
        for (const [path, token, status] of await rows(instance)) {
          const response = await fetch(url + path, {
            headers: token === null ? {} : { authorization: `Bearer ${token}` },
          });
          equal(response.status, status, `${path} with ${token?.slice(0, 12)}`);
          await response.text();
        }
      } finally {
        await close();
      }
    });
  }
  if (fastify !== undefined) {
    await test('fastify: every row of the contract, over a socket', async () => {
      const guards = await import('bailiff/fastify');
      const app = fastify();
      await app.register(guards.clerkMiddleware(options(createUpstream(instance))));
      for (const [path, guard] of ROUTES(guards))
        app.get(
          path,
          guards.guarded(guard, ({ auth }) => ({ as: auth.tokenType })),
        );
      const url = await app.listen({ port: 0, host: '127.0.0.1' });
      try {
        for (const [path, token, status] of await rows(instance)) {
          const response = await fetch(url + path, {
            headers: token === null ? {} : { authorization: `Bearer ${token}` },
          });
          equal(response.status, status, `${path} with ${token?.slice(0, 12)}`);
          await response.text();
        }
      } finally {
        await app.close();
      }
    });
  }
  return results;
}
