/** Options of `createAuthenticator`. Types only. */
import type { Clock, Fetch, Store } from '../ports.js';
import type { BailiffEvent } from './events.js';
import type { AcceptsToken } from './tokens.js';

export interface CacheOptions {
  readonly sessionTokens?: {
    /** Verified session tokens kept in process. Default 10,000. */
    readonly max?: number;
  };
  readonly machineTokens?: {
    /** How long a verified token may be used again without asking Clerk (a revoked one may pass that long). Default 10,000; 0 turns caching off. */
    readonly ttlMs?: number;
    /** How long a refused token stays refused without asking Clerk. Default 5,000. */
    readonly negativeTtlMs?: number;
    /** Default 10,000. */
    readonly max?: number;
    /** Any Keyv instance, shared by a fleet. */
    readonly store?: Store;
  };
  readonly jwks?: {
    /** Default 300,000. */
    readonly freshMs?: number;
    /** How long known keys serve while the JWKS cannot be loaded. Default 3,600,000. */
    readonly staleIfErrorMs?: number;
    /**
     * The longest time for which a token of a key that is not known yet waits (503) until the keys are loaded again, while
     * others try made-up key ids. They buy six loads in twice this time at most; without them the wait is 5,000. Default
     * 30,000, and less counts as that.
     */
    readonly cooldownMs?: number;
  };
}

export interface OrganizationSyncOptions {
  /** path-to-regexp 6 patterns with `:id` or `:slug`. */
  readonly organizationPatterns?: readonly string[];
  readonly personalAccountPatterns?: readonly string[];
}

/** Options of `createAuthenticator`. Those with an environment variable fall back to it. */
export interface AuthenticatorOptions {
  /** CLERK_SECRET_KEY */
  readonly secretKey?: string;
  /** CLERK_PUBLISHABLE_KEY */
  readonly publishableKey?: string;
  /** CLERK_JWT_KEY: the instance's public key as PEM; verification then needs no network. */
  readonly jwtKey?: string;
  /** CLERK_MACHINE_SECRET_KEY */
  readonly machineSecretKey?: string;
  /** CLERK_MACHINE_ID: JWTs of machines must name this machine (`mch_…`) among their scopes. */
  readonly machineId?: string;
  /** CLERK_API_URL. Default `https://api.clerk.com`. */
  readonly apiUrl?: string;
  /** CLERK_API_VERSION. Default `v1`. */
  readonly apiVersion?: string;
  /** CLERK_DOMAIN */
  readonly domain?: string;
  /** CLERK_IS_SATELLITE */
  readonly isSatellite?: boolean;
  /** CLERK_PROXY_URL */
  readonly proxyUrl?: string;
  /** Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are believed. Default false. In Express its `trust proxy` decides. */
  readonly trustProxy?: boolean;
  /** CLERK_SIGN_IN_URL */
  readonly signInUrl?: string;
  /** CLERK_SIGN_UP_URL */
  readonly signUpUrl?: string;
  readonly satelliteAutoSync?: boolean;
  /** Origins, beside `authorizedParties`, that a primary may send a development satellite back to (`__clerk_redirect_url`). */
  readonly allowedRedirectOrigins?: readonly string[];
  readonly organizationSync?: OrganizationSyncOptions;
  /** Origins whose tokens are accepted (claim `azp`). */
  readonly authorizedParties?: readonly string[];
  /** What a cookie without `azp` gets when `authorizedParties` is set. Default `handshake`. */
  readonly missingAzp?: 'handshake' | 'reject' | 'allow';
  readonly audience?: string | readonly string[];
  /** Expected `iss`; checked where given. */
  readonly issuer?: string | readonly string[];
  /** Tolerated clock difference in milliseconds: 0 to 60,000. Default 5,000. */
  readonly clockSkewMs?: number;
  readonly acceptsToken?: AcceptsToken;
  /** Default true. */
  readonly treatPendingAsSignedOut?: boolean;
  readonly cache?: CacheOptions;
  readonly fetch?: Fetch;
  readonly now?: Clock;
  readonly onEvent?: (event: BailiffEvent) => void;
}
