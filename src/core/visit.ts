/** One request's way through middleware and guards: everything that two adapters would otherwise write twice. */
import type { MaybePromise } from '../ports.js';
import type { AcceptsToken, Auth, RequestState, RequestView, TokenType } from '../types.js';
import { signedOutSession } from './auth/auth-objects.js';
import { forbiddenDenial } from './auth/challenge.js';
import type { CompiledRequirement } from './auth/requirements.js';
import type { Authenticator } from './authenticator.js';
import { tokenTypesOf } from './config/accepts-token.js';
import { modeOf } from './dispatch.js';
import { andThen } from './maybe.js';
import { refuseNobody, type GuardResult } from './refusal.js';
import { DecidedState, headerPairsOf, type HeaderPairs } from './request-state.js';
import { headerTokenOf } from './request/evidence.js';
import { checkRequest } from './request/target.js';

export interface VisitSettings {
  /** Default: the `acceptsToken` of the authenticator. */
  readonly acceptsToken?: AcceptsToken;
  /** URL of the RFC 9728 metadata to name in challenges, or null. */
  readonly resourceMetadata?: (view: RequestView) => string | null;
}

export type { GuardResult } from './refusal.js';

export interface Visit {
  /** After `begin()`; changes when a guard or `authenticate` verifies a kind that the middleware did not accept. */
  readonly state: RequestState;
  readonly auth: Auth;
  /** The state's headers as pairs, without building a `Headers`; empty on the hot path. */
  readonly headers: HeaderPairs;
  /**
   * Authenticates once. `stop`: answer now with this status and the headers (307 for any `Location`, 400 for an
   * impossible request); otherwise append the headers and go on.
   */
  begin(): MaybePromise<{ readonly stop: null | { readonly status: number } }>;
  /**
   * Verifies kinds that were not accepted so far; each kind at most once for a request.
   *
   * @throws ConfigurationError for what names no kind of token
   */
  authenticate(acceptsToken: AcceptsToken): MaybePromise<RequestState>;
  /** Asks a route's requirement. A `check` that throws throws here. */
  guard(requirement: CompiledRequirement): MaybePromise<GuardResult>;
}

export function createVisit(authenticator: Authenticator, view: RequestView, settings: VisitSettings = {}): Visit {
  return new RequestVisit(authenticator, view, settings);
}

const GO_ON = Object.freeze({ stop: null });

class RequestVisit implements Visit {
  readonly #authenticator: Authenticator;
  readonly #view: RequestView;
  readonly #settings: VisitSettings;
  #state: RequestState | null = null;
  /** Kinds that have been looked for; null until a second look is asked for. */
  #tried: readonly TokenType[] | null = null;

  constructor(authenticator: Authenticator, view: RequestView, settings: VisitSettings) {
    this.#authenticator = authenticator;
    this.#view = view;
    this.#settings = settings;
  }

  get state(): RequestState {
    if (this.#state === null) throw new TypeError('The visit has not begun.');
    return this.#state;
  }

  get auth(): Auth {
    return this.state.auth;
  }

  get headers(): HeaderPairs {
    return headerPairsOf(this.state);
  }

  begin(): MaybePromise<{ readonly stop: null | { readonly status: number } }> {
    if (checkRequest(this.#view) !== null) {
      this.#state = impossibleRequest();
      return { stop: { status: 400 } };
    }
    return andThen(this.#authenticator.authenticate(this.#view, this.#settings), (state) => {
      this.#state = state;
      const moves = state.status !== 'unavailable' && headerPairsOf(state).some(([name]) => name === 'Location');
      return moves ? { stop: { status: 307 } } : GO_ON;
    });
  }

  authenticate(acceptsToken: AcceptsToken): MaybePromise<RequestState> {
    const { state } = this;
    const { kinds } = modeOf(acceptsToken);
    // One credential decides, the header's before the cookies': who has been identified by it has no other.
    if (state.status !== 'signed-out') return state;
    const tried = (this.#tried ??= tokenTypesOf(
      this.#settings.acceptsToken ?? this.#authenticator.config.acceptsToken,
    ));
    const untried = kinds.filter((kind) => !tried.includes(kind));
    if (untried.length === 0) return state;
    this.#tried = [...tried, ...untried];
    const hasHeader = headerTokenOf(this.#view.header('authorization')) !== null;
    if (!hasHeader && !untried.includes('session_token')) return state;
    return andThen(this.#authenticator.authenticate(this.#view, { acceptsToken: untried }), (next) => {
      // A token of none of these kinds: what was said before still stands.
      if (next.tokenType !== null) this.#state = next;
      return this.state;
    });
  }

  guard(requirement: CompiledRequirement): MaybePromise<GuardResult> {
    const { emit, now } = this.#authenticator.config;
    if (emit === null) return this.#guard(requirement);
    const startedAt = now();
    return andThen(this.#guard(requirement), (result) => {
      if (!result.allowed) {
        const [status, reason]: [number, string | null] =
          'denial' in result
            ? [result.denial.status, result.denial.reason ?? result.denial.code]
            : [302, this.state.reason];
        const { tokenType } = this.state;
        emit({ type: 'denied', by: 'guard', status, tokenType, reason, durationMs: Math.max(0, now() - startedAt) });
      }
      return result;
    });
  }

  #guard(requirement: CompiledRequirement): MaybePromise<GuardResult> {
    return andThen(this.authenticate(requirement.acceptsToken), ({ auth }) => {
      if (!auth.isAuthenticated || !requirement.acceptsToken.includes(auth.tokenType)) {
        return refuseNobody(this.#authenticator.config, this.#view, this.state, requirement, this.#resourceMetadata());
      }
      return andThen(requirement.decide(auth), (verdict): GuardResult => {
        if (verdict.allowed) return { allowed: true, auth };
        const challenge = { reason: null, tokenSent: true, resourceMetadata: this.#resourceMetadata() };
        return { allowed: false, denial: forbiddenDenial(verdict, challenge) };
      });
    });
  }

  #resourceMetadata(): string | null {
    return this.#settings.resourceMetadata?.(this.#view) ?? null;
  }
}

/** Stands for a request that was turned away before anything was read from it. */
function impossibleRequest(): RequestState {
  const message = 'The request is not one that an application can serve.';
  return new DecidedState({
    status: 'signed-out',
    tokenType: null,
    reason: null,
    message,
    auth: signedOutSession(null),
  });
}
