import { describe, expect, it } from 'vitest';
import { allOf, anyOf, ConfigurationError, type Auth, type AuthenticatorOptions, type GuardRequirement } from 'bailiff';
import { invalidToken, machineAuth, sessionAuth, unauthenticated } from '../../../src/core/auth/auth-objects.js';
import { compileRequirement } from '../../../src/core/guards/requirement.js';
import { resolveConfig } from '../../../src/core/config/resolve.js';
import type { SessionClaims } from '../../../src/types.js';
import { sessionClaimsV2 } from '../../support/tokens.js';

const session = (changes = {}) =>
  sessionAuth(
    { tokenType: 'session_token', token: 't', data: sessionClaimsV2(changes) as SessionClaims, attachment: undefined },
    true,
    () => Promise.resolve('new'),
  );
const base = {
  id: 'x',
  subject: 'user_ada',
  revoked: false,
  revocationReason: null,
  expired: false,
  expiration: null,
  createdAt: 0,
  updatedAt: 0,
};
const apiKey = (...scopes: string[]) =>
  machineAuth({
    tokenType: 'api_key',
    token: 't',
    attachment: undefined,
    data: {
      ...base,
      scopes,
      type: 'api_key',
      name: 'n',
      description: null,
      claims: null,
      createdBy: null,
      lastUsedAt: null,
    },
  });
const m2m = (...scopes: string[]) =>
  machineAuth({
    tokenType: 'm2m_token',
    token: 't',
    attachment: undefined,
    data: { ...base, subject: 'mch_1', scopes, claims: null },
  });

const decide = (requirement: GuardRequirement, auth: Auth) => compileRequirement(requirement).decide(auth);
const user = session();
const OK = { allowed: true };
const kind = { allowed: false, missing: 'kind' };
const forbidden: unknown = expect.objectContaining({ allowed: false, missing: 'authorization' });
const scope = (...scopes: string[]) => ({ allowed: false, missing: 'scope', scopes });
const reverify = (reverification: unknown) => ({ allowed: false, missing: 'reverification', reverification });

