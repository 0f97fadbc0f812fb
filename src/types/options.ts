/** Options of `createAuthenticator`. Types only. */
import type { Clock, Fetch, Store } from '../ports.js';
import type { BailiffEvent } from './events.js';
import type { AcceptsToken } from './token-kinds.js';

/** What may stand for an option: `null` and `undefined` mean "not given", so that its variable or its default counts. */
export type Option<T> = T | null | undefined;

export interface CacheOptions {
  readonly sessionTokens?: Option<{
    /** Verified session tokens kept in process. Default 10,000. */
    readonly max?: Option<number>;
  }>;
  readonly machineTokens?: Option<{
    /** How long a verified token may be used again without asking Clerk (a revoked one may pass that long). Default 10,000; 0 turns caching off. */
    readonly ttlMs?: Option<number>;
    /** How long a refused token stays refused without asking Clerk. Default 5,000. */
    readonly negativeTtlMs?: Option<number>;
    /** Default 10,000. */
    readonly max?: Option<number>;
    /** Any Keyv instance, shared by a fleet. */
    readonly store?: Option<Store>;
  }>;
  readonly jwks?: Option<{
    /** Default 300,000. */
    readonly freshMs?: Option<number>;
    /** How long known keys serve while the JWKS cannot be loaded. Default 3,600,000. */
    readonly staleIfErrorMs?: Option<number>;
    /**
     * The longest time for which a token of a key that is not known yet waits (503) until the keys are loaded again, while
     * others try made-up key ids. They buy six loads in twice this time at most; without them the wait is 5,000. Default
     * 30,000, and less counts as that.
     */
    readonly cooldownMs?: Option<number>;
  }>;
}

/** `audience` for servers whose session tokens are customised to carry one. */
export interface AudienceOptions {
  readonly value: string | readonly string[];
  /** Refuses session tokens without `aud` as well. */
  readonly sessionTokens?: Option<'required'>;
}

export interface OrganizationSyncOptions {
  /** path-to-regexp 6 patterns with `:id` or `:slug`. */
  readonly organizationPatterns?: Option<readonly string[]>;
  readonly personalAccountPatterns?: Option<readonly string[]>;
}

/** Where warnings and faults are told; what it does or returns does not matter. */
export interface Logger {
  /** One line. */
  warn(message: string): unknown;
  /** Class, message, stack and causes of an error, as text of several lines; never a key or a token. */
  error(message: string): unknown;
}

/** Options of `createAuthenticator`. Those with an environment variable fall back to it. */
export interface AuthenticatorOptions {
  /** CLERK_SECRET_KEY */
  readonly secretKey?: Option<string>;
  /** CLERK_PUBLISHABLE_KEY */
  readonly publishableKey?: Option<string>;
  /** CLERK_JWT_KEY: the instance's public key as PEM; verification then needs no network. */
  readonly jwtKey?: Option<string>;
  /** CLERK_MACHINE_SECRET_KEY */
  readonly machineSecretKey?: Option<string>;
  /** CLERK_MACHINE_ID: JWTs of machines must name this machine (`mch_…`) among their scopes. */
  readonly machineId?: Option<string>;
  /** CLERK_API_URL. Default `https://api.clerk.com`. */
  readonly apiUrl?: Option<string>;
  /** CLERK_API_VERSION. Default `v1`. */
  readonly apiVersion?: Option<string>;
  /** CLERK_DOMAIN */
  readonly domain?: Option<string>;
  /** CLERK_IS_SATELLITE */
  readonly isSatellite?: Option<boolean>;
  /** CLERK_PROXY_URL */
  readonly proxyUrl?: Option<string>;
  /**
   * Where browsers see this server: origin and base path (`https://app.example.com`, `https://abc.execute-api.eu-west-1.amazonaws.com/prod`).
   * Wins over `Host` and over every forwarded header. Paths of this site, in options and requests, get the base path unless they begin with it.
   */
  readonly publicUrl?: Option<string>;
  /** Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are believed. Default false. In Express its `trust proxy` decides. */
  readonly trustProxy?: Option<boolean>;
  /** CLERK_SIGN_IN_URL */
  readonly signInUrl?: Option<string>;
  /** CLERK_SIGN_UP_URL */
  readonly signUpUrl?: Option<string>;
  readonly satelliteAutoSync?: Option<boolean>;
  /** Origins, beside `authorizedParties`, that a primary may send a development satellite back to (`__clerk_redirect_url`). */
  readonly allowedRedirectOrigins?: Option<readonly string[]>;
  readonly organizationSync?: Option<OrganizationSyncOptions>;
  /** Origins whose tokens are accepted (claim `azp`). */
  readonly authorizedParties?: Option<readonly string[]>;
  /** What a cookie without `azp` gets when `authorizedParties` is set. Default `handshake`. */
  readonly missingAzp?: Option<'handshake' | 'reject' | 'allow'>;
  /**
   * Expected `aud`. OAuth tokens and JWTs of machines must carry it. A session token that carries none is accepted, because
   * Clerk's do not unless they are customised; one that carries a foreign one is refused.
   */
  readonly audience?: Option<string | readonly string[] | AudienceOptions>;
  /** Expected `iss`; checked where given. */
  readonly issuer?: Option<string | readonly string[]>;
  /** Tolerated clock difference in milliseconds: 0 to 60,000. Default 5,000. */
  readonly clockSkewMs?: Option<number>;
  readonly acceptsToken?: Option<AcceptsToken>;
  /** Default true. */
  readonly treatPendingAsSignedOut?: Option<boolean>;
  readonly cache?: Option<CacheOptions>;
  readonly fetch?: Option<Fetch>;
  readonly now?: Option<Clock>;
  readonly onEvent?: Option<(event: BailiffEvent) => void>;
  /** Takes warnings (each once a process) and faults. Default: the console, and nothing in tests (`NODE_ENV=test`). False: nothing is said. */
  readonly logger?: Option<Logger | false>;
}
