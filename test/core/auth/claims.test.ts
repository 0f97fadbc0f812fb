import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSession } from '../../../src/core/auth/claims.js';
import { decodePermissions } from '../../../src/core/auth/permissions.js';
import type { SessionClaims } from '../../../src/types.js';
import { sessionClaimsV1, sessionClaimsV2 } from '../../support/tokens.js';

const v1 = (changes = {}) => readSession(sessionClaimsV1(changes) as SessionClaims);
const v2 = (changes = {}) => readSession(sessionClaimsV2(changes) as SessionClaims);
const NO_ORG = { orgId: null, orgSlug: null, orgRole: null, orgPermissions: null };

describe('reading claims', () => {
  it('reads versions 1 and 2 alike', () => {
    const organization = { orgId: 'org_acorn', orgSlug: 'acorn', orgRole: 'org:admin' };
    const permissions = ['org:invoices:read', 'org:invoices:manage'];
    expect(v1()).toMatchObject({
      ...organization,
      userId: 'user_ada',
      sessionId: 'sess_one',
      orgPermissions: permissions,
    });
    expect(v2()).toMatchObject({
      ...organization,
      userId: 'user_ada',
      sessionId: 'sess_one',
      orgPermissions: permissions,
    });
  });

  it.each([
    ['no `o`', { o: undefined }],
    ['`o` that is no object', { o: 'org_acorn' }],
    ['`o` as a list', { o: ['org_acorn'] }],
    ['`o` null', { o: null }],
    ['`o` without id', { o: { rol: 'admin', per: 'read', fpm: '1' } }],
    ['version as text: the claims of version 1, which are absent', { v: '2' }],
    ['version 3', { v: 3 }],
  ])('finds no organization in version 2: %s', (_, changes) => {
    expect(v2(changes)).toMatchObject(NO_ORG);
  });

  it('version 2 ignores the claims of version 1', () => {
    const old = { org_id: 'org_evil', org_role: 'org:owner', org_permissions: ['org:all:all'] };
    expect(v2({ ...old, o: undefined })).toMatchObject(NO_ORG);
    expect(v2(old)).toMatchObject({ orgId: 'org_acorn', orgRole: 'org:admin' });
  });

  it.each([
    ['no id', { org_id: undefined }, NO_ORG],
    ['an id that is no text', { org_id: 5 }, NO_ORG],
    ['permissions that are no list', { org_permissions: 'org:invoices:read' }, { orgPermissions: null }],
    ['permissions that are no text', { org_permissions: [1, null, 'org:a:b', ''] }, { orgPermissions: ['org:a:b'] }],
    ['a role that is no text', { org_role: ['admin'] }, { orgRole: null }],
    ['a slug that is no text', { org_slug: 1 }, { orgSlug: null }],
  ])('reads version 1 with %s', (_, changes, expected) => {
    expect(v1(changes)).toMatchObject(expected);
  });

  it.each([
    [undefined, null],
    [null, null],
    ['active', 'active'],
    ['pending', 'pending'],
    ['suspended', 'pending'],
    [5, 'pending'],
  ])('reads status %j as %j', (sts, expected) => {
    expect(v2({ sts }).sessionStatus).toBe(expected);
  });

  it.each([
    [
      [3, -1],
      [3, -1],
    ],
    [
      [0, 0],
      [0, 0],
    ],
    [null, null],
    [undefined, null],
    [[3], null],
    [[3, 3, 3], null],
    [['3', 3], null],
    [[3, -2], null],
    [[Number.NaN, 1], null],
    ['3,3', null],
  ])('reads factor age %j as %j', (fva, expected) => {
    expect(v2({ fva }).factorVerificationAge).toEqual(expected);
  });

  it('keeps any actor, so that impersonation is never hidden', () => {
    expect(v2({ act: { sub: 'user_boss' } }).actor).toEqual({ sub: 'user_boss' });
    expect(v2({ act: {} }).actor).toEqual({});
    for (const act of [undefined, null, 'user_boss', 5, true, [], ['user_boss'], [{ sub: 'user_boss' }]]) {
      expect(v2({ act }).actor, JSON.stringify(act)).toBeNull();
    }
  });

  it('gives no session id for a token without one', () => {
    expect(v2({ sid: undefined }).sessionId).toBeNull();
  });

  it('never throws, whatever the claims', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('v', 'o', 'fea', 'pla', 'fva', 'sts', 'act', 'org_id'), fc.jsonValue()),
        (claims) => {
          readSession({ sub: 'user_x', ...claims } as unknown as SessionClaims);
        },
      ),
    );
  });
});

