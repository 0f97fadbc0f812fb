/** Sessions of a browser's client: signing in, choosing an organization, signing out. */
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { ClientRow, Fields, MembershipRow, SessionRow, UserRow } from '../../state/rows.js';
import { maySignIn } from '../users/bans-and-locks.js';
import { environmentOf } from '../instance/environment.js';
import { createSession, endSession, isLive, type EndStatus } from './sessions.js';

/** The session that a client is signed in with, or null. */
export function liveSession(state: InstanceState, client: ClientRow | null): SessionRow | null {
  const live = usableSessions(state, client);
  const chosen = state.table('clients').get(client?.id)?.last_active_session_id;
  return live.find((session) => session.id === chosen) ?? live.at(-1) ?? null;
}

/** The sessions of a client whose users may be signed in: one who was banned, locked or deleted has none. */
export function usableSessions(state: InstanceState, client: ClientRow | null): SessionRow[] {
  if (client === null) return [];
  return liveSessions(state, client).filter((session) => {
    const user = state.table('users').get(session.user_id);
    return user !== undefined && maySignIn(state, user);
  });
}

/** All sessions of a client that live. */
export function liveSessions(state: InstanceState, client: ClientRow): SessionRow[] {
  return state
    .table('sessions')
    .by('client_id', client.id)
    .filter((session) => isLive(state, session));
}

/** How a user signs in. */
export interface SignInDetails {
  readonly strategy: string;
  /** Whether a second factor was verified as well. */
  readonly secondFactor?: boolean;
  /** The organization that becomes active. */
  readonly organizationId?: string;
  /** The impersonator, and for how many seconds the session lasts at most. */
  readonly impersonation?: { readonly actor: Fields; readonly maxSeconds: number };
}

/** A new session, which replaces the one that the client had, unless the instance lets a browser have several. */
export function signIn(state: InstanceState, client: ClientRow, user: UserRow, entry: SignInDetails): SessionRow {
  const { strategy, secondFactor, organizationId, impersonation } = entry;
  if (environmentOf(state).auth_config.single_session_mode)
    for (const session of liveSessions(state, client)) endSession(state, session.id, 'ended');
  const actor = impersonation?.actor;
  const at = state.now();
  const extras = secondFactor === true ? { verifiedAt: [at, at] as const } : {};
  const session = createSession(state, { userId: user.id, clientId: client.id, organizationId, actor, extras });
  touchClient(state, client.id, { last_authentication_strategy: strategy });
  const now = state.now();
  if (impersonation !== undefined)
    return state.table('sessions').update(session.id, { expire_at: now + impersonation.maxSeconds * 1000 }) ?? session;
  // An impersonator leaves no trace here: it was not the user who signed in.
  state.table('users').update(user.id, { last_sign_in_at: now, last_active_at: now });
  return session;
}

/** Signs the client out, of all its sessions or of one. */
export function signOut(state: InstanceState, client: ClientRow, only?: SessionRow, how: EndStatus = 'ended'): void {
  const left = only === undefined ? liveSessions(state, client) : [only];
  for (const session of left) endSession(state, session.id, how);
  touchClient(state, client.id, { last_active_session_id: liveSessions(state, client).at(-1)?.id ?? null });
}

/** Makes a session the one that the client shows first. */
export function activateSession(state: InstanceState, session: SessionRow): void {
  if (state.table('clients').get(session.client_id)?.last_active_session_id === session.id) return;
  touchClient(state, session.client_id, { last_active_session_id: session.id });
}

/**
 * Makes an organization the active one, by id or slug; empty text means the personal account. One that the user is no
 * member of changes nothing, as the Frontend API's handshake does: the application's guard has the last word.
 */
export function activateOrganization(state: InstanceState, session: SessionRow, idOrSlug: string): SessionRow {
  const organizationId = idOrSlug === '' ? null : organizationOf(state, session.user_id, idOrSlug);
  if (organizationId === undefined || organizationId === session.last_active_organization_id) return session;
  const now = state.now();
  // Tokens from before the change are stale: applications compare their `iat` with the client's time.
  touchClient(state, session.client_id, {});
  const patch = { last_active_organization_id: organizationId, last_active_at: now, updated_at: now };
  return state.table('sessions').update(session.id, patch) ?? session;
}

/** The organization's id, if the user is a member of it. */
export function organizationOf(state: InstanceState, userId: string, idOrSlug: string): string | undefined {
  const table = state.table('organizations');
  const organization = table.get(idOrSlug) ?? table.by('slug', idOrSlug)[0];
  if (organization === undefined) return undefined;
  const isMember = membershipsOf(state, userId).some((membership) => membership.organization_id === organization.id);
  return isMember ? organization.id : undefined;
}

export function membershipsOf(state: InstanceState, userId: string): MembershipRow[] {
  return state.table('organization_memberships').by('user_id', userId);
}

function touchClient(state: InstanceState, clientId: string, patch: Draft<ClientRow>): void {
  state.table('clients').update(clientId, { ...patch, updated_at: state.now() });
}
