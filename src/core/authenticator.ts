/** The public authenticator: one configuration, one verifier with its caches, one way to decide about a request. */
import type { Environment } from '../environment.js';
import { ConfigurationError } from '../errors.js';
import type { MaybePromise } from '../ports.js';
import { isPromise } from '../ground/realm.js';
import type {
  AcceptsToken,
  ApiKey,
  AuthenticatorOptions,
  Diagnostic,
  M2MToken,
  OAuthAccessToken,
  RequestState,
  RequestView,
  SessionClaims,
  TokenType,
} from '../types.js';
import { createVerifier, type Verifier, type VerifierHealth } from '../verify/verifier.js';
import type { TokenMinter } from './auth/auth-objects.js';
import { redactOnInspect } from './config/redact-on-inspect.js';
import type { Config } from './config/config.js';
import { requireAnyKey, resolveConfig } from './config/resolve.js';
import { createAuthenticateRequest, acceptedKindsOf, type AcceptedKinds } from './authenticate-request.js';
import { createSignIn } from './sign-in.js';
import { contextOf, type RequestContext } from './request/context.js';
import { eventRequest } from './request/event-request.js';
import { diagnosticsOf } from './faults/diagnostics.js';
import { failWithFault, FAULT, faultOutcome } from './faults/fault.js';
import type { AuthOutcome } from './outcome.js';
import { viewOf } from './request/web-request.js';
import { signInUrl, signUpUrl } from './session/redirect-urls.js';
import { createLazySessionFlow } from './session/session-flow-lazy.js';
import { stopwatch } from '../ground/stopwatch.js';
import { verifierOptions } from './verifier-options.js';
import { createTokenChecks } from './verify-token.js';
import { backendOf } from './backend-api/client.js';

export interface AuthenticateOptions {
  /** Default: the `acceptsToken` of the authenticator. */
  readonly acceptsToken?: AcceptsToken;
  /**
   * Whether an expired session may be renewed. False: credentials are judged as they are. There is no refresh and no
   * handshake, and nothing in the query is read. For requests whose answer cannot carry cookies. Default: true.
   */
  readonly renew?: boolean;
}

/** The options as the adapters of this copy of the package give them. An authenticator of another copy reads the request anew. */
type WithContext = AuthenticateOptions & { readonly context?: RequestContext };

