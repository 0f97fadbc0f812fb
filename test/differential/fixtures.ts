/** What the generated requests are made of: two instances, and tokens that are minted once and named. */
import type { Fault, FaultRequest, LocalInstance } from 'bailiff-local';
import { OPERATIONS, startClerk } from '../support/clerk.js';
import {
  CATEGORY,
  createKey,
  handshakeToken,
  headerOf,
  m2mToken,
  oauthToken,
  sessionClaimsV1,
  sessionToken,
  signJwt,
  type Claims,
  type TestKey,
} from '../support/tokens.js';
import { cookieSuffix } from '../../src/core/config/publishable-key.js';

export type InstanceName = 'development' | 'production';

export interface Instance {
  readonly name: InstanceName;
  readonly host: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly suffix: string;
}

function instance(name: InstanceName, host: string): Instance {
  const mode = name === 'production' ? 'live' : 'test';
  const publishableKey = `pk_${mode}_${Buffer.from(`${host}$`).toString('base64').replace(/=+$/, '')}`;
  return {
    name,
    host,
    publishableKey,
    secretKey: `sk_${mode}_differential0000000000`,
    suffix: cookieSuffix(publishableKey),
  };
}

export const INSTANCES: Readonly<Record<InstanceName, Instance>> = {
  development: instance('development', 'brave-otter-7.clerk.accounts.dev'),
  production: instance('production', 'clerk.acornbooks.example'),
};

const MINUTE = 60_000;

export interface Fixtures {
  readonly now: number;
  readonly key: TestKey;
  apiUrl(instance: InstanceName): string;
  /** Tokens by name, per instance: what `{name}` in a case stands for. */
  token(instance: InstanceName, name: string): string;
  /** Puts the names back into a text. */
  unname(instance: InstanceName, text: string): string;
  close(): Promise<void>;
}

export const AUDIENCE = 'https://api.acornbooks.example';

/** How session tokens vary: name to claims, relative to now. */
const SESSION_TOKENS: Readonly<Record<string, (now: number, issuer: string) => [Claims, Claims?]>> = {
  fresh: (now) => [{ iat: seconds(now - MINUTE), nbf: seconds(now - MINUTE) }],
  other: () => [{ sid: 'sess_two', sub: 'user_bob' }],
  older: (now) => [
    { iat: seconds(now - 20 * MINUTE), nbf: seconds(now - 21 * MINUTE), exp: seconds(now + 20 * MINUTE) },
  ],
  newer: (now) => [{ iat: seconds(now), exp: seconds(now + 30 * MINUTE), sid: 'sess_new' }],
  expired: (now) => [
    { iat: seconds(now - 60 * MINUTE), nbf: seconds(now - 61 * MINUTE), exp: seconds(now - 59 * MINUTE) },
  ],
  'expired-without-sid': (now) => [
    {
      iat: seconds(now - 60 * MINUTE),
      nbf: seconds(now - 61 * MINUTE),
      exp: seconds(now - 59 * MINUTE),
      sid: undefined,
    },
  ],
  early: (now) => [{ nbf: seconds(now + 30 * MINUTE), exp: seconds(now + 60 * MINUTE) }],
  future: (now) => [{ iat: seconds(now + 30 * MINUTE), nbf: seconds(now), exp: seconds(now + 60 * MINUTE) }],
  'foreign-issuer': () => [{ iss: 'https://clerk.elsewhere.example' }],
  'no-issuer': () => [{ iss: undefined }],
  'number-issuer': () => [{ iss: 123 }],
  'no-azp': () => [{ azp: undefined }],
  'empty-azp': () => [{ azp: '' }],
  'foreign-azp': () => [{ azp: 'https://evil.example' }],
  'no-iat': () => [{ iat: undefined }],
  'no-exp': () => [{ exp: undefined }],
  'text-exp': () => [{ exp: 'tomorrow' }],
  'no-sub': () => [{ sub: undefined }],
  'own-audience': () => [{ aud: AUDIENCE }],
  'listed-audience': () => [{ aud: ['https://x.example', AUDIENCE] }],
  'foreign-audience': () => [{ aud: 'https://x.example' }],
  'foreign-audiences': () => [{ aud: ['https://x.example', 'https://y.example'] }],
  'empty-audience': () => [{ aud: '' }],
  'no-audiences': () => [{ aud: [] }],
  pending: () => [{ sts: 'pending' }],
  personal: () => [{ o: undefined }],
  'other-organization': () => [{ o: { id: 'org_birch', slg: 'birch', rol: 'member' } }],
  template: () => [{}, { cat: CATEGORY.template }],
  'm2m-category': () => [{}, { cat: CATEGORY.m2m }],
  'ignored-category': () => [{}, { cat: CATEGORY.ignored }],
  'no-category': () => [{}, { cat: undefined }],
  'empty-category': () => [{}, { cat: '' }],
};

