/** Cookies, headers, hosts, targets and redirects: everything around the token that an attacker chooses. */
import { sessionToken, T0_S } from '../../support/tokens.js';
import { bearer, cookies, good, HOST, signedIn, type Attack, type Sent } from '../fixtures.js';

const uat = `__client_uat=${T0_S - 100}`;

const cookieAttacks: Attack[] = [
  { id: 'cookie-control', send: (fixtures) => cookies(signedIn(good(fixtures))), expect: 200 },
  {
    id: 'cookie-suffixed-control',
    send: (fixtures) =>
      cookies(`__client_uat_${fixtures.suffix}=${T0_S - 100}; __session_${fixtures.suffix}=${good(fixtures)}`),
    expect: 200,
  },
  {
    id: 'S6-cookie-encoded-separator',
    send: (fixtures) => cookies(`${uat}; a=x%3B%20__session%3D${good(fixtures)}`),
    expect: 401,
  },
  { id: 'cookie-name-prefix', send: (fixtures) => cookies(`${uat}; x__session=${good(fixtures)}`), expect: 401 },
  { id: 'cookie-name-suffix', send: (fixtures) => cookies(`${uat}; __sessionx=${good(fixtures)}`), expect: 401 },
  { id: 'cookie-host-prefix', send: (fixtures) => cookies(`${uat}; __Host-__session=${good(fixtures)}`), expect: 401 },
  { id: 'cookie-name-case', send: (fixtures) => cookies(`${uat}; __SESSION=${good(fixtures)}`), expect: 401 },
  {
    id: 'cookie-foreign-suffix',
    send: (fixtures) => cookies(`${uat}; __session_AAAAAAAA=${good(fixtures)}`),
    expect: 401,
  },
  {
    id: 'cookie-duplicates-none-good',
    send: (fixtures) =>
      cookies(`${uat}; __session=garbage; __session=${good(fixtures).slice(0, -8)}AAAAAAAA; __session=a.b.c`),
    expect: 401,
  },
  {
    id: 'cookie-duplicates-too-many',
    send: (fixtures) =>
      cookies(`${uat}; ${[1, 2, 3, 4].map((n) => `__session=${n}`).join('; ')}; __session=${good(fixtures)}`),
    expect: 401,
  },
  {
    id: 'cookie-duplicate-client-uat-newest-counts',
    send: (fixtures) => cookies(`${uat}; __client_uat=${T0_S + 1}; __session=${good(fixtures)}`),
    expect: 401,
  },
  { id: 'cookie-quoted', send: (fixtures) => cookies(`${uat}; __session="${good(fixtures)}"`), expect: 401 },
  { id: 'cookie-empty', send: () => cookies(`${uat}; __session=`), expect: 401 },
  { id: 'cookie-no-equals', send: () => cookies(`${uat}; __session`), expect: 401 },
  { id: 'cookie-without-client-uat', send: (fixtures) => cookies(`__session=${good(fixtures)}`), expect: 401 },
  {
    id: 'cookie-client-uat-zero',
    send: (fixtures) => cookies(`__client_uat=0; __session=${good(fixtures)}`),
    expect: 401,
  },
  {
    id: 'cookie-older-than-client',
    send: (fixtures) => cookies(`__client_uat=${T0_S + 1}; __session=${good(fixtures)}`),
    expect: 401,
  },
  { id: 'cookie-foreign-key', send: (fixtures) => cookies(signedIn(sessionToken(fixtures.foreign))), expect: 401 },
  { id: 'S6-cookie-issuer-number', send: (fixtures) => cookies(signedIn(good(fixtures, { iss: 123 }))), expect: 401 },
  { id: 'cookie-bad-escape', send: () => cookies(`${uat}; __session=%zz`), expect: 401 },
  { id: 'cookie-many', send: (fixtures) => cookies(`${'a=b; '.repeat(800)}${signedIn(good(fixtures))}`), expect: 200 },
  { id: 'cookie-many-separators', send: () => cookies(';'.repeat(5000)), expect: 401 },
  { id: 'cookie-proto', send: () => cookies('__proto__=x; constructor=y; __session=toString'), expect: 401 },
  {
    id: 'cookie-header-beats-cookie',
    send: (fixtures) => ({
      target: '/user',
      headers: [
        ['authorization', 'Bearer garbage'],
        ['cookie', signedIn(good(fixtures))],
      ],
    }),
    expect: 401,
  },
];

const header = (value: string, target = '/user'): Sent => ({ target, headers: [['authorization', value]] });

