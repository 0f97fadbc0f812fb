import { BackendApiError } from 'bailiff/api';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  AuthUnavailableError,
  ConfigurationError,
  createAuthenticator,
  TokenVerificationError,
  type AcceptsToken,
  type Auth,
  type RequestView,
} from 'bailiff';
import type { Fault, FaultRequest } from 'bailiff-local';
import { isAuthenticator } from '../../src/core/authenticator.js';
import { apiKeyRow, callsOf, OPERATIONS } from '../support/clerk.js';
import { CATEGORY, m2mToken, oauthToken, sessionToken, T0 } from '../support/tokens.js';
import { bearer, cookies, key, session, PK_LIVE, SECRET_KEY, stranger, useBackend, viewOf } from './fixtures.js';

const backend = useBackend();

const SENT: Readonly<Record<string, Record<string, string>>> = {
  nothing: {},
  'session header': bearer(session()),
  'session cookie': cookies(session()),
  'API key': bearer('ak_one'),
  'M2M opaque': bearer('mt_one'),
  'M2M JWT': bearer(m2mToken(key)),
  'OAuth opaque': bearer('oat_one'),
  'OAuth JWT': bearer(oauthToken(key)),
  'template JWT': bearer(session({}, { cat: CATEGORY.template })),
  garbage: bearer('garbage'),
};

type Expected = 'in' | readonly [tokenType: string | null, reason: string];
const IN = 'in';
const MISMATCH = 'token-type-mismatch';
const NOTHING = 'session-token-and-uat-missing';
const NO_HEADER = 'No token in header';

/** What is sent, under each mode. */
const MODES: readonly (readonly [AcceptsToken, Readonly<Record<string, Expected>>])[] = [
  [
    'session_token',
    {
      nothing: ['session_token', NOTHING],
      'session header': IN,
      'session cookie': IN,
      'API key': ['session_token', 'token-invalid'],
      'M2M opaque': ['session_token', 'token-invalid'],
      'OAuth opaque': ['session_token', 'token-invalid'],
      'M2M JWT': ['session_token', MISMATCH],
      'OAuth JWT': ['session_token', MISMATCH],
      'template JWT': ['session_token', MISMATCH],
      garbage: ['session_token', 'token-invalid'],
    },
  ],
  [
    'api_key',
    {
      nothing: ['api_key', NO_HEADER],
      'session header': ['api_key', MISMATCH],
      'session cookie': ['api_key', NO_HEADER],
      'API key': IN,
      'M2M opaque': ['api_key', MISMATCH],
      'OAuth JWT': ['api_key', MISMATCH],
      garbage: ['api_key', MISMATCH],
    },
  ],
  [
    'm2m_token',
    {
      nothing: ['m2m_token', NO_HEADER],
      'M2M opaque': IN,
      'M2M JWT': IN,
      'API key': ['m2m_token', MISMATCH],
      'session header': ['m2m_token', MISMATCH],
    },
  ],
  [
    'oauth_token',
    {
      nothing: ['oauth_token', NO_HEADER],
      'OAuth opaque': IN,
      'OAuth JWT': IN,
      'session cookie': ['oauth_token', NO_HEADER],
      'M2M JWT': ['oauth_token', MISMATCH],
    },
  ],
  [
    ['api_key', 'session_token'],
    {
      nothing: ['session_token', NOTHING],
      'session header': IN,
      'session cookie': IN,
      'API key': IN,
      'M2M opaque': [null, MISMATCH],
      'OAuth JWT': [null, MISMATCH],
      'template JWT': ['session_token', MISMATCH],
      garbage: ['session_token', 'token-invalid'],
    },
  ],
  [
    ['api_key'],
    {
      nothing: [null, MISMATCH],
      'session header': [null, MISMATCH],
      'session cookie': [null, MISMATCH],
      'API key': IN,
      'M2M JWT': [null, MISMATCH],
    },
  ],
  [
    'any',
    {
      nothing: ['session_token', NOTHING],
      'session header': IN,
      'session cookie': IN,
      'API key': IN,
      'M2M opaque': IN,
      'M2M JWT': IN,
      'OAuth opaque': IN,
      'OAuth JWT': IN,
      'template JWT': ['session_token', MISMATCH],
      garbage: ['session_token', 'token-invalid'],
    },
  ],
];

