/** What a token of each kind says once it is verified. Types only. */
import type { CustomClaims } from './register.js';

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

/** What every verified machine token says. */
export interface MachineCredential {
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
  /** The organization that the user chose at consent, for a client with the scope `user:org:read`; else null. */
  readonly orgId: string | null;
}