const seconds = (ms: number) => Math.floor(ms / 1000);

export const SESSION_TOKEN_NAMES: readonly string[] = [
  ...Object.keys(SESSION_TOKENS).filter((name) => !name.includes('audience')),
  'version-1',
  'forged',
  'm2m',
  'oauth',
  'garbage',
  'two-parts',
  'api-key',
];

/** Of interest only where an audience is expected. */
export const AUDIENCE_TOKEN_NAMES: readonly string[] = Object.keys(SESSION_TOKENS).filter((name) =>
  name.includes('audience'),
);

export const HANDSHAKE_NAMES: readonly string[] = [
  'hs-fresh',
  'hs-suffixed',
  'hs-expired',
  'hs-early',
  'hs-clearing',
  'hs-empty',
  'hs-forged-session',
  'hs-template-session',
  'hs-no-azp',
  'hs-forged',
  'hs-template',
  'hs-garbage',
  'hs-foreign-suffix',
  'hs-old',
  'hs-ended',
];

/** Directives of a handshake or a refresh. */
function directives(suffix: string, token: string): string[] {
  const attributes = 'Path=/; SameSite=Lax';
  return [
    `__client_uat=1; ${attributes}`,
    `__session_${suffix}=${token}; ${attributes}`,
    `__session=${token}; ${attributes}`,
  ];
}

