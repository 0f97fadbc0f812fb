/** The options after the environment and the defaults have been applied and everything has been checked: parsed once, frozen. */
import type { InstanceType } from '../../ground/keys.js';
import type { Clock, Fetch, Store } from '../../ports.js';
import type { Log } from '../faults/log.js';
import type { AcceptsToken, BailiffEvent } from '../../types.js';
import type { PublicUrl } from './public-url.js';

export type { InstanceType };

/** `pk_live_…` / `pk_test_…` taken apart. */
export interface PublishableKey {
  readonly raw: string;
  readonly instanceType: InstanceType;
  /** The host that the key encodes, port included (`clerk.example.com`). What `iss` is compared with. */
  readonly frontendApiHost: string;
  /** First 8 characters of base64url(SHA-1(key)): the suffix of this instance's cookies. */
  readonly cookieSuffix: string;
}

/** Path matchers of organization sync, compiled at creation. Each gives the named parameters, or null. */
export interface OrganizationSync {
  /** The patterns as text: the same text, the same decisions. */
  readonly patterns: string;
  matchOrganization(path: string): { readonly id?: string; readonly slug?: string } | null;
  matchPersonalAccount(path: string): boolean;
}

export interface Config {
  readonly secretKey: string | null;
  readonly publishableKey: PublishableKey | null;
  readonly jwtKey: string | null;
  readonly machineSecretKey: string | null;
  /** M2M JWTs must be meant for this machine; null: not checked. */
  readonly machineId: string | null;
  readonly instanceType: InstanceType;
  /** Where browsers reach the Frontend API, absolute and without a trailing slash: proxy URL, `https://clerk.<domain>`, or the key's host. Null without a publishable key. A relative `proxyUrl` stays relative here (`/__clerk`). */
  readonly frontendApiUrl: string | null;
  /** Origin + version-less base of the Backend API, without a trailing slash. */
  readonly apiUrl: string;
  readonly apiVersion: string;
  readonly domain: string | null;
  readonly isSatellite: boolean;
  readonly proxyUrl: string | null;
  /** Where browsers see this server; null: worked out from each request. With it, `proxyUrl`, `signInUrl` and `signUpUrl` are absolute. */
  readonly publicUrl: PublicUrl | null;
  readonly trustProxy: boolean;
  readonly signInUrl: string | null;
  readonly signUpUrl: string | null;
  readonly satelliteAutoSync: boolean;
  readonly allowedRedirectOrigins: readonly string[];
  readonly organizationSync: OrganizationSync | null;
  /** Empty: not checked. */
  readonly authorizedParties: readonly string[];
  readonly missingAzp: 'handshake' | 'reject' | 'allow';
  /** Empty: not checked. */
  readonly audience: readonly string[];
  /** Whether a session token without `aud` is refused where an audience is expected. */
  readonly sessionAudience: 'if-present' | 'required';
  /** Empty: not checked. */
  readonly issuer: readonly string[];
  readonly clockSkewMs: number;
  readonly acceptsToken: AcceptsToken;
  readonly treatPendingAsSignedOut: boolean;
  readonly cache: {
    readonly sessionTokens: { readonly max: number };
    readonly machineTokens: {
      readonly ttlMs: number;
      readonly negativeTtlMs: number;
      readonly max: number;
      readonly store: Store | null;
    };
    readonly jwks: { readonly freshMs: number; readonly staleIfErrorMs: number; readonly cooldownMs: number };
  };
  readonly fetch: Fetch;
  /** Throws rather than give what is no number. */
  readonly now: Clock;
  /** Hands an event to `onEvent`; never throws. Null when nobody listens, so that no event object is built. */
  readonly emit: ((event: BailiffEvent) => void) | null;
  /** Takes warnings and faults; never throws. */
  readonly log: Log;
}
