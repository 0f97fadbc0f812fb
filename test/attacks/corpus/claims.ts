/** Claims of wrong types and values, and kinds of token crossed in every way. The signature is always good. */
import {
  CATEGORY,
  headerOf,
  m2mToken,
  oauthToken,
  sessionClaimsV2,
  sessionToken,
  signJwt,
  T0_S,
  type Claims,
} from '../../support/tokens.js';
import { bearer, cookies, good, signedIn, type Attack } from '../fixtures.js';

const refused = (id: string, claims: Claims): Attack => ({
  id,
  send: (fixtures) => bearer(good(fixtures, claims)),
  expect: 401,
});
const accepted = (id: string, claims: Claims): Attack => ({
  id,
  send: (fixtures) => bearer(good(fixtures, claims)),
  expect: 200,
});

const odd = [null, true, '1900000000', [], {}, ['1900000000'], -1, 0] as const;

const times: Attack[] = [
  ...odd.map((exp, index) => refused(`exp-odd-${index}`, { exp })),
  refused('exp-absent', { exp: undefined }),
  refused('exp-past', { exp: T0_S - 6 }),
  refused('exp-absurd', { exp: 1e20 }),
  refused('exp-max-value', { exp: Number.MAX_VALUE }),
  ...[true, '1', [], {}].map((nbf, index) => refused(`nbf-odd-${index}`, { nbf })),
  refused('nbf-future', { nbf: T0_S + 6 }),
  refused('nbf-absurd', { nbf: 1e20 }),
  ...[true, '1', [], {}].map((iat, index) => refused(`iat-odd-${index}`, { iat })),
  refused('iat-future', { iat: T0_S + 6 }),
  accepted('exp-fraction', { exp: T0_S + 59.5 }),
  accepted('nbf-absent', { nbf: undefined }),
  accepted('skew-inside', { exp: T0_S - 4 }),
];

const subjects: Attack[] = [
  ...[null, 1, true, [], {}, ['user_ada'], undefined, ''].map((sub, index) => refused(`sub-odd-${index}`, { sub })),
];

const GRANT = '{"o":{"id":"org_acorn","per":"manage","fpm":"1"},"fea":"o:invoices"}';

/** `__proto__` arrives as an own key only through JSON text. */
const prototypes: Attack[] = [
  accepted('claims-constructor-is-data', { constructor: { prototype: { isAuthenticated: true } } }),
  ...[
    ['without-subject', { sub: undefined }, '{"sub":"user_ada"}', 401, '/user'],
    ['without-expiry', { exp: undefined }, '{"exp":4000000000}', 401, '/user'],
    ['grants', { o: undefined, fea: undefined }, GRANT, 403, '/permission'],
    ['good-otherwise', {}, GRANT, 200, '/user'],
  ].map((row): Attack => {
    const [name, claims, inherited, expect, target] = row as [string, Claims, string, number, string];
    const text = JSON.stringify(sessionClaimsV2(claims)).replace('{', `{"__proto__":${inherited},`);
    return {
      id: `prototype-claims-${name}`,
      send: (fixtures) =>
        bearer(signJwt(headerOf(fixtures.own, { cat: CATEGORY.session }), text, fixtures.own), target),
      expect,
    };
  }),
  {
    id: 'prototype-organization-grants',
    send: (fixtures) => {
      const text = JSON.stringify(sessionClaimsV2({ o: 'O' })).replace(
        '"O"',
        '{"__proto__":{"id":"org_acorn","per":"manage","fpm":"1"}}',
      );
      return bearer(signJwt(headerOf(fixtures.own, { cat: CATEGORY.session }), text, fixtures.own), '/permission');
    },
    expect: 403,
  },
  {
    id: 'prototype-header',
    send: (fixtures) =>
      bearer(
        signJwt(
          `{"__proto__":{"alg":"RS256"},"kid":"${fixtures.own.kid}","typ":"JWT"}`,
          sessionClaimsV2(),
          fixtures.own,
        ),
      ),
    expect: 401,
  },
  accepted('claims-has-is-data', { has: true, isAuthenticated: false, userId: 'user_eve', tokenType: 'api_key' }),
];

const category = (id: string, cat: unknown, expect: number): Attack => ({
  id,
  send: (fixtures) => bearer(good(fixtures, {}, { cat })),
  expect,
});

const categories: Attack[] = [
  category('cat-session', CATEGORY.session, 200),
  category('cat-absent', undefined, 200),
  category('cat-ignored', CATEGORY.ignored, 200),
  category('S1-cat-template', CATEGORY.template, 401),
  category('cat-m2m', CATEGORY.m2m, 401),
  ...['', 'cl_B7d4PD111AAa', 1, null, [CATEGORY.session], {}].map((cat, index) =>
    category(`cat-odd-${index}`, cat, 401),
  ),
];

