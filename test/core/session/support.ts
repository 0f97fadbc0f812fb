/** Two instances, their keys, and a session flow with a Backend API made of functions. */
import { resolveConfig } from '../../../src/core/config/resolve.js';
import type { Config } from '../../../src/core/config/config.js';
import { createRequestContext } from '../../../src/core/request/context.js';
import type { AuthOutcome } from '../../../src/core/outcome.js';
import { createLazySessionFlow } from '../../../src/core/session/session-flow-lazy.js';
import { createSignIn } from '../../../src/core/sign-in.js';
import type { Backend, RefreshRequest } from '../../../src/core/backend-api/client.js';
import type { UpstreamAnswer } from '../../../src/ports.js';
import type { HeaderPairs } from '../../../src/ground/headers.js';
import type { AuthenticatorOptions, BailiffEvent, RequestView, SessionClaims } from '../../../src/types.js';
import { createVerifier } from '../../../src/verify/verifier.js';
import { createKey, sessionToken, T0, type Claims } from '../../support/tokens.js';

export type InstanceType = 'development' | 'production';
export const INSTANCE_TYPES: readonly InstanceType[] = ['development', 'production'];

export const KEY = createKey('RS256', { kid: 'ins_one' });
export const OTHER_KEY = createKey('RS256', { kid: 'ins_one' });

export const INSTANCES = {
  development: {
    publishableKey: 'pk_test_YnJhdmUtb3R0ZXItNy5jbGVyay5hY2NvdW50cy5kZXYk',
    secretKey: 'sk_test_0123456789abcdef0123456789',
    host: 'brave-otter-7.clerk.accounts.dev',
    suffix: 'OQFZV_GV',
  },
  production: {
    publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    secretKey: 'sk_live_0123456789abcdef0123456789',
    host: 'clerk.acornbooks.example',
    suffix: 'JO1anrym',
  },
} as const;

export const ORIGIN = 'https://app.acornbooks.example';

/** A session token of an instance. */
export function tokenOf(type: InstanceType, claims: Claims = {}, header: Claims = {}, key = KEY): string {
  return sessionToken(key, { iss: `https://${INSTANCES[type].host}`, ...claims }, header);
}

export const SECONDS = T0 / 1000;
export const EXPIRED: Claims = { iat: SECONDS - 3600, nbf: SECONDS - 3610, exp: SECONDS - 3540 };
export const FRESH: Claims = { sid: 'sess_new', exp: SECONDS + 120 };

export interface Ask {
  readonly method?: string;
  /** Path and query, or an absolute URL. */
  readonly url?: string;
  /** Null: no `Host`, and the target is a path alone. */
  readonly host?: string | null;
  readonly cookies?: Readonly<Record<string, string>> | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Session token in the `Authorization` header. */
  readonly bearer?: string;
}

/** A page load in a browser. */
export const PAGE = { 'sec-fetch-dest': 'document' };

export function viewOf({ method = 'GET', url = '/', host, cookies, headers = {}, bearer }: Ask): RequestView {
  const text =
    typeof cookies === 'string'
      ? cookies
      : Object.entries(cookies ?? {})
          .map(([n, v]) => `${n}=${v}`)
          .join('; ');
  const all: Record<string, string> = {
    ...(host === null ? {} : { host: host ?? 'app.acornbooks.example' }),
    ...(text === '' ? {} : { cookie: text }),
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    ...headers,
  };
  const target = url.startsWith('/') && host !== null ? ORIGIN + url : url;
  return { method, url: target, header: (name) => all[name] ?? null, headers: () => Object.entries(all) };
}

export interface TestAppOptions extends AuthenticatorOptions {
  readonly refresh?: (request: RefreshRequest) => Promise<UpstreamAnswer>;
  readonly payload?: (nonce: string) => Promise<UpstreamAnswer>;
  readonly jwks?: () => Promise<UpstreamAnswer>;
  /** No secret key: tokens are verified with the PEM alone. */
  readonly keyless?: boolean;
}

/** An outcome as plain data, for comparisons. */
export interface SessionOutcome {
  readonly status: AuthOutcome['status'];
  readonly reason: AuthOutcome['reason'];
  readonly message: string;
  readonly detail: string | null;
  /** What the flow itself sends along; null: nothing. */
  readonly headers: HeaderPairs | null;
  readonly retryAfterMs: number | null;
  /** The session that is signed in; empty without one. */
  readonly session: { readonly token: string | null; readonly data: SessionClaims | null };
}