/** For readiness probes. */
export interface Health extends VerifierHealth {
  /** Whether session tokens, or for a server without their keys machine tokens, can be verified now. */
  readonly ready: boolean;
  /** Operations of the Backend API that are not tried at the moment, because the last attempts all failed. */
  readonly openCircuits: readonly string[];
  /** What is known to be wrong with the configuration; empty: nothing. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface Authenticator {
  /**
   * Decides who sent a request. Neither bad tokens nor outages throw: they are states. Nor does what fails on this server (a request
   * view, a `fetch` or a clock that throws): that is a state with the status `unavailable`, the reason `authentication-fault` and the `cause`.
   *
   * @throws ConfigurationError for an `acceptsToken` that names no kind of token
   * @throws TypeError for what is neither a `Request` nor a {@link RequestView}
   */
  authenticateRequest(request: Request | RequestView, options?: AuthenticateOptions): Promise<RequestState>;
  /** The same without a promise when nothing has to be awaited (a repeat token): for adapters. */
  authenticate(view: RequestView, options?: AuthenticateOptions): MaybePromise<RequestState>;
  /**
   * Verifies one session token, without a request.
   *
   * @param token a JWT, without `Bearer`
   * @returns its claims
   * @throws ConfigurationError if this server has no key for the kind
   * @throws TokenVerificationError if the token is bad
   * @throws AuthUnavailableError if it could not be checked now, because Clerk did not answer
   * @throws AuthenticationFaultError if this server failed; `cause` says with what
   */
  verifySessionToken(token: string): Promise<SessionClaims>;
  /** Throws as {@link Authenticator.verifySessionToken} does. */
  verifyApiKey(secret: string): Promise<ApiKey>;
  /** Opaque or JWT. Throws as {@link Authenticator.verifySessionToken} does. */
  verifyM2MToken(token: string): Promise<M2MToken>;
  /** Opaque or JWT. Throws as {@link Authenticator.verifySessionToken} does. */
  verifyOAuthToken(token: string): Promise<OAuthAccessToken>;
  /**
   * Loads the keys, and the code that reads sessions of browsers, so that the first request does not wait.
   *
   * @throws AuthUnavailableError if Clerk does not answer
   * @throws AuthenticationFaultError if this server failed
   */
  warmup(): Promise<void>;
  /** The state of keys, caches and circuits, for readiness probes. Asks nobody. */
  health(): Health;
  /**
   * Forgets what is known of a token: the next use asks Clerk. Call it after the change at Clerk (a revocation, other scopes).
   *
   * With `cache.machineTokens.store` this holds for every process with the same store and secret key, whatever its options,
   * from the moment the promise resolves; answers that are under way anywhere do not bring the token back. JWTs prove
   * themselves until they expire; invalidating one only frees memory.
   *
   * @param tokenOrId an API key, an M2M or OAuth token, or the id that the Backend API has for one
   * @throws AuthUnavailableError if the store could not be told within 2 s; it holds in this process, call it again for the others
   * @throws AuthenticationFaultError if this server failed
   */
  invalidate(tokenOrId: string): Promise<void>;
  /** The sign-in page with the way back to `returnTo`, an absolute URL; null if no sign-in page is known. */
  signInUrl(returnTo: string): string | null;
  /** The sign-up page with the way back: `signUpUrl`, else one beside the sign-in page, else the account portal's; null if none is known. */
  signUpUrl(returnTo: string): string | null;
  /** Not enumerable; shows no secret under `inspect` or JSON. */
  readonly config: Config;
}

/** Shared by all copies of the package, so that an adapter knows an authenticator from another bundle. */
const BRAND = Symbol.for('bailiff.authenticator');

/**
 * Makes an authenticator: the configuration of one instance, with its caches of keys and tokens. Make it once, and share it.
 *
 * @param options fall back to the environment, then to defaults
 * @param env read instead of `process.env` (the bindings of a Worker, for example)
 * @throws ConfigurationError for options that cannot work
 *
 * @example
 * ```ts
 * import { createAuthenticator } from 'bailiff';
 *
 * const authenticator = createAuthenticator({ secretKey: 'sk_test_xxx', publishableKey: 'pk_test_xxx' });
 * const state = await authenticator.authenticateRequest(new Request('https://app.example/me'));
 * if (state.isAuthenticated) console.log(state.auth.tokenType);
 * ```
 */