const headerAttacks: Attack[] = [
  { id: 'header-scheme-case', send: (fixtures) => header(`bEaReR ${good(fixtures)}`), expect: 200 },
  { id: 'header-padded', send: (fixtures) => header(`Bearer    ${good(fixtures)}   `), expect: 200 },
  { id: 'S34-header-basic', send: () => header('Basic dXNlcjpwYXNz'), expect: 401 },
  { id: 'header-basic-with-token', send: (fixtures) => header(`Basic ${good(fixtures)}`), expect: 401 },
  { id: 'header-digest', send: (fixtures) => header(`Digest ${good(fixtures)}`), expect: 401 },
  { id: 'header-bearer-alone', send: () => header('Bearer'), expect: 401 },
  { id: 'header-bearer-blank', send: () => header('Bearer   '), expect: 401 },
  { id: 'header-bearer-bearer', send: (fixtures) => header(`Bearer Bearer ${good(fixtures)}`), expect: 401 },
  { id: 'header-two-tokens', send: (fixtures) => header(`Bearer ${good(fixtures)} ${good(fixtures)}`), expect: 401 },
  // Whichever of two a framework takes, a proxy in front may have taken the other.
  ...[
    (token: string) => ['Bearer garbage', `Bearer ${token}`],
    (token: string) => [`Bearer ${token}`, 'Bearer garbage'],
    (token: string) => [`Bearer ${token}`, `Bearer ${token}`],
    (token: string) => ['', `Bearer ${token}`],
    (token: string) => [`Bearer ${token}`, ''],
    (token: string) => ['Basic dXNlcjpwYXNz', `Bearer ${token}`],
    (token: string) => [token, token],
  ].map((values, index): Attack => ({
    id: `header-twice-${index}`,
    send: (fixtures) => ({
      target: '/user',
      headers: [
        ...values(good(fixtures)).map((value, at) => [at === 0 ? 'authorization' : 'Authorization', value] as const),
        // None of them leaves the decision to the cookies.
        ['cookie', signedIn(good(fixtures))],
      ],
    }),
    expect: 401,
  })),
  { id: 'header-colon', send: (fixtures) => header(`Bearer: ${good(fixtures)}`), expect: 401 },
  { id: 'header-comma', send: (fixtures) => header(`Bearer,${good(fixtures)}`), expect: 401 },
  {
    id: 'header-proxy-authorization',
    send: (fixtures) => ({ target: '/user', headers: [['proxy-authorization', `Bearer ${good(fixtures)}`]] }),
    expect: 401,
  },
  {
    id: 'header-x-authorization',
    send: (fixtures) => ({ target: '/user', headers: [['x-authorization', `Bearer ${good(fixtures)}`]] }),
    expect: 401,
  },
  { id: 'header-query-token', send: (fixtures) => ({ target: `/user?access_token=${good(fixtures)}` }), expect: 401 },
  {
    id: 'S18-header-forged-status',
    send: () => ({
      target: '/user',
      headers: [
        ['x-clerk-auth-status', 'signed-in'],
        ['x-clerk-auth-token', 'x'],
        ['x-clerk-auth-reason', ''],
        ['x-clerk-auth-message', ''],
      ],
    }),
    expect: 401,
  },
  ...[
    'ak_',
    'mt_',
    'oat_',
    'AK_x',
    'ak-x',
    `ak_${'%'.repeat(50)}`,
    `ak_${'a'.repeat(15_000)}`,
    'ak_../../users',
    'sk_live_x',
    'whsec_x',
  ].map((token, index): Attack => ({
    id: `opaque-shape-${index}`,
    send: () => header(`Bearer ${token}`, '/any'),
    expect: [401, 431],
  })),
  { id: 'header-control-characters', send: () => header('Bearer a\u0001b'), expect: [400, 401] },
  { id: 'header-giant', send: () => header(`Bearer ${'a'.repeat(15_000)}`), expect: [401, 431] },
  { id: 'header-non-latin', send: () => header('Bearer \u00ff\u00fe'), expect: [400, 401] },
];

const target = (id: string, path: string, expect: Attack['expect'], sent: Partial<Sent> = {}): Attack => ({
  id,
  send: (fixtures) => ({ ...bearer(good(fixtures)), target: path, ...sent }),
  expect,
});
/** The same, by a stranger: whatever the router makes of the target, nothing guarded opens. */
const stranger = (id: string, path: string, sent: Partial<Sent> = {}): Attack => ({
  id,
  send: () => ({ target: path, ...sent }),
  expect: [307, 400, 401, 404],
});

