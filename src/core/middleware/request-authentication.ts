/** One request's way through middleware and guards: everything that two adapters would otherwise write twice. */
import type { MaybePromise } from '../../ports.js';
import { isPromise } from '../../shared/realm.js';
import type { AcceptsToken, Auth, RequestState, RequestView, TokenType } from '../../types.js';
import { signedOutSession } from '../auth/auth-objects.js';
import { forbiddenDenial } from '../guards/challenge.js';
import type { CompiledRequirement, RequirementVerdict } from '../guards/requirement.js';
import type { Authenticator } from '../authenticator.js';
import { tokenTypesOf } from '../config/accepts-token.js';
import { modeOf } from '../authenticate-request.js';
import { faultState } from '../faults/fault.js';
import { andThen } from '../../shared/maybe-promise.js';
import { denyFault, denyUnauthenticated, type GuardResult } from '../guards/denial.js';
import { DecidedState, headerPairsOf, type HeaderPairs } from '../outcome.js';
import { stopwatch } from '../../shared/stopwatch.js';
import { headerTokenOf } from '../request/authorization-header.js';
import { inFull } from '../request/public-origin.js';
import { checkRequest, type RequestCheck } from '../request/check-request.js';

export interface RequestAuthenticationSettings {
  /** Default: the `acceptsToken` of the authenticator. */
  readonly acceptsToken?: AcceptsToken;
  /** False: sessions are judged as they are, see `AuthenticateOptions`. Default: true. */
  readonly renew?: boolean;
  /** URL (or path of this server) of the RFC 9728 metadata to name in challenges, or null. What is no text counts as null. */
  readonly resourceMetadata?: (view: RequestView) => MaybePromise<string | null>;
}

export type { GuardResult } from '../guards/denial.js';

export interface RequestAuthentication {
  /** After `begin()`; changes when a guard or `authenticate` verifies a kind that the middleware did not accept. */
  readonly state: RequestState;
  readonly auth: Auth;
  /** All headers of the state as pairs, for the answer 307 or 400 that the middleware or a guard gives; empty on the hot path. */
  readonly headers: HeaderPairs;
  /** Those that go with the answer of a handler or a guard: a redirect that is not carried out leaves nothing of itself behind. */
  readonly answerHeaders: HeaderPairs;
  /**
   * Authenticates once. `earlyResponse`: answer now with this status and the headers (307 for any `Location`, 400 for an
   * impossible request); otherwise append the headers and go on.
   */
  begin(): MaybePromise<Begun>;
  /**
   * Verifies kinds that were not accepted so far, each at most once for a request, however many ask at the same time; and decides anew
   * about a caller whose credential has ended meanwhile.
   *
   * @throws ConfigurationError for what names no kind of token
   */
  authenticate(acceptsToken: AcceptsToken): MaybePromise<RequestState>;
  /** Asks a route's requirement. A `check` that throws throws here. */
  guard(requirement: CompiledRequirement): MaybePromise<GuardResult>;
}

/** What to do after `begin()`. */
export interface Begun {
  readonly earlyResponse: null | { readonly status: number };
}

/** @param check who serves many requests gives one that remembers (`createRequestCheck`) */
export function createRequestAuthentication(
  authenticator: Authenticator,
  view: RequestView,
  settings: RequestAuthenticationSettings = NO_SETTINGS,
  check: RequestCheck = checkRequest,
): RequestAuthentication {
  return new LazyRequestAuthentication(authenticator, view, settings, check);
}

const NO_SETTINGS: RequestAuthenticationSettings = Object.freeze({});
const GO_ON: Begun = Object.freeze({ earlyResponse: null });
const MOVED: Begun = Object.freeze({ earlyResponse: Object.freeze({ status: 307 }) });
const MUST_MOVE: GuardResult = Object.freeze({ allowed: false, moved: true });
const NO_HEADERS: HeaderPairs = Object.freeze([]);
const BAD_REQUEST: Begun = Object.freeze({ earlyResponse: Object.freeze({ status: 400 }) });

class LazyRequestAuthentication implements RequestAuthentication {
  readonly #authenticator: Authenticator;
  readonly #view: RequestView;
  readonly #settings: RequestAuthenticationSettings;
  readonly #check: RequestCheck;
  #state: RequestState | null = null;
  /** A look that is under way: who asks meanwhile waits for it, so that nobody reads the answer from before. */
  #pending: Promise<unknown> | null = null;
  /** Kinds that have been looked for; null until a second look is asked for. */
  #tried: readonly TokenType[] | null = null;

  constructor(
    authenticator: Authenticator,
    view: RequestView,
    settings: RequestAuthenticationSettings,
    check: RequestCheck,
  ) {
    this.#authenticator = authenticator;
    this.#view = view;
    this.#settings = settings;
    this.#check = check;
  }

