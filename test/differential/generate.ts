/** Requests from a seed. A case is plain data: `{name}` in a header or in the URL stands for a named token. */
import {
  AUDIENCE,
  AUDIENCE_TOKEN_NAMES,
  HANDSHAKE_NAMES,
  INSTANCES,
  NONCES,
  REFRESH_TOKENS,
  SESSION_TOKEN_NAMES,
  type InstanceName,
} from './fixtures.js';

export interface Case {
  readonly instance: InstanceName;
  readonly options: {
    readonly isSatellite?: boolean;
    readonly domain?: string;
    readonly proxyUrl?: string;
    readonly signInUrl?: string;
    readonly satelliteAutoSync?: boolean;
    readonly organizationSync?: { organizationPatterns?: string[]; personalAccountPatterns?: string[] };
    readonly authorizedParties?: string[];
    readonly audience?: string | string[];
    readonly acceptsToken?:
      'session_token' | 'any' | ('session_token' | 'api_key' | 'm2m_token')[] | 'api_key' | 'm2m_token';
  };
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Keys come from the JWKS, and the server has just looked for key ids that nobody knows. */
  readonly afterUnknownKeys?: true;
}

/** Mulberry32: small, seeded, the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function generateCase(random: () => number): Case {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const chance = (p: number) => random() < p;
  const maybe = (p: number, add: () => void) => {
    if (chance(p)) add();
  };
  const instance: InstanceName = chance(0.5) ? 'development' : 'production';
  const { suffix } = INSTANCES[instance];
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  const query: string[] = [];

  // Half of all sessions are ordinary, so that the rows behind verification are reached often enough.
  const session = () => (chance(0.5) ? pick(['fresh', 'newer', 'older', 'expired']) : pick(SESSION_TOKEN_NAMES));
  const uat = () => pick(['1', '1', '1', '0', '1700000000', '99999999999', 'x', '-5', '']);
  const both = chance(0.35);
  if (both) {
    const name = session();
    const value = pick(['1', '1', '1700000000', '0']);
    cookies.push(
      `__session={${name}}`,
      `__session_${suffix}={${name}}`,
      `__client_uat=${value}`,
      `__client_uat_${suffix}=${value}`,
    );
  } else {
    maybe(0.5, () => cookies.push(`__session={${session()}}`));
    maybe(0.5, () => cookies.push(`__session_${suffix}={${session()}}`));
    maybe(0.6, () => cookies.push(`__client_uat=${uat()}`));
    maybe(0.6, () => cookies.push(`__client_uat_${suffix}=${uat()}`));
  }
  maybe(0.65, () => cookies.push(`__clerk_db_jwt=dvb_plain`));
  maybe(0.65, () => cookies.push(`__clerk_db_jwt_${suffix}=dvb_suffixed`));
  maybe(0.25, () => cookies.push(`__refresh_${suffix}=${pick(REFRESH_TOKENS)}`));
  maybe(0.05, () => cookies.push(`__refresh=rt-good`));
  maybe(0.15, () => cookies.push(`__clerk_redirect_count=${pick(['0', '1', '2', '3', '3', '4', '7', 'x', '-1'])}`));
  maybe(0.06, () => cookies.push(`__clerk_handshake={${pick(HANDSHAKE_NAMES)}}`));
  maybe(0.04, () => cookies.push(`__clerk_handshake_nonce=${pick(NONCES)}`));
  maybe(0.05, () =>
    cookies.push(
      pick([
        'a=x%3B%20__session%3Dforged',
        'broken',
        '__session_ABCDEFGH={other}',
        '__session=second',
        'q="quoted"',
        '=x',
      ]),
    ),
  );
  if (chance(0.2)) cookies.sort(() => random() - 0.5);
  if (chance(0.05)) cookies.length = 0;
  if (cookies.length > 0) headers['cookie'] = cookies.join(pick(['; ', '; ', ';']));

  maybe(0.1, () => query.push(`__clerk_handshake={${pick(HANDSHAKE_NAMES)}}`));
  maybe(0.06, () => query.push(`__clerk_handshake_nonce=${pick(NONCES)}`));
  maybe(0.08, () => query.push('__clerk_db_jwt=dvb_query'));
  maybe(0.04, () => query.push('__dev_session=x'));
  maybe(0.08, () => query.push(`__clerk_synced=${pick(['true', 'false', 'x'])}`));
  maybe(0.05, () => query.push(`__clerk_redirect_url=${encodeURIComponent('http://localhost:4000/back?x=1')}`));
  maybe(0.3, () => query.push(pick(['a=1', 'q=a%20b', 'q=a+b', 'u=%E2%9C%93', 'empty=', 'flag'])));

  const options: { -readonly [K in keyof Case['options']]: Case['options'][K] } = {};
  const host = pick(['app.acornbooks.example', 'app.acornbooks.example', 'localhost:3000', 'shop.example:8443']);
  maybe(0.2, () => {
    options.isSatellite = true;
    options.signInUrl = 'https://primary.acornbooks.example/sign-in';
    if (chance(0.7)) options.domain = 'shop.example';
    else options.proxyUrl = 'https://shop.example/__clerk';
    maybe(0.5, () => (options.satelliteAutoSync = true));
  });
  maybe(0.1, () => (options.proxyUrl = 'https://app.acornbooks.example/__clerk'));
  maybe(0.25, () => {
    options.organizationSync = pick([
      { organizationPatterns: ['/orgs/:slug', '/orgs/:slug/(.*)'], personalAccountPatterns: ['/me', '/me/(.*)'] },
      { organizationPatterns: ['/orgs-by-id/:id', '/orgs-by-id/:id/(.*)'] },
      { personalAccountPatterns: ['/me'] },
      { organizationPatterns: ['/orgs/:name'], personalAccountPatterns: ['/orgs/:any'] },
    ]);
  });
  maybe(0.2, () => (options.authorizedParties = ['https://acornbooks.example']));
  maybe(0.15, () => {
    options.acceptsToken = pick(['any', ['session_token', 'api_key'], ['api_key'], 'm2m_token', 'api_key'] as const);
  });

  const path = pick([
    '/',
    '/',
    '/orgs/acorn',
    '/orgs/birch/x',
    '/orgs-by-id/org_acorn',
    '/orgs-by-id/org_x/',
    '/me',
    '/ME/',
    '/a%20b',
    '/a/../b',
    '/%zz',
    '/x//y',
  ]);
  const secure = host.startsWith('localhost') && instance === 'development' ? pick(['http', 'https']) : 'https';

  headers['host'] = host;
  const mode = random();
  if (mode < 0.6) headers['sec-fetch-dest'] = 'document';
  else if (mode < 0.7) headers['sec-fetch-dest'] = pick(['iframe', 'empty', 'image']);
  else if (mode < 0.9) headers['accept'] = pick(['text/html,application/xhtml+xml', 'application/json', '*/*']);
  maybe(0.3, () => {
    headers['referer'] = pick([
      'https://www.search.example/?q=1',
      `${secure}://${host}/other`,
      'https://brave-otter-7.accounts.dev/sign-in',
      'https://brave-otter-7.clerk.accounts.dev/x',
      'https://other-app-9.accounts.dev/sign-in',
      'https://other-app-9.clerk.accounts.dev/sign-in',
      'https://accounts.acornbooks.example/sign-in',
      'https://clerk.acornbooks.example/v1',
      'https://accounts.attacker.example/',
      'https://accounts.foo.lcl.dev/',
      'http://accounts.acornbooks.example/',
      'nonsense',
    ]);
  });
  maybe(0.15, () => (headers['origin'] = pick(['null', `${secure}://${host}`, 'https://elsewhere.example'])));
  maybe(0.15, () => {
    const token = `{${session()}}`;
    headers['authorization'] = pick([
      `Bearer ${token}`,
      `Bearer ${token}`,
      `Bearer ${token}`,
      token,
      `Basic abc`,
      `bearer ${token}`,
      'Bearer ',
      `Bearer  ${token}`,
    ]);
  });
  maybe(0.1, () => {
    headers['x-forwarded-host'] = pick(['public.example', 'public.example:444, inner', 'public.example , inner']);
    maybe(0.7, () => (headers['x-forwarded-proto'] = pick(['https', 'http', 'https,http', 'https , http'])));
  });
  const method = chance(0.85) ? 'GET' : pick(['POST', 'HEAD', 'DELETE', 'OPTIONS']);
  // Where an audience is expected, half of the tokens name one: the others are ordinary.
  maybe(0.12, () => {
    options.audience = pick([AUDIENCE, [AUDIENCE], ['https://z.example', AUDIENCE]]);
    maybe(0.15, () => {
      options.acceptsToken = 'any';
      headers['authorization'] = `Bearer {${pick(['m2m', 'oauth', 'm2m-for-nobody', 'oauth-for-nobody'])}}`;
    });
    const named = pick(AUDIENCE_TOKEN_NAMES);
    if (chance(0.5)) {
      for (const name of ['cookie', 'authorization']) {
        if (headers[name] !== undefined)
          headers[name] = headers[name].replace(/\{(?:fresh|newer|older)\}/g, `{${named}}`);
      }
    }
  });
  const raw = chance(0.8) ? host : 'internal.example';
  const given = {
    instance,
    options,
    method,
    url: `${secure}://${raw}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    headers,
  };
  if (chance(0.04)) return afterUnknownKeys(given);
  // What these differ in would be told by a rule of its own, so they come alone.
  const plain =
    headers['authorization'] === undefined &&
    options.audience === undefined &&
    options.isSatellite === undefined &&
    !ODD_SESSION.test(headers['cookie'] ?? '');
  return plain && chance(0.08) ? withSeveralValues(given, suffix, pick) : given;
}

const ODD_SESSION = /__session[^=]*=\{(?!(?:newer|fresh|older|expired|forged|garbage)\})/;

/** The cookies that were there, with others of the same names among them. */
function withSeveralValues(given: Case, suffix: string, pick: <T>(items: readonly T[]) => T): Case {
  const session = () => pick(['{newer}', '{fresh}', '{older}', '{expired}', '{forged}', '{garbage}', '']);
  const cookies = (given.headers['cookie'] ?? '').split(';').filter((cookie) => cookie.trim() !== '');
  for (let count = pick([1, 2, 3]); count > 0; count -= 1) {
    const added = pick([
      `__session=${session()}`,
      `__session_${suffix}=${session()}`,
      `__client_uat=${pick(['0', '1', '1700000000', ''])}`,
      `__client_uat_${suffix}=${pick(['0', '1', '1700000000', ''])}`,
      `__clerk_db_jwt=${pick(['dvb_a', 'dvb_z', ''])}`,
      `__refresh_${suffix}=${pick(['rt-good', 'rt-dead'])}`,
    ]);
    cookies.splice(pick([0, cookies.length]), 0, added);
  }
  return { ...given, headers: { ...given.headers, cookie: cookies.map((cookie) => cookie.trim()).join('; ') } };
}

/** Good session tokens become those of a key that is not in the JWKS. */
function afterUnknownKeys(given: Case): Case {
  const headers = Object.entries(given.headers).map(([name, value]) => [
    name,
    value.replace(/\{(?:fresh|newer|older)\}/g, '{unknown-key}'),
  ]);
  return { ...given, headers: Object.fromEntries(headers) as Case['headers'], afterUnknownKeys: true };
}