export async function createFixtures(): Promise<Fixtures> {
  const now = Date.now();
  const key = createKey('RS256', { kid: 'ins_differential' });
  const wrongKey = createKey('RS256', { kid: 'ins_differential' });
  const unknownKey = createKey('RS256', { kid: 'ins_unknown' });
  const tokens = new Map<string, string>();
  for (const { name, host, suffix } of Object.values(INSTANCES)) {
    const mint = (claims: Claims, header: Claims = {}, signer = key) =>
      sessionToken(signer, { iss: `https://${host}`, exp: seconds(now + 60 * MINUTE), ...claims }, header, now);
    const put = (id: string, token: string) => tokens.set(`${name}/${id}`, token);
    const get = (id: string) => tokens.get(`${name}/${id}`) ?? '';
    for (const [id, claims] of Object.entries(SESSION_TOKENS)) put(id, mint(...claims(now, host)));
    put('forged', mint({}, {}, wrongKey));
    put('unknown-key', mint({}, {}, unknownKey));
    put('m2m', m2mToken(key, {}, {}, now));
    put('oauth', oauthToken(key, {}, {}, now));
    put('m2m-for-nobody', m2mToken(key, { aud: undefined }, {}, now));
    put('oauth-for-nobody', oauthToken(key, { aud: undefined }, {}, now));
    put('garbage', 'not-a-token');
    put('two-parts', 'eyJhbGciOiJSUzI1NiJ9.e30');
    put('api-key', 'ak_differential');
    put(
      'version-1',
      signJwt(
        headerOf(key, { cat: CATEGORY.session }),
        sessionClaimsV1({ iss: `https://${host}`, exp: seconds(now + 60 * MINUTE) }, now),
        key,
      ),
    );
    put('hs-fresh', handshakeToken(key, directives(suffix, get('newer'))));
    put('hs-suffixed', handshakeToken(key, [`__session_${suffix}=${get('other')}; Path=/`]));
    put('hs-expired', handshakeToken(key, directives(suffix, get('expired'))));
    put('hs-early', handshakeToken(key, directives(suffix, get('early'))));
    put('hs-clearing', handshakeToken(key, directives(suffix, '')));
    put('hs-empty', handshakeToken(key, []));
    put('hs-forged-session', handshakeToken(key, directives(suffix, get('forged'))));
    put('hs-template-session', handshakeToken(key, directives(suffix, get('template'))));
    put('hs-no-azp', handshakeToken(key, directives(suffix, get('no-azp'))));
    put('hs-forged', handshakeToken(wrongKey, directives(suffix, get('fresh'))));
    put('hs-template', handshakeToken(key, directives(suffix, get('fresh')), { cat: CATEGORY.template }));
    put('hs-garbage', 'a.b.c');
    put(
      'hs-foreign-suffix',
      handshakeToken(key, [...directives(suffix, get('newer')), `__session_ABCDEFGH=${get('other')}`]),
    );
    const handshake = (claims: Claims) => handshakeToken(key, directives(suffix, get('newer')), {}, claims);
    put('hs-old', handshake({ iat: seconds(now - 60 * MINUTE) }));
    put('hs-ended', handshake({ iat: seconds(now - 2 * MINUTE), exp: seconds(now - MINUTE) }));
  }
  const token = (where: InstanceName, name: string) => {
    const found = tokens.get(`${where}/${name}`);
    if (found === undefined) throw new Error(`There is no token called ${name}.`);
    return found;
  };
  const clerks: Readonly<Record<InstanceName, LocalInstance>> = {
    development: await startInstance(INSTANCES.development, key, (id) => token('development', id)),
    production: await startInstance(INSTANCES.production, key, (id) => token('production', id)),
  };
  return {
    now,
    key,
    apiUrl: (where) => clerks[where].apiUrl,
    token,
    unname: (where, text) =>
      text.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, (found) => {
        const entry = [...tokens].find(([id, value]) => id.startsWith(where) && value === found);
        return entry === undefined ? found : `{${entry[0].slice(where.length + 1)}}`;
      }),
    close: async () => void (await Promise.all(Object.values(clerks).map((clerk) => clerk.close()))),
  };
}

export const REFRESH_TOKENS = ['rt-good', 'rt-dead', 'rt-empty', 'rt-forged', 'rt-odd', 'rt-no-session'] as const;
export const NONCES = ['n-good', 'n-clearing', 'n-none', 'n-unknown', 'n-early'] as const;

/** An instance that answers what is asked for, as often as it is asked: one that is as Clerk takes a nonce once. */
async function startInstance(where: Instance, key: TestKey, tokenOf: (name: string) => string): Promise<LocalInstance> {
  const { name, secretKey, suffix } = where;
  const clerk = await startClerk({ instanceType: name, secretKey, force: true, keys: [key] });
  const nonces: Readonly<Record<string, string[]>> = {
    'n-good': directives(suffix, tokenOf('newer')),
    'n-clearing': directives(suffix, ''),
    'n-none': [],
    'n-early': directives(suffix, tokenOf('early')),
  };
  for (const [nonce, found] of Object.entries(nonces)) {
    const when = ({ query }: FaultRequest) => query.get('nonce') === nonce;
    clerk.fail({ operation: OPERATIONS.handshake, when, body: { directives: found } });
  }
  const refreshes: Readonly<Record<string, Fault>> = {
    'rt-good': { body: { object: 'cookies', cookies: directives(suffix, tokenOf('newer')) } },
    'rt-dead': { status: 401, code: 'refresh_token_revoked' },
    'rt-empty': { body: { object: 'cookies', cookies: [] } },
    'rt-forged': { body: { object: 'cookies', cookies: directives(suffix, tokenOf('forged')) } },
    'rt-no-session': { body: { object: 'cookies', cookies: ['__client_uat=1; Path=/'] } },
    'rt-odd': { status: 422, body: { message: 'no list' } },
  };
  for (const [token, answer] of Object.entries(refreshes)) {
    const when = ({ body }: FaultRequest) => (body as { refresh_token?: unknown }).refresh_token === token;
    clerk.fail({ operation: OPERATIONS.refresh, when, ...answer });
  }
  return clerk;
}
