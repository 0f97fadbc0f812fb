/** Offline instances for the tests of other parts, with keys and credentials that a table of cases can name before anything runs. */
import { startLocalInstance, type LocalInstance, type LocalInstanceOptions, type Row } from 'bailiff-local';
import { apiKeyAnswer, m2mAnswer, oauthAnswer, T0, type Claims, type TestKey } from './tokens.js';

/** What Bailiff asks of the Backend API, by operation. */
export const OPERATIONS = {
  jwks: 'GetJWKS',
  apiKey: 'verifyApiKey',
  m2m: 'verifyM2MToken',
  oauth: 'verifyOAuthAccessToken',
  refresh: 'RefreshSession',
  handshake: 'GetHandshakePayload',
} as const;

export interface ClerkOptions extends LocalInstanceOptions {
  /** The instance's RS256 keys, newest first. A test that has them signs what the instance never would, with code of its own. */
  readonly keys?: readonly TestKey[];
  /** Rows to start with, by table. */
  readonly rows?: Readonly<Record<string, readonly Row[]>>;
}

/** A production instance at {@link T0}, unless options say otherwise. `reset()` comes back to what is given here. */
export async function startClerk({ keys, rows = {}, ...options }: ClerkOptions = {}): Promise<LocalInstance> {
  const clerk = await startLocalInstance({ instanceType: 'production', now: () => T0, ...options });
  for (const [table, list] of Object.entries(rows)) for (const row of list) clerk.state.table(table).insert(row);
  const snapshot = clerk.export();
  clerk.import({ ...snapshot, keys: keys?.map(toStoredKey) ?? snapshot.keys });
  return clerk;
}

const toStoredKey = ({ kid, privateKey }: TestKey) => ({
  kid,
  privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  retiresAt: null,
});

/** Requests of this operation so far. */
export const callsOf = (clerk: LocalInstance, operation: string): number =>
  clerk.requests.filter((request) => request.operation === operation).length;

/** An API key that is good at T0 and whose secret the test chooses. */
export const apiKeyRow = (secret: string, changes: Claims = {}): Row => ({
  id: 'ak_one',
  ...apiKeyAnswer(changes),
  secret,
});

export const m2mRow = (token: string, changes: Claims = {}): Row => ({ id: 'mt_one', ...m2mAnswer(changes), token });

/** Rows have their times in milliseconds, also where answers have seconds. */
export const oauthRow = (token: string, changes: Claims = {}): Row => ({
  id: 'oat_one',
  ...oauthAnswer(),
  expiration: T0 + 3_600_000,
  created_at: T0 - 1_000_000,
  updated_at: T0 - 1_000_000,
  ...changes,
  token,
});
