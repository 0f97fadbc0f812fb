/** Sessions: their life, their tokens, and the refresh that a server asks for when a token has expired. */
import type {
  SessionsCreateParams,
  SessionsCreateTokenParams,
  SessionsListParams,
  SessionsRefreshParams,
} from '../../../../../../src/api/generated/types.js';
import { membershipOf } from '../../../model/organizations/organization-records.js';
import { pageOf } from '../../../model/records/listing.js';
import { invalidValue, notFound, refusal } from '../../../model/records/refusals.js';
import {
  findLiveSession,
  findSession,
  refreshableSession,
  sessionWithToken,
} from '../../../model/sessions/session-tokens.js';
import { createSession, endSession, viewSession } from '../../../model/sessions/sessions.js';
import { mintSessionToken } from '../../../model/tokens/session-token.js';
import { mintTemplateToken } from '../../../model/tokens/template-token.js';
import { cookieSuffix } from '../../../ground/cookie-suffix.js';
import { bodyOf, param, queryOf, type Handler, type Handlers, type OperationCall } from '../../engine/operation.js';

const lifetimeOf = (call: OperationCall): number | undefined =>
  bodyOf<Partial<SessionsCreateTokenParams>>(call).expires_in_seconds ?? undefined;

/** `POST /sessions/{id}/verify` of older clients: is this token one of this session? */
export const verifySession: Handler = (call, state) =>
  viewSession(state, sessionWithToken(state, param(call, 'session_id'), bodyOf(call)['token']));

export const sessionHandlers: Handlers = {
  GetSessionList(call, state) {
    const query = queryOf<SessionsListParams>(call);
    const table = state.table('sessions');
    const candidates = typeof query.user_id === 'string' ? table.by('user_id', query.user_id) : table.rows();
    const found = candidates
      .filter((row) => query.client_id === undefined || row.client_id === query.client_id)
      .map((row) => viewSession(state, row))
      .filter((view) => query.status === undefined || view.status === query.status)
      .reverse();
    return pageOf(found, { limit: 10, ...query }, (view) => view);
  },

  createSession(call, state) {
    const { user_id: userId, active_organization_id: organizationId } = bodyOf<SessionsCreateParams>(call);
    if (state.instanceType === 'production') {
      throw refusal('request_invalid_for_environment', 'Sessions are created on development instances alone.');
    }
    const user = state.table('users').get(userId);
    if (user === undefined) throw notFound('user', userId);
    if (user.banned === true) throw refusal('user_banned', 'The user is banned and gets no session.');
    if (organizationId !== undefined && !membershipOf(state, organizationId, userId)) {
      throw invalidValue('active_organization_id', 'is no organization of the user');
    }
    return viewSession(state, createSession(state, { userId, organizationId }));
  },

  GetSession: (call, state) => viewSession(state, findSession(state, param(call, 'session_id'))),

  RevokeSession(call, state) {
    const session = findSession(state, param(call, 'session_id'));
    return viewSession(state, endSession(state, session.id, 'revoked') ?? session);
  },

  CreateSessionToken(call, state) {
    const session = findLiveSession(state, param(call, 'session_id'));
    return { object: 'token', jwt: mintSessionToken(state, session, { expiresInSeconds: lifetimeOf(call) }) };
  },

  CreateSessionTokenFromTemplate(call, state) {
    const session = findLiveSession(state, param(call, 'session_id'));
    const name = param(call, 'template_name');
    const template = state.table('jwt_templates').by('name', name)[0];
    if (template === undefined) throw notFound('JWT template', name);
    const jwt = mintTemplateToken(state, session, template, { expiresInSeconds: lifetimeOf(call) });
    return { object: 'token', jwt };
  },

  RefreshSession(call, state) {
    const body = bodyOf<SessionsRefreshParams>(call);
    const { session, origin } = refreshableSession(state, param(call, 'session_id'), {
      expired: String(body.expired_token),
      refresh: String(body.refresh_token),
      origin: body.request_origin,
    });
    const jwt = mintSessionToken(state, session, { azp: origin });
    state.table('sessions').update(session.id, { last_active_at: state.now() });
    if (body.format !== 'cookie') return { object: 'token', jwt };
    const suffixed = call.request.query.get('suffixed_cookies') === 'true';
    const names = suffixed ? ['__session', `__session_${cookieSuffix(state.publishableKey)}`] : ['__session'];
    return {
      object: 'cookies',
      cookies: names.map((name) => `${name}=${jwt}; Path=/; Max-Age=31536000; SameSite=Lax`),
    };
  },
};
