/** The answers of guards: to a request without a caller of an accepted kind, to one that is forbidden, and to a fault. */
import type { Reason } from '../../reasons.js';
import { isTokenReason } from '../../ground/meanings.js';
import type { MaybePromise } from '../../ports.js';
import type { Auth, Denial, RequestState, TokenType } from '../../types.js';
import { faultDenial, mismatchDenial, unauthenticatedDenial, unavailableDenial } from './challenge.js';
import type { CompiledRequirement } from './requirement.js';
import { FAULT } from '../faults/fault.js';
import { isOutcome, retryAfterOf } from '../outcome.js';
import type { RequestContext } from '../request/context.js';
import { authPageUrl } from '../session/redirect-urls.js';
import type { HeaderPairs } from '../../ground/headers.js';

/** A response, to be written as it is. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderPairs;
  /** Null or undefined for an answer without a body. */
  readonly body?: string | null;
}

export type GuardResult =
  | { readonly allowed: true; readonly auth: Auth }
  | { readonly allowed: false; readonly denial: Denial }
  /** 302 to the sign-in page; or 307 with all headers of the state: the browser renews its session, or comes back to a clean address. */
  | { readonly allowed: false; readonly answer: Answer };

/** The answer that a denial is sent as, unless the application has its own. */
export function answerOf({ status, headers, page, body }: Denial): Answer {
  const type = page === undefined ? 'application/json' : 'text/html; charset=utf-8';
  return { status, headers: Object.entries({ ...headers, 'Content-Type': type }), body: page ?? JSON.stringify(body) };
}

/**
 * The answer to a state that decided nothing because this server failed; null for every other. It looks at nothing but the
 * state: the request itself may be what throws. A fault says nothing about kinds of tokens, so it is the answer to all.
 */
export function denyFault(state: RequestState): Extract<GuardResult, { denial: unknown }> | null {
  return state.reason === FAULT ? { allowed: false, denial: faultDenial(state.cause ?? null) } : null;
}

/**
 * In this order: an outage of an accepted kind (503), a token of another kind (401), a page request that may sign in
 * (302), no caller (401).
 *
 * @param auth the caller as this guard sees it: whether a pending session counts may be its own rule
 */
export function denyUnauthenticated(
  context: RequestContext,
  state: RequestState,
  requirement: CompiledRequirement,
  auth: Auth,
  resourceMetadata: string | null,
): Exclude<GuardResult, { allowed: true }> {
  const { acceptsToken } = requirement;
  const { reason } = state;
  if (state.status === 'unavailable' && state.tokenType !== null && acceptsToken.includes(state.tokenType)) {
    return { allowed: false, denial: unavailableDenial(reason, retryAfterOf(state)) };
  }
  const kind = sentKind(state, context);
  const tokenSent = kind !== null;
  if (tokenSent && !acceptsToken.includes(kind)) {
    return { allowed: false, denial: mismatchDenial({ reason: 'token-type-mismatch', tokenSent, resourceMetadata }) };
  }
  const redirect =
    requirement.redirect && context.headerToken === null ? signInPage(context, auth, requirement.redirect) : null;
  if (redirect !== null) return { allowed: false, answer: redirectTo(redirect) };
  const said = auth.reason ?? reason;
  if (tokenSent && said === 'token-type-mismatch') {
    return { allowed: false, denial: mismatchDenial({ reason: said, tokenSent, resourceMetadata }) };
  }
  const detail = isOutcome(state) ? state.detail : null;
  return { allowed: false, denial: unauthenticatedDenial({ reason: said, detail, tokenSent, resourceMetadata }) };
}

/** 403: a page for the browser of a route that sends browsers to sign in, JSON for everybody else. */
export function denyForbidden(
  context: RequestContext,
  { redirect }: CompiledRequirement,
  denial: Denial,
): MaybePromise<GuardResult> {
  const plain: GuardResult = { allowed: false, denial };
  if (!redirect || context.headerToken !== null || !context.isDocumentRequest) return plain;
  // Without the page, the refusal stays a refusal.
  return import('./denied-page.js')
    .then(({ asPage }): GuardResult => ({ allowed: false, denial: asPage(denial) }))
    .catch(() => plain);
}

/** The kind of the token that decided: the header's, else that of a session cookie that was looked at; null if none was. */
function sentKind(state: RequestState, { classified }: RequestContext): TokenType | null {
  if (state.auth.isAuthenticated) return state.auth.tokenType;
  if (classified !== null) return classified.tokenType;
  return state.tokenType === 'session_token' && isAboutToken(state.reason) ? 'session_token' : null;
}

const ABOUT_SESSION_TOKEN = /^session-token-(?:expired|nbf|iat|missing-azp)/;

function isAboutToken(reason: Reason | null): boolean {
  return reason !== null && (isTokenReason(reason) || ABOUT_SESSION_TOKEN.test(reason));
}

/** The address to redirect to; null for a request whose answer is not shown as a page, or if no sign-in page is known. */
function signInPage(context: RequestContext, auth: Auth, page: 'sign-in' | 'sign-up'): string | null {
  const returnTo = context.isDocumentRequest ? context.publicUrl() : null;
  if (returnTo === null) return null;
  const pending = 'sessionStatus' in auth && auth.sessionStatus === 'pending';
  const { query, cookies } = context;
  const devBrowserToken = query.devBrowser ?? cookies.suffixedDevBrowser ?? cookies.devBrowser;
  // The sign-in page is where a user finishes the tasks of a pending session.
  return authPageUrl(pending ? 'sign-in' : page, context.config, returnTo.href, { pending, devBrowserToken });
}

/** Not to be stored: after signing in, the same URL shows the page. */
const redirectTo = (location: string): Answer => ({
  status: 302,
  headers: [
    ['Location', location],
    ['Cache-Control', 'no-store'],
  ],
});