const ROWS: readonly (readonly [string, GuardRequirement, Auth, unknown])[] = [
  ['nothing asked, a user', {}, user, OK],
  ['nothing asked, an API key of a user', {}, apiKey(), kind],
  ['nothing asked, a machine', {}, m2m(), kind],
  ['nothing asked, nobody', {}, unauthenticated('session_token', null), kind],
  ['nothing asked, a pending user', {}, session({ sts: 'pending' }), kind],
  ['any kind, a machine', { token: 'any' }, m2m(), OK],
  ['any kind, nobody', { token: 'any' }, invalidToken(null), kind],
  ['a list of kinds', { token: ['api_key', 'm2m_token'] }, m2m(), OK],
  ['a list of kinds, another', { token: ['api_key', 'm2m_token'] }, user, kind],
  ['role', { role: 'org:admin' }, user, OK],
  ['any of several roles', { role: ['org:owner', 'org:admin'] }, user, OK],
  ['another role', { role: 'org:owner' }, user, forbidden],
  ['permission', { permission: 'org:invoices:read' }, user, OK],
  ['all of several permissions', { permission: ['org:invoices:read', 'org:invoices:manage'] }, user, OK],
  ['all of several permissions, one missing', { permission: ['org:invoices:read', 'org:x:y'] }, user, forbidden],
  ['role and permission, one missing', { role: 'org:admin', permission: 'org:x:y' }, user, forbidden],
  ['feature and plan', { feature: 'invoices', plan: 'pro' }, user, OK],
  ['another plan', { plan: 'max' }, user, forbidden],
  ['scope alone: a machine of any kind', { scope: 'a' }, m2m('a'), OK],
  ['scope alone: a key', { scope: 'a' }, apiKey('a', 'b'), OK],
  ['scope alone: a user', { scope: 'a' }, user, kind],
  ['all of several scopes', { scope: ['a', 'b'] }, apiKey('a'), scope('a', 'b')],
  ['a kind and its scope', { token: 'api_key', scope: 'a' }, apiKey('b'), scope('a')],
  ['a kind and its scope, another kind', { token: 'api_key', scope: 'a' }, m2m('a'), kind],
  ['any kind and a scope, a user', { token: 'any', scope: 'a' }, user, scope('a')],
  ['fresh enough', { reverification: 'strict' }, user, OK],
  [
    'not fresh enough',
    { reverification: { level: 'first_factor', afterMinutes: 3 } },
    user,
    reverify({ level: 'first_factor', afterMinutes: 3 }),
  ],
  [
    'S16: not fresh, not allowed',
    { permission: 'org:x:y', reverification: 'strict' },
    session({ fva: undefined }),
    forbidden,
  ],
  [
    'S16: allowed, not fresh',
    { permission: 'org:invoices:read', reverification: 'strict' },
    session({ fva: undefined }),
    reverify('strict'),
  ],
  ['S16: redirect changes nothing', { permission: 'org:x:y', redirect: true }, user, forbidden],
  ['a rule that holds', { check: (auth) => auth.isAuthenticated }, user, OK],
  ['a rule that does not', { check: () => false }, user, forbidden],
  ['a rule that forgets to answer', { check: (() => undefined) as never }, user, forbidden],
  ['a rule that answers something true', { check: (() => 1) as never }, user, forbidden],
  ['a rule after what does not hold', { role: 'org:owner', check: () => true }, user, forbidden],
  ['any of: the second', anyOf({ role: 'org:owner' }, { permission: 'org:invoices:read' }), user, OK],
  ['any of: none', anyOf({ role: 'org:owner' }, { permission: 'org:x:y' }), user, forbidden],
  [
    'any of: the kind of one branch',
    anyOf({ role: 'org:owner' }, { token: 'api_key', scope: 'a' }),
    apiKey('b'),
    scope('a'),
  ],
  ['any of: of no branch', anyOf({ role: 'org:owner' }, { token: 'api_key', scope: 'a' }), m2m('a'), kind],
  [
    'any of: the nearest',
    anyOf({ role: 'org:owner' }, { reverification: 'strict_mfa' }),
    session({ fva: [99, -1] }),
    reverify('strict_mfa'),
  ],
  [
    'any of: nearest first',
    anyOf({ reverification: 'strict_mfa' }, { role: 'org:owner' }),
    session({ fva: [99, -1] }),
    reverify('strict_mfa'),
  ],
  ['all of', allOf({ role: 'org:admin' }, { permission: 'org:invoices:read' }), user, OK],
  ['all of: one missing', allOf({ role: 'org:admin' }, { permission: 'org:x:y' }), user, forbidden],
  [
    'all of: verifying again would not help',
    allOf({ reverification: 'strict' }, { role: 'org:owner' }),
    session({ fva: [99, 99] }),
    forbidden,
  ],
  [
    'all of: verifying again is all',
    allOf({ reverification: 'strict' }, { role: 'org:admin' }),
    session({ fva: [99, 99] }),
    reverify('strict'),
  ],
  [
    'all of: of several verifications the first',
    allOf({ reverification: 'strict' }, { reverification: 'lax' }),
    session({ fva: [2_000, 2_000] }),
    reverify('strict'),
  ],
  [
    'all of: a scope before a verification, in either order',
    allOf({ token: 'any', scope: 'a' }, { token: 'any', check: () => true }),
    user,
    scope('a'),
  ],
  ['all of: scopes together', allOf({ scope: 'a' }, { scope: 'b' }, { scope: 'a' }), m2m('c'), scope('a', 'b')],
  ['nested', allOf({ role: 'org:admin' }, anyOf({ plan: 'max' }, { feature: 'invoices' })), user, OK],
  ['nested, none', allOf({ role: 'org:admin' }, anyOf({ plan: 'max' }, { feature: 'reports' })), user, forbidden],
];

