import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSession } from '../../../src/core/auth/claims.js';
import { hasNothing, machineHas, sessionHas } from '../../../src/core/auth/has.js';
import type { HasParams, SessionClaims } from '../../../src/types.js';
import { sessionClaimsV1, sessionClaimsV2 } from '../../support/tokens.js';

const hasOf = (changes: Record<string, unknown>) => sessionHas(readSession(sessionClaimsV2(changes) as SessionClaims));
const user = hasOf({
  fea: 'o:dash,u:beta,ou:x,o:a',
  pla: 'o:pro',
  o: { id: 'org_1', rol: 'admin', per: 'read', fpm: '0,0,0,1' },
  fva: [3, -1],
});
// Both readings of the masks agree only where user features come last.
const member = hasOf({
  fea: 'o:a,o:dash,ou:x,u:beta',
  pla: 'o:pro',
  o: { id: 'org_1', rol: 'admin', per: 'read', fpm: '1,0,0,0' },
});

const GRANTED: readonly unknown[] = [
  { feature: 'dash' },
  { feature: 'org:dash' },
  { feature: 'o:dash' },
  { feature: 'organization:dash' },
  { feature: 'user:beta' },
  { feature: 'u:x' },
  { feature: 'o:x' },
  { plan: 'pro' },
  { plan: 'o:pro' },
  { permission: 'a:read' },
  { permission: 'org:a:read' },
  { permission: 'org:org:a:read' },
  { permission: ['a:read', 'org:a:read'] },
  { role: 'admin' },
  { role: 'org:admin' },
  { role: 'org:org:admin' },
  { role: ['member', 'admin'] },
  { role: 'admin', permission: 'a:read', feature: 'dash', plan: 'pro', reverification: 'strict' },
  { role: 'admin', permission: undefined },
];

const REFUSED: readonly unknown[] = [
  {},
  undefined,
  null,
  'role',
  () => true,
  [],
  ['admin'],
  { role: undefined },
  { role: null },
  { role: '' },
  { role: 'org:' },
  { role: [] },
  { role: ['admin', 5] },
  { role: { toString: () => 'admin' } },
  { role: 'Admin' },
  { role: 'member' },
  { role: 'admin', permission: 'a:write' },
  { permission: '' },
  { permission: null },
  { permission: ['a:read', 'a:write'] },
  { permission: [] },
  { permission: 'org:sys_memberships:read' },
  { feature: 'u:dash' },
  { feature: 'z:dash' },
  { feature: '' },
  { feature: 'org:' },
  { feature: 'o:dash:x' },
  { feature: ['dash'] },
  { feature: '__proto__:dash' },
  { plan: 'u:pro' },
  { plan: 'Pro' },
  { plan: true },
  { scope: 'a:read' },
  { scope: 'read', role: 'admin' },
  { reverification: null },
  { reverification: 'stern' },
  { reverification: 'toString' },
  { reverification: { level: 'first_factor' } },
  { reverification: { level: 'first_factor', afterMinutes: 0 } },
  { reverification: { level: 'first_factor', afterMinutes: -5 } },
  { reverification: { level: 'first_factor', afterMinutes: 99_999 } },
  { reverification: { level: 'first_factor', afterMinutes: Number.POSITIVE_INFINITY } },
  { reverification: { level: 'first_factor', afterMinutes: '10' } },
  { reverification: { level: 'third_factor', afterMinutes: 10 } },
  { reverification: { level: 'constructor', afterMinutes: 10 } },
  { role: 'admin', permision: 'a:write' },
  { role: 'admin', __proto__: { permission: 'a:write' } },
];