  get state(): RequestState {
    if (this.#state === null) throw new TypeError('The authentication has not begun.');
    return this.#state;
  }

  get auth(): Auth {
    return this.state.auth;
  }

  get headers(): HeaderPairs {
    return headerPairsOf(this.state);
  }

  get answerHeaders(): HeaderPairs {
    const headers = this.headers;
    if (this.state.status === 'handshake') return NO_HEADERS;
    return hasLocation(headers) ? headers.filter(([name]) => name !== 'Location') : headers;
  }

  begin(): MaybePromise<Begun> {
    try {
      if (this.#check(this.#view) !== null) {
        this.#state = impossibleRequest();
        return BAD_REQUEST;
      }
    } catch (thrown) {
      return this.#arrive(faultState(this.#authenticator.config, 'session_token', thrown));
    }
    const state = this.#authenticator.authenticate(this.#view, this.#settings);
    return isPromise(state) ? state.then((decided) => this.#arrive(decided)) : this.#arrive(state);
  }

  #arrive(state: RequestState): Begun {
    this.#state = state;
    return hasLocation(headerPairsOf(state)) ? MOVED : GO_ON;
  }

  authenticate(acceptsToken: AcceptsToken): MaybePromise<RequestState> {
    return this.#look(modeOf(acceptsToken).kinds);
  }

  /** Looks for a caller of these kinds, unless somebody has been found. */
  #look(kinds: readonly TokenType[]): MaybePromise<RequestState> {
    if (this.#pending !== null) {
      const again = (): MaybePromise<RequestState> => this.#look(kinds);
      return this.#pending.then(again, again);
    }
    const { state } = this;
    if (this.#hasEnded(state)) {
      return andThen(this.#decide(this.#triedKinds()), (next) => {
        this.#state = next;
        return this.#lookFor(kinds, next);
      });
    }
    return this.#lookFor(kinds, state);
  }

  #lookFor(kinds: readonly TokenType[], state: RequestState): MaybePromise<RequestState> {
    // One credential decides, the header's before the cookies': who has been identified by it has no other.
    if (state.status !== 'signed-out') return state;
    const tried = this.#triedKinds();
    const untried = kinds.filter((kind) => !tried.includes(kind));
    if (untried.length === 0) return state;
    const hasHeader = headerTokenOf(this.#view.header('authorization')) !== null;
    if (!hasHeader && !untried.includes('session_token')) return state;
    return andThen(this.#decide(untried), (next) => {
      this.#tried = [...tried, ...untried];
      // A token of none of these kinds: what was said before still stands.
      if (next.tokenType !== null) this.#state = next;
      return this.state;
    });
  }

  #decide(acceptsToken: readonly TokenType[]): MaybePromise<RequestState> {
    const next = this.#authenticator.authenticate(this.#view, { ...this.#settings, acceptsToken });
    if (!isPromise(next)) return next;
    const over = () => {
      this.#pending = null;
    };
    this.#pending = next.then(over, over);
    return next;
  }

  #triedKinds(): readonly TokenType[] {
    return (this.#tried ??= tokenTypesOf(this.#settings.acceptsToken ?? this.#authenticator.config.acceptsToken));
  }

  /** A slow middleware can stand between the decision and a guard, and a token lives for a minute. */
  #hasEnded(state: RequestState): boolean {
    if (!(state instanceof DecidedState) || state.usableUntil === Infinity) return false;
    return this.#authenticator.config.now() >= state.usableUntil;
  }

  guard(requirement: CompiledRequirement): MaybePromise<GuardResult> {
    const { config } = this.#authenticator;
    const { emit } = config;
    if (emit === null) return this.#guard(requirement);
    const passed = stopwatch(config);
    return andThen(this.#guard(requirement), (result) => {
      if (!result.allowed) {
        const [status, reason]: [number, string | null] =
          'denial' in result
            ? [result.denial.status, result.denial.reason ?? result.denial.code]
            : ['moved' in result ? 307 : 302, this.state.reason];
        const { tokenType } = this.state;
        emit({ type: 'denied', by: 'guard', status, tokenType, reason, durationMs: passed() });
      }
      return result;
    });
  }

  #guard(requirement: CompiledRequirement): MaybePromise<GuardResult> {
    const state = this.#look(requirement.acceptsToken);
    return isPromise(state)
      ? state.then(({ auth }) => this.#ask(requirement, auth))
      : this.#ask(requirement, state.auth);
  }

  #ask(requirement: CompiledRequirement, auth: Auth): MaybePromise<GuardResult> {
    // A look that a guard asked for may say that the browser must move, as the middleware's own does.
    if (requirement.acceptsToken.includes('session_token') && hasLocation(this.headers)) return MUST_MOVE;
    const fault = denyFault(this.state);
    if (fault !== null) return fault;
    if (!auth.isAuthenticated || !requirement.acceptsToken.includes(auth.tokenType)) {
      return andThen(this.#resourceMetadata(), (url) =>
        denyUnauthenticated(this.#authenticator.config, this.#view, this.state, requirement, url),
      );
    }
    const verdict = requirement.decide(auth);
    return isPromise(verdict) ? verdict.then((found) => this.#answer(found, auth)) : this.#answer(verdict, auth);
  }

  #answer(verdict: RequirementVerdict, auth: Auth): MaybePromise<GuardResult> {
    if (verdict.allowed) return { allowed: true, auth };
    return andThen(this.#resourceMetadata(), (resourceMetadata) => {
      const challenge = { reason: null, tokenSent: true, resourceMetadata };
      return { allowed: false, denial: forbiddenDenial(verdict, challenge) };
    });
  }

  #resourceMetadata(): MaybePromise<string | null> {
    const url: MaybePromise<unknown> = this.#settings.resourceMetadata?.(this.#view);
    return andThen(url, (found) =>
      typeof found === 'string' ? inFull(found, this.#view, this.#authenticator.config) : null,
    );
  }
}

function hasLocation(headers: HeaderPairs): boolean {
  return headers.length > 0 && headers.some(([name]) => name === 'Location');
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
