/** Renews an expired session at the Backend API, with the refresh token that the browser keeps. */
import { UpstreamUnreachable, type UpstreamAnswer } from '../../ports.js';
import { createSingleFlight, FlightLost, WAITER_DEADLINE_MS } from '../../verify/single-flight.js';
import type { VerifiedSession } from '../../verify/verdict.js';
import type { RequestContext } from '../request/context.js';
import { eventRequest } from '../request/event-request.js';
import type { Backend } from '../backend-api/client.js';
import { verifyFresh } from './fresh-session.js';
import type { HeaderPairs } from '../../ground/headers.js';
import type { SessionParts } from './parts.js';
import { directivesAt, protocolDirectives, sessionTokenIn, sessionHeaders } from './set-cookie.js';
import { isRecord } from '../../ground/is-record.js';
import { DEFAULT_RETRY_AFTER_MS } from '../../ground/retry-after.js';
import { stopwatch } from '../../ground/stopwatch.js';
import { firstErrorCode } from '../../ground/upstream-body.js';

export type Refreshed =
  | { readonly ok: true; readonly session: VerifiedSession; readonly headers: HeaderPairs }
  /** `why` is the end of the reason `session-token-expired-refresh-…`. `outage`: Clerk could not be asked. */
  | { readonly ok: false; readonly why: string; readonly outage: boolean; readonly retryAfterMs: number };

export interface ExpiredSession {
  readonly token: string;
  /** Claim `sid`, unverified: the Backend API checks the token itself. */
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly suffixedCookies: boolean;
}

export type Refresher = (context: RequestContext, expired: ExpiredSession) => Promise<Refreshed>;

const failed = (why: string, outage = false, retryAfterMs = 0): Refreshed => ({ ok: false, why, outage, retryAfterMs });

/**
 * Requests that arrive together with the same expired session (a page and its parts) share one upstream call: a refresh
 * may rotate the refresh token, so a second call could fail and would sign the visitor out. Each gets the new cookies.
 */
export function createRefresher(parts: SessionParts & { readonly backend: Backend }): Refresher {
  const flights = createSingleFlight<Refreshed>(WAITER_DEADLINE_MS, parts.config.now);
  return (context, expired) => {
    // The new token is issued for the origin, so requests of two origins do not share a call.
    const key = JSON.stringify([context.publicOrigin, expired]);
    return flights.run(key, () => refreshOnce(parts, context, expired)).catch(lost);
  };
}

/** The runtime dropped the call with the request that had started it, so the result is unknown: an outage. */
function lost(error: unknown): Refreshed {
  if (error instanceof FlightLost) return failed('fetch-error', true, DEFAULT_RETRY_AFTER_MS);
  throw error;
}

async function refreshOnce(
  parts: SessionParts & { readonly backend: Backend },
  context: RequestContext,
  expired: ExpiredSession,
): Promise<Refreshed> {
  const { config } = parts;
  const passed = stopwatch(config);
  const result = await ask(parts.backend, context, expired).then(
    (answer) => read(parts, context, answer),
    (error: unknown) => {
      if (error instanceof UpstreamUnreachable) return failed('fetch-error', true, error.retryAfterMs);
      throw error;
    },
  );
  config.emit?.({
    type: 'session.refreshed',
    ok: result.ok,
    reason: result.ok ? null : result.why,
    durationMs: passed(),
    ...eventRequest(context.view),
  });
  return result;
}

function ask(
  backend: Backend,
  { view, publicOrigin }: RequestContext,
  expired: ExpiredSession,
): Promise<UpstreamAnswer> {
  return backend.refreshSession({
    sessionId: expired.sessionId,
    expiredToken: expired.token,
    refreshToken: expired.refreshToken,
    requestOrigin: publicOrigin ?? '',
    requestHeaders: Object.fromEntries(Array.from(view.headers?.() ?? [], ([name, value]) => [name, [value]])),
    suffixedCookies: expired.suffixedCookies,
  });
}

async function read(
  { config, verifier }: SessionParts,
  context: RequestContext,
  answer: UpstreamAnswer,
): Promise<Refreshed> {
  if (answer.status !== 200) return refusal(answer);
  // A 200 without a JSON object comes from something between Clerk and this server, and says nothing about the session.
  if (!isRecord(answer.body))
    return failed('unexpected-sdk-error', true, answer.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS);
  const directives = directivesAt(answer.body, 'cookies');
  if (directives.length === 0) return failed('unexpected-sdk-error');
  const suffix = config.publishableKey?.cookieSuffix ?? '';
  const passed = protocolDirectives(directives, suffix);
  const token = sessionTokenIn(passed, suffix);
  if (token === null) return failed('invalid-session-token');
  const verdict = await verifyFresh(verifier, token, context);
  if (verdict === null || verdict.outcome === 'refused') return failed('invalid-session-token');
  if (verdict.outcome === 'unchecked') return failed(verdict.reason, true, verdict.retryAfterMs);
  return { ok: true, session: verdict.value, headers: sessionHeaders(passed) };
}

/** An error code that may become part of a reason. It is bounded, because the reason is sent as a header. */
const ERROR_CODE = /^[\w.-]{1,64}$/;

function refusal({ status, body, retryAfterMs }: UpstreamAnswer): Refreshed {
  const code = firstErrorCode(body);
  const why = typeof code === 'string' && ERROR_CODE.test(code) ? code : 'unexpected-bapi-error';
  // Redirects, failures and the refusal of this server's own key are no verdict of Clerk on the session.
  const outage = status < 400 || status === 429 || status >= 500 || why === 'clerk_key_invalid';
  return failed(why, outage, retryAfterMs ?? DEFAULT_RETRY_AFTER_MS);
}
