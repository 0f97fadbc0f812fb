/** Decides about a request: by its header or its cookies, as a session or a machine (Clerk's documentation, "acceptsToken"). */
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

/** The value of `acceptsToken`, checked. */
export interface AcceptedKinds {
  readonly kinds: readonly TokenType[];
  /** The one kind that was asked for, which a signed-out state names; null for a list and for `any`. */
  readonly only: TokenType | null;
}

const BY_NAME: Readonly<Record<string, AcceptedKinds>> = Object.freeze({
  any: { kinds: ALL_TOKEN_TYPES, only: null },
  ...Object.fromEntries(ALL_TOKEN_TYPES.map((kind) => [kind, { kinds: [kind], only: kind }])),
});

/** @throws ConfigurationError for what names no kind of token */
export function acceptedKindsOf(acceptsToken: AcceptsToken): AcceptedKinds {
  const known =
    typeof acceptsToken === 'string' && Object.hasOwn(BY_NAME, acceptsToken) ? BY_NAME[acceptsToken] : undefined;
  return known ?? { kinds: tokenTypesOf(checkAcceptsToken({ option: 'acceptsToken' }, acceptsToken)), only: null };
}

export interface AuthenticateRequestParts {
  readonly config: Config;
  readonly verifier: Verifier;
  readonly sessions: LazySessionFlow;
  readonly signIn: SignIn;
}

/** A remembered token is answered at once; everything else is a promise. */
export type AuthenticateRequest = (context: RequestContext, accepted: AcceptedKinds) => MaybePromise<AuthOutcome>;

export function createAuthenticateRequest(parts: AuthenticateRequestParts): AuthenticateRequest {
  const { config, verifier, sessions, signIn } = parts;
  /** Header tokens must name an authorized party, whatever is excused in cookies. */
  const headerNamesParty = config.missingAzp === 'allow' && config.authorizedParties.length > 0;

  /** Clerk issues cookies without a party during navigations. A script gets its token in a page, so its header names the page's origin. */
  const lacksParty = (verified: Verified): boolean =>
    headerNamesParty && verified.tokenType === 'session_token' && verified.data.azp === undefined;

  /** The repeat path of a header: the outcome for a remembered token. Null: the token has to be verified. */
  function tryImmediate({ headerToken }: RequestContext, { kinds }: AcceptedKinds): AuthOutcome | null {
    if (headerToken === null) return null;
    const known = verifier.recall(headerToken);
    return known !== null && kinds.includes(known.tokenType) && !lacksParty(known) ? signIn(known, null) : null;
  }

  async function decide(context: RequestContext, { kinds, only }: AcceptedKinds): Promise<AuthOutcome> {
    const token = context.classified;
    if (token === null) return signedOut(only, only === null ? 'token-type-mismatch' : 'No token in header');
    if (!kinds.includes(token.tokenType)) {
      // The reason differs, as at Clerk: an opaque token cannot be a session token, a JWT could have been one.
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

  return (context, accepted) =>
    context.headerToken === null && accepted.kinds.includes('session_token')
      ? sessions.fromCookies(context)
      : (tryImmediate(context, accepted) ?? decide(context, accepted));
}
