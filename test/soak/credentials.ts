/** The credentials in play: issued while the instance is there, used long after. */
import { Buffer } from 'node:buffer';
import type { createRandom } from '../fuzz/mutate.js';
import { createKey, sessionToken, type TestKey } from '../support/tokens.js';
import type { Credential } from './oracle.js';
import type { SoakEnvironment } from './environment.js';

/** A browser that is signed in, with the cookies it got then. */
export interface Browser {
  readonly cookies: Readonly<Record<string, string>>;
  readonly sessionId: string;
  readonly jwt: NonNullable<Credential['jwt']>;
  revokedAt: number | null;
}

export interface Credentials {
  readonly all: readonly Credential[];
  readonly browsers: readonly Browser[];
  /** A session token signed by somebody else, under the key id of the instance. */
  forged(): string;
  /** New ones in the place of old ones; some of the old ones stay, to be used when their time is over. */
  renew(): Promise<void>;
  /** Ends one of what can be ended. */
  revokeOne(): void;
}

const KEPT = 60;
const BROWSERS = 6;
/** After so long everything that was issued makes way for new things. */
const GENERATION_MS = 6 * 3_600_000;
/** Where the instance keeps what it issues. */
const TABLES = [
  'api_keys',
  'm2m_tokens',
  'oauth_access_tokens',
  'sessions',
  'refresh_tokens',
  'clients',
  'dev_browsers',
];

function claimsOf(token: string): { kid: string; issuedAt: number; expiresAt: number } {
  const [header, payload] = token
    .split('.')
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString() || '0') as Record<string, unknown>);
  return {
    kid: String(header?.['kid']),
    issuedAt: Number(payload?.['iat']) * 1000,
    expiresAt: Number(payload?.['exp']) * 1000,
  };
}

export function createCredentials(environment: SoakEnvironment, random: ReturnType<typeof createRandom>): Credentials {
  const { clock } = environment;
  const stranger: TestKey = createKey('RS256', { kid: 'ins_stranger' });
  let all: Credential[] = [];
  let browsers: Browser[] = [];
  let bornAt = -Infinity;

  const opaque = (kind: Credential['kind'], id: string, token: string): Credential => ({
    kind,
    id,
    token,
    jwt: null,
    revokedAt: null,
  });
  const signed = (kind: Credential['kind'], token: string): Credential => ({
    ...opaque(kind, '', token),
    jwt: jwtOf(token),
  });
  const jwtOf = (token: string) => {
    const [header = '', payload = ''] = token.split('.');
    return claimsOf(`${header}.${payload}`);
  };

  async function signIn(): Promise<Browser> {
    const { clerk } = environment;
    const { cookies, session, token } = await clerk.signIn(`user_${random(20)}`, { org: 'org_acorn', role: 'admin' });
    return { cookies, sessionId: session.id, jwt: jwtOf(token), revokedAt: null };
  }

  async function newCredentials(): Promise<Credential[]> {
    const { clerk } = environment;
    const userId = `user_${random(20)}`;
    const sessionId = browsers.find((browser) => browser.revokedAt === null)?.sessionId ?? '';
    const key = await clerk.createApiKey({ subject: userId, scopes: ['invoices:read'] });
    const m2m = await clerk.createM2MToken({ machineId: 'mch_worker', expiresInSeconds: 30 * 86_400 });
    const oauth = await clerk.createOAuthToken({ userId, clientId: 'client_one', expiresInSeconds: 30 * 86_400 });
    return [
      signed('session_token', await clerk.createSessionToken({ sessionId })),
      signed('session_token', await clerk.createSessionToken({ sessionId, expiresInSeconds: 7200 })),
      signed('m2m_token', (await clerk.createM2MToken({ machineId: 'mch_worker', format: 'jwt' })).token),
      signed('oauth_token', (await clerk.createOAuthToken({ userId, clientId: 'client_one', format: 'jwt' })).token),
      opaque('api_key', key.id, key.secret),
      opaque('m2m_token', m2m.id, m2m.token),
      opaque('oauth_token', oauth.id, oauth.token),
    ];
  }

  return {
    get all() {
      return all;
    },
    get browsers() {
      return browsers;
    },
    forged: () => sessionToken(stranger, {}, { kid: environment.clerk.state.keys.current.kid }, clock()),
    async renew() {
      // Sessions and opaque tokens end some day, and a clock that was set back is before their birth. What nobody uses
      // any more leaves the instance too: it is to stay as large as it was.
      const stale = clock() - bornAt > GENERATION_MS || clock() < bornAt;
      if (stale) {
        browsers = [];
        all = all.filter(({ jwt }) => jwt !== null);
        for (const table of TABLES.map((name) => environment.clerk.state.table(name)))
          for (const { id } of table.rows()) table.delete(id);
        bornAt = clock();
      }
      browsers = [...browsers.slice(1 - BROWSERS), await signIn()];
      all = [...all, ...(await newCredentials())].slice(-KEPT);
    },
    revokeOne() {
      // In the tables and not by a call: a call could meet the fault that is in place.
      const tables: Partial<Record<Credential['kind'], string>> = { api_key: 'api_keys', m2m_token: 'm2m_tokens' };
      const { state } = environment.clerk;
      const ends = all.filter(({ kind, jwt, revokedAt }) => jwt === null && revokedAt === null && kind in tables);
      const victim = ends[random(Math.max(1, ends.length))];
      if (victim !== undefined) {
        state.table(tables[victim.kind] ?? '').update(victim.id, { revoked: true });
        victim.revokedAt = clock();
      }
      const browser = browsers.filter(({ revokedAt }) => revokedAt === null)[1];
      if (browser !== undefined) {
        state.table('sessions').update(browser.sessionId, { status: 'revoked' });
        browser.revokedAt = clock();
      }
    },
  };
}
