import { DAY_MS } from '../../ground/time.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, SessionExtras, SessionRow } from '../../state/rows.js';
import { openTasks, tasksAtSignIn, type SessionTask } from './session-tasks.js';

/** Clerk's defaults: a session lasts seven days. */
const LIFETIME_MS = 7 * DAY_MS;
const ABANDONED_AFTER_MS = 30 * DAY_MS;

export interface NewSession {
  readonly userId: string;
  readonly organizationId?: string | null | undefined;
  /** An existing client (browser); a new one if left out. */
  readonly clientId?: string | undefined;
  readonly actor?: Fields | null | undefined;
  /** Default: pending if the user has tasks to do, as the instance's settings ask. */
  readonly status?: 'active' | 'pending' | undefined;
  /** Instead of those that the settings ask for; they stay to be done. */
  readonly tasks?: readonly SessionTask[] | undefined;
  readonly extras?: SessionExtras | undefined;
}

export type EndStatus = 'revoked' | 'ended' | 'removed';

const EVENTS: Readonly<Record<EndStatus, string>> = {
  revoked: 'session.revoked',
  ended: 'session.ended',
  removed: 'session.removed',
};

/** Stores a session, and its client if it is a new one; tells webhooks. */
export function createSession(state: InstanceState, wanted: NewSession): SessionRow {
  const now = state.now();
  const clients = state.table('clients');
  const id = state.id('sess');
  const client =
    (wanted.clientId === undefined ? undefined : clients.get(wanted.clientId)) ??
    clients.insert({
      id: wanted.clientId ?? state.id('client'),
      object: 'client',
      sign_in_id: null,
      sign_up_id: null,
      created_at: now,
    });
  clients.update(client.id, { last_active_session_id: id, updated_at: now });
  const tasks = tasksOf(state, wanted);
  const status = tasks.length > 0 ? 'pending' : 'active';
  const row = state.table('sessions').insert({
    id,
    object: 'session',
    user_id: wanted.userId,
    client_id: client.id,
    actor: wanted.actor ?? null,
    status,
    last_active_organization_id: wanted.organizationId ?? null,
    last_active_at: now,
    latest_activity: null,
    expire_at: now + LIFETIME_MS,
    abandon_at: now + ABANDONED_AFTER_MS,
    created_at: now,
    updated_at: now,
    tasks: tasks.length > 0 ? tasks.map((key) => ({ key })) : null,
    extras: {
      verifiedAt: [now, null],
      ...((wanted.tasks ?? wanted.status) ? { tasksStay: true } : {}),
      ...wanted.extras,
    },
  });
  state.emit('session.created', viewSession(state, row));
  if (status === 'pending') state.emit('session.pending', viewSession(state, row));
  return row;
}

/** An impersonator has nothing to do for the user. */
function tasksOf(state: InstanceState, wanted: NewSession): readonly SessionTask[] {
  const { tasks, status, actor, userId, organizationId = null } = wanted;
  if (tasks !== undefined) return tasks;
  if (status !== undefined) return status === 'pending' ? ['choose-organization'] : [];
  return (actor ?? null) === null ? tasksAtSignIn(state, userId, organizationId) : [];
}

/** Ends a session that is still going; one that has ended stays as it is. */
export function endSession(state: InstanceState, id: string, status: EndStatus): SessionRow | undefined {
  const row = state.table('sessions').get(id);
  if (row === undefined || !isLive(state, row)) return row;
  const ended = state.table('sessions').update(id, { status, updated_at: state.now() });
  if (ended !== undefined) state.emit(EVENTS[status], viewSession(state, ended));
  return ended;
}

/** The status by the clock and by what is left to do: what nobody ended expires, and what has no tasks left is active. */
export function sessionStatus(state: InstanceState, row: SessionRow): SessionRow['status'] {
  const stored = row.status;
  if (stored !== 'active' && stored !== 'pending') return stored;
  if (row.expire_at <= state.now()) return 'expired';
  if (row.abandon_at <= state.now()) return 'abandoned';
  return stored === 'pending' && openTasks(state, row).length === 0 ? 'active' : stored;
}

/** Active or pending: such a session gets tokens. */
export function isLive(state: InstanceState, row: SessionRow): boolean {
  const status = sessionStatus(state, row);
  return status === 'active' || status === 'pending';
}

/** The session as the API shows it. */
export function viewSession(state: InstanceState, row: SessionRow): Omit<SessionRow, 'extras'> {
  const { extras: _, ...fields } = row;
  const tasks = openTasks(state, row);
  return { ...fields, status: sessionStatus(state, row), tasks: tasks.length > 0 ? tasks : null };
}

export function extrasOf(row: SessionRow): SessionExtras {
  return row.extras ?? {};
}

/** The value of a `__refresh` cookie for a session. */
export function issueRefreshToken(state: InstanceState, sessionId: string): string {
  const token = state.secret(43);
  state.table('refresh_tokens').insert({ id: token, session_id: sessionId, created_at: state.now() });
  return token;
}
