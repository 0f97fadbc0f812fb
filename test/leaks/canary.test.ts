/**
 * Secrets and tokens with marks that no ordinary text holds, sent through everything; then everything that came out
 * (states, auth objects, errors, events, headers, bodies, console) is searched for the marks.
 */
import { inspect } from 'node:util';
import { createAuthenticator, type AuthenticatorOptions, type BailiffEvent, type RequestView } from 'bailiff';
import { createBackendApi } from 'bailiff/api';
import type { LocalInstance } from 'bailiff-local';
import { verifyWebhook } from 'bailiff/webhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendRaw } from '../attacks/raw.js';
import { startExpress, startHono } from '../attacks/servers.js';
import { apiKeyRow, OPERATIONS, startClerk } from '../support/clerk.js';
import { createKey, m2mToken, oauthToken, sessionToken, T0, T0_S } from '../support/tokens.js';
import { portOf } from '../support/listen.js';

const key = createKey('RS256', { kid: 'ins_canary' });
const foreign = createKey('RS256', { kid: 'ins_canary' });

const SECRETS = {
  secretKey: 'sk_live_CANARYsecretCANARYsecretCANARY',
  machineSecretKey: 'ak_CANARYmachineCANARYmachineCANARY',
  refresh: 'CANARYrefreshCANARY',
  devBrowser: 'CANARYdevbrowserCANARY',
  nonce: 'CANARYnonceCANARY',
  apiKey: `ak_CANARYkey${'a'.repeat(24)}`,
  badApiKey: `ak_CANARYbad${'a'.repeat(24)}`,
  m2m: `mt_CANARYopaque${'a'.repeat(24)}`,
  oauth: `oat_CANARYopaque${'a'.repeat(24)}`,
  webhook: 'whsec_Q0FOQVJZd2ViaG9va0NBTkFSWXdlYmhvb2tDQU5BUlk=',
};

const TOKENS = {
  good: sessionToken(key),
  forged: sessionToken(foreign),
  expired: sessionToken(key, { exp: T0_S - 100 }),
  early: sessionToken(key, { nbf: T0_S + 100 }),
  template: sessionToken(key, {}, { cat: 'cl_B7d4PD222AAA' }),
  unknownKey: sessionToken(foreign, {}, { kid: 'ins_other' }),
  m2m: m2mToken(key),
  oauth: oauthToken(key),
  malformed: 'CANARYmalformed.CANARYmalformed.CANARYmalformed',
};

const MARKS = [
  'CANARY',
  SECRETS.webhook.slice(6),
  ...Object.values(TOKENS).map((token) => token.split('.').at(-1) ?? ''),
];

let clerk: LocalInstance;
let events: BailiffEvent[];
let written: unknown[];

beforeAll(async () => {
  clerk = await startClerk({
    secretKey: SECRETS.secretKey,
    force: true,
    keys: [key],
    rows: { api_keys: [apiKeyRow(SECRETS.apiKey)] },
  });
  clerk.fail({ operation: OPERATIONS.m2m });
  clerk.fail({ operation: OPERATIONS.oauth, reset: true });
});
afterAll(() => clerk.close());
beforeEach(() => {
  events = [];
  written = [];
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => void written.push(args));
  }
});
afterEach(() => vi.restoreAllMocks());

const options = (): AuthenticatorOptions => ({
  secretKey: SECRETS.secretKey,
  machineSecretKey: SECRETS.machineSecretKey,
  publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
  apiUrl: clerk.apiUrl,
  acceptsToken: 'any',
  now: () => T0,
  onEvent: (event) => events.push(event),
});

/** Everything a person or a logger could see of a value. */
function shown(value: unknown): string {
  const seen = [
    inspect(value, { depth: 8, showHidden: true }),
    inspect(value, { depth: 8, getters: 'get' }),
    String(value),
  ];
  try {
    seen.push(JSON.stringify(value) ?? '');
  } catch {
    // Not serialisable, so nothing leaks there.
  }
  if (value instanceof Error) seen.push(value.message, value.stack ?? '', shown(value.cause ?? ''));
  return seen.join('\n');
}

function expectClean(what: string, ...values: unknown[]): void {
  const text = [...values, ...events, ...written].map(shown).join('\n');
  const found = MARKS.filter((mark) => mark !== '' && text.includes(mark));
  expect(found, `${what}: ${text.slice(Math.max(0, text.indexOf(found[0] ?? '') - 200)).slice(0, 400)}`).toEqual([]);
}

const requestWith = (headers: Readonly<Record<string, string>>, target = '/'): RequestView => ({
  method: 'GET',
  url: `https://app.acornbooks.example${target}`,
  header: (name) => headers[name] ?? null,
  headers: () => Object.entries(headers),
});

it('finds a leak', () => {
  expect(() => expectClean('control', { nested: { token: TOKENS.good } })).toThrow();
  expect(() => expectClean('control', new Error('x', { cause: new Error(SECRETS.secretKey) }))).toThrow();
});

