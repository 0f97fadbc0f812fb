import { createClerkClient } from '@clerk/backend';
import { createAuthenticator } from 'bailiff';
import type { LocalInstance } from 'bailiff-local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../support.js';
import { CALLBACK, codeOf, OAuthClient, register as registerAt, VERIFIER, type Registered } from './oauth-support.js';
import { ADA, Browser, locationOf, startWithPeople } from './support.js';

const RESOURCE = 'http://127.0.0.1:3997/mcp';

let clerk: LocalInstance;
let application: Registered;

beforeEach(async () => {
  clerk = await startWithPeople();
  application = await register();
});
afterEach(() => clerk.close());

const at = (path: string) => `${clerk.frontendApiUrl}${path}`;
const register = (extra: Record<string, unknown> = {}) => registerAt(clerk, extra);
const client = () => new OAuthClient(clerk, application);

const authorizeUrl = (change?: Record<string, string | null>) => client().authorizeUrl(change);
const authorizeAs = (user: string, change?: Record<string, string | null>) => client().authorizeAs(user, change);
const exchange: OAuthClient['exchange'] = (...parts) => client().exchange(...parts);
const redeem: OAuthClient['redeem'] = (...parts) => client().redeem(...parts);
const refresh: OAuthClient['refresh'] = (...parts) => client().refresh(...parts);
const verify = (token: string) => client().verify(token);
const userinfo = (token: string) => client().userinfo(token);

/** Tokens that can be revoked. */
const opaque = () => {
  client().change({ access_token_format: 'opaque' });
};

describe('row 11: the whole flow', () => {
  it('goes from sign-in and consent in a browser to a token that works', async () => {
    const browser = new Browser();
    const toSignIn = locationOf(await browser.request(authorizeUrl()));
    expect(toSignIn.pathname).toBe('/sign-in');
    const redirect_url = toSignIn.searchParams.get('redirect_url') ?? '';
    const back = locationOf(await browser.submit(at('/sign-in'), { user_id: ADA, redirect_url }));
    expect(back.href).toBe(redirect_url);
    const page = await (await browser.request(back.href)).text();
    expect(page).toContain('Allow A &lt;b&gt;client&lt;/b&gt;?');
    expect(page).toContain('See your email address');

    const fields = Object.fromEntries(back.searchParams);
    const refused = locationOf(await browser.submit(at('/oauth/authorize'), { ...fields, decision: 'deny' }));
    expect(refused.searchParams.get('error')).toBe('access_denied');
    const answer = locationOf(await browser.submit(at('/oauth/authorize'), { ...fields, decision: 'allow' }));
    expect(answer.href.startsWith(CALLBACK)).toBe(true);
    expect(answer.searchParams.get('state')).toBe('s t&te');
    expect(answer.searchParams.get('iss')).toBe(clerk.frontendApiUrl);

    const { status, body, headers } = await redeem(codeOf(answer));
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'profile email' });
    expect(await (await userinfo(body.access_token)).json()).toMatchObject({
      sub: ADA,
      name: 'Ada Lovelace',
      email: 'ada@example.com',
    });
    expect(await verify(body.access_token)).toMatchObject({
      status: 200,
      body: { subject: ADA, client_id: application.client_id, scopes: ['profile', 'email'] },
    });
  });

  it('ignores an answer by a link', async () => {
    const browser = new Browser();
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const page = await (await browser.request(authorizeUrl({ decision: 'allow', organization_id: 'org_x' }))).text();
    expect(page).toContain('name="code_challenge"');
    expect(page).not.toMatch(/type="hidden" name="(decision|organization_id)"/);
  });

  it('accepts consent from its own form only', async () => {
    const browser = new Browser();
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const fields = { ...Object.fromEntries(new URL(authorizeUrl()).searchParams), decision: 'allow' };
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    const response = await browser.submit(at('/oauth/authorize'), fields, headers);
    expect(response.status).toBe(403);
    expect(response.headers.get('location')).toBeNull();
  });

  it('asks nothing for an application without consent, and says so if it may not ask', async () => {
    const browser = new Browser();
    const prompt = async () =>
      locationOf(await browser.request(authorizeUrl({ prompt: 'none' }))).searchParams.get('error');
    expect(await prompt()).toBe('login_required');
    await browser.submit(at('/sign-in'), { user_id: ADA });
    expect(await prompt()).toBe('consent_required');
    client().change({ consent_screen_enabled: false });
    expect(await prompt()).toBe('consent_required');
    client().change({ dynamically_registered: false });
    expect(codeOf(locationOf(await browser.request(authorizeUrl())))).not.toBe('');
    expect((await browser.request(authorizeUrl({ prompt: 'consent' }))).status).toBe(200);
    const again = locationOf(await browser.request(authorizeUrl({ prompt: 'login consent' })));
    const back = new URL(again.searchParams.get('redirect_url') ?? '');
    expect([again.pathname, back.searchParams.get('prompt')]).toEqual(['/sign-in', 'consent']);
    expect((await browser.request(back.href)).status).toBe(200);
  });
});

