/** Algorithm confusion, embedded and remote keys, key ids, critical headers (RFC 8725 sections 3.1 to 3.5, RFC 7515 section 4.1). */
import { createHmac } from 'node:crypto';
import { headerOf, sessionClaimsV2, signJwt } from '../../support/tokens.js';
import { base64url, bearer, forged, good, type Attack, type Fixtures } from '../fixtures.js';

const unsigned = (alg: unknown): string =>
  `${base64url(JSON.stringify({ alg, typ: 'JWT', kid: 'ins_own' }))}.${base64url(JSON.stringify(sessionClaimsV2()))}.`;

/** The classic: the public key used as an HMAC secret. */
function hmac(fixtures: Fixtures, alg: string, secret: string): string {
  const input = `${base64url(JSON.stringify({ alg, typ: 'JWT', kid: fixtures.own.kid }))}.${base64url(JSON.stringify(sessionClaimsV2()))}`;
  return `${input}.${createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest('base64url')}`;
}

const none = ['none', 'None', 'NONE', 'nOnE', '', null, undefined, 0, ['RS256'], { RS256: 1 }].map(
  (alg, index): Attack => ({
    id: `alg-none-${index}`,
    send: () => bearer(unsigned(alg)),
    expect: 401,
  }),
);

const noneWithSignature = ['none', 'NONE'].map((alg, index): Attack => ({
  id: `alg-none-signed-${index}`,
  send: (fixtures) => bearer(forged(fixtures, { alg })),
  expect: 401,
}));

const symmetric = ['HS256', 'HS384', 'HS512'].flatMap((alg): Attack[] => [
  { id: `alg-${alg}-pem-as-secret`, send: (fixtures) => bearer(hmac(fixtures, alg, fixtures.own.pem)), expect: 401 },
  {
    id: `alg-${alg}-pem-trimmed`,
    send: (fixtures) => bearer(hmac(fixtures, alg, fixtures.own.pem.trim())),
    expect: 401,
  },
  {
    id: `alg-${alg}-modulus`,
    send: (fixtures) => bearer(hmac(fixtures, alg, String(fixtures.own.jwk.n))),
    expect: 401,
  },
  { id: `alg-${alg}-empty-secret`, send: (fixtures) => bearer(hmac(fixtures, alg, '')), expect: 401 },
]);

/** The key's own `alg` is binding: an RS256 key verifies nothing that claims another algorithm. */
const confused = [
  'RS1',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES256K',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'rs256',
  'RS256 ',
  'A128KW',
  'dir',
  'RSA-OAEP',
  '__proto__',
  'constructor',
  'toString',
].map((alg): Attack => ({
  id: `alg-confusion-${alg.trim()}${alg.endsWith(' ') ? '-space' : ''}`,
  send: (fixtures) => bearer(forged(fixtures, { alg })),
  expect: 401,
}));

/** Keys that the token brings along are never used. */
const embedded: Attack[] = [
  {
    id: 'key-embedded-jwk',
    send: (fixtures) => bearer(forged(fixtures, { jwk: fixtures.foreign.jwk }, {}, fixtures.foreign)),
    expect: 401,
  },
  {
    id: 'key-jku',
    send: (fixtures) => bearer(forged(fixtures, { jku: 'http://127.0.0.1:9/jwks.json' }, {}, fixtures.foreign)),
    expect: 401,
  },
  {
    id: 'key-x5u',
    send: (fixtures) => bearer(forged(fixtures, { x5u: 'http://127.0.0.1:9/cert.pem' }, {}, fixtures.foreign)),
    expect: 401,
  },
  { id: 'key-x5c', send: (fixtures) => bearer(forged(fixtures, { x5c: ['MIIB'] }, {}, fixtures.foreign)), expect: 401 },
  { id: 'key-foreign-same-kid', send: (fixtures) => bearer(forged(fixtures, {}, {}, fixtures.foreign)), expect: 401 },
  {
    id: 'key-unknown-header-is-ignored',
    send: (fixtures) => bearer(good(fixtures, {}, { x5t: 'abc', custom: 1 })),
    expect: 200,
  },
];

const keyIds: Attack[] = [
  '../../../../dev/null',
  '/dev/null',
  "' OR '1'='1",
  'ins_own\u0000',
  '__proto__',
  'constructor',
  'x'.repeat(8000),
  'ins_own ',
  'INS_OWN',
  'https://evil.example/jwks',
].map((kid, index) => ({
  id: `kid-hostile-${index}`,
  send: (fixtures: Fixtures) => bearer(forged(fixtures, { kid }, {}, fixtures.foreign)),
  expect: 401,
  alone: true,
}));

const oddKeyIds: Attack[] = [1, true, null, ['ins_own'], { a: 1 }].map((kid, index) => ({
  id: `kid-type-${index}`,
  send: (fixtures: Fixtures) => bearer(forged(fixtures, { kid }, {}, fixtures.foreign)),
  expect: 401,
}));

const critical: Attack[] = [['exp'], ['b64'], [], 'exp', ['unknown'], null, {}].map((crit, index) => ({
  id: `crit-${index}`,
  send: (fixtures: Fixtures) => bearer(good(fixtures, {}, { crit, ...(index === 1 ? { b64: false } : {}) })),
  expect: 401,
}));

const types: Attack[] = [
  { id: 'typ-absent', send: (fixtures) => bearer(good(fixtures, {}, { typ: undefined })), expect: 200 },
  ...['jwt', 'JWE', 'at+jwt', 'application/at+jwt', 'dpop+jwt', 'logout+jwt', '', 'JWT ', 1, null, ['JWT']].map(
    (typ, index): Attack => ({
      id: `typ-${index}`,
      send: (fixtures) => bearer(good(fixtures, {}, { typ })),
      expect: 401,
    }),
  ),
  {
    id: 'header-b64-false',
    send: (fixtures) => bearer(good(fixtures, {}, { b64: false, crit: ['b64'] })),
    expect: 401,
  },
  {
    id: 'header-zip',
    send: (fixtures) =>
      bearer(
        signJwt(headerOf(fixtures.own, { cat: 'cl_B7d4PD111AAA', zip: 'DEF' }), sessionClaimsV2(), fixtures.foreign),
      ),
    expect: 401,
  },
];

export const algorithms: readonly Attack[] = [
  ...none,
  ...noneWithSignature,
  ...symmetric,
  ...confused,
  ...embedded,
  ...keyIds,
  ...oddKeyIds,
  ...critical,
  ...types,
];
