/** Sessions: their life, their tokens, and the refresh that a server asks for when a token has expired. */
import { cookieSuffix } from '../../../shared/cookie-suffix.js';
import { findMembership } from '../../../model/ensure.js';
import { createSession, endSession, isLive, viewSession } from '../../../model/sessions/sessions.js';
import { mintSessionToken } from '../../../model/tokens/session-token.js';
import { mintTemplateToken } from '../../../model/tokens/template-token.js';
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handlers, OperationCall } from '../../engine/operation.js';

export const sessionsHandlers: Handlers = {
  GetSessionList(call, state) {
    const { client_id: clientId, user_id: userId, status, limit = 10, offset = 0 } = call.query;
    const table = state.table('sessions');
    const candidates = typeof userId === 'string' ? table.by('user_id', userId) : table.rows();
    const found = candidates
      .filter((row) => clientId === undefined || row['client_id'] === clientId)
      .map((row) => viewSession(state, row))
      .filter((view) => status === undefined || view['status'] === status)
      .reverse();
    return { data: found.slice(Number(offset), Number(offset) + Number(limit)), total_count: found.length };
  },

  createSession(call, state) {
    const { user_id: userId, active_organization_id: organizationId } = bodyOf(call) as {
      readonly user_id: string;
      readonly active_organization_id?: string;
    };
    if (state.instanceType === 'production') {
      throw new ApiError(
        403,
        'operation_not_allowed_on_production_instance',
        'Sessions are created on development instances alone.',
      );
    }
    const user = state.table('users').get(userId);
    if (user === undefined) throw notFound('user', userId);
    if (user['banned'] === true) throw new ApiError(403, 'user_banned', 'The user is banned and gets no session.');
    if (organizationId !== undefined && !findMembership(state, organizationId, userId)) {
      throw new ApiError(422, 'form_param_value_invalid', 'The user is not a member of this organization.', {
        paramName: 'active_organization_id',
      });
    }
    const session = createSession(state, { userId, organizationId });
    return viewSession(state, session);
  },

  GetSession: (call, state) => viewSession(state, sessionOf(call, state)),

  RevokeSession(call, state) {
    const session = sessionOf(call, state);
    return viewSession(state, endSession(state, session.id, 'revoked') ?? session);
  },

  CreateSessionToken: (call, state) => ({
    object: 'token',
    jwt: mintSessionToken(state, liveSessionOf(call, state), { expiresInSeconds: lifetimeOf(call) }),
  }),

  CreateSessionTokenFromTemplate(call, state) {
    const session = liveSessionOf(call, state);
    const name = call.params['template_name'] ?? '';
    const template = state.table('jwt_templates').by('name', name)[0];
    if (template === undefined) throw notFound('JWT template', name);
    return {
      object: 'token',
      jwt: mintTemplateToken(state, session, template, { expiresInSeconds: lifetimeOf(call) }),
    };
  },

  RefreshSession(call, state) {
    const session = refreshable(call, state);
    const body = bodyOf(call);
    const jwt = mintSessionToken(state, session, { azp: originOf(body['request_origin']) });
    state.table('sessions').update(session.id, { last_active_at: state.now() });
    if (body['format'] !== 'cookie') return { object: 'token', jwt };
    const cookie = (name: string): string => `${name}=${jwt}; Path=/; Max-Age=31536000; SameSite=Lax`;
    const suffixed = call.request.query.get('suffixed_cookies') === 'true';
    const names = suffixed ? ['__session', `__session_${cookieSuffix(state.publishableKey)}`] : ['__session'];
    return { object: 'cookies', cookies: names.map(cookie) };
  },
};

/** The session that the expired token and the refresh token both belong to. 401 makes the asking server fall back to the handshake. */
function refreshable(call: OperationCall, state: InstanceState): Row {
  const { expired_token: expired, refresh_token: refresh } = bodyOf(call);
  const session = state.table('sessions').get(call.params['session_id'] ?? '');
  const claims = state.keys.open(String(expired))?.payload;
  if (
    claims === undefined ||
    session === undefined ||
    claims['sid'] !== session.id ||
    claims['sub'] !== session['user_id']
  ) {
    throw new ApiError(401, 'expired_token_invalid', 'The expired token is not a token of this session.');
  }
  if (state.table('refresh_tokens').get(String(refresh))?.['session_id'] !== session.id) {
    throw new ApiError(401, 'refresh_token_invalid', 'The refresh token is not one of this session.');
  }
  if (!isLive(state, session)) throw new ApiError(401, 'session_inactive', 'The session has ended.');
  return session;
}

function sessionOf(call: OperationCall, state: InstanceState): Row {
  const id = call.params['session_id'] ?? '';
  const session = state.table('sessions').get(id);
  if (session === undefined) throw notFound('session', id);
  return session;
}

function liveSessionOf(call: OperationCall, state: InstanceState): Row {
  const session = sessionOf(call, state);
  if (!isLive(state, session)) throw notFound('active session', session.id);
  return session;
}

function lifetimeOf(call: OperationCall): number | undefined {
  const seconds = bodyOf(call)['expires_in_seconds'];
  return typeof seconds === 'number' ? seconds : undefined;
}

function originOf(value: unknown): string | undefined {
  return typeof value === 'string' && URL.canParse(value) ? new URL(value).origin : undefined;
}

function notFound(what: string, id: string): ApiError {
  return new ApiError(404, 'resource_not_found', 'not found', { longMessage: `No ${what} was found with id ${id}.` });
}