describe('has() of a session', () => {
  it.each(GRANTED.map((params) => [params]))('grants %j', (params) => {
    expect(member(params as HasParams)).toBe(true);
  });
  it.each(REFUSED.map((params) => [params]))('refuses %j', (params) => {
    expect(member(params as HasParams)).toBe(false);
    expect(user(params as HasParams)).toBe(false);
  });

  it('refuses a getter that throws', () => {
    const params = {
      get role(): string {
        throw new Error('no');
      },
    };
    expect(member(params)).toBe(false);
    expect(
      member(
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no');
            },
          },
        ),
      ),
    ).toBe(false);
  });

  it('grants no role or permission without an active organization, but grants features and plans', () => {
    const alone = hasOf({ o: undefined, fea: 'u:beta', pla: 'u:plus' });
    expect([{ role: 'admin' }, { permission: 'a:read' }].map((params) => alone(params))).toEqual([false, false]);
    expect([{ feature: 'beta' }, { plan: 'plus' }].map((params) => alone(params))).toEqual([true, true]);
  });

  it('reads version 1', () => {
    const has = sessionHas(readSession(sessionClaimsV1() as SessionClaims));
    expect([has({ role: 'admin' }), has({ permission: 'invoices:read' })]).toEqual([true, true]);
    expect([has({ role: 'member' }), has({ permission: 'invoices:delete' }), has({ feature: 'x' })]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('S16: refuses a good permission with a missing factor age, and a good feature with an absent permission', () => {
    const has = hasOf({ fva: undefined });
    expect(has({ permission: 'invoices:read' })).toBe(true);
    expect(has({ permission: 'invoices:read', reverification: 'lax' })).toBe(false);
    expect(has({ feature: 'invoices' })).toBe(true);
    expect(has({ feature: 'invoices', permission: 'invoices:delete' })).toBe(false);
  });
});

describe('reverification', () => {
  const first10 = { level: 'first_factor', afterMinutes: 10 } as const;
  const asked = ['strict_mfa', 'strict', 'moderate', 'lax', first10] as const;
  it.each([
    [
      [3, -1],
      [true, true, true, true, true],
    ],
    [
      [-1, 3],
      [false, true, true, true, false],
    ],
    [
      [3, 30],
      [false, false, true, true, true],
    ],
    [
      [30, 3],
      [false, true, true, true, false],
    ],
    [
      [9, 10],
      [false, false, true, true, true],
    ],
    [
      [10, 9],
      [false, true, true, true, false],
    ],
    [
      [3, 3],
      [true, true, true, true, true],
    ],
    [
      [0, 0],
      [true, true, true, true, true],
    ],
    [
      [1440, 1440],
      [false, false, false, false, false],
    ],
    [
      [-1, -1],
      [false, false, false, false, false],
    ],
    [null, [false, false, false, false, false]],
    [[3], [false, false, false, false, false]],
    [
      ['3', 3],
      [false, false, false, false, false],
    ],
    [
      [3, -2],
      [false, false, false, false, false],
    ],
  ])('fva %j', (fva, expected) => {
    const has = hasOf({ fva });
    expect(asked.map((reverification) => has({ reverification }))).toEqual(expected);
  });

  it('accepts 1 to 99,998 minutes', () => {
    const has = hasOf({ fva: [0, -1] });
    expect([1, 99_998].map((afterMinutes) => has({ reverification: { level: 'first_factor', afterMinutes } }))).toEqual(
      [true, true],
    );
  });
});

describe('has() of machines', () => {
  const machine = machineHas(['invoices:read', 'invoices:write']);
  it.each([{ scope: 'invoices:read' }, { scope: ['invoices:read', 'invoices:write'] }])('grants %j', (params) => {
    expect(machine(params)).toBe(true);
  });
  it.each([
    {},
    { scope: '' },
    { scope: [] },
    { scope: 'invoices' },
    { scope: ['invoices:read', 'admin'] },
    { scope: 'invoices:read invoices:write' },
    { scope: 'invoices:read', role: 'admin' },
    { permission: 'invoices:read' },
    { reverification: 'lax' },
  ])('refuses %j', (params) => {
    expect(machine(params as HasParams)).toBe(false);
  });
  it('grants nothing to a signed-out caller', () => {
    expect(hasNothing({ role: 'admin' })).toBe(false);
  });
});

describe('properties', () => {
  const dimension = fc.constantFrom('role', 'permission', 'feature', 'plan', 'scope', 'reverification', 'other');

  it('never throws, and never grants a malformed requirement', () => {
    const malformed = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.boolean(),
      fc.constant(''),
      fc.constant([]),
      fc.dictionary(fc.string(), fc.jsonValue()),
    );
    fc.assert(
      fc.property(dimension, malformed, (key, value) => {
        expect(member({ [key]: value })).toBe(false);
      }),
    );
    fc.assert(fc.property(fc.anything(), (params) => void expect(typeof member(params as HasParams)).toBe('boolean')));
  });

  it('never grants more for a longer requirement', () => {
    const value = fc.oneof(fc.constantFrom('admin', 'a:read', 'dash', 'pro', 'strict'), fc.string());
    fc.assert(
      fc.property(fc.dictionary(dimension, value), dimension, value, (params, key, more) => {
        fc.pre(!(key in params) && Object.keys(params).length > 0);
        if (member({ ...params, [key]: more })) expect(member(params)).toBe(true);
      }),
    );
  });
});
