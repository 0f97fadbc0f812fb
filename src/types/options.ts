/** Options of `createAuthenticator`. Types only. */
import type { Clock, Fetch } from '../ports.js';
import type { CacheOptions } from './cache-options.js';
import type { BailiffEvent } from './events.js';
import type { Option } from './option.js';
import type { AcceptsToken } from './token-kinds.js';

/** `audience` for servers whose session tokens are customised to carry one. */
export interface AudienceOptions {
  /** The audiences of this server: one of them must be in `aud`. */
  readonly value: string | readonly string[];
  /**
   * `'required'` refuses session tokens without `aud` as well.
   *
   * @default they pass
   */
  readonly sessionTokens?: Option<'required'>;
}

export interface OrganizationSyncOptions {
  /**
   * Paths that name an organization: path-to-regexp 6 patterns with `:id` or `:slug`. A page load of one activates that organization.
   *
   * @default none
   */
  readonly organizationPatterns?: Option<readonly string[]>;
  /**
   * Paths of the personal account: a page load of one leaves the organization.
   *
   * @default none
   */
  readonly personalAccountPatterns?: Option<readonly string[]>;
}

/** Where warnings and faults are told; what it does or returns does not matter. */
export interface Logger {
  /** One line. */
  warn(message: string): unknown;
  /** Class, message, stack and causes of an error, as text of several lines; never a key or a token. */
  error(message: string): unknown;
}

/** Options of `createAuthenticator` and `clerkMiddleware`. Those with an environment variable fall back to it. */
export interface AuthenticatorOptions {
  /**
   * The key of the instance for the Backend API: loads the keys for tokens, verifies opaque machine tokens, refreshes sessions.
   *
   * @env CLERK_SECRET_KEY
   */
  readonly secretKey?: Option<string>;
  /**
   * Names the instance to browsers. Without it cookies are not read, and there is no handshake.
   *
   * @env CLERK_PUBLISHABLE_KEY
   */
  readonly publishableKey?: Option<string>;
  /**
   * The public key of the instance as PEM: session tokens and JWTs of machines are then verified without a network.
   *
   * @env CLERK_JWT_KEY
   */
  readonly jwtKey?: Option<string>;
  /**
   * The key of this machine: verifies opaque M2M tokens, in place of the secret key.
   *
   * @env CLERK_MACHINE_SECRET_KEY
   */
  readonly machineSecretKey?: Option<string>;
  /**
   * The id of this machine (`mch_…`): JWTs of machines must name it among their scopes.
   *
   * @env CLERK_MACHINE_ID
   * @default not checked
   */
  readonly machineId?: Option<string>;
  /**
   * The address of the Backend API: another one for the offline instance or a proxy.
   *
   * @env CLERK_API_URL
   * @default `https://api.clerk.com`
   */
  readonly apiUrl?: Option<string>;
  /**
   * The version in the path of the Backend API.
   *
   * @env CLERK_API_VERSION
   * @default `v1`
   */
  readonly apiVersion?: Option<string>;
  /**
   * The domain of this satellite. Its Frontend API is then `clerk.<domain>`.
   *
   * @env CLERK_DOMAIN
   */
  readonly domain?: Option<string>;
  /**
   * Whether this server is a satellite: a domain that takes its sessions from a primary domain.
   *
   * @env CLERK_IS_SATELLITE
   * @default `false`
   */
  readonly isSatellite?: Option<boolean>;
  /**
   * Where browsers reach the Frontend API through a proxy: an absolute URL, or a path of this server.
   *
   * @env CLERK_PROXY_URL
   */
  readonly proxyUrl?: Option<string>;
  /**
   * Where browsers see this server: origin and base path (`https://app.example.com`, `https://abc.execute-api.eu-west-1.amazonaws.com/prod`).
   * Wins over `Host` and over every forwarded header. Paths of this site, in options and requests, get the base path unless they begin with it.
   *
   * @default worked out from each request
   */
  readonly publicUrl?: Option<string>;
  /**
   * Whether `X-Forwarded-Host` and `X-Forwarded-Proto` are believed. In Express and Fastify the framework's own setting decides.
   *
   * @default `false`
   */
  readonly trustProxy?: Option<boolean>;
  /**
   * The sign-in page: where `requireAuth({ redirect: true })` sends people, and where a satellite in development asks its primary.
   *
   * @env CLERK_SIGN_IN_URL
   * @default the accounts portal of the instance
   */
  readonly signInUrl?: Option<string>;
  /**
   * The sign-up page: what `authenticator.signUpUrl()` links to.
   *
   * @env CLERK_SIGN_UP_URL
   * @default `<signInUrl>/create`, else the accounts portal
   */
  readonly signUpUrl?: Option<string>;
  /**
   * Whether a satellite asks its primary with the first page load, instead of after signing in there.
   *
   * @default `false`
   */
  readonly satelliteAutoSync?: Option<boolean>;
  /**
   * Origins, beside `authorizedParties`, that a primary may send a development satellite back to (`__clerk_redirect_url`).
   *
   * @default none; loopback addresses always may
   */
  readonly allowedRedirectOrigins?: Option<readonly string[]>;
  /** Activates the organization that the path of a page names. */
  readonly organizationSync?: Option<OrganizationSyncOptions>;
  /**
   * Origins whose tokens are accepted (claim `azp`).
   *
   * @default not checked
   */
  readonly authorizedParties?: Option<readonly string[]>;
  /**
   * What a cookie without `azp` gets when `authorizedParties` is set: a page load renews it (`'handshake'`), it is refused
   * (`'reject'`), or it passes (`'allow'`).
   *
   * @default `'handshake'`
   */
  readonly missingAzp?: Option<'handshake' | 'reject' | 'allow'>;
  /**
   * Expected `aud`. OAuth tokens and JWTs of machines must carry it. A session token that carries none is accepted, because
   * Clerk's do not unless they are customised; one that carries a foreign one is refused.
   *
   * @default not checked
   */
  readonly audience?: Option<string | readonly string[] | AudienceOptions>;
  /**
   * Expected `iss`.
   *
   * @default not checked: the key of the instance binds the token
   */
  readonly issuer?: Option<string | readonly string[]>;
  /**
   * Tolerated clock difference between this server and the issuer of a token: 0 to 60,000.
   *
   * @default 5,000
   * @unit ms
   */
  readonly clockSkewMs?: Option<number>;
  /**
   * The kinds of token that the middleware verifies: one, a list, or `'any'`. A guard verifies the kinds that it names, whatever
   * stands here.
   *
   * @default `'session_token'`
   */
  readonly acceptsToken?: Option<AcceptsToken>;
  /**
   * Whether a session with unfinished tasks counts as signed out.
   *
   * @default `true`
   */
  readonly treatPendingAsSignedOut?: Option<boolean>;
  /** How many tokens and keys are remembered, and for how long. */
  readonly cache?: Option<CacheOptions>;
  /**
   * Sends every request to Clerk: for an HTTP proxy, or for tests.
   *
   * @default the global `fetch`
   */
  readonly fetch?: Option<Fetch>;
  /**
   * The clock, in milliseconds since the epoch: for tests.
   *
   * @default `Date.now`
   * @unit ms
   */
  readonly now?: Option<Clock>;
  /**
   * Receives each event: what was decided and why, calls to Clerk, faults.
   *
   * @default nobody listens
   */
  readonly onEvent?: Option<(event: BailiffEvent) => void>;
  /**
   * Takes warnings (each once a process) and faults. `false`: nothing is said.
   *
   * @default the console; in tests (`NODE_ENV=test`) nothing
   */
  readonly logger?: Option<Logger | false>;
}
