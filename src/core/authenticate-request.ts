/** Which way a request goes: header or cookie, session or machine (Clerk's documentation, "acceptsToken"). */
import type { Reason } from '../errors.js';
import { meaningOf } from '../shared/meanings.js';
import type { MaybePromise } from '../ports.js';
import type { AcceptsToken, Auth, RequestView, TokenType } from '../types.js';
import { classifyToken, isOpaque, type ClassifiedToken } from '../verify/classify.js';
import type { Verdict, Verified, VerifiedMachine } from '../verify/verdict.js';
import type { Verifier } from '../verify/verifier.js';
import { invalidToken, machineAuth, sessionAuth, unauthenticated, type TokenMinter } from './auth/auth-objects.js';
import { checkAcceptsToken, tokenTypesOf } from './config/accepts-token.js';
import { ALL_TOKEN_TYPES, type Config } from './config/config.js';
import { andThen } from '../shared/maybe-promise.js';
import { DecidedState, type HeaderPairs } from './outcome.js';
import { headerTokenOf } from './request/authorization-header.js';
import { createRequestContext, type RequestContext } from './request/context.js';
import type { SessionFlow, SessionOutcome } from './session/session-flow.js';

/** `acceptsToken` worked out: which kinds, and what a caller of none of them is called. */
export interface Mode {
  readonly kinds: readonly TokenType[];
  /** The one kind that was asked for; null for a list and for `any`. */
  readonly only: TokenType | null;
}

const MODES: Readonly<Record<string, Mode>> = Object.freeze({
  any: { kinds: ALL_TOKEN_TYPES, only: null },
  ...Object.fromEntries(ALL_TOKEN_TYPES.map((kind) => [kind, { kinds: [kind], only: kind }])),
});

/** @throws ConfigurationError for what names no kind of token */
export function modeOf(acceptsToken: AcceptsToken): Mode {
  const known =
    typeof acceptsToken === 'string' && Object.hasOwn(MODES, acceptsToken) ? MODES[acceptsToken] : undefined;
  return known ?? { kinds: tokenTypesOf(checkAcceptsToken({ option: 'acceptsToken' }, acceptsToken)), only: null };
}

export interface AuthenticateRequestParts {
  readonly config: Config;
  readonly verifier: Verifier;
  readonly sessions: SessionFlow;
  readonly mint: TokenMinter;
}

/** @param renews whether sessions may be renewed ({@link RequestContext.renews}) */
export type AuthenticateRequest = (view: RequestView, mode: Mode, renews: boolean) => MaybePromise<DecidedState>;

export function createAuthenticateRequest(parts: AuthenticateRequestParts): AuthenticateRequest {
  const { config, verifier, sessions, mint } = parts;
  const pendingIsSignedOut = config.treatPendingAsSignedOut;
  /** Header tokens must name an authorized party, whatever is excused in cookies. */
  const headerNamesParty = config.missingAzp === 'allow' && config.authorizedParties.length > 0;

  /** Derived once, and kept beside the verdict for as long as that is remembered. */
  function authOf(verified: Verified): Auth {
    verified.attachment ??=
      verified.tokenType === 'session_token' ? sessionAuth(verified, pendingIsSignedOut, mint) : machineAuth(verified);
    return verified.attachment as Auth;
  }

  function signedIn(verified: Verified, headers: HeaderPairs | null): DecidedState {
    const { tokenType, token } = verified;
    const isSession = verified.tokenType === 'session_token';
    const expiresAt = isSession ? verified.data.exp * 1000 : verified.data.expiration;
    return new DecidedState({
      status: 'signed-in',
      tokenType,
      reason: null,
      message: '',
      auth: authOf(verified),
      token,
      subject: isSession ? verified.data.sub : verified.data.subject,
      expiresAt,
      usableUntil: usableUntil(token, expiresAt, headers),
      headers,
    });
  }

  /**
   * Clocks may differ by the skew where a JWT says when it ends; of an opaque token, Clerk says it. A token that comes with new cookies
   * may have been taken although it has ended (a handshake in development, a clock that is off): it is good for this request.
   */
  function usableUntil(token: string, expiresAt: number | null, headers: HeaderPairs | null): number {
    if (expiresAt === null) return Infinity;
    const until = isOpaque(token) ? expiresAt : expiresAt + config.clockSkewMs;
    return headers !== null && until <= config.now() ? Infinity : until;
  }

  function ofSession(outcome: SessionOutcome): DecidedState {
    if (outcome.status === 'signed-in') return signedIn(outcome.session, outcome.headers);
    const auth = unauthenticated('session_token', outcome.reason);
    return new DecidedState({ tokenType: 'session_token', auth, ...outcome });
  }

  function ofMachine(tokenType: TokenType, verdict: Verdict<VerifiedMachine>): DecidedState {
    if (verdict.outcome === 'accepted') return signedIn(verdict.value, null);
    const { reason, message } = verdict;
    const auth = unauthenticated(tokenType, reason);
    if (verdict.outcome === 'refused') {
      return new DecidedState({ status: 'signed-out', tokenType, reason, message, detail: message, auth });
    }
    return new DecidedState({
      status: 'unavailable',
      tokenType,
      reason,
      message,
      auth,
      retryAfterMs: verdict.retryAfterMs,
    });
  }

  /** Browsers attach cookies by themselves, and navigations mint them without a party; a header is set by a script that has one. */
  const lacksParty = (verified: Verified): boolean =>
    headerNamesParty && verified.tokenType === 'session_token' && verified.data.azp === undefined;

  function ofHeaderSession(outcome: SessionOutcome): DecidedState {
    const refused = outcome.status === 'signed-in' && lacksParty(outcome.session);
    return refused ? nobody('session_token', 'token-invalid-authorized-parties') : ofSession(outcome);
  }

  function fromHeader(context: RequestContext, token: ClassifiedToken): MaybePromise<DecidedState> {
    if (token.tokenType === 'session_token') return andThen(sessions.fromHeader(context, token), ofHeaderSession);
    return andThen(verifier.verifyMachine(token, context.waitUntil), (verdict) => ofMachine(token.tokenType, verdict));
  }

  return (view, mode, renews) => {
    const { kinds, only } = mode;
    const token = headerTokenOf(view.header('authorization'));
    if (token === null) {
      if (kinds.includes('session_token'))
        return andThen(sessions.fromCookies(createRequestContext(view, config, token, renews)), ofSession);
      return nobody(only, only === null ? 'token-type-mismatch' : 'No token in header');
    }
    const known = verifier.recall(token);
    if (known !== null && kinds.includes(known.tokenType) && !lacksParty(known)) return signedIn(known, null);
    const classified = classifyToken(token);
    if (kinds.includes(classified.tokenType))
      return fromHeader(createRequestContext(view, config, token, renews), classified);
    // An opaque token is no session token at all; everything else is a token of another kind.
    const isNoSession = only === 'session_token' && classified.form === 'opaque';
    return nobody(only, isNoSession ? 'token-invalid' : 'token-type-mismatch');
  };
}

/** Nobody, as the mode names it. */
function nobody(tokenType: TokenType | null, reason: Reason): DecidedState {
  const message = meaningOf(reason) ?? '';
  const auth = tokenType === null ? invalidToken(reason) : unauthenticated(tokenType, reason);
  return new DecidedState({ status: 'signed-out', tokenType, reason, message, auth });
}
