/** Which way a request goes: header or cookie, session or machine (Clerk's documentation, "acceptsToken"). */
import type { MaybePromise } from '../ports.js';
import type { AcceptsToken, TokenType } from '../types.js';
import type { Verified } from '../verify/verdict.js';
import { ALL_TOKEN_TYPES } from '../verify/token-kinds.js';
import type { Verifier } from '../verify/verifier.js';
import { checkAcceptsToken, tokenTypesOf } from './config/accepts-token.js';
import type { Config } from './config/config.js';
import { signedOut, unavailable, type AuthOutcome } from './outcome.js';
import type { RequestContext } from './request/context.js';
import type { LazySessionFlow } from './session/session-flow-lazy.js';
import type { SignIn } from './sign-in.js';

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
  readonly sessions: LazySessionFlow;
  readonly signIn: SignIn;
}

/** A remembered token is answered at once; everything else is a promise. */
export type AuthenticateRequest = (context: RequestContext, mode: Mode) => MaybePromise<AuthOutcome>;

export function createAuthenticateRequest(parts: AuthenticateRequestParts): AuthenticateRequest {
  const { config, verifier, sessions, signIn } = parts;
  /** Header tokens must name an authorized party, whatever is excused in cookies. */
  const headerNamesParty = config.missingAzp === 'allow' && config.authorizedParties.length > 0;

  /** Browsers attach cookies by themselves, and navigations mint them without a party; a header is set by a script that has one. */
  const lacksParty = (verified: Verified): boolean =>
    headerNamesParty && verified.tokenType === 'session_token' && verified.data.azp === undefined;

  /** The repeat path of a header; null: the token has to be looked at. */
  function tryImmediate({ headerToken }: RequestContext, { kinds }: Mode): AuthOutcome | null {
    if (headerToken === null) return null;
    const known = verifier.recall(headerToken);
    return known !== null && kinds.includes(known.tokenType) && !lacksParty(known) ? signIn(known, null) : null;
  }

  async function decide(context: RequestContext, { kinds, only }: Mode): Promise<AuthOutcome> {
    const token = context.classified;
    if (token === null) return signedOut(only, only === null ? 'token-type-mismatch' : 'No token in header');
    if (!kinds.includes(token.tokenType)) {
      // An opaque token is no session token at all; everything else is a token of another kind.
      const isNoSession = only === 'session_token' && token.form === 'opaque';
      return signedOut(only, isNoSession ? 'token-invalid' : 'token-type-mismatch');
    }
    if (token.tokenType === 'session_token') {
      return sessions.fromHeader(context, token, (verified) => !lacksParty(verified));
    }
    const { tokenType } = token;
    const verdict = await verifier.verifyMachine(token, context.waitUntil);
    if (verdict.outcome === 'accepted') return signIn(verdict.value, null);
    const { reason, message } = verdict;
    return verdict.outcome === 'refused'
      ? signedOut(tokenType, reason, { message, detail: message })
      : unavailable(tokenType, reason, message, verdict);
  }

  return (context, mode) =>
    context.headerToken === null && mode.kinds.includes('session_token')
      ? sessions.fromCookies(context)
      : (tryImmediate(context, mode) ?? decide(context, mode));
}
