/** What a server asks of a session by its tokens: whether one belongs to it, and whether an expired one may be renewed. */
import type { InstanceState } from '../../state/instance-state.js';
import type { SessionRow } from '../../state/rows.js';
import { ApiError } from '../records/api-error.js';
import { notFound } from '../records/refusals.js';
import { isLive } from './sessions.js';

/** @throws ApiError 404 */
export function findSession(state: InstanceState, id: string): SessionRow {
  const session = state.table('sessions').get(id);
  if (session === undefined) throw notFound('session', id);
  return session;
}

/** @throws ApiError 404 also for a session that has ended */
export function findLiveSession(state: InstanceState, id: string): SessionRow {
  const session = findSession(state, id);
  if (!isLive(state, session)) throw notFound('active session', session.id);
  return session;
}

/** The session, if the token is one of it that has not expired. @throws ApiError 401, 404 */
export function sessionWithToken(state: InstanceState, id: string, token: unknown): SessionRow {
  const session = findSession(state, id);
  const payload = typeof token === 'string' ? state.keys.open(token)?.payload : undefined;
  const { sid, exp } = payload ?? {};
  if (sid === id && Number(exp ?? 0) * 1000 > state.now() && isLive(state, session)) return session;
  throw new ApiError(401, 'authentication_invalid', 'Invalid authentication', { paramName: 'token' });
}

/** The session that the expired token and the refresh token both belong to. 401 makes the asking server fall back to the handshake. */
export function refreshableSession(
  state: InstanceState,
  id: string,
  tokens: { readonly expired: string; readonly refresh: string },
): SessionRow {
  const session = state.table('sessions').get(id);
  const { sid, sub } = state.keys.open(tokens.expired)?.payload ?? {};
  if (session === undefined || sid !== session.id || sub !== session.user_id) {
    throw new ApiError(401, 'expired_token_invalid', 'The expired token is not a token of this session.');
  }
  if (state.table('refresh_tokens').get(tokens.refresh)?.session_id !== session.id) {
    throw new ApiError(401, 'refresh_token_invalid', 'The refresh token is not one of this session.');
  }
  if (!isLive(state, session)) throw new ApiError(401, 'session_inactive', 'The session has ended.');
  return session;
}
