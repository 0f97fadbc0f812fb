/** What the verifier is made from and what it offers. */
import type { Clock, MaybePromise, Store, VerificationUpstream, WaitUntil } from '../ports.js';
import type { BailiffEvent } from '../types.js';
import type { ClassifiedToken } from './classify.js';
import type { Verdict, Verified, VerifiedMachine, VerifiedSession } from './verdict.js';

export interface VerifierCacheSettings {
  readonly sessionTokens: { readonly max: number };
  readonly machineTokens: {
    readonly ttlMs: number;
    readonly negativeTtlMs: number;
    readonly max: number;
    readonly store: Store | null;
  };
  readonly jwks: { readonly freshMs: number; readonly staleIfErrorMs: number; readonly cooldownMs: number };
}

export interface VerifierOptions {
  /** A PEM in any form that environment variables give it, or null to load keys through `upstream`. */
  readonly jwtKey: string | null;
  readonly upstream: VerificationUpstream | null;
  /**
   * Which opaque tokens the keys of this server can check. `apiKey` means that the instance's secret key is there, so
   * signing keys may be loaded with it too.
   */
  readonly canVerify: { readonly apiKey: boolean; readonly m2m: boolean; readonly oauth: boolean };
  /** Empty: not checked. */
  readonly audience: readonly string[];
  /** Whether a session token without `aud` is refused where an audience is expected. Default `if-present`: it is not. */
  readonly sessionAudience?: 'if-present' | 'required';
  /** Empty: not checked. */
  readonly authorizedParties: readonly string[];
  readonly missingAzp: 'reject' | 'allow';
  /** Empty: not checked. */
  readonly issuer: readonly string[];
  /** 0 to 60,000. */
  readonly clockSkewMs: number;
  /** The id of this machine (`mch_…`): M2M tokens must carry it in their scopes. */
  readonly machineId?: string | null;
  readonly cache: VerifierCacheSettings;
  /** The secret from which the keys of the shared store are derived; without it the store is not used. */
  readonly sealKey: string | null;
  /** Distinguishes instance and options in a shared store. */
  readonly scope: string;
  readonly now: Clock;
  readonly emit: ((event: BailiffEvent) => void) | null;
  /** Told what went wrong here while known keys went on, so that no request saw it. */
  readonly onFault?: (error: unknown) => void;
}

export interface SessionRules {
  readonly clockSkewMs?: number;
  readonly allowMissingAzp?: boolean;
}

/** For readiness probes. */
export interface VerifierHealth {
  /** `local`: a PEM is configured. `none`: there is no way to get keys. */
  readonly jwks: 'local' | 'fresh' | 'stale' | 'empty' | 'none';
  /** Milliseconds since the key set was loaded; null unless it was. */
  readonly ageMs: number | null;
  /** How many usable keys are known. */
  readonly keys: number;
  readonly sessionTokens: number;
  readonly machineTokens: number;
}

/**
 * `waitUntil`, that of the request at hand where it has one, gets what a check starts and does not wait for: a load of keys ahead of
 * time, a write to the shared store. Verifiers are shared among requests, so it comes with each call.
 * Rejects or throws where something is at fault on this server; what Clerk or a client does wrong is a verdict.
 */
export interface Verifier {
  /**
   * The verdict on exactly this token if it was accepted before and still would be: its dates, its key and the freshness
   * of the key set are checked against now. Synchronous; neither decodes nor allocates. Null otherwise.
   */
  recall(token: string): Verified | null;
  /** A plain value when the key is known and RSA. With `rules` nothing is taken from the cache or put into it. */
  verifySession(
    token: ClassifiedToken,
    rules?: SessionRules,
    waitUntil?: WaitUntil,
  ): MaybePromise<Verdict<VerifiedSession>>;
  verifyMachine(token: ClassifiedToken, waitUntil?: WaitUntil): MaybePromise<Verdict<VerifiedMachine>>;
  /**
   * Type, category, algorithm, signature and times. A token that names a subject or a session is no handshake, and one that
   * is older than 10 minutes (by `iat`, where it is there) does not count. Its `Set-Cookie` values are given back as they are.
   */
  verifyHandshake(token: string, waitUntil?: WaitUntil): MaybePromise<Verdict<readonly string[]>>;
  /**
   * Forgets a verdict, here and for all who share the store; the next use asks Clerk. JWTs prove themselves and cannot be revoked.
   * Rejects with `AuthUnavailableError` when the shared store could not be told; then it holds here.
   */
  invalidate(tokenOrId: string): Promise<void>;
  /** Loads the keys. Rejects with `AuthUnavailableError` when that fails. */
  warmup(): Promise<void>;
  health(): VerifierHealth;
}