describe('an authorization request', () => {
  it.each([
    [{ client_id: 'unknown' }],
    [{ client_id: null }],
    [{ redirect_uri: 'https://evil.example/' }],
    [{ redirect_uri: `${CALLBACK}/more` }],
    [{ redirect_uri: 'http://127.0.0.1.evil.example:3998/callback' }],
    [{ redirect_uri: 'http://user@127.0.0.1:3998/callback' }],
    [{ redirect_uri: 'javascript:alert(1)' }],
  ])('redirects nowhere for an unknown client or address: %j', async (change) => {
    const response = await fetch(authorizeUrl(change), { redirect: 'manual', headers: { 'x-bailiff-user': ADA } });
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });

  it.each([
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ code_challenge: null }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: null }, 'invalid_request'],
    [{ code_challenge: 'short' }, 'invalid_request'],
    [{ scope: 'profile private_metadata' }, 'invalid_scope'],
    [{ prompt: 'none consent' }, 'invalid_request'],
    [{ resource: 'not a url' }, 'invalid_target'],
    [{ resource: `${RESOURCE}#part` }, 'invalid_target'],
  ])('reports an error to the client: %j -> %s', async (change, error) => {
    const location = await authorizeAs(ADA, change);
    expect(location.searchParams.get('error')).toBe(error);
    expect(location.searchParams.get('state')).toBe('s t&te');
    expect(codeOf(location)).toBe('');
  });

  it('may use another port of loopback, as native clients do', async () => {
    const redirect_uri = 'http://127.0.0.1:54321/callback';
    const location = await authorizeAs(ADA, { redirect_uri });
    expect(location.href.startsWith(redirect_uri)).toBe(true);
    expect((await redeem(codeOf(location))).body.error).toBe('invalid_grant');
    expect((await redeem(codeOf(await authorizeAs(ADA, { redirect_uri })), { redirect_uri })).status).toBe(200);
  });

  it('is refused for users that cannot sign in', async () => {
    clerk.state.table('users').update('user_bob', { banned: true });
    for (const user of ['user_bob', 'user_none']) {
      expect((await authorizeAs(user)).searchParams.get('error')).toBe('access_denied');
    }
  });
});

describe('a code', () => {
  it.each([
    [{ code_verifier: `${VERIFIER}x` }],
    [{ code_verifier: '' }],
    [{ redirect_uri: 'http://127.0.0.1:3998/other' }],
    [{ code: 'unknown' }],
  ])('is refused with %j', async (fields) => {
    const { status, body } = await redeem(codeOf(await authorizeAs(ADA)), fields);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'invalid_grant' });
    expect(body).not.toHaveProperty('access_token');
  });

  it('is refused without a verifier, for another client, and when it is old', async () => {
    const code = codeOf(await authorizeAs(ADA));
    const bare = await exchange({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
    expect(bare.body.error).toBe('invalid_grant');
    const other = await register();
    expect((await redeem(code, { client_id: other.client_id })).body.error).toBe('invalid_grant');
    clerk.advanceClock(10 * 60_000);
    expect((await redeem(code)).body.error).toBe('invalid_grant');
  });

  it('is valid once, and a second use revokes the tokens of the first', async () => {
    opaque();
    const code = codeOf(await authorizeAs(ADA));
    const { body } = await redeem(code);
    expect((await verify(body.access_token)).status).toBe(200);
    expect((await redeem(code)).body.error).toBe('invalid_grant');
    expect((await verify(body.access_token)).status).toBe(404);
    expect((await refresh(body.refresh_token)).body.error).toBe('invalid_grant');
  });
});