const ROWS = MODES.flatMap(([mode, row]) =>
  Object.entries(row).map(([sent, expected]) => [mode, sent, expected] as const),
);

describe('the accepted kinds', () => {
  it.each(ROWS)('%j: %s', async (acceptsToken, sent, expected) => {
    const authenticator = backend.create();
    // Twice: the second time from memory.
    for (const _ of [1, 2]) {
      const state = await authenticator.authenticate(viewOf(SENT[sent]), { acceptsToken });
      if (expected === 'in') {
        expect(state).toMatchObject({ status: 'signed-in', isAuthenticated: true, reason: null });
        expect(state.auth).toMatchObject({ isAuthenticated: true, tokenType: state.tokenType, reason: null });
        expect(await state.auth.getToken()).toBe(state.token);
        expect([...state.headers]).toEqual([]);
      } else {
        const [tokenType, reason] = expected;
        expect(state).toMatchObject({ status: 'signed-out', isAuthenticated: false, tokenType, reason, token: null });
        expect(state.auth).toMatchObject({ isAuthenticated: false, tokenType, reason });
        expect(await state.auth.getToken()).toBeNull();
        expect(state.auth.has({ role: 'org:admin' })).toBe(false);
        expect(state.headers.get('x-clerk-auth-status')).toBe('signed-out');
        expect(state.headers.get('x-clerk-auth-reason')).toBe(reason);
      }
    }
  });

  it('are those of the authenticator unless a call names others', async () => {
    const authenticator = backend.create({ acceptsToken: 'api_key' });
    expect((await authenticator.authenticate(viewOf(bearer('ak_one')))).status).toBe('signed-in');
    expect((await authenticator.authenticate(viewOf(bearer(session())))).status).toBe('signed-out');
  });

  it('must be known kinds', async () => {
    const authenticator = backend.create();
    for (const acceptsToken of ['cookie', [], ['cookie'], '__proto__', 5]) {
      const options = { acceptsToken: acceptsToken as AcceptsToken };
      await expect(authenticator.authenticateRequest(viewOf(), options)).rejects.toThrow(ConfigurationError);
    }
  });

  it.each(['bearer', 'BEARER', 'Bearer  '])('accepts the scheme as %j', async (scheme) => {
    const view = viewOf({ authorization: ` ${scheme} ${session()} ` });
    expect((await backend.create().authenticate(view)).status).toBe('signed-in');
  });

  it('S34: lets the cookies decide under another scheme', async () => {
    const authenticator = backend.create();
    const basic = { authorization: 'Basic dXNlcjpwYXNz' };
    expect(await authenticator.authenticate(viewOf(basic))).toMatchObject({ reason: NOTHING });
    expect(await authenticator.authenticate(viewOf({ ...basic, ...cookies(session()) }))).toMatchObject({
      status: 'signed-in',
    });
  });

  it('prefers a header token to cookies, good or bad', async () => {
    const state = await backend.create().authenticate(viewOf({ ...cookies(session()), ...bearer('garbage') }));
    expect(state).toMatchObject({ status: 'signed-out', reason: 'token-invalid' });
  });

  it("S18: ignores the client's own auth status headers", async () => {
    const view = viewOf({ 'x-clerk-auth-status': 'signed-in', 'x-clerk-auth-token': session() });
    expect((await backend.create().authenticate(view)).status).toBe('signed-out');
  });

  it.each([undefined, 5, null, ''])('S20: refuses an OAuth token with the subject %j', async (sub) => {
    const view = viewOf(bearer(oauthToken(key, { sub })));
    const state = await backend.create().authenticate(view, { acceptsToken: 'oauth_token' });
    expect(state).toMatchObject({
      status: 'signed-out',
      tokenType: 'oauth_token',
      reason: 'token-verification-failed',
    });
  });

  it('S5: refuses a token of another instance', async () => {
    const state = await backend.create().authenticate(viewOf(bearer(sessionToken(stranger))));
    expect(state).toMatchObject({ status: 'signed-out', reason: 'jwk-kid-mismatch' });
    expect(state.message).not.toContain(key.kid);
  });

  it('S11: honours a skew of zero', async () => {
    const view = viewOf(bearer(session()));
    backend.clock.now = T0 + 61_000;
    expect(await backend.create().authenticate(view)).toMatchObject({ status: 'signed-in' });
    expect(await backend.create({ clockSkewMs: 0 }).authenticate(view)).toMatchObject({ status: 'signed-out' });
  });

  it('refuses a remembered token after its expiration', async () => {
    const authenticator = backend.create();
    const view = viewOf(bearer(session()));
    expect(await authenticator.authenticate(view)).toMatchObject({ status: 'signed-in' });
    backend.clock.now = T0 + 66_000;
    expect(await authenticator.authenticate(view)).toMatchObject({ status: 'signed-out' });
  });
});