describe('requirements', () => {
  it.each(ROWS)('%s', (_, requirement, auth, expected) => {
    expect(decide(requirement, auth)).toEqual(expected);
  });

  it('are synchronous unless a check is not', async () => {
    const later = (value: unknown) => ({ check: () => Promise.resolve(value) as Promise<boolean> });
    const cases: [GuardRequirement, unknown][] = [
      [later(true), OK],
      [later(1), forbidden],
      [anyOf(later(false), later(true)), OK],
      [anyOf(later(true), { role: 'org:owner' }), OK],
      [anyOf({ role: 'org:owner' }, later(false)), forbidden],
      [allOf(later(true), { role: 'org:admin' }, later(true)), OK],
      [allOf(later(true), { role: 'org:owner' }), forbidden],
    ];
    for (const [requirement, expected] of cases) {
      const verdict = decide(requirement, user);
      expect(verdict).toBeInstanceOf(Promise);
      expect(await verdict).toEqual(expected);
    }
  });

  it('await any thenable', async () => {
    const lazy = (value: boolean) => ({ then: (done: (value: boolean) => void) => void done(value) });
    expect(await decide({ check: () => lazy(true) as never }, user)).toEqual(OK);
    expect(await decide({ check: () => lazy(false) as never }, user)).toEqual(forbidden);
  });

  it.each<[string, GuardRequirement]>([
    ['a role is missing', { role: 'org:owner' }],
    ['the kind is another', { token: 'any', check: () => false }],
    ['another rule has said no, later', { check: () => Promise.resolve(false) }],
  ])('ask no further check after a refusal: %s', async (_what, first) => {
    const asked: Auth[] = [];
    const second = {
      token: 'any',
      check: (auth: Auth) => {
        asked.push(auth);
        return true;
      },
    } as const;
    expect(await decide(allOf(first, second), user)).toEqual(forbidden);
    expect(asked).toEqual([]);
    // What can be mended (a scope, another verification) gives way to what a later rule finds.
    await decide(allOf({ reverification: 'strict' }, second), user);
    expect(asked).toHaveLength(1);
  });

  it('show in debug() that a token exists, but not the token', () => {
    for (const auth of [user, apiKey('a')]) expect(auth.debug()['token']).toBe('[redacted]');
  });

  it('pass on the error of a check', async () => {
    const broken = () => {
      throw new Error('mine');
    };
    expect(() => decide({ check: broken }, user)).toThrow('mine');
    await expect(decide({ check: () => Promise.reject(new Error('mine')) }, user)).rejects.toThrow('mine');
  });

  it.each([
    [{}, ['session_token']],
    [{ token: 'any' }, ['session_token', 'api_key', 'm2m_token', 'oauth_token']],
    [{ scope: 'a' }, ['api_key', 'm2m_token', 'oauth_token']],
    [{ scope: 'a', check: () => true }, ['api_key', 'm2m_token', 'oauth_token']],
    [anyOf({ role: 'x' }, { token: 'api_key' }, { token: 'api_key' }), ['session_token', 'api_key']],
    [allOf({ token: ['api_key', 'm2m_token'] }, { token: ['m2m_token', 'oauth_token'] }), ['m2m_token']],
  ] as [GuardRequirement, string[]][])('with %j accept %j', (requirement, kinds) => {
    expect(compileRequirement(requirement).acceptsToken).toEqual(kinds);
  });

  it('are copied, so that later changes have no effect', () => {
    const permission = ['org:invoices:read', 'org:x:y'];
    const compiled = compileRequirement({ permission });
    permission.pop();
    expect(compiled.decide(user)).toEqual(forbidden);
  });
});

