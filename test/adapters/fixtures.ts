/** An offline instance, and one credential of every sort. */
import { createHash } from 'node:crypto';
import type { AuthenticatorOptions } from 'bailiff';
import type { LocalInstance } from 'bailiff-local';
import { afterAll } from 'vitest';
import { apiKeyRow, m2mRow, oauthRow, OPERATIONS, startClerk } from '../support/clerk.js';
import {
  apiKeyAnswer,
  CATEGORY,
  createClock,
  createKey,
  m2mClaims,
  oauthClaims,
  sessionToken,
  T0_S,
} from '../support/tokens.js';

const opaque = (prefix: string, name: string) => prefix + name.padEnd(32, '0');
export const PUBLISHABLE_KEY = `pk_test_${Buffer.from('clerk.acornbooks.example$').toString('base64')}`;
/** The names of this instance's own cookies end with it. */
export const SUFFIX = createHash('sha1').update(PUBLISHABLE_KEY).digest('base64url').slice(0, 8);
export const SECRET_KEY = 'sk_test_contract0000000000000000000000000';
/** The same host, as a production instance. */
export const PRODUCTION = {
  publishableKey: PUBLISHABLE_KEY.replace('pk_test_', 'pk_live_'),
  secretKey: SECRET_KEY.replace('sk_test_', 'sk_live_'),
};

export interface Fixtures {
  readonly clerk: LocalInstance;
  readonly clock: ReturnType<typeof createClock>;
  readonly options: AuthenticatorOptions;
  readonly tokens: Readonly<Record<TokenName, string>>;
  /** Calls of the Backend API that cost: everything but the JWKS. */
  verifications(): number;
  /** The Backend API is down from now on. */
  goDown(): void;
}

const OPAQUE = {
  apiKey: opaque('ak_', 'reader'),
  orgApiKey: opaque('ak_', 'organization'),
  revokedApiKey: opaque('ak_', 'revoked'),
  unknownApiKey: opaque('ak_', 'unknown'),
  m2m: opaque('mt_', 'sender'),
  oauth: opaque('oat_', 'client'),
};
const ORGANIZATION_KEY = { id: 'ak_two', subject: 'org_acorn', scopes: ['invoices:read', 'invoices:write'] };

/** What the instance mints; the forged, the broken and the made-up beside it. */
async function mint(clerk: LocalInstance) {
  const ada = {
    userId: 'user_ada',
    orgId: 'org_acorn',
    role: 'org:admin',
    permissions: ['org:invoices:read', 'org:invoices:manage'],
    plans: ['o:pro', 'u:plus'],
    azp: 'https://acornbooks.example',
  };
  const admin = await clerk.createSessionToken(ada);
  const { keys } = clerk.state;
  return {
    admin,
    member: await clerk.createSessionToken({
      ...ada,
      userId: 'user_bob',
      role: 'org:member',
      permissions: ['org:invoices:read'],
    }),
    stale: await clerk.createSessionToken({ ...ada, fva: [90, -1] }),
    expired: await clerk.createSessionToken({ ...ada, expiresInSeconds: -3540 }),
    tampered: `${admin.slice(0, -8)}AAAAAAAA`,
    forged: sessionToken(createKey('RS256', { kid: keys.current.kid })),
    template: keys.sign({ cat: CATEGORY.template }, { sub: ada.userId, exp: clerk.now() / 1000 + 60 }),
    slugged: await clerk.createSessionToken({ ...ada, claims: { o: { id: 'org_acorn', slg: 'acorn', rol: 'admin' } } }),
    /** Whose organization has the id of another one for its slug. */
    impostor: await clerk.createSessionToken({
      ...ada,
      claims: { o: { id: 'org_acorn', slg: 'org_oak', rol: 'admin' } },
    }),
    personal: await clerk.createSessionToken({ userId: 'user_ada', azp: ada.azp }),
    pending: await clerk.createSessionToken({ ...ada, pending: true }),
    garbage: 'garbage',
    m2mJwt: keys.sign({ cat: CATEGORY.m2m }, m2mClaims()),
    oauthJwt: keys.sign({ typ: 'at+jwt' }, oauthClaims()),
    ...OPAQUE,
  };
}
export type TokenName = keyof Awaited<ReturnType<typeof mint>>;

let shared: ReturnType<typeof start> | undefined;
afterAll(async () => (await shared)?.clerk.close());

async function start() {
  const clerk = await startClerk({
    instanceType: 'development',
    secretKey: SECRET_KEY,
    rows: {
      api_keys: [apiKeyRow(OPAQUE.apiKey), apiKeyRow(OPAQUE.orgApiKey, ORGANIZATION_KEY)],
      m2m_tokens: [m2mRow(OPAQUE.m2m)],
      oauth_access_tokens: [oauthRow(OPAQUE.oauth)],
    },
  });
  return { clerk, tokens: await mint(clerk) };
}

/** As new for each test. Every credential is good at {@link createClock}'s T0. */
export async function createFixtures(): Promise<Fixtures> {
  const { clerk, tokens } = await (shared ??= start());
  clerk.reset();
  // Clerk answers 404 for it; should it ever say 200 and `revoked`, the key is bad all the same.
  clerk.fail({
    operation: OPERATIONS.apiKey,
    when: ({ body }) => (body as { secret: string }).secret === OPAQUE.revokedApiKey,
    body: apiKeyAnswer({ id: 'ak_three', revoked: true }),
  });
  const clock = createClock();
  return {
    clerk,
    clock,
    options: {
      secretKey: SECRET_KEY,
      publishableKey: PUBLISHABLE_KEY,
      apiUrl: clerk.apiUrl,
      now: clock,
      logger: false,
    },
    tokens,
    verifications: () => clerk.requests.filter(({ operation }) => operation !== OPERATIONS.jwks).length,
    goDown: () => void clerk.fail({ status: 503 }),
  };
}

/** The cookies of a browser with this session token, which it can have renewed. */
export const browserCookies = (token: string) => ({
  cookie: `__session_${SUFFIX}=${token}; __client_uat_${SUFFIX}=${T0_S - 99_999}; __refresh_${SUFFIX}=rt; __clerk_db_jwt_${SUFFIX}=dvb`,
});

/** Clerk renews the session with these cookies, or with the first of them alone. */
export function renewSession({ clerk, tokens }: Fixtures, amount: 'all' | 'one' = 'all'): readonly string[] {
  const cookies = [
    `__session=${tokens.admin}; Path=/; Secure; SameSite=Lax`,
    `__session_${SUFFIX}=${tokens.admin}; Path=/; Secure; SameSite=Lax`,
    `__refresh_${SUFFIX}=rotated; Path=/; Secure; HttpOnly; SameSite=Lax`,
  ].slice(0, amount === 'one' ? 1 : undefined);
  clerk.fail({ operation: OPERATIONS.refresh, status: 200, body: { object: 'cookies', cookies } });
  return cookies;
}
