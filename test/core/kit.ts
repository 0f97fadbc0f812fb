/** An authenticator against a Backend API that knows nothing of Bailiff, with a clock and a list of events. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createAuthenticator, type AuthenticatorOptions, type BailiffEvent, type RequestView } from 'bailiff';
import { PATHS, startJwksServer, type JwksServer } from '../support/jwks-server.js';
import { apiKeyAnswer, createKey, jwksOf, m2mAnswer, oauthAnswer, T0 } from '../support/tokens.js';

export const key = createKey();
export const stranger = createKey('RS256', { kid: 'ins_stranger' });
export const PK_LIVE = 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA';
export const SECRET_KEY = 'sk_live_CANARYsecretkey';

export interface Backend {
  readonly server: JwksServer;
  create(options?: AuthenticatorOptions): ReturnType<typeof createAuthenticator>;
  readonly events: BailiffEvent[];
  readonly clock: { now: number };
}

/** Answers every opaque token with a good one, until a test says otherwise. */
export function useBackend(): Backend {
  const started: { server?: JwksServer } = {};
  const events: BailiffEvent[] = [];
  const clock = { now: T0 };
  beforeAll(async () => {
    started.server = await startJwksServer();
  });
  beforeEach(() => {
    const { server } = started;
    server?.forget();
    server?.answer(PATHS.jwks, { body: jwksOf(key) });
    server?.answer(PATHS.apiKey, { body: apiKeyAnswer() });
    server?.answer(PATHS.m2m, { body: m2mAnswer() });
    server?.answer(PATHS.oauth, { body: oauthAnswer() });
    events.length = 0;
    clock.now = T0;
  });
  afterAll(() => started.server?.close());
  return {
    get server() {
      if (started.server === undefined) throw new Error('not started');
      return started.server;
    },
    create(options = {}) {
      const usual = { secretKey: SECRET_KEY, publishableKey: PK_LIVE, apiUrl: this.server.url, now: () => clock.now };
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

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** The cookies of a signed-in browser. */
export const cookies = (token: string): Record<string, string> => ({
  cookie: `__session=${token}; __client_uat=${T0 / 1000 - 100}`,
});