describe('impossible requirements', () => {
  it.each([
    ['an unknown key', { roel: 'org:admin' }],
    ['a key without a value', { permission: undefined }],
    ['an empty role', { role: '' }],
    ['a role that is no text', { role: 5 }],
    ['an empty list', { permission: [] }],
    ['a list with a hole', { permission: ['org:a:b', undefined] }],
    ['a system permission', { permission: 'org:sys_memberships:read' }],
    ['a system permission in a list', { permission: ['org:a:b', 'sys_profile:manage'] }],
    ['an unknown kind', { token: 'cookie' }],
    ['no kind', { token: [] }],
    ['a feature list', { feature: ['a'] }],
    ['two scopes in one text', { scope: 'a b' }],
    ['a scope that breaks out of a header', { scope: 'a"' }],
    ['an unknown preset', { reverification: 'stern' }],
    ['a check that is none', { check: true }],
    ['redirect that is no boolean', { redirect: 'yes' }],
    ['a scope of a session', { token: 'session_token', scope: 'a' }],
    ['a role of a machine', { token: 'm2m_token', role: 'org:admin' }],
    ['a scope and a role', { scope: 'a', role: 'org:admin' }],
    ['any of nothing', { anyOf: [] }],
    ['all of nothing', { allOf: [] }],
    ['any of what is no list', { anyOf: {} }],
    ['S16: something beside anyOf', { anyOf: [{}], role: 'org:admin' }],
    ['both combinators', { anyOf: [{}], allOf: [{}] }],
    ['redirect inside', { anyOf: [{ redirect: true }] }],
    ['all of two kinds', { allOf: [{ role: 'org:admin' }, { token: 'api_key' }] }],
  ])('%s', (_, requirement) => {
    expect(() => compileRequirement(requirement as GuardRequirement)).toThrow(ConfigurationError);
  });

  /** None of these names a demand: taken for "no demand", each would let every signed-in user in. */
  const NO_REQUIREMENTS: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['true', true],
    ['false', false],
    ['a number', 5],
    ['zero', 0],
    ['a text', 'org:admin'],
    ['an empty text', ''],
    ['a function', () => true],
    ['a class', class {}],
    ['a list of nothing', []],
    ['a list of requirements', [{ role: 'org:admin' }]],
    ['a promise', Promise.resolve({ role: 'org:admin' })],
    ['a Map', new Map([['role', 'org:admin']])],
    ['a Set', new Set(['org:admin'])],
    ['a Date', new Date(0)],
    ['a RegExp', /admin/],
    ['demands that are inherited', Object.create({ role: 'org:admin' })],
    ['a demand that is not enumerable', Object.defineProperty({}, 'role', { value: 'org:admin' })],
  ];
  it.each(NO_REQUIREMENTS)('throws for %s, alone and within others', (_, given) => {
    for (const requirement of [
      given,
      { anyOf: [given] },
      { anyOf: [{ role: 'org:owner' }, given] },
      { allOf: [given] },
    ]) {
      expect(() => compileRequirement(requirement as GuardRequirement)).toThrow(ConfigurationError);
    }
  });

  it.each(['token', 'role', 'permission', 'feature', 'plan', 'scope', 'reverification', 'check', 'redirect'])(
    'throws for null as `%s`',
    (key) => {
      expect(() => compileRequirement({ [key]: null })).toThrow(ConfigurationError);
    },
  );

  const OF_USERS: Readonly<Record<string, string>> = {
    role: 'org:admin',
    permission: 'org:a:b',
    feature: 'a',
    plan: 'a',
    reverification: 'strict',
  };
  it.each(Object.entries(OF_USERS))('reads %s alone as a requirement for users, never for machines', (key, asked) => {
    const compile = (requirement: object) => compileRequirement(requirement);
    expect(compile({ [key]: asked }).acceptsToken).toEqual(['session_token']);
    expect(compile({ [key]: asked, token: ['session_token', 'api_key'] }).acceptsToken).toContain('api_key');
    for (const token of ['api_key', 'm2m_token', 'oauth_token', ['api_key', 'm2m_token']]) {
      expect(() => compile({ [key]: asked, token }), JSON.stringify(token)).toThrow(ConfigurationError);
    }
    expect(() => compile({ [key]: asked, scope: 'a' }), 'with a scope').toThrow(ConfigurationError);
    expect(() => compile({ [key]: asked, scope: 'a', token: 'any' }), 'with a scope, any').toThrow(ConfigurationError);
  });

  const keysOf = (options: AuthenticatorOptions) => resolveConfig(options, {});
  const NONE = keysOf({});
  it.each([
    ['API keys by PEM', { token: 'api_key' }, { jwtKey: 'x' }, /CLERK_SECRET_KEY/],
    ['a list with API keys by PEM', { token: ['m2m_token', 'api_key'] }, { jwtKey: 'x' }, /CLERK_SECRET_KEY/],
    ['sessions by machine key', {}, { machineSecretKey: 'ak_x' }, /CLERK_JWT_KEY/],
    ['OAuth by machine key', { token: 'oauth_token' }, { machineSecretKey: 'ak_x' }, /CLERK_SECRET_KEY/],
    ['a redirect to nowhere', { redirect: true }, { secretKey: 'sk_test_x' }, /CLERK_SIGN_IN_URL/],
  ] as [string, GuardRequirement, AuthenticatorOptions, RegExp][])(
    'throws without their key: %s',
    (_, requirement, options, text) => {
      expect(() => compileRequirement(requirement, keysOf(options))).toThrow(text);
      expect(() => compileRequirement(requirement)).not.toThrow();
    },
  );

  it.each([
    [{ scope: 'a' }, { jwtKey: 'x' }],
    [{ token: 'any' }, { machineSecretKey: 'ak_x' }],
    [{ token: 'm2m_token' }, { machineSecretKey: 'ak_x' }],
    [{ redirect: true }, { secretKey: 'sk_test_x', signInUrl: '/in' }],
  ] as [GuardRequirement, AuthenticatorOptions][])('accepts %j with %j', (requirement, options) => {
    expect(compileRequirement(requirement, keysOf(options)).acceptsToken.length).toBeGreaterThan(0);
  });

  it('S24: throws for every requirement without any key', () => {
    expect(() => compileRequirement({ token: 'any' }, NONE)).toThrow(ConfigurationError);
  });
});