/** Every good token against every route that does not name its kind. */
const crossed: Attack[] = [
  { id: 'S2-m2m-on-user-route', send: (fixtures) => bearer(m2mToken(fixtures.own)), expect: 401 },
  { id: 'S2-m2m-in-cookie', send: (fixtures) => cookies(signedIn(m2mToken(fixtures.own))), expect: 401 },
  { id: 'S2-oauth-in-cookie', send: (fixtures) => cookies(signedIn(oauthToken(fixtures.own))), expect: 401 },
  {
    id: 'S1-template-in-cookie',
    send: (fixtures) => cookies(signedIn(good(fixtures, {}, { cat: CATEGORY.template }))),
    expect: 401,
  },
  {
    id: 'S1-template-on-any-route',
    send: (fixtures) => bearer(good(fixtures, {}, { cat: CATEGORY.template }), '/any'),
    expect: 401,
  },
  {
    id: 'S1-template-on-list-route',
    send: (fixtures) => bearer(good(fixtures, {}, { cat: CATEGORY.template }), '/user-or-key'),
    expect: 401,
  },
  {
    id: 'S3-session-with-machine-subject',
    send: (fixtures) => bearer(sessionToken(fixtures.own, { sub: 'mch_eve' }), '/m2m'),
    expect: 401,
  },
  {
    id: 'S3-session-with-machine-subject-as-user',
    send: (fixtures) => bearer(sessionToken(fixtures.own, { sub: 'mch_eve' })),
    expect: 401,
  },
  { id: 'S4-oauth-on-user-route', send: (fixtures) => bearer(oauthToken(fixtures.own)), expect: 401 },
  {
    id: 'S4-oauth-with-session-category',
    send: (fixtures) => bearer(oauthToken(fixtures.own, {}, { cat: CATEGORY.template }), '/oauth'),
    expect: 401,
  },
  {
    id: 'S4-oauth-with-machine-category',
    send: (fixtures) => bearer(oauthToken(fixtures.own, {}, { cat: CATEGORY.m2m }), '/oauth'),
    expect: 401,
  },
  { id: 'session-on-m2m-route', send: (fixtures) => bearer(good(fixtures), '/m2m'), expect: 401 },
  { id: 'session-on-oauth-route', send: (fixtures) => bearer(good(fixtures), '/oauth'), expect: 401 },
  { id: 'session-on-key-route', send: (fixtures) => bearer(good(fixtures), '/key'), expect: 401 },
  { id: 'm2m-on-oauth-route', send: (fixtures) => bearer(m2mToken(fixtures.own), '/oauth'), expect: 401 },
  {
    id: 'm2m-with-oauth-type',
    send: (fixtures) => bearer(m2mToken(fixtures.own, {}, { typ: 'at+jwt' }), '/oauth'),
    expect: 401,
  },
  {
    id: 'm2m-with-oauth-type-as-m2m',
    send: (fixtures) => bearer(m2mToken(fixtures.own, {}, { typ: 'at+jwt' }), '/m2m'),
    expect: 401,
  },
  { id: 'm2m-control', send: (fixtures) => bearer(m2mToken(fixtures.own), '/m2m'), expect: 200 },
  { id: 'oauth-control', send: (fixtures) => bearer(oauthToken(fixtures.own), '/oauth'), expect: 200 },
  ...[undefined, null, 1, '', [], {}].map((sub, index): Attack => ({
    id: `S20-oauth-subject-${index}`,
    send: (fixtures) => bearer(oauthToken(fixtures.own, { sub }), '/oauth'),
    expect: 401,
  })),
];

/** Malformed organization claims never grant and never throw. */
const grants: Attack[] = [
  { id: 'permission-control', send: (fixtures) => bearer(good(fixtures), '/permission'), expect: 200 },
  ...[
    { o: null },
    { o: 'org_acorn' },
    { o: [] },
    { o: { id: 'org_acorn' } },
    { o: { id: 'org_acorn', per: 'manage', fpm: '-1' } },
    { o: { id: 'org_acorn', per: 'manage', fpm: '0x1' } },
    { o: { id: 'org_acorn', per: 'manage', fpm: '9'.repeat(5000) } },
    { o: { id: 'org_acorn', per: ['manage'], fpm: 1 } },
    { o: { id: 'org_acorn', per: 'manage', fpm: '1' }, fea: 'invoices' },
    { o: { id: 'org_acorn', per: 'manage', fpm: '1' }, fea: 'u:invoices' },
    { o: { id: 'org_acorn', per: 'manage', fpm: '1' }, fea: ['o:invoices'] },
    { o: { per: 'manage', fpm: '1' } },
    { v: '2' },
    { v: 3 },
    { v: 1, org_permissions: 'org:invoices:manage' },
    { v: 1, org_permissions: ['org:invoices:manage'], org_id: undefined },
    { org_id: 'org_acorn', org_permissions: ['org:invoices:manage'], o: undefined },
  ].map((claims, index): Attack => ({
    id: `permission-malformed-${index}`,
    send: (fixtures) => bearer(good(fixtures, claims), '/permission'),
    expect: 403,
  })),
  {
    id: 'S16-reverification-without-fva',
    send: (fixtures) => bearer(good(fixtures, { fva: undefined }), '/reverified'),
    expect: 403,
  },
  {
    id: 'reverification-control',
    send: (fixtures) => bearer(good(fixtures, { fva: [3, 3] }), '/reverified'),
    expect: 200,
  },
  ...[null, [3], ['3', 3], [3, -2], [-1, -1], {}, '3,3', [3, 3, 3]].map((fva, index): Attack => ({
    id: `reverification-malformed-${index}`,
    send: (fixtures) => bearer(good(fixtures, { fva }), '/reverified'),
    expect: 403,
  })),
  { id: 'pending-session', send: (fixtures) => bearer(good(fixtures, { sts: 'pending' })), expect: 401 },
];

export const claims: readonly Attack[] = [...times, ...subjects, ...prototypes, ...categories, ...crossed, ...grants];
