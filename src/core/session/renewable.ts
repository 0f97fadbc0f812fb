/** Whether a session can be renewed. `renewal.ts` renews it. */
import type { Backend } from '../backend-api/client.js';
import type { RequestContext } from '../request/context.js';
import { MAX_REDIRECTS } from './decide.js';

export function hasHandshake({ query, cookies }: RequestContext): boolean {
  return Boolean(query.handshakeNonce ?? query.handshake ?? cookies.handshakeNonce ?? cookies.handshake);
}

/** What stands in the way of a refresh, in the order in which Clerk names it; null: nothing. */
export function refreshObstacle(attempt: {
  readonly isGet: boolean;
  readonly refreshToken: string | null;
  readonly backend: Backend | null;
  readonly claims: Readonly<Record<string, unknown>> | null;
}): string | null {
  if (!attempt.isGet) return 'non-eligible-non-get';
  if (attempt.refreshToken === null) return 'non-eligible-no-refresh-cookie';
  if (attempt.backend === null) return 'missing-api-client';
  if (attempt.claims === null) return 'expired-session-token-decode-failed';
  const sid = attempt.claims['sid'];
  return typeof sid === 'string' && sid !== '' ? null : 'expired-session-token-missing-sid-claim';
}

/** Whether another redirect would only continue a loop (wrong keys, a clock that is off, cookies that are not kept). */
export function isLoop(context: RequestContext): boolean {
  return context.redirectCount >= MAX_REDIRECTS;
}