const targets: Attack[] = [
  target('target-control', '/user', 200),
  ...[
    '//user',
    '/user//',
    '//evil.example/user',
    '/%75ser',
    '/us%65r',
    '/user%00',
    '/user%2f',
    '/user/..%2fuser',
    '/%zz',
    '/user?%zz',
    '/user;a=b',
    '/./user',
    '/x/../user',
    '///',
    '/\\user',
    '/user#x',
    '*',
    'http://evil.example/user',
    'https://user:pass@evil.example/user',
    'user',
    '?user',
    '/user?__clerk_handshake=x&__clerk_handshake=y',
  ].map((path, index) => stranger(`S15-target-${index}`, path)),
  ...['//user', '/\\user', '//evil.example/user', 'http://app.example//user', 'http://evil.example//user'].map(
    (path, index) => target(`S15-doubled-${index}`, path, 400),
  ),
  target('S26-trace-signed-in', '/user', 400, { method: 'TRACE' }),
  target('S26-track-signed-in', '/user', 400, { method: 'TRACK' }),
  { id: 'S26-trace', send: () => ({ method: 'TRACE', target: '/user' }), expect: [400, 401, 404, 405] },
  { id: 'S26-host-path', send: () => ({ target: '/user', headers: [['host', 'h/path?']] }), expect: [400, 401] },
  { id: 'S26-host-space', send: () => ({ target: '/user', headers: [['host', 'a b']] }), expect: [400, 401] },
  { id: 'host-empty', send: () => ({ target: '/user', headers: [['host', '']] }), expect: [400, 401] },
  {
    id: 'host-userinfo',
    send: () => ({ target: '/user', headers: [['host', 'user:pass@evil.example']] }),
    expect: [400, 401],
  },
  ...['a.example', HOST].map((second, index): Attack => ({
    id: `host-two-lines-${index}`,
    send: (fixtures) => ({
      target: '/user',
      headers: [...(bearer(good(fixtures)).headers ?? []), ['host', HOST], ['Host', second]],
    }),
    expect: 400,
  })),
  {
    id: 'host-two',
    send: () => ({ target: '/user', headers: [['host', 'a.example, b.example']] }),
    expect: [400, 401],
  },
  {
    id: 'host-port-giant',
    send: () => ({ target: '/user', headers: [['host', 'a.example:99999999']] }),
    expect: [400, 401],
  },
  { id: 'host-ipv6', send: () => ({ target: '/user', headers: [['host', '[::1']] }), expect: [400, 401] },
  {
    id: 'forwarded-odd',
    send: () => ({
      target: '/user',
      headers: [
        ['x-forwarded-host', 'evil.example/x?y'],
        ['x-forwarded-proto', 'javascript'],
      ],
    }),
    expect: [400, 401],
  },
];

/** A signed-out page request with a session elsewhere: the redirect may only ever go to the instance's own Frontend API. */
const page: readonly (readonly [string, string])[] = [
  ['accept', 'text/html'],
  ['sec-fetch-dest', 'document'],
];

const handshakes: Attack[] = [
  { id: 'handshake-control', send: () => ({ target: '/user', headers: [...page, ['cookie', uat]] }), expect: 307 },
  {
    id: 'handshake-double-slash',
    send: () => ({ target: '//evil.example/x', headers: [...page, ['cookie', uat]] }),
    expect: 400,
  },
  {
    id: 'handshake-forwarded-host',
    send: () => ({ target: '/user', headers: [...page, ['cookie', uat], ['x-forwarded-host', 'evil.example']] }),
    expect: [307, 400],
  },
  {
    id: 'handshake-loop-guard',
    send: () => ({ target: '/user', headers: [...page, ['cookie', `${uat}; __clerk_redirect_count=3`]] }),
    expect: 401,
  },
  {
    id: 'handshake-loop-guard-beyond',
    send: () => ({ target: '/user', headers: [...page, ['cookie', `${uat}; __clerk_redirect_count=4`]] }),
    expect: 401,
  },
  {
    id: 'handshake-loop-guard-odd',
    send: () => ({ target: '/user', headers: [...page, ['cookie', `${uat}; __clerk_redirect_count=1e9`]] }),
    expect: 401,
  },
  {
    id: 'handshake-post',
    send: () => ({ method: 'POST', target: '/user', headers: [...page, ['cookie', uat]] }),
    expect: [401, 404],
  },
  {
    id: 'handshake-forged-token',
    send: () => ({ target: '/user?__clerk_handshake=a.b.c', headers: page }),
    expect: [307, 401],
  },
  {
    id: 'handshake-forged-directives',
    send: (fixtures) => ({
      target: `/user?__clerk_handshake=${sessionToken(fixtures.foreign, { handshake: ['__session=evil'] })}`,
      headers: page,
    }),
    expect: [307, 401],
  },
  {
    id: 'handshake-no-directives',
    send: (fixtures) => ({ target: `/user?__clerk_handshake=${good(fixtures, { handshake: 'x' })}`, headers: page }),
    expect: [307, 401],
  },
  {
    id: 'handshake-nonce-hostile',
    send: () => ({ target: '/user?__clerk_handshake_nonce=../../users%3Fx', headers: page }),
    expect: [307, 401],
  },
];

export const requests: readonly Attack[] = [...cookieAttacks, ...headerAttacks, ...targets, ...handshakes];
