/** Clients (browsers) with their sessions, and sign-ups: made by the Frontend API or by seeds, read here. */
import { isLive, viewSession } from '../../../model/sessions/sessions.js';
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, defineResource, find, getOf, idOf, listOf } from '../../../model/records/resource.js';
import { bodyOf, ApiError } from '../../engine/operation.js';
import type { Handlers } from '../../engine/operation.js';
import { notFound } from '../../../model/records/refusals.js';

type Fields = Readonly<Record<string, unknown>>;

const clients = defineResource({
  table: 'clients',
  object: 'client',
  idPrefix: 'client',
  component: 'Client',
  view: (row, state) => {
    const sessions = state.table('sessions').by('client_id', row.id);
    const views = sessions.map((session) => viewSession(state, session));
    const ids = sessions.map((session) => session.id);
    return {
      ...row,
      session_ids: ids,
      sessions: views,
      ...lastActive(
        row,
        sessions.filter((session) => isLive(state, session)),
      ),
    };
  },
});

/** The stored pointer while its session lives, else the newest session that does. */
function lastActive(row: Row, live: readonly Row[]): Fields {
  const pointed = live.find((session) => session.id === row['last_active_session_id']);
  return { last_active_session_id: (pointed ?? live.at(-1))?.id ?? null };
}

const signUps = defineResource({ table: 'sign_ups', object: 'sign_up_attempt', idPrefix: 'sua', component: 'SignUp' });

/** The client behind a session token of this instance. @throws ApiError 401, 404 */
function clientOf(token: string, state: InstanceState): unknown {
  const opened = state.keys.open(token);
  const sessionId = opened?.payload['sid'];
  const expires = Number(opened?.payload['exp'] ?? 0) * 1000;
  if (typeof sessionId !== 'string' || expires <= state.now()) {
    throw new ApiError(401, 'authentication_invalid', 'Invalid authentication', {
      longMessage: 'The token is not a valid session token of this instance.',
      paramName: 'token',
    });
  }
  const session = state.table('sessions').get(sessionId);
  if (!session) throw notFound('session', sessionId);
  return clients.view(find(state, clients, String(session['client_id'])), state);
}

export const clientHandlers: Handlers = {
  GetClientList: listOf(clients),
  GetClient: getOf(clients),
  VerifyClient: (call, state) => clientOf(String(bodyOf(call)['token']), state),
  GetSignUp: getOf(signUps),
  UpdateSignUp: (call, state) => {
    const row = find(state, signUps, idOf(call.params));
    const { external_id, custom_action } = bodyOf(call);
    return change(state, signUps, row.id, {
      external_id,
      ...(typeof custom_action === 'boolean' ? { custom_action } : {}),
    });
  },
};
