import { describe, expect, it } from 'vitest';
import {
  anyOf,
  type AcceptsToken,
  type AuthenticatorOptions,
  type Denial,
  type GuardRequirement,
  type RequestView,
} from 'bailiff';
import { compileRequirement } from '../../../src/core/guards/requirement.js';
import {
  RequestAuthentication,
  type RequestAuthenticationOptions,
} from '../../../src/core/middleware/request-authentication.js';
import { selectAuth } from '../../../src/core/auth/select-auth.js';
import { invalidToken, unauthenticated } from '../../../src/core/auth/auth-objects.js';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import { CATEGORY, m2mToken, oauthToken } from '../../support/tokens.js';
import { bearer, cookies, key, session, useBackend, viewOf } from '../fixtures.js';

const backend = useBackend();
const PAGE = { 'sec-fetch-dest': 'document', accept: 'text/html' };

async function guard(
  headers: Record<string, string>,
  requirement: GuardRequirement = {},
  {
    options = {},
    settings = {},
    view = {},
  }: { options?: AuthenticatorOptions; settings?: RequestAuthenticationOptions; view?: Partial<RequestView> } = {},
) {
  const authenticator = backend.create(options);
  const authentication = new RequestAuthentication(authenticator, viewOf(headers, view), settings);
  await authentication.begin();
  return { authentication, result: await authentication.guard(compileRequirement(requirement, authenticator.config)) };
}

async function denied(...args: Parameters<typeof guard>): Promise<Denial> {
  const { result } = await guard(...args);
  if (!('denial' in result)) throw new Error(`not denied: ${JSON.stringify(result)}`);
  return result.denial;
}

const WRONG_KIND =
  'Bearer error="invalid_token", error_description="The token is of a kind that is not accepted here."';

describe('allowed callers', () => {
  it.each([
    ['a user by header', bearer(session()), {}],
    ['a user by cookie', cookies(session()), {}],
    ['a role', bearer(session()), { role: 'org:admin' }],
    ['a key', bearer('ak_one'), { token: 'api_key' }],
    ['a key by scope', bearer('ak_one'), { scope: 'invoices:read' }],
    ['a machine by scope', bearer('mt_one'), { scope: 'mch_reports' }],
    ['a machine JWT', bearer(m2mToken(key)), { token: 'm2m_token' }],
    ['an OAuth client', bearer(oauthToken(key)), { token: 'oauth_token', scope: 'email' }],
    ['anyone', bearer('oat_one'), { token: 'any' }],
    [
      'one of several',
      bearer('ak_one'),
      anyOf({ permission: 'org:x:y' }, { token: 'api_key', scope: 'invoices:read' }),
    ],
  ] as [string, Record<string, string>, GuardRequirement][])('%s', async (_, headers, requirement) => {
    const { authentication, result } = await guard(headers, requirement);
    expect(result).toEqual({ allowed: true, auth: authentication.auth });
    expect(authentication.auth).toMatchObject({ isAuthenticated: true });
  });
});