describe('a refresh token', () => {
  it('gives new tokens once, and its reuse revokes them all', async () => {
    opaque();
    const first = (await redeem(codeOf(await authorizeAs(ADA)))).body;
    const second = (await refresh(first.refresh_token)).body;
    expect(second.access_token).not.toBe(first.access_token);
    expect((await verify(second.access_token)).status).toBe(200);
    expect((await refresh(first.refresh_token)).body.error).toBe('invalid_grant');
    expect((await verify(second.access_token)).status).toBe(404);
    expect((await refresh(second.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('narrows the scope, but never widens it', async () => {
    const { body } = await redeem(codeOf(await authorizeAs(ADA)));
    expect((await refresh(body.refresh_token, { scope: 'profile notes:read' })).body.error).toBe('invalid_scope');
    const narrowed = await refresh(body.refresh_token, { scope: 'profile' });
    expect(narrowed.body.scope).toBe('profile');
    expect(await (await userinfo(narrowed.body.access_token)).json()).not.toHaveProperty('email');
  });

  it('gives no scope that the application has lost, while existing tokens keep it', async () => {
    const before = await client().tokensFor(ADA, { scope: 'email notes:read' });
    client().change({ scopes: 'profile email' });
    expect((await authorizeAs(ADA, { scope: 'notes:read' })).searchParams.get('error')).toBe('invalid_scope');
    expect((await refresh(before.refresh_token)).body.error).toBe('invalid_scope');
    expect((await verify(before.access_token)).body['scopes']).toEqual(['email', 'notes:read']);
    expect((await refresh(before.refresh_token, { scope: 'email' })).body.scope).toBe('email');
  });

  it('belongs to one client', async () => {
    const { body } = await redeem(codeOf(await authorizeAs(ADA)));
    const other = await register();
    expect((await refresh(body.refresh_token, { client_id: other.client_id })).body.error).toBe('invalid_grant');
  });
});

describe('a confidential client', () => {
  it.each(['client_secret_basic', 'client_secret_post'])('authenticates by %s', async (method) => {
    application = await register({ token_endpoint_auth_method: method });
    const { client_id, client_secret = '' } = application;
    const code = codeOf(await authorizeAs(ADA));
    const fields = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER };
    const proof = (secret: string) =>
      method === 'client_secret_post'
        ? exchange({ ...fields, client_secret: secret })
        : exchange(fields, { authorization: `Basic ${Buffer.from(`${client_id}:${secret}`).toString('base64')}` });
    expect(await exchange(fields)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await proof(`${client_secret}x`)).toMatchObject({ status: 401 });
    expect(await proof(client_secret)).toMatchObject({ status: 200 });
  });
});

describe('audience', () => {
  it('is the resource parameter, in both forms of token', async () => {
    for (const format of ['opaque', 'jwt']) {
      client().change({ access_token_format: format });
      const { body } = await redeem(codeOf(await authorizeAs(ADA, { resource: RESOURCE })), { resource: RESOURCE });
      const opened = clerk.state.keys.open(body.access_token);
      if (format === 'jwt') {
        expect(opened?.header['typ']).toBe('at+jwt');
        expect(opened?.payload).toMatchObject({
          sub: ADA,
          aud: [RESOURCE],
          client_id: application.client_id,
          scope: 'profile email',
        });
      } else {
        expect(body.access_token).toMatch(/^oat_/);
      }
      const info = await exchange({ token: body.access_token }, {}, '/oauth/token_info');
      expect(info.body).toMatchObject({ active: true, aud: [RESOURCE], sub: ADA });
    }
  });

  it('must have been granted', async () => {
    const code = codeOf(await authorizeAs(ADA, { resource: RESOURCE }));
    expect((await redeem(code, { resource: 'http://127.0.0.1:3996/other' })).body.error).toBe('invalid_target');
    expect((await redeem(code)).status).toBe(200);
  });
});

describe('tokens', () => {
  it('are JWTs unless application or instance say otherwise, and last a day', async () => {
    // The official library has the clock of the machine.
    clerk.clock.freeze(Date.now());
    const first = await client().tokensFor(ADA);
    const opened = clerk.state.keys.open(first.access_token);
    expect(opened?.header['typ']).toBe('at+jwt');
    expect(Number(opened?.payload['exp']) - Number(opened?.payload['iat'])).toBe(86_400);
    const authenticator = createAuthenticator({ jwtKey: clerk.jwtKey, now: clerk.now });
    expect(await authenticator.verifyOAuthToken(first.access_token)).toMatchObject({
      subject: ADA,
      scopes: ['profile', 'email'],
    });
    const { secretKey, publishableKey, apiUrl } = clerk;
    const official = createClerkClient({ secretKey, publishableKey, apiUrl, telemetry: { disabled: true } });
    const judge = async (token: string) => {
      const request = new Request('http://app.test/', { headers: { authorization: `Bearer ${token}` } });
      const state = await official.authenticateRequest(request, { acceptsToken: 'oauth_token' });
      expect(state.reason).toBeNull();
      return state.toAuth();
    };
    expect(await judge(first.access_token)).toMatchObject({ isAuthenticated: true, userId: ADA });
    const settings = { oauth_jwt_access_tokens: false };
    expect((await call(clerk, 'PATCH', '/v1/instance/oauth_application_settings', settings)).status).toBe(200);
    const opaqueToken = (await client().tokensFor(ADA)).access_token;
    expect(opaqueToken).toMatch(/^oat_/);
    expect(await judge(opaqueToken)).toMatchObject({ isAuthenticated: true, userId: ADA });
    client().change({ access_token_format: 'jwt' });
    expect((await client().tokensFor(ADA)).access_token).not.toMatch(/^oat_/);
  });

  it('stay active as JWTs until they expire, because resource servers accept them', async () => {
    const { access_token, refresh_token } = await client().tokensFor(ADA);
    const revoke = (token: string) => exchange({ token }, {}, '/oauth/token/revoke');
    expect(await revoke(access_token)).toMatchObject({ status: 400, body: { error: 'unsupported_token_type' } });
    expect((await revoke(refresh_token)).status).toBe(200);
    expect((await refresh(refresh_token)).body.error).toBe('invalid_grant');
    expect((await verify(access_token)).status).toBe(200);
    clerk.advanceClock(25 * 3_600_000);
    expect((await verify(access_token)).body).toEqual({ active: false });
  });

  it('give the fields of userinfo', async () => {
    clerk.state.table('users').update(ADA, { username: 'ada', unsafe_metadata: { theme: 'dark' } });
    client().change({ scopes: 'profile public_metadata' });
    const tokens = await client().tokensFor(ADA, { scope: 'profile public_metadata' });
    expect(await (await userinfo(tokens.access_token)).json()).toMatchObject({
      object: 'oauth_user_info',
      instance_id: clerk.state.instanceId,
      user_id: ADA,
      username: 'ada',
      preferred_username: 'ada',
      public_metadata: {},
      unsafe_metadata: { theme: 'dark' },
    });
    const refused = await userinfo(`${tokens.access_token}x`);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    expect(await refused.json()).toMatchObject({ errors: [{ code: 'oauth_fetch_user_error' }] });
  });

  it('are revoked with their whole grant by their client', async () => {
    opaque();
    const { body } = await redeem(codeOf(await authorizeAs(ADA)));
    const other = await register();
    const revoke = (fields: Record<string, string>) =>
      exchange({ token: body.access_token, ...fields }, {}, '/oauth/token/revoke');
    expect((await revoke({ client_id: other.client_id })).status).toBe(200);
    expect((await verify(body.access_token)).status).toBe(200);
    expect((await revoke({})).status).toBe(200);
    expect((await verify(body.access_token)).status).toBe(404);
    expect((await userinfo(body.access_token)).status).toBe(401);
    expect((await refresh(body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('are inactive for other clients, and if unknown or expired', async () => {
    const { body } = await redeem(codeOf(await authorizeAs(ADA)));
    const other = await register();
    const info = async (token: string, client_id = application.client_id) =>
      (await exchange({ token, client_id }, {}, '/oauth/token_info')).body;
    expect(await info(body.access_token)).toMatchObject({ active: true, scope: 'profile email' });
    expect(await info(body.refresh_token)).toMatchObject({ active: true });
    expect(await info(body.access_token, other.client_id)).toEqual({ active: false });
    expect(await info('oat_unknown')).toEqual({ active: false });
    clerk.advanceClock(25 * 3_600_000);
    expect(await info(body.access_token)).toEqual({ active: false });
  });

  it('include an ID token for OpenID Connect, bound to client and nonce, that no session check accepts', async () => {
    const { body } = await redeem(codeOf(await authorizeAs(ADA, { scope: 'openid email', nonce: 'n-1' })));
    const opened = clerk.state.keys.open(body.id_token ?? '');
    expect(opened?.payload).toMatchObject({
      sub: ADA,
      aud: application.client_id,
      nonce: 'n-1',
      iss: clerk.frontendApiUrl,
      email: 'ada@example.com',
      jti: expect.stringMatching(/^\w{20}$/),
    });
    expect(Number(opened?.payload['exp']) - Number(opened?.payload['iat'])).toBe(86_400);
    expect(['cl_B7d4PD111AAA', undefined]).not.toContain(opened?.header['cat']);
  });
});

describe('registration', () => {
  it.each([
    [{ redirect_uris: [] }],
    [{ redirect_uris: ['javascript:alert(1)'] }],
    [{ redirect_uris: ['http://example.com/callback'] }],
    [{ redirect_uris: [CALLBACK, 5] }],
    [{ redirect_uris: [`${CALLBACK}#part`] }],
    [{ redirect_uris: 'x' }],
    [{ redirect_uris: [CALLBACK], grant_types: ['password'] }],
    [{ redirect_uris: [CALLBACK], token_endpoint_auth_method: 'private_key_jwt' }],
  ])('refuses %j', async (body) => {
    const before = clerk.state.table('oauth_applications').size;
    const response = await fetch(at('/oauth/register'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toMatch(/^invalid_(redirect_uri|client_metadata)$/);
    expect(clerk.state.table('oauth_applications').size).toBe(before);
  });

  it('gives a client without scopes the default ones, and its id as name', async () => {
    const bare = { client_name: undefined, scope: undefined };
    const first = await register(bare);
    expect(first).toMatchObject({ scope: 'profile email', client_name: first.client_id });
    clerk.state.table('instance_settings').insert({ id: 'oauth', default_scopes: ['email'] });
    application = await register(bare);
    expect(application.scope).toBe('email');
    expect((await client().tokensFor(ADA, { scope: null })).scope).toBe('email');
  });

  it('can be switched off', async () => {
    clerk.state.table('instance_settings').insert({ id: 'oauth', dynamic_oauth_client_registration: false });
    const response = await fetch(at('/oauth/register'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [CALLBACK] }),
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      errors: [{ code: 'feature_requires_dynamic_oauth_client_registration' }],
    });
    const metadata = await (await fetch(at('/.well-known/oauth-authorization-server'))).json();
    expect(metadata).not.toHaveProperty('registration_endpoint');
  });

  it('always leads to consent', async () => {
    const { id } = clerk.state.table('oauth_applications').by('client_id', application.client_id)[0] ?? {};
    const patch = (body: object) =>
      fetch(`${clerk.apiUrl}/v1/oauth_applications/${String(id)}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const refused = await patch({ consent_screen_enabled: false });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      errors: [{ code: 'oauth_application_consent_screen_cannot_be_disabled' }],
    });
    expect((await patch({ consent_screen_enabled: true })).status).toBe(200);
  });

  it('accepts the private scheme of an app', async () => {
    expect((await register({ redirect_uris: ['com.example.app:/callback'] })).client_id).not.toBe('');
  });
});

describe('discovery', () => {
  it('lists all endpoints for scripts of any page', async () => {
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      const response = await fetch(at(path));
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      const metadata = (await response.json()) as Record<string, string>;
      expect(metadata['issuer']).toBe(clerk.frontendApiUrl);
      const posted = ['token_endpoint', 'introspection_endpoint', 'revocation_endpoint', 'registration_endpoint'];
      for (const name of posted)
        expect((await fetch(metadata[name] ?? '', { method: 'POST' })).status, name).not.toBe(404);
      const got = ['authorization_endpoint', 'userinfo_endpoint', 'jwks_uri'];
      for (const name of got) expect((await fetch(metadata[name] ?? '')).status, name).not.toBe(404);
    }
    const jwks = (await (await fetch(at('/.well-known/jwks.json'))).json()) as { keys: { kid: string }[] };
    expect(jwks.keys[0]?.kid).toBe(clerk.state.keys.current.kid);
  });

  it('refuses unknown grants and answers preflights', async () => {
    expect((await exchange({ grant_type: 'toString' })).body.error).toBe('unsupported_grant_type');
    expect((await fetch(at('/oauth/token'), { method: 'OPTIONS' })).status).toBe(204);
  });
});
