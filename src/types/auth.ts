/** The auth objects of each kind of caller, authenticated and not. Types only. */
import type { Reason } from '../reasons.js';
import type { Permission, Role } from './register.js';
import type { Actor, FactorVerificationAge, SessionClaims, SessionStatus } from './tokens.js';

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

/** What an auth object says where `reason` alone would mislead. */
interface Explained {
  /** With the reason `not-verified`: what verifies the token. */
  readonly message?: string;
}

type Nulled<T, Kept extends keyof T> = { readonly [K in Exclude<keyof T, Kept>]: null } & Pick<T, Kept>;

type SessionKept = keyof AuthMethods | 'tokenType' | 'isAuthenticated' | 'reason' | 'sessionStatus';
export type SignedOutSession = Nulled<Omit<SignedInSession, SessionKept>, never> &
  AuthMethods &
  Explained & {
    readonly tokenType: 'session_token';
    readonly isAuthenticated: false;
    /** `pending` while a signed-in user has unfinished tasks and pending counts as signed out; else null. */
    readonly sessionStatus: 'pending' | null;
    readonly reason: Reason | null;
  };

/** What the auth objects of all machines have. */
export interface MachineAuth<T extends string = string> extends AuthMethods {
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
  /** The organization that the user chose at consent, for a client with the scope `user:org:read`; else null. */
  readonly orgId: string | null;
}

type MachineKept = keyof AuthMethods | 'tokenType' | 'isAuthenticated' | 'reason';
type Unauthenticated<T extends MachineAuth> = Nulled<Omit<T, MachineKept>, never> &
  AuthMethods &
  Explained & { readonly tokenType: T['tokenType']; readonly isAuthenticated: false; readonly reason: Reason | null };

export type SignedOutApiKey = Unauthenticated<ApiKeyAuth>;
export type SignedOutM2M = Unauthenticated<M2MAuth>;
export type SignedOutOAuth = Unauthenticated<OAuthAuth>;

/** No caller of an accepted kind: several kinds were accepted and none fits. Has no identity fields at all. */
export interface InvalidTokenAuth extends AuthMethods, Explained {
  readonly tokenType: null;
  readonly isAuthenticated: false;
  readonly reason: Reason | null;
}
