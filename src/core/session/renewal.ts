/** Renews a session: by a handshake that the browser has come back from, or with the browser's refresh token. */
import type { AuthOutcome } from '../outcome.js';
import type { RequestContext } from '../request/context.js';
import { resolveHandshake } from './handshake-return.js';
import { createNonceExchange } from './nonce.js';
import type { SessionParts } from './parts.js';
import { createRefresher, type ExpiredSession, type Refreshed } from './refresh.js';

export interface Renewal {
  /** As `resolveHandshake` of `handshake-return.ts`. */
  fromHandshake(context: RequestContext, onUnreachable: (retryAfterMs: number) => void): Promise<AuthOutcome | null>;
  /** With the first of the refresh tokens; with another only when Clerk refused the one before. */
  refresh(
    context: RequestContext,
    expired: Omit<ExpiredSession, 'refreshToken'>,
    refreshTokens: readonly string[],
  ): Promise<Refreshed>;
}

/** @param parts the backend is null unless it has the instance's secret key: a machine's key opens neither refresh nor nonces */
export function createRenewal(parts: SessionParts): Renewal {
  const { backend, config } = parts;
  const exchange = backend && createNonceExchange(backend, config.now);
  const refreshOnce = backend && createRefresher({ ...parts, backend });
  return {
    fromHandshake: (context, onUnreachable) => resolveHandshake(parts, exchange, context, onUnreachable),
    async refresh(context, expired, [first = '', ...others]) {
      if (refreshOnce === null) throw new TypeError('A refresh was decided without a Backend API.');
      let result = await refreshOnce(context, { ...expired, refreshToken: first });
      for (const refreshToken of others) {
        if (result.ok || result.outage) break;
        result = await refreshOnce(context, { ...expired, refreshToken });
      }
      return result;
    },
  };
}
