/** The options of a verifier, resolved: nothing here has a default of its own unless it says so. */
import type { BackendKey, Clock, Store, VerificationUpstream } from '../ports.js';
import type { BailiffEvent } from '../types.js';

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
  /** The keys that `upstream` has. Opaque tokens need one of those in their row; signing keys are loaded with the secret key. */
  readonly backendKeys: Readonly<Record<BackendKey, boolean>>;
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
  /** The keys of the shared store are derived from this secret; without it the store is not used. */
  readonly sealKey: string | null;
  /** Distinguishes instance and options in a shared store. */
  readonly scope: string;
  readonly now: Clock;
  readonly emit: ((event: BailiffEvent) => void) | null;
  /** Receives a fault of this server that no request saw, because the known keys still served. */
  readonly onFault?: (error: unknown) => void;
}