describe('a Web Request', () => {
  it('is accepted like a view', async () => {
    const request = new Request('https://app.test/', { headers: bearer(session()) });
    expect(await backend.create().authenticateRequest(request)).toMatchObject({ status: 'signed-in' });
    const page = new Request('https://app.test/', { headers: { accept: 'text/html', cookie: '__client_uat=5' } });
    const state = await backend.create().authenticateRequest(page);
    expect(state).toMatchObject({ status: 'handshake', auth: { isAuthenticated: false, tokenType: 'session_token' } });
    expect(state.headers.get('location')).toMatch(/^https:\/\/clerk\.acornbooks\.example\/v1\/client\/handshake\?/);
  });

  it('must be a Request or a view', async () => {
    for (const wrong of [{}, { headers: {} }, { headers: null }]) {
      await expect(backend.create().authenticateRequest(wrong as RequestView)).rejects.toThrow(TypeError);
    }
  });
});

describe('an outage', () => {
  const down = { status: 503, retryAfterSeconds: 7 };

  it('has a status of its own, never signed out', async () => {
    backend.clerk.fail(down);
    for (const token of ['ak_one', 'mt_one', 'oat_one', session(), m2mToken(key), oauthToken(key)]) {
      const state = await backend.create().authenticate(viewOf(bearer(token)), { acceptsToken: 'any' });
      expect(state).toMatchObject({ status: 'unavailable', isAuthenticated: false, token: null });
      expect(state.auth).toMatchObject({ isAuthenticated: false, tokenType: state.tokenType });
      expect(Number(state.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(state.headers.get('x-clerk-auth-status')).toBe('unavailable');
    }
  });

  it('is never remembered as a bad token', async () => {
    const authenticator = backend.create();
    const outage = backend.clerk.fail({ operation: OPERATIONS.apiKey, ...down });
    const view = viewOf(bearer('ak_one'));
    expect(await authenticator.authenticate(view, { acceptsToken: 'any' })).toMatchObject({ status: 'unavailable' });
    outage.stop();
    backend.clock.now += 10_000;
    expect(await authenticator.authenticate(view, { acceptsToken: 'any' })).toMatchObject({ status: 'signed-in' });
  });

  it('denies this request only if this server causes it', async () => {
    const broken = viewOf(
      {},
      {
        header: () => {
          throw new Error('CANARY');
        },
      },
    );
    const state = await backend.create().authenticate(broken);
    expect(state).toMatchObject({ status: 'unavailable', reason: 'authentication-fault' });
    expect(inspect(state)).not.toContain('CANARY');
    const machine = await backend.create().authenticate(broken, { acceptsToken: 'api_key' });
    expect(machine).toMatchObject({ status: 'unavailable', tokenType: 'api_key' });
  });

  it('shows in the health state', async () => {
    const authenticator = backend.create();
    expect(authenticator.health()).toMatchObject({ ready: false, jwks: 'empty' });
    const outage = backend.clerk.fail({ operation: OPERATIONS.jwks, ...down });
    await expect(authenticator.warmup()).rejects.toThrow(AuthUnavailableError);
    outage.stop();
    backend.clock.now += 60_000;
    await authenticator.warmup();
    expect(authenticator.health()).toMatchObject({ ready: true, jwks: 'fresh', keys: 1, openCircuits: [] });
    expect(backend.create({ jwtKey: key.pem }).health()).toMatchObject({ ready: true, jwks: 'local' });
  });

  it('makes a server for machine tokens not ready while it can check none', async () => {
    const machines = backend.create({ secretKey: null, publishableKey: null, machineSecretKey: 'ak_x' });
    expect(machines.health()).toMatchObject({ ready: true, jwks: 'none', openCircuits: [] });
    const outage = backend.clerk.fail({ operation: OPERATIONS.m2m, ...down });
    for (let call = 1; call <= 5; call += 1) {
      expect(machines.health().ready).toBe(true);
      await expect(machines.verifyM2MToken(`mt_${call}`)).rejects.toThrow(AuthUnavailableError);
    }
    expect(machines.health()).toMatchObject({ ready: false, jwks: 'none', openCircuits: ['verifyM2MToken'] });
    outage.stop();
    backend.clock.now += 5_000;
    expect(machines.health()).toMatchObject({ ready: true, openCircuits: [] });
  });

  it('leaves a server ready if keys are known and the circuit is open for another operation', async () => {
    const authenticator = backend.create();
    await authenticator.warmup();
    backend.clerk.fail({ operation: OPERATIONS.apiKey, ...down });
    for (let call = 1; call <= 5; call += 1)
      await expect(authenticator.verifyApiKey(`ak_${call}`)).rejects.toThrow(AuthUnavailableError);
    expect(authenticator.health()).toMatchObject({ ready: true, openCircuits: ['verifyApiKey'] });
  });
});

describe('networkless', () => {
  it('S24: verifies sessions with a PEM key without a socket, and refuses opaque tokens', async () => {
    const fetch = () => Promise.reject(new Error('no network'));
    const authenticator = createAuthenticator({ jwtKey: key.pem, now: () => T0, fetch }, {});
    for (const token of [session(), m2mToken(key), oauthToken(key)]) {
      expect(await authenticator.authenticate(viewOf(bearer(token)), { acceptsToken: 'any' })).toMatchObject({
        status: 'signed-in',
      });
    }
    for (const token of ['ak_one', 'mt_one', 'oat_one', sessionToken(stranger)]) {
      expect(await authenticator.authenticate(viewOf(bearer(token)), { acceptsToken: 'any' })).toMatchObject({
        isAuthenticated: false,
      });
    }
  });
});

describe('pending sessions', () => {
  const view = viewOf(bearer(session({ sts: 'pending' })));

  it('count as signed out by default', async () => {
    const state = await backend.create().authenticate(view);
    expect(state.status).toBe('signed-in');
    expect(state.auth).toMatchObject({
      isAuthenticated: false,
      userId: null,
      sessionId: null,
      sessionStatus: 'pending',
      reason: 'session-pending',
    });
    expect(state.auth.has({ role: 'org:admin' })).toBe(false);
    expect(await state.auth.getToken()).toBeNull();
  });

  it('count as signed in if the options say so', async () => {
    const state = await backend.create({ treatPendingAsSignedOut: false }).authenticate(view);
    expect(state.auth).toMatchObject({ isAuthenticated: true, userId: 'user_ada', sessionStatus: 'pending' });
  });
});

describe('auth objects', () => {
  const authOf = async (token: string) =>
    (await backend.create().authenticate(viewOf(bearer(token)), { acceptsToken: 'any' })).auth;
  const machine = { reason: null, isAuthenticated: true };

  it('have the fields of each kind', async () => {
    expect(await authOf('ak_one')).toMatchObject({
      ...machine,
      tokenType: 'api_key',
      id: 'ak_one',
      name: 'Reports',
      subject: 'user_ada',
      userId: 'user_ada',
      orgId: null,
      scopes: ['invoices:read'],
      claims: null,
    });
    expect(await authOf('mt_one')).toMatchObject({
      ...machine,
      tokenType: 'm2m_token',
      id: 'mt_one',
      subject: 'mch_sender',
      machineId: 'mch_sender',
      scopes: ['mch_reports'],
      claims: { region: 'eu' },
    });
    expect(await authOf(oauthToken(key))).toMatchObject({
      ...machine,
      tokenType: 'oauth_token',
      subject: 'user_ada',
      userId: 'user_ada',
      clientId: 'client_one',
      scopes: ['profile', 'email'],
    });
    expect(await authOf(session())).toMatchObject({
      tokenType: 'session_token',
      userId: 'user_ada',
      sessionId: 'sess_one',
      orgId: 'org_acorn',
      orgRole: 'org:admin',
      orgSlug: 'acorn',
      actor: null,
      sessionStatus: 'active',
      factorVerificationAge: [3, -1],
    });
  });

  it.each([
    ['user_ada', 'user_ada', null],
    ['org_acorn', null, 'org_acorn'],
    ['mch_sender', null, null],
  ])('name the subject of an API key of %s', async (subject, userId, orgId) => {
    backend.clerk.state.table('api_keys').insert(apiKeyRow('ak_two', { id: 'ak_two', subject }));
    expect(await authOf('ak_two')).toMatchObject({ subject, userId, orgId });
  });

  it.each([
    ['org_acorn', 'org_acorn'],
    ['acorn', null],
    [7, null],
    [undefined, null],
  ])('name the organization of an OAuth token only by an id (%s)', async (claim, orgId) => {
    expect(await authOf(oauthToken(key, { org_id: claim }))).toMatchObject({ tokenType: 'oauth_token', orgId });
  });

  it('check scopes of machines by has()', async () => {
    const auth = await authOf('ak_one');
    expect([auth.has({ scope: 'invoices:read' }), auth.has({ scope: 'x' }), auth.has({ role: 'org:admin' })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('have the same fields with null if signed out', async () => {
    const authenticator = backend.create();
    const out = async (token: string): Promise<Auth> =>
      (await authenticator.authenticate(viewOf(bearer(token)), { acceptsToken: 'any' })).auth;
    const methods = ['has', 'getToken', 'debug'];
    const fields: Record<string, string[]> = {
      ak_bad: ['id', 'subject', 'scopes', 'name', 'claims', 'userId', 'orgId'],
      mt_bad: ['id', 'subject', 'scopes', 'claims', 'machineId'],
      oat_bad: ['id', 'subject', 'scopes', 'userId', 'clientId', 'orgId'],
    };
    for (const [token, names] of Object.entries(fields)) {
      const auth = await out(token);
      expect(auth).toMatchObject({
        isAuthenticated: false,
        reason: 'token-invalid',
        ...Object.fromEntries(names.map((name) => [name, null])),
      });
      expect(Object.keys(auth).sort()).toEqual(['tokenType', 'isAuthenticated', 'reason', ...names, ...methods].sort());
    }
    const nobody = (await authenticator.authenticate(viewOf(), { acceptsToken: ['api_key'] })).auth;
    expect(Object.keys(nobody).sort()).toEqual(['tokenType', 'isAuthenticated', 'reason', ...methods].sort());
    expect([nobody.has({ role: 'x' }), await nobody.getToken(), nobody.debug()['isAuthenticated']]).toEqual([
      false,
      null,
      false,
    ]);
  });

  it('S33: cannot be changed, and attempts do not reach the next request', async () => {
    const authenticator = backend.create();
    const read = async () =>
      (await authenticator.authenticate(viewOf(bearer(session({ act: { sub: 'user_boss' } }))))).auth as Extract<
        Auth,
        { tokenType: 'session_token'; isAuthenticated: true }
      >;
    const auth = await read();
    const attempts: (() => unknown)[] = [
      () => ((auth as { userId: string }).userId = 'user_evil'),
      () => ((auth.sessionClaims as { sub: string }).sub = 'user_evil'),
      () => ((auth.sessionClaims.o as { rol: string }).rol = 'owner'),
      () => (auth.orgPermissions as string[]).push('org:all:all'),
      () => ((auth.actor as { sub: string }).sub = 'user_evil'),
      () => ((auth.factorVerificationAge as unknown as number[])[0] = 0),
      () => ((auth as { has: unknown }).has = () => true),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(TypeError);
    const next = await read();
    expect(next).toMatchObject({ userId: 'user_ada', orgPermissions: ['org:invoices:read', 'org:invoices:manage'] });
    // Headers belong to one state: those of another request stay as they are.
    const [one, two] = await Promise.all(
      [0, 1].map(() => authenticator.authenticateRequest(viewOf(bearer(session())))),
    );
    one?.headers.append('x', 'y');
    expect([...(one?.headers ?? [])]).toEqual([['x', 'y']]);
    expect([...(two?.headers ?? [])]).toEqual([]);
  });

  it('are made once for a token that comes again', async () => {
    const authenticator = backend.create();
    const view = viewOf(bearer(session()));
    await authenticator.authenticate(view);
    const again = authenticator.authenticate(view);
    expect(again).not.toBeInstanceOf(Promise);
    expect((await again).auth).toBe((await authenticator.authenticate(view)).auth);
  });
});

describe('getToken', () => {
  const asked: [path: string, body: unknown][] = [];
  const mint = async (
    options: object,
    fault: Fault = { body: { object: 'token', jwt: 'new.jwt.x' } },
    sid: unknown = 'sess_one',
  ) => {
    asked.length = 0;
    const note = ({ path, body }: FaultRequest) => asked.push([path, body]) > 0;
    const answer = backend.clerk.fail({ operation: 'POST /sessions/sess_one/tokens*', when: note, ...fault });
    const { auth } = await backend.create().authenticate(viewOf(bearer(session({ sid }))));
    return auth.getToken(options).finally(() => {
      answer.stop();
    });
  };

  it('gives the raw token without a call', async () => {
    expect(await mint({})).toBe(session());
    expect(asked).toEqual([]);
  });

  it('asks for a new token by template and lifetime', async () => {
    expect(await mint({ template: 'supabase' })).toBe('new.jwt.x');
    expect(asked).toEqual([['/v1/sessions/sess_one/tokens/supabase', {}]]);
    expect(await mint({ expiresInSeconds: 60 })).toBe('new.jwt.x');
    expect(asked).toEqual([['/v1/sessions/sess_one/tokens', { expires_in_seconds: 60 }]]);
  });

  it('gives the token that the instance issues, with the requested lifetime', async () => {
    const { clerk } = backend;
    const authenticator = backend.create();
    const token = await clerk.createSessionToken({ userId: 'user_ada' });
    const { auth } = await authenticator.authenticate(viewOf(bearer(token)));
    const minted = await auth.getToken({ expiresInSeconds: 600 });
    expect(await authenticator.verifySessionToken(minted ?? '')).toMatchObject({
      sub: 'user_ada',
      sid: 'sessionId' in auth ? auth.sessionId : null,
      exp: T0 / 1000 + 600,
    });
  });

  it('gives null for a token that belongs to no session', async () => {
    expect(await mint({ template: 'supabase' }, {}, null)).toBeNull();
  });

  it.each([29, 315_360_001, Number.NaN])('refuses a lifetime of %d seconds', async (expiresInSeconds) => {
    await expect(mint({ expiresInSeconds })).rejects.toThrow(RangeError);
  });

  it.each([
    ['the session has ended', { status: 404, body: {} }, BackendApiError],
    ['a wrong key', { status: 401, body: {} }, AuthUnavailableError],
    ['too many requests', { status: 429, body: {}, retryAfterSeconds: 3 }, AuthUnavailableError],
    ['an outage', { status: 500, body: {} }, AuthUnavailableError],
    ['an answer without a token', { status: 200, body: { jwt: '' } }, AuthUnavailableError],
    ['an answer that is no object', { status: 200, body: 'null' }, AuthUnavailableError],
    ['no answer', { reset: true }, AuthUnavailableError],
  ])('%s', async (_, answer, error) => {
    await expect(mint({ template: 'supabase' }, answer)).rejects.toThrow(error);
  });

  it('names the template that Clerk refuses, and the reason', async () => {
    const errors = [
      { code: 'resource_not_found', message: 'not found', long_message: 'No JWT template exists with name: nope' },
    ];
    await expect(
      mint({ template: 'nope' }, { status: 404, body: { errors, clerk_trace_id: 'trace_1' } }),
    ).rejects.toMatchObject({
      name: 'BackendApiError',
      operation: 'getToken({ template: "nope" })',
      code: 'resource_not_found',
      status: 404,
      errors,
      traceId: 'trace_1',
      message: expect.stringMatching(
        /^getToken\(\{ template: "nope" \}\): resource_not_found: No JWT template .*trace_1/,
      ) as string,
    });
    await expect(mint({ template: 'nope' }, { status: 422, body: '<html>' })).rejects.toMatchObject({
      code: 'unexpected-response',
      errors: [],
    });
  });

  it('throws without a secret key', async () => {
    const authenticator = createAuthenticator({ jwtKey: key.pem, now: () => T0 }, {});
    const { auth } = await authenticator.authenticate(viewOf(bearer(session())));
    await expect(auth.getToken({ template: 'x' })).rejects.toThrow(/CLERK_SECRET_KEY/);
  });
});

describe('verify*', () => {
  it('gives the contents of a good token', async () => {
    const a = backend.create();
    expect(await a.verifySessionToken(session())).toMatchObject({ sub: 'user_ada', sid: 'sess_one' });
    expect(await a.verifySessionToken(session())).toMatchObject({ sub: 'user_ada' });
    expect(await a.verifyApiKey('ak_one')).toMatchObject({ id: 'ak_one', subject: 'user_ada' });
    expect(await a.verifyM2MToken('mt_one')).toMatchObject({ subject: 'mch_sender' });
    expect(await a.verifyM2MToken(m2mToken(key))).toMatchObject({ subject: 'mch_sender' });
    expect(await a.verifyOAuthToken('oat_one')).toMatchObject({ subject: 'user_ada' });
    expect(await a.verifyOAuthToken(oauthToken(key))).toMatchObject({ clientId: 'client_one' });
  });

  it.each([
    ['verifySessionToken', 'garbage', 'token-invalid'],
    ['verifySessionToken', '', 'token-invalid'],
    ['verifySessionToken', undefined, 'token-invalid'],
    ['verifySessionToken', 'ak_one', MISMATCH],
    ['verifySessionToken', m2mToken(key), MISMATCH],
    ['verifySessionToken', session({}, { cat: CATEGORY.template }), MISMATCH],
    ['verifySessionToken', session({ exp: T0 / 1000 - 60 }), 'token-expired'],
    ['verifySessionToken', sessionToken(stranger, {}, { kid: key.kid }), 'token-invalid-signature'],
    ['verifyApiKey', 'mt_one', MISMATCH],
    ['verifyApiKey', session(), MISMATCH],
    ['verifyM2MToken', 'ak_one', MISMATCH],
    ['verifyOAuthToken', session(), MISMATCH],
  ] as const)('%s refuses %s', async (method, token, reason) => {
    const attempt = backend.create()[method](token as string);
    await expect(attempt).rejects.toThrow(TokenVerificationError);
    await expect(attempt).rejects.toMatchObject({ reason, code: reason });
  });

  it('throws different errors for an outage and for a bad token', async () => {
    const outage = backend.clerk.fail({ operation: OPERATIONS.apiKey });
    await expect(backend.create().verifyApiKey('ak_one')).rejects.toThrow(AuthUnavailableError);
    outage.stop();
    backend.clerk.state.table('api_keys').update('ak_one', { revoked: true });
    await expect(backend.create().verifyApiKey('ak_one')).rejects.toMatchObject({ reason: 'token-invalid' });
  });

  it('refuses a remembered session as an API key', async () => {
    const a = backend.create();
    await a.verifySessionToken(session());
    await expect(a.verifyApiKey(session())).rejects.toMatchObject({ reason: MISMATCH });
  });

  it('asks Clerk again after invalidate()', async () => {
    const a = backend.create();
    await a.verifyApiKey('ak_one');
    await a.verifyApiKey('ak_one');
    expect(callsOf(backend.clerk, OPERATIONS.apiKey)).toBe(1);
    await a.invalidate('ak_one');
    await a.verifyApiKey('ak_one');
    expect(callsOf(backend.clerk, OPERATIONS.apiKey)).toBe(2);
  });

  it('throws a configuration error without a key for the kind, whatever the token', async () => {
    const authenticator = createAuthenticator({ jwtKey: key.pem }, {});
    for (const token of ['ak_one', 'mt_one', 'garbage', '']) {
      await expect(authenticator.verifyApiKey(token)).rejects.toMatchObject({
        name: 'ConfigurationError',
        option: 'secretKey',
        message: expect.stringContaining('CLERK_SECRET_KEY') as string,
      });
    }
    // One form of these can be checked: the other is not the configuration's fault.
    await expect(authenticator.verifyM2MToken('mt_one')).rejects.toMatchObject({ reason: 'jwk-local-missing' });
  });
});

describe('events', () => {
  it('name the decision and no secret', async () => {
    const authenticator = backend.create({ onEvent: (event) => void backend.events.push(event), acceptsToken: 'any' });
    for (const token of [session(), 'ak_CANARY', 'garbage']) await authenticator.authenticate(viewOf(bearer(token)));
    backend.clerk.fail({ operation: OPERATIONS.m2m });
    await authenticator.authenticate(viewOf(bearer('mt_CANARY')));
    const decided = backend.events.filter(({ type }) => type === 'authenticated' || type === 'denied');
    const request = { method: 'GET', route: null, requestId: null, durationMs: 0 };
    const denied = { type: 'denied', by: 'request', missing: null, ...request };
    expect(decided).toEqual([
      { type: 'authenticated', tokenType: 'session_token', subject: 'user_ada', ...request },
      { type: 'authenticated', tokenType: 'api_key', subject: 'user_ada', ...request },
      { ...denied, status: 401, tokenType: 'session_token', reason: 'token-invalid' },
      { ...denied, status: 503, tokenType: 'm2m_token', reason: 'unexpected-error' },
    ]);
    expect(JSON.stringify(backend.events)).not.toMatch(new RegExp(`CANARY|${session()}`));
  });
});

it('cover pending sessions and handshakes', async () => {
  const authenticator = backend.create({ onEvent: (event) => void backend.events.push(event) });
  await authenticator.authenticate(viewOf(bearer(session({ sts: 'pending' }))));
  await authenticator.authenticate(viewOf({ 'sec-fetch-dest': 'document', cookie: '__client_uat=5' }));
  const request = { method: 'GET', route: null, requestId: null, durationMs: 0 };
  expect(backend.events.filter(({ type }) => type === 'authenticated' || type === 'denied')).toEqual([
    { type: 'authenticated', tokenType: 'session_token', subject: 'user_ada', ...request },
    {
      type: 'denied',
      by: 'request',
      status: 307,
      tokenType: 'session_token',
      reason: 'client-uat-but-no-session-token',
      missing: null,
      ...request,
    },
  ]);
});

describe('secrets', () => {
  it('never appear in states, auth objects and errors', async () => {
    const authenticator = backend.create();
    const token = session();
    const views = [
      viewOf(bearer(token)),
      viewOf(cookies(token)),
      viewOf(bearer('ak_CANARYone')),
      viewOf(bearer(token.slice(0, -4))),
    ];
    const page = viewOf({ 'sec-fetch-dest': 'document', cookie: `__session=${token}; __client_uat=0` });
    const shown: string[] = [];
    for (const view of [...views, page]) {
      const state = await authenticator.authenticate(view, { acceptsToken: 'any' });
      for (const value of [state, { ...state }, state.auth, state.auth.debug(), { ...state.auth }]) {
        shown.push(inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value));
      }
    }
    const error = await authenticator.verifyApiKey('ak_CANARY two').catch((caught: unknown) => caught);
    shown.push(inspect(error, { depth: 20 }), JSON.stringify(error));
    const signature = token.split('.')[2] ?? '';
    for (const text of shown) {
      expect(text).not.toContain('CANARY');
      expect(text).not.toContain(signature.slice(0, 40));
      expect(text).not.toContain(SECRET_KEY);
    }
    expect(shown).toHaveLength(5 * 5 * 2 + 2);
  });

  it('recognizes an authenticator by its brand', () => {
    const authenticator = backend.create();
    expect([authenticator, {}, null, 'x', { config: {} }].map(isAuthenticator)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(Object.isFrozen(authenticator)).toBe(true);
    expect(Object.keys(authenticator)).not.toContain('config');
    expect(authenticator.config.publishableKey?.raw).toBe(PK_LIVE);
    expect(authenticator.signInUrl('https://app.test/x')).toBe(
      'https://accounts.acornbooks.example/sign-in?redirect_url=https%3A%2F%2Fapp.test%2Fx',
    );
  });
});

it('gives the URL of the sign-up page with the way back', () => {
  const create: typeof backend.create = (options) => backend.create(options);
  const given = create({ signUpUrl: 'https://app.test/join' });
  expect(given.signUpUrl('https://app.test/x')).toBe('https://app.test/join?redirect_url=https%3A%2F%2Fapp.test%2Fx');
  expect(create({ signInUrl: 'https://app.test/in' }).signUpUrl('https://app.test/x')).toBe(
    'https://app.test/in/create?redirect_url=https%3A%2F%2Fapp.test%2Fx',
  );
  expect(createAuthenticator({ jwtKey: key.pem }, {}).signUpUrl('https://app.test/x')).toBeNull();
});
