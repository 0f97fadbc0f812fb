/** The public words: tokens, callers, requirements, options, events. Types only. */
import type { Reason } from './errors.js';
import type { Clock, Fetch, Store, WaitUntil } from './ports.js';

// ---------------------------------------------------------------------------------------------- registration

/**
 * Narrow roles, permissions and custom claims once for a whole application, by declaration merging:
 *
 * ```ts
 * declare module 'bailiff' {
 *   interface Register { role: 'org:admin' | 'org:member'; permission: 'org:invoices:read'; claims: { plan: string } }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- empty until an application fills it
export interface Register {}

export type Role = Register extends { role: infer R extends string } ? R : string;
export type Permission = Register extends { permission: infer P extends string } ? P : string;
export type CustomClaims = Register extends { claims: infer C } ? C : Record<string, unknown>;

// ---------------------------------------------------------------------------------------------- tokens

export type TokenType = 'session_token' | 'api_key' | 'm2m_token' | 'oauth_token';
export type MachineTokenType = Exclude<TokenType, 'session_token'>;
/** One kind, a list of kinds, or all of them. */
export type AcceptsToken = TokenType | readonly TokenType[] | 'any';

/** Minutes since the first and the second factor were verified; -1 where a factor is not enrolled. */
export type FactorVerificationAge = readonly [first: number, second: number];
export type SessionStatus = 'active' | 'pending';

