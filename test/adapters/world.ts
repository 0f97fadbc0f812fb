/** A Backend API that knows nothing of Bailiff, keys, and one credential of every sort. */
import type { AuthenticatorOptions } from 'bailiff';
import { PATHS, startJwksServer, type JwksServer } from '../support/jwks-server.js';
import {
  apiKeyAnswer,
  createClock,
  createKey,
  jwksOf,
  m2mAnswer,
  m2mToken,
  oauthAnswer,
  oauthToken,
  sessionClaimsV2,
  sessionToken,
  type TestKey,
} from '../support/tokens.js';

const opaque = (prefix: string, name: string) => prefix + name.padEnd(32, '0');
export const PUBLISHABLE_KEY = `pk_test_${Buffer.from('clerk.acornbooks.example$').toString('base64')}`;
export const SECRET_KEY = 'sk_test_contract0000000000000000000000000';

export interface World {
  readonly server: JwksServer;
  readonly key: TestKey;
  readonly clock: ReturnType<typeof createClock>;
  readonly options: AuthenticatorOptions;
  readonly tokens: Readonly<Record<TokenName, string>>;
  /** Calls of the Backend API that cost: everything but the JWKS. */
  verifications(): number;
  /** The Backend API is down from now on. */
  goDown(): void;
  close(): Promise<void>;
}

const key = createKey();
const stranger = createKey('RS256', { kid: key.kid });

const TOKENS = {
  admin: sessionToken(key),
  member: sessionToken(key, {
    sub: 'user_bob',
    sid: 'sess_bob',
    o: { id: 'org_acorn', slg: 'acorn', rol: 'member', per: 'read', fpm: '1' },
  }),
  stale: sessionToken(key, { fva: [90, -1] }),
  expired: sessionToken(key, {
    exp: (sessionClaimsV2()['exp'] as number) - 3600,
    iat: (sessionClaimsV2()['iat'] as number) - 7200,
  }),
  tampered: `${sessionToken(key).slice(0, -8)}AAAAAAAA`,
  forged: sessionToken(stranger),
  template: sessionToken(key, {}, { cat: 'cl_B7d4PD222AAA' }),
  pending: sessionToken(key, { sts: 'pending' }),
  garbage: 'garbage',
  apiKey: opaque('ak_', 'reader'),
  orgApiKey: opaque('ak_', 'organization'),
  revokedApiKey: opaque('ak_', 'revoked'),
  unknownApiKey: opaque('ak_', 'unknown'),
  m2m: opaque('mt_', 'sender'),
  m2mJwt: m2mToken(key),
  oauth: opaque('oat_', 'client'),
  oauthJwt: oauthToken(key),
};
export type TokenName = keyof typeof TOKENS;

const answers = (known: Record<string, unknown>, field: string) => (request: { body: unknown }) => {
  const token = (request.body as Record<string, string>)[field] ?? '';
  const body = known[token];
  return body === undefined
    ? { status: 404, body: { errors: [{ code: 'resource_not_found', message: 'not found' }] } }
    : { body };
};

/** Every credential is good at {@link createClock}'s T0. */
export async function createWorld(): Promise<World> {
  const server = await startJwksServer({
    [PATHS.jwks]: { body: jwksOf(key) },
    [PATHS.apiKey]: answers(
      {
        [TOKENS.apiKey]: apiKeyAnswer(),
        [TOKENS.orgApiKey]: apiKeyAnswer({
          id: 'ak_two',
          subject: 'org_acorn',
          scopes: ['invoices:read', 'invoices:write'],
        }),
        [TOKENS.revokedApiKey]: apiKeyAnswer({ id: 'ak_three', revoked: true }),
      },
      'secret',
    ),
    [PATHS.m2m]: answers({ [TOKENS.m2m]: m2mAnswer() }, 'token'),
    [PATHS.oauth]: answers({ [TOKENS.oauth]: oauthAnswer() }, 'access_token'),
  });
  const clock = createClock();
  return {
    server,
    key,
    clock,
    options: { secretKey: SECRET_KEY, publishableKey: PUBLISHABLE_KEY, apiUrl: server.url, now: clock },
    tokens: TOKENS,
    verifications: () => server.requests.filter((request) => request.path !== PATHS.jwks).length,
    goDown: () => {
      for (const path of Object.values(PATHS)) server.answer(path, { status: 503, body: { errors: [] } });
    },
    close: () => server.close(),
  };
}
