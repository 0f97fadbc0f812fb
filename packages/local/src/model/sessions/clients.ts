/** Clients (browsers) with their sessions, and sign-ups: made by the Frontend API or by seeds. */
import type { InstanceState } from '../../state/instance-state.js';
import type { ClientRow } from '../../state/rows.js';
import { refusal } from '../records/refusals.js';
import { defineResource, find } from '../records/resource.js';
import { findSession, readSessionToken } from './session-tokens.js';
import { isLive, viewSession } from './sessions.js';

export const clients = defineResource('clients', {
  object: 'client',
  idPrefix: 'client',
  component: 'Client',
  view: (row, state) => {
    const sessions = state.table('sessions').by('client_id', row.id);
    const live = sessions.filter((session) => isLive(state, session));
    // The stored pointer while its session lives, else the newest session that does.
    const active = live.find((session) => session.id === row.last_active_session_id) ?? live.at(-1);
    return {
      ...row,
      session_ids: sessions.map((session) => session.id),
      sessions: sessions.map((session) => viewSession(state, session)),
      last_active_session_id: active?.id ?? null,
    };
  },
});

export const signUps = defineResource('sign_ups', { object: 'sign_up_attempt', idPrefix: 'sua', component: 'SignUp' });

/** The client that a session token was issued to. @throws ApiError 400, 404 */
export function clientWithToken(state: InstanceState, token: string): ClientRow {
  const claims = readSessionToken(state, token);
  if (claims === null) throw refusal('invalid_session_token', undefined, { paramName: 'token' });
  return find(state, clients, findSession(state, claims.sid).client_id);
}
