import type { MaybePromise } from '../ports.js';
import type { AcceptsToken, Auth, Denial, RequestState, RequestView } from '../types.js';
import type { CompiledRequirement } from './auth/requirements.js';
import type { Authenticator } from './authenticator.js';

export interface VisitSettings {
  readonly acceptsToken?: AcceptsToken;
  /** URL of the RFC 9728 metadata to name in challenges, or null. */
  readonly resourceMetadata?: (view: RequestView) => string | null;
}

export type GuardResult =
  | { readonly allowed: true; readonly auth: Auth }
  | { readonly allowed: false; readonly denial: Denial }
  | { readonly allowed: false; readonly redirect: string };

export interface Visit {
  readonly state: RequestState;
  readonly auth: Auth;
  /** The state's headers as pairs, without building a `Headers`; empty on the hot path. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  begin(): MaybePromise<{ readonly stop: null | { readonly status: number } }>;
  authenticate(acceptsToken: AcceptsToken): MaybePromise<RequestState>;
  guard(requirement: CompiledRequirement): MaybePromise<GuardResult>;
}

export function createVisit(authenticator: Authenticator, view: RequestView, settings: VisitSettings = {}): Visit {
  void authenticator;
  void view;
  void settings;
  throw new Error('not written yet');
}
