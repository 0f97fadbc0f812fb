/** The authentication of one request, shared by middleware, guards and readers: each question is answered at most once. */
import type { MaybePromise } from '../../ports.js';
import type { HeaderPairs } from '../../ground/headers.js';
import { andThen } from '../../ground/maybe-promise.js';
import { isPromise } from '../../ground/realm.js';
import { stopwatch } from '../../ground/stopwatch.js';
import type { AcceptsToken, Auth, RequestState, RequestView, TokenType } from '../../types.js';
import { acceptedKindsOf } from '../authenticate-request.js';
import type { Authenticator } from '../authenticator.js';
import { tokenTypesOf } from '../config/accepts-token.js';
import { faultOutcome, watched, type FaultContext } from '../faults/fault.js';
import type { Answer, GuardResult } from '../guards/denial.js';
import { judgeCaller, type ResourceMetadata } from '../guards/judge-caller.js';
import type { CompiledRequirement } from '../guards/requirement.js';
import { hasEnded, hasLocation, headerPairsOf, impossibleRequest, isOutcome } from '../outcome.js';
import { checkRequest, type RequestCheck } from '../request/check-request.js';
import { createRequestContext, type RequestContext } from '../request/context.js';
import { emitDenied, emitRefusal } from './denied-events.js';
import { onlySessionCookies } from './private-answer.js';

/** @typeParam D the framework's `onDenied` */
export interface RequestAuthenticationOptions<D = unknown> {
  /** Default: the `acceptsToken` of the authenticator. */
  readonly acceptsToken?: AcceptsToken;
  /** False: sessions are judged as they are, see `AuthenticateOptions`. Default: true. */
  readonly renew?: boolean;
  readonly resourceMetadata?: ResourceMetadata | undefined;
  readonly onDenied?: D | undefined;
  /** A check that remembers, for many requests (`createRequestCheck`). */
  readonly check?: RequestCheck;
  /** The authentication that this one takes the place of. */
  readonly earlier?: RequestAuthentication<D> | undefined;
}

const NO_OPTIONS: RequestAuthenticationOptions<never> = Object.freeze({});
const NO_HEADERS: HeaderPairs = Object.freeze([]);

export class RequestAuthentication<D = unknown> {
  readonly authenticator: Authenticator;
  /** Of the middleware that ran last. */
  onDenied: D | undefined;
  /** Whether an answer with all headers of the state has been made. */
  headersSent = false;
  readonly #context: RequestContext;
  readonly #options: RequestAuthenticationOptions<D>;
  /** Cookies of sessions that earlier authentications have renewed: Clerk does not give them twice. */
  readonly #renewed: HeaderPairs;
  #state: RequestState | null = null;
  /** The auth object of a caller that a guard with its own rule about pending sessions let in. */
  #admitted: Auth | null = null;
  #isImpossible = false;
  /** The authentication that is under way. Later questions wait for it, so that none reads an outdated state. */
  #pending: Promise<unknown> | null = null;
  /** Kinds that have been verified; null until more are asked for. */
  #tried: readonly TokenType[] | null = null;

  constructor(authenticator: Authenticator, view: RequestView, options: RequestAuthenticationOptions<D> = NO_OPTIONS) {
    const { earlier } = options;
    this.authenticator = authenticator;
    this.#context = createRequestContext(view, authenticator.config, options.renew !== false);
    this.#options = options;
    this.onDenied = options.onDenied ?? earlier?.onDenied;
    // By its public members, because the other build of the package may have made it.
    this.#renewed = earlier === undefined ? NO_HEADERS : onlySessionCookies(earlier.answerHeaders);
  }

  /** The request as the middleware saw it. */
  get view(): RequestView {
    return this.#context.view;
  }