describe('no secret leaves', () => {
  it('an authenticator and its health', () => {
    const authenticator = createAuthenticator(options());
    expectClean('authenticator', authenticator, authenticator.health(), authenticator.config);
  });

  it.each(
    Object.entries({
      ...TOKENS,
      apiKey: SECRETS.apiKey,
      badApiKey: SECRETS.badApiKey,
      opaqueM2M: SECRETS.m2m,
      opaqueOAuth: SECRETS.oauth,
    }),
  )('a request with the token "%s"', async (name, token) => {
    const authenticator = createAuthenticator(options());
    const state = await authenticator.authenticateRequest(requestWith({ authorization: `Bearer ${token}` }));
    // `state.token` is there to be read by name; it must not come along when the state is shown.
    expectClean(name, state.auth, state.auth.debug(), state.message, [...state.headers]);
    expectClean(name, { ...state.auth });
    expectClean(`${name}, state as JSON`, JSON.stringify(state), inspect(state));
  });

  it('cookies, refresh and handshake', async () => {
    const authenticator = createAuthenticator(options());
    const suffix = 'JO1anrym';
    const cookie = `__client_uat=${T0_S - 500}; __session=${TOKENS.expired}; __refresh_${suffix}=${SECRETS.refresh}; __clerk_db_jwt=${SECRETS.devBrowser}`;
    for (const target of [
      '/',
      `/?__clerk_handshake_nonce=${SECRETS.nonce}`,
      `/?__clerk_handshake=${TOKENS.malformed}`,
    ]) {
      const state = await authenticator.authenticateRequest(
        requestWith({ cookie, host: 'app.acornbooks.example', accept: 'text/html' }, target),
      );
      // The Location of a handshake carries the session token: that is the protocol. Everything else must not.
      expectClean(target, state.auth, state.auth.debug(), state.message);
    }
  });

  it.each(Object.entries(TOKENS))('the error for "%s"', async (name, token) => {
    const authenticator = createAuthenticator(options());
    for (const verify of [
      (text: string) => authenticator.verifySessionToken(text),
      (text: string) => authenticator.verifyM2MToken(text),
      (text: string) => authenticator.verifyOAuthToken(text),
      (text: string) => authenticator.verifyApiKey(text),
    ]) {
      expectClean(
        name,
        await verify(token)
          .catch((error: unknown) => (error instanceof Error ? error : new Error('not an error')))
          .then((found) => (found instanceof Error ? found : 'accepted')),
      );
    }
  });

  it('errors about the configuration', () => {
    for (const wrong of [
      { publishableKey: SECRETS.secretKey },
      { secretKey: `pk_${SECRETS.secretKey}` },
      { jwtKey: 'CANARY' },
      { apiUrl: 'CANARY not a url' },
      { clockSkewMs: Number.NaN },
    ]) {
      let error: unknown = null;
      try {
        createAuthenticator({ ...options(), ...wrong });
      } catch (thrown) {
        error = thrown;
      }
      expect(error, JSON.stringify(Object.keys(wrong))).toBeInstanceOf(Error);
      expectClean(Object.keys(wrong).join(), error);
    }
  });

  it.each([
    ['Express', startExpress],
    ['Hono', startHono],
  ] as const)('an answer by %s', async (_name, start) => {
    const server = await start(options());
    try {
      for (const token of [...Object.values(TOKENS), SECRETS.apiKey, SECRETS.badApiKey, SECRETS.m2m, SECRETS.oauth]) {
        for (const target of ['/user', '/any', '/key']) {
          const received = await sendRaw(portOf(server), {
            target,
            headers: [['authorization', `Bearer ${token}`]],
          });
          expectClean(target, received.text);
        }
      }
    } finally {
      server.close();
    }
  });

  it('the Backend API client', async () => {
    const api = createBackendApi({ secretKey: SECRETS.secretKey, apiUrl: clerk.apiUrl });
    expectClean('client', api, api.users);
    const failures = await Promise.all([
      api.users.get('user_missing').catch((error: unknown) => error),
      api.m2mTokens.verify({ token: SECRETS.m2m }, { retries: 0 }).catch((error: unknown) => error),
      api.oauthAccessTokens.verify({ access_token: SECRETS.oauth }, { retries: 0 }).catch((error: unknown) => error),
    ]);
    for (const failure of failures) expect(failure).toBeInstanceOf(Error);
    expectClean('errors', ...failures);
  });

  it('webhook errors', async () => {
    const request = new Request('https://app.acornbooks.example/hook', {
      method: 'POST',
      body: '{}',
      headers: { 'svix-id': 'msg_1', 'svix-timestamp': String(T0_S), 'svix-signature': 'v1,AAAA' },
    });
    expectClean(
      'webhook',
      await verifyWebhook(request, { signingSecret: SECRETS.webhook, now: () => T0 }).catch((error: unknown) => error),
    );
  });
});