describe('denials', () => {
  it('401 without an error in the challenge if no token was sent', async () => {
    expect(await denied({})).toMatchObject({
      case: 'unauthenticated',
      status: 401,
      code: 'unauthenticated',
      headers: { 'WWW-Authenticate': 'Bearer' },
      body: {
        errors: [
          {
            code: 'unauthenticated',
            message: expect.any(String) as string,
            long_message: expect.any(String) as string,
          },
        ],
      },
    });
  });

  it.each([
    ['garbage', bearer('garbage'), {}, 'token-invalid'],
    ['an expired token', bearer(session({ exp: 1, nbf: undefined })), {}, /^(token-expired|session-token-expired)/],
    ['an unknown key', bearer('ak_bad'), { token: 'api_key' }, 'token-invalid'],
    [
      'a machine JWT of another instance',
      bearer(`${m2mToken(key).slice(0, -6)}AAAAAA`),
      { token: 'm2m_token' },
      /^token-/,
    ],
    ['a bad session cookie', cookies('garbage'), {}, 'token-invalid'],
  ] as [string, Record<string, string>, GuardRequirement, string | RegExp][])(
    '401 invalid_token for %s',
    async (_, headers, requirement, code) => {
      const denial = await denied(headers, requirement);
      expect(denial).toMatchObject({ case: 'unauthenticated', status: 401 });
      expect(denial.code).toMatch(code);
      expect(denial.headers['WWW-Authenticate']).toMatch(/^Bearer error="invalid_token", error_description="[^"]+"$/);
      expect(denial.body.errors[0]?.code).toBe(denial.code);
    },
  );

  it.each([
    ['a key where a user is wanted', bearer('ak_one'), {}],
    ['a machine JWT where a user is wanted', bearer(m2mToken(key)), {}],
    ['an OAuth JWT where a user is wanted', bearer(oauthToken(key)), {}],
    ['a template JWT where a user is wanted', bearer(session({}, { cat: CATEGORY.template })), {}],
    ['a template JWT in a cookie', cookies(session({}, { cat: CATEGORY.template })), {}],
    ['a user by header where a key is wanted', bearer(session()), { token: 'api_key' }],
    ['a user by cookie where a key is wanted', cookies(session()), { token: 'api_key' }],
    ['a machine where a key is wanted', bearer('mt_one'), { token: 'api_key' }],
    ['garbage where a key is wanted', bearer('garbage'), { token: 'api_key' }],
    ['a user where a scope is wanted', bearer(session()), { scope: 'a' }],
    ['a kind of no branch', bearer('mt_one'), anyOf({}, { token: 'api_key' })],
  ] as [string, Record<string, string>, GuardRequirement][])(
    '401 token-type-mismatch for %s',
    async (_, headers, requirement) => {
      const denial = await denied(headers, requirement);
      expect(denial).toMatchObject({ case: 'token-type-mismatch', status: 401, code: 'token-type-mismatch' });
      expect(denial.headers['WWW-Authenticate']).toBe(WRONG_KIND);
      expect(denial.body.errors[0]?.code).toBe('token-type-mismatch');
    },
  );

  it('costs no call for an API key on a route of another kind', async () => {
    await denied(bearer('ak_one'));
    await denied(bearer('mt_one'), { token: 'api_key' });
    expect(backend.clerk.requests).toEqual([]);
  });

  it('403 forbidden for a caller without access', async () => {
    const denial = await denied(bearer(session()), { permission: 'org:invoices:delete' });
    expect(denial).toMatchObject({
      case: 'forbidden',
      status: 403,
      code: 'forbidden',
      headers: {},
      body: { errors: [{ code: 'forbidden' }] },
    });
    expect(denial.body).not.toHaveProperty('clerk_error');
  });

  it('403 insufficient_scope for a missing scope', async () => {
    const denial = await denied(bearer('ak_one'), { scope: ['invoices:read', 'invoices:write'] });
    expect(denial).toMatchObject({ case: 'forbidden', status: 403, code: 'forbidden' });
    expect(denial.headers).toEqual({
      'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="invoices:read invoices:write"',
    });
  });

  it.each(['strict_mfa', { level: 'first_factor', afterMinutes: 2 }] as const)(
    '403 with reverification metadata for the frontend (%j)',
    async (reverification) => {
      const denial = await denied(bearer(session({ fva: [20, 20] })), { reverification });
      expect(denial).toMatchObject({ case: 'reverification', status: 403, headers: {} });
      expect(denial.body).toEqual({
        errors: [
          { code: 'forbidden', message: expect.any(String) as string, long_message: expect.any(String) as string },
        ],
        clerk_error: { type: 'forbidden', reason: 'reverification-error', metadata: { reverification } },
      });
    },
  );

  it.each([
    ['a session', bearer(session()), {}],
    ['a session cookie', cookies(session()), {}],
    ['a page that could sign in', { ...PAGE, ...cookies(session()) }, { redirect: true }],
    ['a key', bearer('ak_one'), { token: 'api_key' }],
    ['a machine JWT', bearer(m2mToken(key)), { token: 'm2m_token' }],
  ] as [string, Record<string, string>, GuardRequirement][])(
    '503 for %s in an outage',
    async (_, headers, requirement) => {
      backend.clerk.fail();
      const denial = await denied(headers, requirement);
      expect(denial).toMatchObject({
        case: 'unavailable',
        status: 503,
        code: 'auth-unavailable',
        body: { errors: [{ code: 'auth-unavailable' }] },
      });
      expect(Number(denial.headers['Retry-After'])).toBeGreaterThanOrEqual(1);
      expect(Object.keys(denial.headers)).toEqual(['Retry-After']);
    },
  );

  it('401 token-type-mismatch in an outage for a kind that is not accepted', async () => {
    backend.clerk.fail();
    expect(await denied(bearer(session()), { token: 'api_key' })).toMatchObject({ code: 'token-type-mismatch' });
    expect(await denied(cookies(session()), { token: 'api_key' })).toMatchObject({ status: 401 });
  });

  it('401 for a pending session', async () => {
    expect(await denied(cookies(session({ sts: 'pending' })))).toMatchObject({
      status: 401,
      code: 'session-pending',
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
    expect(await denied(bearer(session({ sts: 'pending' })), { token: 'any' })).toMatchObject({
      status: 401,
      code: 'session-pending',
    });
    const { result } = await guard(
      bearer(session({ sts: 'pending' })),
      {},
      { options: { treatPendingAsSignedOut: false } },
    );
    expect(result.allowed).toBe(true);
  });

  it('name the resource metadata in every 401 and in insufficient_scope', async () => {
    const url = 'https://api.test/.well-known/oauth-protected-resource';
    const settings = { resourceMetadata: () => url };
    const challenge = async (...args: [Record<string, string>, GuardRequirement?]) =>
      (await denied(args[0], args[1], { settings })).headers['WWW-Authenticate'];
    expect(await challenge({})).toBe(`Bearer resource_metadata="${url}"`);
    expect(await challenge(bearer('garbage'))).toMatch(
      new RegExp(`^Bearer error="invalid_token", error_description="[^"]+", resource_metadata="${url}"$`),
    );
    expect(await challenge(bearer('ak_one'))).toBe(`${WRONG_KIND}, resource_metadata="${url}"`);
    expect(await challenge(bearer('ak_one'), { scope: 'x' })).toBe(
      `Bearer error="insufficient_scope", scope="x", resource_metadata="${url}"`,
    );
  });

  it('escape every value in a header', async () => {
    for (const url of ['https://a.test/"x', 'https://a.test/\r\nX: y', 'https://a.test/ü', '']) {
      expect((await denied({}, {}, { settings: { resourceMetadata: () => url } })).headers).toEqual({
        'WWW-Authenticate': 'Bearer',
      });
    }
    expect((await denied({}, {}, { settings: { resourceMetadata: () => null } })).headers).toEqual({
      'WWW-Authenticate': 'Bearer',
    });
  });

  it('are frozen and quote nothing of the request', async () => {
    const denial = await denied(bearer('ak_CANARY'), {});
    expect(JSON.stringify(denial)).not.toContain('CANARY');
    expect([denial, denial.body, denial.headers, denial.body.errors].every(Object.isFrozen)).toBe(true);
  });
});

describe('redirect', () => {
  const redirect = { redirect: true } as const;
  const redirectTo = (location: string) => ({
    status: 302,
    headers: [
      ['Location', location],
      ['Cache-Control', 'no-store'],
    ],
  });

  it('sends a signed-out page request to the sign-in page and back', async () => {
    const { result } = await guard(PAGE, redirect, {
      options: { signInUrl: 'https://app.acornbooks.example/sign-in' },
    });
    const page =
      'https://app.acornbooks.example/sign-in?redirect_url=https%3A%2F%2Fapp.acornbooks.example%2Fpage%3Fq%3D1';
    expect(result).toEqual({ allowed: false, answer: redirectTo(page) });
  });

  it('uses the accounts portal without a sign-in page, and asks a pending session to finish', async () => {
    const { result } = await guard(PAGE, redirect);
    expect(result).toMatchObject({
      answer: redirectTo(expect.stringMatching(/^https:\/\/accounts\.acornbooks\.example\/sign-in\?/) as string),
    });
    const pending = await guard({ ...PAGE, ...cookies(session({ sts: 'pending' })) }, redirect);
    expect(pending.result).toMatchObject({
      answer: redirectTo(expect.stringContaining('/sign-in/tasks?') as string),
    });
  });

  it.each([
    ['a call of the API', {}, {}, redirect],
    ['a page that may not be seen', { 'sec-fetch-dest': 'empty', accept: 'text/html' }, {}, redirect],
    ['a POST', PAGE, { method: 'POST' }, redirect],
    ['a page with a bad token', { ...PAGE, ...bearer('garbage') }, {}, redirect],
    ['a page without the option', PAGE, {}, {}],
    ['a page without a host', { ...PAGE, host: '' }, {}, redirect],
  ] as [string, Record<string, string>, Partial<RequestView>, GuardRequirement][])(
    'does not redirect %s',
    async (_, headers, view, requirement) => {
      expect(await denied(headers, requirement, { view })).toMatchObject({ status: 401 });
    },
  );

  it('does not redirect a signed-in user', async () => {
    expect(await denied({ ...PAGE, ...cookies(session()) }, { role: 'org:owner', redirect: true })).toMatchObject({
      status: 403,
    });
  });
});

describe('lazy machine tokens', () => {
  async function begun(
    headers: Record<string, string>,
    settings: RequestAuthenticationOptions = {},
    options: AuthenticatorOptions = {},
  ) {
    const authentication = new RequestAuthentication(backend.create(options), viewOf(headers), settings);
    await authentication.begin();
    return authentication;
  }

  it('cost one call, only where their kind is accepted', async () => {
    const authentication = await begun(bearer('ak_one'));
    expect(backend.clerk.requests).toEqual([]);
    expect(authentication.state).toMatchObject({
      status: 'signed-out',
      tokenType: 'session_token',
      reason: 'token-invalid',
    });
    await authentication.authenticate('session_token');
    await authentication.authenticate(['m2m_token', 'oauth_token']);
    expect(backend.clerk.requests).toEqual([]);
    expect(authentication.state).toMatchObject({ tokenType: 'session_token', reason: 'token-invalid' });

    await authentication.authenticate(['api_key']);
    await authentication.authenticate('any');
    expect(callsOf(backend.clerk, OPERATIONS.apiKey)).toBe(1);
    expect(authentication.auth).toMatchObject({ tokenType: 'api_key', isAuthenticated: true });
    expect(selectAuth(authentication.auth, 'api_key')).toBe(authentication.auth);
  });

  it('cost one call if they are bad', async () => {
    const authentication = await begun(bearer('ak_bad'), {}, { cache: { machineTokens: { negativeTtlMs: 0 } } });
    for (const kinds of ['api_key', 'any', ['api_key', 'm2m_token']] as AcceptsToken[])
      await authentication.authenticate(kinds);
    expect(callsOf(backend.clerk, OPERATIONS.apiKey)).toBe(1);
    expect(authentication.state).toMatchObject({ status: 'signed-out', tokenType: 'api_key', reason: 'token-invalid' });
  });

  it('are verified by the middleware if its options accept them', async () => {
    const authentication = await begun(bearer('ak_one'), { acceptsToken: ['session_token', 'api_key'] });
    expect(authentication.auth).toMatchObject({ tokenType: 'api_key', isAuthenticated: true });
    expect((await begun(bearer('ak_one'), {}, { acceptsToken: 'any' })).auth).toMatchObject({ isAuthenticated: true });
  });

  it('do not prevent a later guard from accepting a session', async () => {
    const authentication = await begun(cookies(session()), { acceptsToken: 'api_key' });
    expect(authentication.state).toMatchObject({ status: 'signed-out', reason: 'No token in header' });
    await authentication.authenticate('m2m_token');
    expect(authentication.state).toMatchObject({ tokenType: 'api_key' });
    await authentication.authenticate('session_token');
    expect(authentication.auth).toMatchObject({ tokenType: 'session_token', isAuthenticated: true });
  });

  it('do not replace an identified caller', async () => {
    const authentication = await begun(cookies(session()));
    expect(await authentication.authenticate('api_key')).toBe(authentication.state);
    expect(authentication.auth).toMatchObject({ tokenType: 'session_token', isAuthenticated: true });
  });

  it('must be of a known kind', async () => {
    const authentication = await begun(cookies(session()));
    expect(() => authentication.authenticate('cookie' as AcceptsToken)).toThrow(/session_token/);
  });
});

describe('the middleware', () => {
  it('continues without headers for a signed-in user, synchronously the second time', async () => {
    const authenticator = backend.create();
    await new RequestAuthentication(authenticator, viewOf(bearer(session()))).begin();
    const authentication = new RequestAuthentication(authenticator, viewOf(bearer(session())));
    expect([authentication.begin(), authentication.earlyResponse]).toEqual([undefined, null]);
    expect(authentication.headers).toEqual([]);
    expect(authentication.guard(compileRequirement({ role: 'org:admin' }))).toEqual({
      allowed: true,
      auth: authentication.auth,
    });
  });

  it('stops for a handshake', async () => {
    const authentication = new RequestAuthentication(backend.create(), viewOf({ ...PAGE, cookie: '__client_uat=5' }));
    await authentication.begin();
    expect(authentication.earlyResponse?.status).toBe(307);
    expect(authentication.state).toMatchObject({ status: 'handshake', auth: { isAuthenticated: false } });
    const headers = new Headers(authentication.headers.map(([name, value]): [string, string] => [name, value]));
    expect(headers.get('location')).toMatch(/^https:\/\/clerk\.acornbooks\.example\/v1\/client\/handshake\?/);
    expect([...authentication.state.headers].sort()).toEqual([...headers].sort());
    // A guard that is asked all the same sends the browser there too, and one for machines says no.
    expect(await authentication.guard(compileRequirement())).toMatchObject({ allowed: false, answer: { status: 307 } });
    expect(await authentication.guard(compileRequirement({ token: 'api_key' }))).toMatchObject({
      allowed: false,
      denial: { status: 401 },
    });
    expect(authentication.answerHeaders).toEqual([]);
  });

  it.each([[{ method: 'TRACE' }], [{ url: '//evil.test/x' }], [{ url: 'https://user:pass@app.test/' }]])(
    'S26: stops %j with 400',
    async (view) => {
      const authentication = new RequestAuthentication(backend.create(), viewOf(bearer(session()), view));
      await authentication.begin();
      expect(authentication.earlyResponse?.status).toBe(400);
      expect(authentication.auth).toMatchObject({ isAuthenticated: false });
      expect(await authentication.guard(compileRequirement())).toMatchObject({ allowed: false });
    },
  );

  it('must begin before its state is read', () => {
    expect(() => new RequestAuthentication(backend.create(), viewOf()).auth).toThrow(/begun/);
  });
});

it('emits an event for a denial by a guard, and for nothing else', async () => {
  const onEvent = (event: (typeof backend.events)[number]) => void backend.events.push(event);
  const options = { onEvent, signInUrl: 'https://app.test/in' };
  await guard(bearer(session()), {}, { options });
  await guard(bearer(session()), { role: 'org:owner' }, { options });
  await guard(bearer('ak_one'), {}, { options });
  await guard(PAGE, { redirect: true }, { options });
  const denials = backend.events.filter((event) => event.type === 'denied');
  const common = { type: 'denied', by: 'guard', tokenType: 'session_token', durationMs: 0 };
  const request = { method: 'GET', route: null, requestId: null };
  expect(denials).toEqual([
    { ...common, ...request, status: 403, reason: 'forbidden', missing: 'role' },
    { ...common, ...request, status: 401, reason: 'token-type-mismatch', missing: 'kind' },
    { ...common, ...request, status: 302, reason: 'session-token-and-uat-missing', missing: null },
  ]);
});

describe('selectAuth', () => {
  const out = unauthenticated('api_key', 'token-invalid');
  const none = invalidToken('token-type-mismatch');
  it.each([
    ['any', out, { tokenType: 'api_key', reason: 'token-invalid' }],
    [['api_key', 'm2m_token'], out, { tokenType: 'api_key', reason: 'token-invalid' }],
    [['m2m_token'], out, { tokenType: null, isAuthenticated: false }],
    [['api_key'], none, { tokenType: null, isAuthenticated: false }],
    ['m2m_token', out, { tokenType: 'm2m_token', isAuthenticated: false, machineId: null }],
    ['session_token', out, { tokenType: 'session_token', isAuthenticated: false, userId: null }],
    [undefined, none, { tokenType: 'session_token', isAuthenticated: false, userId: null }],
  ] as const)('%j', (acceptsToken, auth, expected) => {
    expect(selectAuth(auth, acceptsToken)).toMatchObject(expected);
  });

  it('reports a wrong kind for an authenticated caller of another kind', async () => {
    const { authentication } = await guard(bearer('ak_one'), { token: 'api_key' });
    expect(selectAuth(authentication.auth)).toMatchObject({
      tokenType: 'session_token',
      isAuthenticated: false,
      reason: 'token-type-mismatch',
    });
    expect(selectAuth(authentication.auth, ['m2m_token'])).toMatchObject({
      tokenType: null,
      reason: 'token-type-mismatch',
    });
  });
});
