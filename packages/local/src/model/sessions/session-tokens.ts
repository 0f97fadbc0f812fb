/** Sessions found by their tokens: the session of a good token, and of an expired one that may be refreshed. */
import type { InstanceState } from '../../state/instance-state.js';
import type { SessionRow } from '../../state/rows.js';
import { notFound, refusal } from '../records/refusals.js';
import { CATEGORY } from '../tokens/categories.js';
import { maySignIn } from '../users/bans-and-locks.js';
import { extrasOf, isLive, sessionStatus } from './sessions.js';

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

/** The claims of a session token that has not expired; null for any other token, also one with a `sid` of its own. */
export function readSessionToken(state: InstanceState, token: string) {
  const { header, payload } = state.keys.open(token) ?? {};
  const { sid, sub, exp } = payload ?? {};
  if (header?.['cat'] !== CATEGORY.session || typeof sid !== 'string') return null;
  return typeof exp === 'number' && exp * 1000 > state.now() ? { sid, sub } : null;
}

/** The session, if the token is one of its own that has not expired. @throws ApiError 400, 404 */
export function sessionWithToken(state: InstanceState, id: string, token: unknown): SessionRow {
  const session = findSession(state, id);
  const claims = typeof token === 'string' ? readSessionToken(state, token) : null;
  if (claims?.sid === id && isLive(state, session)) return session;
  throw refusal('invalid_session_token', undefined, { paramName: 'token' });
}

/** The session of a good token, if it is active and its user may be signed in. */
export function sessionOfToken(state: InstanceState, token: string): SessionRow | null {
  const claims = readSessionToken(state, token);
  const session = state.table('sessions').get(claims?.sid);
  const user = state.table('users').get(session?.user_id);
  if (session === undefined || user === undefined || user.id !== claims?.sub || !maySignIn(state, user)) return null;
  return sessionStatus(state, session) === 'active' ? session : null;
}

/** What a server sends to have an expired token renewed. */
export interface RefreshRequest {
  readonly expired: string;
  readonly refresh: string;
  /** The origin of the request that carried the token. */
  readonly origin: unknown;
}

/**
 * The session that the expired token and the refresh token both belong to.
 * @throws ApiError 401, which makes the asking server fall back to the handshake; applications see the code in the reason
 */
export function refreshableSession(
  state: InstanceState,
  id: string,
  tokens: RefreshRequest,
): { session: SessionRow; origin: string } {
  const origin = originOf(tokens.origin);
  const { header, payload } = state.keys.open(tokens.expired) ?? {};
  if (payload === undefined || header?.['cat'] !== CATEGORY.session) throw refusal('expired_session_token_invalid');
  const { sid, sub, iat, azp } = payload;
  if (typeof sid !== 'string') throw refusal('expired_session_token_missing_sid');
  if (typeof iat !== 'number') throw refusal('session_refresh_expired_session_token_missing_iat');
  const session = state.table('sessions').get(id);
  if (session === undefined) throw refusal('session_refresh_session_not_found');
  if (sid !== session.id) throw refusal('refresh_sid_mismatch');
  if (typeof sub !== 'string' || state.table('users').get(sub) === undefined)
    throw refusal('session_refresh_user_not_found');
  const refreshed = state.table('refresh_tokens').get(tokens.refresh);
  if (refreshed === undefined) throw refusal('refresh_token_not_found');
  if (refreshed.session_id !== session.id) throw refusal('refresh_sid_mismatch');
  if (!isLive(state, session)) throw refusal('session_refresh_inactive_session');
  // A session that a test made for no origin in particular has tokens without azp.
  if (azp === undefined && extrasOf(session).azp !== undefined) throw refusal('expired_session_token_missing_azp');
  if (azp !== undefined && azp !== origin) throw refusal('refresh_request_origin_azp_mismatch');
  return { session, origin };
}

function originOf(value: unknown): string {
  const origin = typeof value === 'string' && URL.canParse(value) ? new URL(value).origin : 'null';
  if (origin === 'null') throw refusal('refresh_request_origin_invalid');
  return origin;
}
