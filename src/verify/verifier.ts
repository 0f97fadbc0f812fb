/** Token in, verdict out: the face of this floor. */
import type { Clock, MaybePromise, Store, VerificationUpstream } from '../ports.js';
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
  /** Which opaque tokens the keys of this server can check. */
  readonly canVerify: { readonly apiKey: boolean; readonly m2m: boolean; readonly oauth: boolean };
  /** Whether `upstream.jwks()` may be called (it needs the instance's secret key). Default: an upstream is given. */
  readonly canLoadKeys?: boolean;
  /** Empty: not checked. */
  readonly audience: readonly string[];
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

export interface Verifier {
  recall(token: string): Verified | null;
  verifySession(token: ClassifiedToken, rules?: SessionRules): MaybePromise<Verdict<VerifiedSession>>;
  verifyMachine(token: ClassifiedToken): MaybePromise<Verdict<VerifiedMachine>>;
  verifyHandshake(token: string): MaybePromise<Verdict<readonly string[]>>;
  invalidate(tokenOrId: string): Promise<void>;
  warmup(): Promise<void>;
  health(): VerifierHealth;
}

export function createVerifier(options: VerifierOptions): Verifier {
  throw new Error(`not built yet (${options.scope})`);
}