export function createAuthenticator(options?: AuthenticatorOptions, env?: Environment): Authenticator {
  const config = resolveConfig(options, env);
  requireAnyKey(config);
  const backend = backendOf(config);
  const verifier = createVerifier(verifierOptions(config, backend));
  // Loaded with the first token that is asked for: most servers ask for none.
  const mint: TokenMinter = async (...asked) => {
    const loaded = import('./auth/token-minter.js').then(({ createTokenMinter }) => createTokenMinter(backend, config));
    const minter = await loaded.catch((error: unknown) => failWithFault(config, error));
    return minter(...asked);
  };
  const signIn = createSignIn(config, mint);
  const sessions = createLazySessionFlow({ config, verifier, backend, signIn });
  const decideRequest = createAuthenticateRequest({ config, verifier, sessions, signIn });
  const defaultKinds = acceptedKindsOf(config.acceptsToken);

  function authenticate(view: RequestView, given?: WithContext): MaybePromise<RequestState> {
    const accepted = given?.acceptsToken === undefined ? defaultKinds : acceptedKindsOf(given.acceptsToken);
    // A fault is neither a refusal nor an outage, and lets nobody in. An option that cannot work is thrown at its author.
    const failed = (thrown: unknown): AuthOutcome => {
      if (thrown instanceof ConfigurationError) throw thrown;
      return faultOutcome(config, accepted.only ?? 'session_token', thrown, view);
    };
    const decide = (): MaybePromise<AuthOutcome> => {
      try {
        const outcome = decideRequest(contextOf(view, config, given), accepted);
        return isPromise(outcome) ? outcome.catch(failed) : outcome;
      } catch (thrown) {
        return failed(thrown);
      }
    };
    return config.emit === null ? decide() : observed(config, config.emit, view, accepted, given?.context, decide);
  }

  const authenticator: Authenticator = {
    authenticate,
    // Async, so that options that cannot work reject instead of throwing.
    authenticateRequest: async (request, given) => authenticate(viewOf(request), given),
    ...createTokenChecks(verifier, config),
    async warmup() {
      const ready = Promise.all([verifier.warmup(), sessions.warmup()]);
      await ready.catch((error: unknown) => failWithFault(config, error));
    },
    health: () => healthOf(verifier, backend?.openCircuits?.() ?? [], [...diagnosticsOf(config)]),
    invalidate: (tokenOrId) => verifier.invalidate(tokenOrId).catch((error: unknown) => failWithFault(config, error)),
    signInUrl: (returnTo) => signInUrl(config, returnTo),
    signUpUrl: (returnTo) => signUpUrl(config, returnTo),
    config,
  };
  Object.defineProperty(authenticator, BRAND, { value: true });
  return redactOnInspect(
    authenticator,
    () => ({ authenticator: (config as unknown as { toJSON(): unknown }).toJSON() }),
    ['config'],
  );
}

export function isAuthenticator(value: unknown): value is Authenticator {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}

function healthOf(verifier: Verifier, openCircuits: readonly string[], diagnostics: Health['diagnostics']): Health {
  const health = verifier.health();
  const keysReady = health.jwks === 'none' ? openCircuits.length === 0 : health.jwks !== 'empty';
  return { ...health, ready: keysReady, openCircuits, diagnostics };
}

/** Statuses that a guard would answer with. */
const STATUS_CODE = { 'signed-out': 401, handshake: 307, unavailable: 503 } as const;

/**
 * Decides, and emits the event about it.
 *
 * @param context of a middleware, whose guards emit their own denials; undefined: the state is final
 */
function observed(
  config: Config,
  emit: NonNullable<Config['emit']>,
  view: RequestView,
  { kinds }: AcceptedKinds,
  context: RequestContext | undefined,
  decide: () => MaybePromise<AuthOutcome>,
): MaybePromise<AuthOutcome> {
  const passed = stopwatch(config);
  const report = (state: AuthOutcome): AuthOutcome => {
    const { status, tokenType, reason } = state;
    const durationMs = passed();
    if (status === 'signed-in') {
      if (tokenType === null) return state;
      emit({ type: 'authenticated', tokenType, subject: state.subject ?? '', durationMs, ...eventRequest(view) });
    } else if (context === undefined) {
      const code = state.reason === FAULT ? 500 : STATUS_CODE[status];
      const denied = { type: 'denied', by: 'request', status: code, tokenType, reason, missing: null } as const;
      emit({ ...denied, durationMs, ...eventRequest(view) });
    } else if (status !== 'signed-out' || !isOfAnotherKind(context, kinds)) {
      emit({ type: 'unauthenticated', status, tokenType, reason, durationMs, ...eventRequest(view) });
    }
    return state;
  };
  const state = decide();
  return isPromise(state) ? state.then(report) : report(state);
}

/** A token of a kind that was not accepted has not been verified. A guard or a reader that accepts the kind does so later. */
function isOfAnotherKind({ classified }: RequestContext, kinds: readonly TokenType[]): boolean {
  return classified !== null && classified.form !== 'malformed' && !kinds.includes(classified.tokenType);
}