  /** After `begin()`. Changes when a guard or `authenticate` verifies a kind that the middleware did not accept. */
  get state(): RequestState {
    if (this.#state === null) throw new TypeError('The authentication has not begun.');
    return this.#state;
  }

  /** The caller that handlers see: as the last guard let it in, or as the state has it. */
  get auth(): Auth {
    return this.#admitted ?? this.state.auth;
  }

  /** @param pendingIsSignedOut undefined: as {@link auth} */
  authWhen(pendingIsSignedOut: boolean | undefined): Auth {
    const { state } = this;
    return pendingIsSignedOut === undefined || !isOutcome(state) ? this.auth : state.authWhen(pendingIsSignedOut);
  }

  /** The kind of a credential that has not been verified, because its kind was not accepted; null if there is none. */
  get unverified(): TokenType | null {
    if (this.state.status !== 'signed-out' || this.#isImpossible) return null;
    const { headerToken, classified, cookies } = this.#context;
    const kind =
      headerToken === null
        ? (cookies.suffixedSession ?? cookies.session) && 'session_token'
        : classified?.form !== 'malformed' && classified?.tokenType;
    return kind && !this.#triedKinds().includes(kind) ? kind : null;
  }

  /** All headers of the state, for an early response; empty on the hot path. */
  get headers(): HeaderPairs {
    return this.#withRenewed(headerPairsOf(this.state));
  }

  /** Headers for the answer of a handler or a guard: without a redirect of the state, which is not carried out then. */
  get answerHeaders(): HeaderPairs {
    if (this.state.status === 'handshake') return this.#withRenewed(NO_HEADERS);
    const headers = headerPairsOf(this.state);
    return this.#withRenewed(hasLocation(headers) ? headers.filter(([name]) => name !== 'Location') : headers);
  }

  /** To be sent instead of going on: 307 for any `Location`, 400 for an impossible request. Null: go on. */
  get earlyResponse(): Answer | null {
    if (this.#isImpossible) return { status: 400, headers: this.headers };
    return hasLocation(headerPairsOf(this.state)) ? { status: 307, headers: this.headers } : null;
  }

  /** Authenticates once; then look at {@link earlyResponse}. */
  begin(): MaybePromise<void> {
    const { check = checkRequest } = this.#options;
    try {
      if (check(this.#context.view) !== null) {
        this.#state = impossibleRequest();
        this.#isImpossible = true;
        emitRefusal(this.authenticator.config, this.view, 'request', 400, 'bad-request');
        return undefined;
      }
    } catch (thrown) {
      this.#state = faultOutcome(this.authenticator.config, 'session_token', thrown, this.view);
      return undefined;
    }
    return andThen(this.#ask(this.#options.acceptsToken), (state) => {
      this.#state = state;
    });
  }

  /**
   * Verifies kinds that were not accepted so far, each at most once for a request, however many ask at the same time; and decides
   * anew about a caller whose credential has ended meanwhile.
   *
   * @throws ConfigurationError for what names no kind of token
   */
  authenticate(acceptsToken: AcceptsToken): MaybePromise<RequestState> {
    return this.#authenticateAs(acceptedKindsOf(acceptsToken).kinds);
  }

  /**
   * Asks a route's requirement. A `check` that throws throws here.
   *
   * @param request for `check`, as the framework knows it
   */
  guard(requirement: CompiledRequirement, request?: unknown): MaybePromise<GuardResult> {
    const { config } = this.authenticator;
    if (config.emit === null) return this.#guard(requirement, request);
    const passed = stopwatch(config);
    return andThen(this.#guard(requirement, request), (result) => {
      emitDenied(config, this.view, this.state, result, passed());
      return result;
    });
  }

  /** Runs what may call user code: whatever that throws or rejects with is told as a fault of this request, and leaves as a real error. */
  watched<T>(during: FaultContext, run: () => MaybePromise<T>): MaybePromise<T> {
    return watched(this.authenticator.config, during, run, this.view);
  }

  #ask(acceptsToken: AcceptsToken | undefined): MaybePromise<RequestState> {
    const { renew } = this.#options;
    const options = { ...(acceptsToken !== undefined && { acceptsToken }), renew: renew !== false };
    return this.authenticator.authenticate(this.#context.view, Object.assign(options, { context: this.#context }));
  }

  /** Authenticates as these kinds, unless there is a caller already. */
  #authenticateAs(kinds: readonly TokenType[]): MaybePromise<RequestState> {
    if (this.#pending !== null) {
      const again = (): MaybePromise<RequestState> => this.#authenticateAs(kinds);
      return this.#pending.then(again, again);
    }
    const { state } = this;
    // The token, which lives for a minute, may have ended in a slow middleware in front of this guard.
    if (!hasEnded(state, this.authenticator.config.now)) return this.#authenticateUntried(kinds, state);
    return andThen(this.#decide(this.#triedKinds()), (next) => {
      this.#settle(next);
      return this.#authenticateUntried(kinds, next);
    });
  }

  #authenticateUntried(kinds: readonly TokenType[], state: RequestState): MaybePromise<RequestState> {
    // Only one credential of a request counts, so a request with a known caller has no other caller.
    if (state.status !== 'signed-out') return state;
    const tried = this.#triedKinds();
    const untried = kinds.filter((kind) => !tried.includes(kind));
    if (untried.length === 0) return state;
    if (this.#context.headerToken === null && !untried.includes('session_token')) return state;
    return andThen(this.#decide(untried), (next) => {
      this.#tried = [...tried, ...untried];
      // The token is of none of these kinds, so the earlier state stays.
      if (next.tokenType !== null) this.#settle(next);
      return this.state;
    });
  }

  #settle(state: RequestState): void {
    this.#state = state;
    this.#admitted = null;
  }

  #decide(acceptsToken: readonly TokenType[]): MaybePromise<RequestState> {
    const next = this.#ask(acceptsToken);
    if (!isPromise(next)) return next;
    const over = (): void => void (this.#pending = null);
    this.#pending = next.then(over, over);
    return next;
  }

  #triedKinds(): readonly TokenType[] {
    return (this.#tried ??= tokenTypesOf(this.#options.acceptsToken ?? this.authenticator.config.acceptsToken));
  }

  #guard(requirement: CompiledRequirement, request: unknown): MaybePromise<GuardResult> {
    const { acceptsToken, treatPendingAsSignedOut } = requirement;
    return andThen(this.#authenticateAs(acceptsToken), (state) => {
      this.#admitted = null;
      const auth = this.authWhen(treatPendingAsSignedOut);
      return andThen(this.#judge(requirement, auth, request), (result) => {
        // Not if the state has changed while a `check` ran.
        if (result.allowed && this.#state === state && auth !== state.auth) this.#admitted = auth;
        return result;
      });
    });
  }

  #judge(requirement: CompiledRequirement, auth: Auth, request: unknown): MaybePromise<GuardResult> {
    const { state } = this;
    // A guard's own authentication may need a redirect, as that of the middleware may.
    if (requirement.acceptsToken.includes('session_token') && hasLocation(headerPairsOf(state))) {
      this.headersSent = true;
      return { allowed: false, answer: { status: 307, headers: this.headers } };
    }
    const { resourceMetadata } = this.#options;
    return judgeCaller({ context: this.#context, state, auth, requirement, request, resourceMetadata });
  }

  /** Headers behind the cookies of earlier authentications. A cookie that both have comes once. */
  #withRenewed(headers: HeaderPairs): HeaderPairs {
    if (this.#renewed.length === 0) return headers;
    return [...this.#renewed.filter(([, cookie]) => !headers.some(([, value]) => value === cookie)), ...headers];
  }
}