function plainOf(outcome: AuthOutcome): SessionOutcome {
  const { status, reason, message, detail, decidedHeaders, retryAfterMs, token, auth } = outcome;
  const data = 'sessionClaims' in auth ? auth.sessionClaims : null;
  return { status, reason, message, detail, headers: decidedHeaders, retryAfterMs, session: { token, data } };
}

export interface TestApp {
  readonly config: Config;
  readonly events: BailiffEvent[];
  /** Tokens that were looked for in the cache of verified tokens. */
  readonly recalled: string[];
  ask(request: Ask): Promise<SessionOutcome>;
  /** The same without waiting: a promise only where something had to be awaited. */
  askNow(request: Ask): SessionOutcome | Promise<SessionOutcome>;
}

const UNEXPECTED = () => Promise.reject(new Error('This call was not expected.'));

export function createTestApp(
  type: InstanceType,
  { refresh, payload, jwks, keyless = false, ...options }: TestAppOptions = {},
): TestApp {
  const { publishableKey, secretKey } = INSTANCES[type];
  const events: BailiffEvent[] = [];
  const recalled: string[] = [];
  const keys = jwks === undefined ? { jwtKey: KEY.pem } : {};
  const config = resolveConfig(
    {
      publishableKey,
      ...(keyless ? {} : { secretKey }),
      ...keys,
      now: () => T0,
      onEvent: (event) => events.push(event),
      ...options,
    },
    {},
  );
  const backend: Backend = {
    jwks: jwks ?? UNEXPECTED,
    verifyOpaque: UNEXPECTED,
    createSessionToken: UNEXPECTED,
    getUser: UNEXPECTED,
    refreshSession: refresh ?? UNEXPECTED,
    handshakePayload: payload ?? UNEXPECTED,
  };
  const verifier = createVerifier({
    ...config,
    // The configuration shows its secrets only to who asks for them by name.
    jwtKey: config.jwtKey,
    cache: config.cache,
    upstream: backend,
    backendKeys: { secretKey: true, machineSecretKey: true },
    missingAzp: config.missingAzp === 'allow' ? 'allow' : 'reject',
    sealKey: null,
    scope: type,
    emit: null,
  });
  const recording = {
    ...verifier,
    recall: (token: string) => {
      recalled.push(token);
      return verifier.recall(token);
    },
  };
  const signIn = createSignIn(config, () => UNEXPECTED());
  const flow = createLazySessionFlow({ config, verifier: recording, backend, signIn });
  const askNow = (request: Ask) => {
    const context = createRequestContext(viewOf(request), config, true);
    const outcome =
      context.classified === null
        ? flow.fromCookies(context)
        : flow.fromHeader(context, context.classified, () => true);
    return outcome instanceof Promise ? outcome.then(plainOf) : plainOf(outcome);
  };
  return { config, events, recalled, askNow, ask: async (request) => askNow(request) };
}

/** The header of an outcome, or null; several `Set-Cookie` joined by a line break. */
export function headerOf(outcome: SessionOutcome, name: string): string | null {
  const found = 'headers' in outcome ? (outcome.headers ?? []).filter(([key]) => key === name) : [];
  return found.length === 0 ? null : found.map(([, value]) => value).join('\n');
}

export function locationOf(outcome: SessionOutcome): URL | null {
  const location = headerOf(outcome, 'Location');
  return location === null ? null : new URL(location);
}

export const answer = (status: number, body: unknown): UpstreamAnswer => ({ status, body, retryAfterMs: null });

/** The cookies of somebody who is signed in, under both names. */
export function signedInCookies(
  type: InstanceType,
  token: string,
  more: Record<string, string> = {},
): Record<string, string> {
  const { suffix } = INSTANCES[type];
  return {
    __session: token,
    [`__session_${suffix}`]: token,
    __client_uat: String(SECONDS - 100),
    [`__client_uat_${suffix}`]: String(SECONDS - 100),
    __clerk_db_jwt: 'dvb_one',
    [`__clerk_db_jwt_${suffix}`]: 'dvb_one',
    ...more,
  };
}

/** The cookies of a handshake that brings a session. */
export const directivesOf = (type: InstanceType, token: string) => [
  '__client_uat=1800000000; Path=/',
  `__session_${INSTANCES[type].suffix}=${token}; Path=/; SameSite=Lax`,
  `__session=${token}; Path=/; SameSite=Lax`,
];
