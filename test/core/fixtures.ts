/** An authenticator against an offline instance, with a clock and a list of events. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createAuthenticator, type AuthenticatorOptions, type BailiffEvent, type RequestView } from 'bailiff';
import type { LocalInstance } from 'bailiff-local';
import { apiKeyRow, m2mRow, oauthRow, startClerk } from '../support/clerk.js';
import { createKey, T0, sessionToken } from '../support/tokens.js';

export const key = createKey();
export const stranger = createKey('RS256', { kid: 'ins_stranger' });
export const PK_LIVE = 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA';
export const SECRET_KEY = 'sk_live_CANARYsecretkey';

export interface Backend {
  readonly clerk: LocalInstance;
  create(options?: AuthenticatorOptions): ReturnType<typeof createAuthenticator>;
  readonly events: BailiffEvent[];
  readonly clock: { now: number };
}

/** Knows one opaque token of each kind, and an API key that must not show anywhere. */
export function useBackend(): Backend {
  const started: { clerk?: LocalInstance } = {};
  const events: BailiffEvent[] = [];
  const clock = { now: T0 };
  beforeAll(async () => {
    started.clerk = await startClerk({
      secretKey: SECRET_KEY,
      force: true,
      now: () => clock.now,
      keys: [key],
      rows: {
        api_keys: [apiKeyRow('ak_one'), apiKeyRow('ak_CANARY', { id: 'ak_canary' })],
        m2m_tokens: [m2mRow('mt_one')],
        oauth_access_tokens: [oauthRow('oat_one')],
      },
    });
  });
  beforeEach(() => {
    started.clerk?.reset();
    events.length = 0;
    clock.now = T0;
  });
  afterAll(() => started.clerk?.close());
  return {
    get clerk() {
      if (started.clerk === undefined) throw new Error('not started');
      return started.clerk;
    },
    create(options = {}) {
      const usual = {
        secretKey: SECRET_KEY,
        publishableKey: PK_LIVE,
        apiUrl: this.clerk.apiUrl,
        now: () => clock.now,
        logger: false as const,
      };
      return createAuthenticator({ ...usual, ...options }, {});
    },
    events,
    clock,
  };
}

/** A request as a framework would tell it. */
export function viewOf(headers: Record<string, string> = {}, rest: Partial<RequestView> = {}): RequestView {
  const all = new Map(Object.entries({ host: 'app.acornbooks.example', ...headers }));
  return { method: 'GET', url: '/page?q=1', header: (name) => all.get(name), headers: () => all, ...rest };
}

export { bearer } from '../support/requests.js';

/** The cookies of a signed-in browser. */
export const cookies = (token: string): Record<string, string> => ({
  cookie: `__session=${token}; __client_uat=${T0 / 1000 - 100}`,
});

/** A session token of {@link key}. */
export const session = (changes = {}, header = {}) => sessionToken(key, changes, header);