describe('S25: permission masks', () => {
  it.each([
    [
      'the worked example',
      'o:invoices,ou:reports',
      'read,write,approve',
      '5,2',
      ['org:invoices:read', 'org:invoices:approve', 'org:reports:write'],
    ],
    [
      'bits from the lowest',
      'o:articles,o:dashboard',
      'manage,read',
      '3,2',
      ['org:articles:manage', 'org:articles:read', 'org:dashboard:read'],
    ],
    ['leading zeros', 'o:a', 'r,w', '0003', ['org:a:r', 'org:a:w']],
    ['spaces', ' o:a , o:b ', ' r , w ', ' 1 , 2 ', ['org:a:r', 'org:b:w']],
    ['a feature of the user alone, last', 'o:a,u:b', 'r', '1,1', ['org:a:r']],
    ['bits beyond the names', 'o:a', 'r', '3', ['org:a:r']],
    ['an empty name keeps its bit', 'o:a', 'r,,w', '7', ['org:a:r', 'org:a:w']],
    ['a trailing comma in names', 'o:a', 'r,', '3', ['org:a:r']],
    ['more masks than features', 'o:a', 'r', '1,1,1', ['org:a:r']],
    ['fewer masks than features', 'o:a,o:b', 'r', '1', ['org:a:r']],
    ['a bad mask keeps its slot', 'o:a,o:b,o:c', 'r', '1,x,1', ['org:a:r', 'org:c:r']],
    ['an unknown scope', 'z:a', 'r', '1', []],
    ['more than one colon', 'o:a:b', 'r', '1', []],
    ['an empty slug', 'o:', 'r', '1', []],
    ['a feature without a scope', 'o:a,b', 'r', '1,1', []],
    ['no features', '', 'r', '1', []],
    ['no names', 'o:a', '', '1', []],
    ['no masks', 'o:a', 'r', '', []],
    ['features that are no text', 5, 'r', '1', []],
    ['names that are no text', 'o:a', ['r'], '1', []],
    ['masks that are no text', 'o:a', 'r', 1, []],
  ])('%s', (_, features, names, masks, expected) => {
    expect(decodePermissions(features, names, masks)).toEqual(expected);
  });

  it.each(['-1', '1.5', '+1', '0x1', '1abc', '', '1e0', '١', 'Infinity'])('grants nothing for the mask %j', (mask) => {
    expect(decodePermissions('o:a', 'r,w,x', mask)).toEqual([]);
  });

  it('is exact beyond 2^53', () => {
    const names = Array.from({ length: 54 }, (_, i) => `p${i}`).join(',');
    expect(decodePermissions('o:a', names, '9007199254740997')).toEqual(['org:a:p0', 'org:a:p2', 'org:a:p53']);
  });

  it('grants only what both readings of the masks grant', () => {
    // Whole list: invoices 5, reports 2. Organization features alone: invoices 5, reports 0.
    expect(decodePermissions('o:invoices,u:beta,ou:reports', 'read,write,approve', '5,0,2')).toEqual([
      'org:invoices:read',
      'org:invoices:approve',
    ]);
    // Whole list: a gets the second mask. Organization features alone: the first.
    expect(decodePermissions('u:b,o:a', 'r,w', '1,3')).toEqual(['org:a:r']);
    expect(decodePermissions('u:b,o:a', 'r,w', '0,3')).toEqual([]);
    // Whole list: there is no second mask.
    expect(decodePermissions('u:b,o:a', 'r,w', '3')).toEqual([]);
  });

  it('spends no time on a mask as long as a token', () => {
    expect(decodePermissions('o:a', 'r', '9'.repeat(15_000))).toEqual([]);
    expect(decodePermissions('o:a', 'r', `${'0'.repeat(15_000)}1`)).toEqual(['org:a:r']);
  });

  it('restores the permissions from which a mask was made', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 70 });
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.boolean()), (list, coin) => {
        const granted = list.filter(() => coin.next().value);
        const mask = list.reduce((sum, name, bit) => (granted.includes(name) ? sum | (1n << BigInt(bit)) : sum), 0n);
        expect(decodePermissions('o:f', list.join(','), String(mask))).toEqual(granted.map((name) => `org:f:${name}`));
      }),
    );
  });

  it('never grants a name that is not listed, whatever the input', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (features, names, masks) => {
        const listed = names.split(',').map((name) => name.trim());
        for (const permission of decodePermissions(features, names, masks)) {
          expect(listed.some((name) => name !== '' && permission.endsWith(`:${name}`))).toBe(true);
        }
      }),
    );
  });
});
