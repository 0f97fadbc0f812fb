/** `POST /sessions/{id}/verify` of older clients: is this token one of this session? */
import { isLive, viewSession } from '../../../model/sessions/sessions.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handler } from '../../engine/operation.js';
import { notFound } from '../../../model/records/refusals.js';

/** @throws ApiError 401, 404 */
export const verifySession: Handler = (call, state) => {
  const id = call.params['session_id'] ?? '';
  const session = state.table('sessions').get(id);
  if (!session) throw notFound('session', id);
  const { token } = bodyOf(call);
  const payload = typeof token === 'string' ? state.keys.open(token)?.payload : undefined;
  const fresh = Number(payload?.['exp'] ?? 0) * 1000 > state.now();
  if (payload?.['sid'] === id && fresh && isLive(state, session)) return viewSession(state, session);
  throw new ApiError(401, 'authentication_invalid', 'Invalid authentication', { paramName: 'token' });
};