/** Who impersonates the user (claim `act`). */
export interface Actor {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** The claims of a session token, as on the wire (versions 1 and 2). Times are in seconds. */
export type SessionClaims = {
  readonly iss: string;
  readonly sub: string;
  readonly sid?: string;
  readonly azp?: string;
  readonly exp: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly jti?: string;
  readonly v?: number;
  readonly fva?: FactorVerificationAge;
  readonly sts?: SessionStatus;
  readonly act?: Actor;
  readonly org_id?: string;
  readonly org_slug?: string;
  readonly org_role?: string;
  readonly org_permissions?: readonly string[];
  readonly o?: {
    readonly id: string;
    readonly slg?: string;
    readonly rol?: string;
    readonly per?: string;
    readonly fpm?: string;
  };
  readonly fea?: string;
  readonly pla?: string;
} & Readonly<CustomClaims>;

interface MachineCredential {
  readonly id: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly revoked: boolean;
  readonly revocationReason: string | null;
  readonly expired: boolean;
  /** Milliseconds since the epoch, or null if it never expires. */
  readonly expiration: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A verified API key. */
export interface ApiKey extends MachineCredential {
  readonly type: string;
  readonly name: string;
  readonly description: string | null;
  readonly claims: Readonly<Record<string, unknown>> | null;
  readonly createdBy: string | null;
  readonly lastUsedAt: number | null;
}

/** A verified machine-to-machine token, opaque or JWT. */
export interface M2MToken extends MachineCredential {
  readonly claims: Readonly<Record<string, unknown>> | null;
}

/** A verified OAuth access token, opaque or JWT. */
export interface OAuthAccessToken extends MachineCredential {
  readonly type: string;
  readonly clientId: string;
}

// ---------------------------------------------------------------------------------------------- callers

export type ReverificationLevel = 'first_factor' | 'second_factor' | 'multi_factor';
export type ReverificationPreset = 'strict_mfa' | 'strict' | 'moderate' | 'lax';
/** A preset, or a level with the age in minutes (1 to 99,998) from which the user must verify again. */
export type Reverification =
  ReverificationPreset | { readonly level: ReverificationLevel; readonly afterMinutes: number };

/** What `has()` can be asked. Every dimension given must hold; anything unknown, missing or malformed is false. */
export interface HasParams {
  /** Any of these roles, in the active organization. */
  readonly role?: Role | readonly Role[];
  /** All of these permissions, in the active organization. */
  readonly permission?: Permission | readonly Permission[];
  readonly feature?: string;
  readonly plan?: string;
  /** All of these scopes, on a machine token. */
  readonly scope?: string | readonly string[];
  readonly reverification?: Reverification;
}

export interface GetTokenOptions {
  /** Name of a JWT template; asks the Backend API for a new token. */
  readonly template?: string;
  /** Lifetime of the new token in seconds (30 to 315,360,000); asks the Backend API for a new token. */
  readonly expiresInSeconds?: number;
}

/** What `debug()` shows: how the caller was decided, with every secret and token cut out. */
export type AuthDebug = Readonly<Record<string, unknown>>;

interface AuthMethods {
  has(params: HasParams): boolean;
  /** The raw token of the request; for a session, a new one when options are given. Null when nobody is signed in. */
  getToken(options?: GetTokenOptions): Promise<string | null>;
  debug(): AuthDebug;
}

export interface SignedInSession extends AuthMethods {
  readonly tokenType: 'session_token';
  readonly isAuthenticated: true;
  readonly reason: null;
  readonly userId: string;
  /** Null only for a token that carries no `sid`. */
  readonly sessionId: string | null;
  readonly sessionStatus: SessionStatus | null;
  readonly sessionClaims: SessionClaims;
  readonly actor: Actor | null;
  readonly orgId: string | null;
  readonly orgRole: Role | null;
  readonly orgSlug: string | null;
  readonly orgPermissions: readonly Permission[] | null;
  readonly factorVerificationAge: FactorVerificationAge | null;
}

type Nulled<T, Kept extends keyof T> = { readonly [K in Exclude<keyof T, Kept>]: null } & Pick<T, Kept>;

type SessionKept = keyof AuthMethods | 'tokenType' | 'isAuthenticated' | 'reason' | 'sessionStatus';
export type SignedOutSession = Nulled<Omit<SignedInSession, SessionKept>, never> &
  AuthMethods & {
    readonly tokenType: 'session_token';
    readonly isAuthenticated: false;
    /** `pending` while a signed-in user has unfinished tasks and pending counts as signed out; else null. */
    readonly sessionStatus: 'pending' | null;
    readonly reason: Reason | null;
  };

interface MachineAuth<T extends MachineTokenType> extends AuthMethods {
  readonly tokenType: T;
  readonly isAuthenticated: true;
  readonly reason: null;
  readonly id: string;
  readonly subject: string;
  readonly scopes: readonly string[];
}

export interface ApiKeyAuth extends MachineAuth<'api_key'> {
  readonly name: string;
  readonly claims: Readonly<Record<string, unknown>> | null;
  /** The subject, if it is a user. */
  readonly userId: string | null;
  /** The subject, if it is an organization. */
  readonly orgId: string | null;
}

export interface M2MAuth extends MachineAuth<'m2m_token'> {
  readonly claims: Readonly<Record<string, unknown>> | null;
  readonly machineId: string;
}

export interface OAuthAuth extends MachineAuth<'oauth_token'> {
  readonly userId: string;
  readonly clientId: string;
}

type MachineKept = keyof AuthMethods | 'tokenType' | 'isAuthenticated' | 'reason';
type Unauthenticated<T extends MachineAuth<MachineTokenType>> = Nulled<Omit<T, MachineKept>, never> &
  AuthMethods & { readonly tokenType: T['tokenType']; readonly isAuthenticated: false; readonly reason: Reason | null };

export type SignedOutApiKey = Unauthenticated<ApiKeyAuth>;
export type SignedOutM2M = Unauthenticated<M2MAuth>;
export type SignedOutOAuth = Unauthenticated<OAuthAuth>;

/** No caller of an accepted kind: several kinds were accepted and none fits. Has no identity fields at all. */
export interface InvalidTokenAuth extends AuthMethods {
  readonly tokenType: null;
  readonly isAuthenticated: false;
  readonly reason: Reason | null;
}

export type SessionAuth = SignedInSession | SignedOutSession;
/** Who is at the door: what stands at `req.auth` and `c.var.auth`. */
export type Auth =
  | SignedInSession
  | SignedOutSession
  | ApiKeyAuth
  | SignedOutApiKey
  | M2MAuth
  | SignedOutM2M
  | OAuthAuth
  | SignedOutOAuth
  | InvalidTokenAuth;

/** The authenticated callers of a kind. */
export type AuthenticatedAs<T extends TokenType> = Extract<Auth, { tokenType: T; isAuthenticated: true }>;

type KindsOf<A extends AcceptsToken> = A extends 'any' ? TokenType : A extends readonly (infer K)[] ? K : A;
/** What `getAuth(…, { acceptsToken })` gives back. */
export type AuthFor<A extends AcceptsToken> =
  | Extract<Auth, { tokenType: KindsOf<A> }>
  | (A extends readonly TokenType[] ? InvalidTokenAuth : A extends 'any' ? InvalidTokenAuth : never);

// ---------------------------------------------------------------------------------------------- requests

/** The least that a framework must tell about a request; headers by lower-case name, several values joined by `, `. */
export interface RequestView {
  readonly method: string;
  /** Absolute URL, or the request target as it came (`/path?query`). */
  readonly url: string;
  header(name: string): string | null | undefined;
  /** Names and values of all headers; needed only when a session is refreshed. */
  headers?(): Iterable<readonly [name: string, value: string]>;
  /**
   * The public origin (`https://app.example.com`), where the framework has already decided which forwarded headers to
   * believe (Express: `trust proxy`). Without it, `trustProxy` decides.
   */
  readonly publicOrigin?: string | null;
  readonly waitUntil?: WaitUntil;
}

export type RequestStatus = 'signed-in' | 'signed-out' | 'handshake' | 'unavailable';

/** What `authenticateRequest` decided. */
export interface RequestState {
  readonly status: RequestStatus;
  readonly isAuthenticated: boolean;
  readonly tokenType: TokenType | null;
  /** Null when signed in. */
  readonly reason: Reason | null;
  readonly message: string;
  /** To send with the response: `Location`, `Set-Cookie`, `Cache-Control`, `x-clerk-auth-*`. */
  readonly headers: Headers;
  readonly token: string | null;
  /** Never null: during a handshake or an outage it is the signed-out object. */
  readonly auth: Auth;
}

// ---------------------------------------------------------------------------------------------- requirements

interface RequirementBase extends HasParams {
  /** Which kinds may pass. Default `session_token`; the three machine kinds if `scope` alone is given. */
  readonly token?: AcceptsToken;
  /** A rule of your own, after all others hold. May be async; anything but `true` denies. */
  readonly check?: (auth: Auth) => boolean | Promise<boolean>;
}

/** A leaf requirement: all keys given must hold. */
export type SimpleRequirement = RequirementBase;
export interface AnyOf {
  readonly anyOf: readonly Requirement[];
}
export interface AllOf {
  readonly allOf: readonly Requirement[];
}
export type Requirement = SimpleRequirement | AnyOf | AllOf;

/** What a route asks for, and how it says no. */
export type GuardRequirement = Requirement & {
  /** A signed-out page request goes to the sign-in URL (302) instead of 401. */
  readonly redirect?: boolean;
};

export type DenialCase = 'unauthenticated' | 'token-type-mismatch' | 'forbidden' | 'reverification' | 'unavailable';

export interface ErrorItem {
  readonly code: string;
  readonly message: string;
  readonly long_message: string;
}

/** Why a guard said no, with the answer it would send. `onDenied` may send another. */
export interface Denial {
  readonly case: DenialCase;
  readonly status: 401 | 403 | 503;
  /** Code of the first error in the body. */
  readonly code: string;
  /** The request's reason, where the caller could not be authenticated. */
  readonly reason: Reason | null;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly errors: readonly ErrorItem[]; readonly clerk_error?: unknown };
}

// ---------------------------------------------------------------------------------------------- options

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
    /** The least time between two fetches caused by unknown key ids. Default 30,000. */
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
  /** Origins that a primary may send a development satellite back to (`__clerk_redirect_url`). */
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

// ---------------------------------------------------------------------------------------------- events

/** What `onEvent` receives. No event holds a token or a key. Durations are in milliseconds. */
export type BailiffEvent =
  | { readonly type: 'authenticated'; readonly tokenType: TokenType; readonly subject: string; readonly durationMs: number }
  | {
      readonly type: 'denied';
      /** `request`: authentication found nobody; `guard`: a route's requirement was not met. */
      readonly by: 'request' | 'guard';
      readonly status: number;
      readonly tokenType: TokenType | null;
      readonly reason: string | null;
      readonly durationMs: number;
    }
  | { readonly type: 'jwks.refreshed'; readonly keys: number; readonly durationMs: number }
  | { readonly type: 'jwks.failed'; readonly reason: Reason; readonly staleMs: number | null; readonly durationMs: number }
  | { readonly type: 'token.cache'; readonly hit: boolean; readonly tokenType: TokenType; readonly source: 'memory' | 'store' }
  | { readonly type: 'session.refreshed'; readonly ok: boolean; readonly reason: string | null; readonly durationMs: number }
  | { readonly type: 'handshake'; readonly step: 'started' | 'resolved' | 'failed' | 'loop'; readonly reason: string | null }
  | {
      readonly type: 'backend-api.call';
      readonly operation: string;
      /** Null when no answer came. */
      readonly status: number | null;
      readonly durationMs: number;
    };
