import type { Row, InstanceState } from '../../state/instance-state.js';

const DAY_MS = 86_400_000;
/** Clerk's defaults: a session lasts seven days. */
const LIFETIME_MS = 7 * DAY_MS;
const ABANDONED_AFTER_MS = 30 * DAY_MS;

/** What tokens of one session say beside what users and memberships say. Not part of the API's session object. */
export interface SessionExtras {
  /** Custom claims, as session token customisation adds them. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** Instead of the permissions of the role. */
  readonly permissions?: readonly string[] | undefined;
  /** `o:invoices`, `u:beta`, `ou:reports`. */
  readonly features?: readonly string[] | undefined;
  /** `o:team`, `u:pro`. */
  readonly plans?: readonly string[] | undefined;
  /** Origin that the tokens were minted for. */
  readonly azp?: string | undefined;
  /** When the first and second factor were verified (ms); null: never. */
  readonly verifiedAt?: readonly [number | null, number | null] | undefined;
}

export interface NewSession {
  readonly userId: string;
  readonly organizationId?: string | null | undefined;
  /** An existing client (browser); a new one if left out. */
  readonly clientId?: string | undefined;
  readonly actor?: Readonly<Record<string, unknown>> | null | undefined;
  readonly status?: 'active' | 'pending' | undefined;
  readonly extras?: SessionExtras | undefined;
}

export type EndStatus = 'revoked' | 'ended' | 'removed';

const EVENTS: Readonly<Record<EndStatus, string>> = {
  revoked: 'session.revoked',
  ended: 'session.ended',
  removed: 'session.removed',
};

/** Stores a session, and its client if it is a new one; tells webhooks. */
export function createSession(state: InstanceState, wanted: NewSession): Row {
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
  const status = wanted.status ?? 'active';
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
    tasks: status === 'pending' ? [{ key: 'choose-organization' }] : null,
    extras: { verifiedAt: [now, null], ...wanted.extras },
  });
  state.emit('session.created', viewSession(state, row));
  if (status === 'pending') state.emit('session.pending', viewSession(state, row));
  return row;
}

/** Ends a session that is still going; one that has ended stays as it is. */
export function endSession(state: InstanceState, id: string, status: EndStatus): Row | undefined {
  const row = state.table('sessions').get(id);
  if (row === undefined || !isLive(state, row)) return row;
  const ended = state.table('sessions').update(id, { status, updated_at: state.now() });
  if (ended !== undefined) state.emit(EVENTS[status], viewSession(state, ended));
  return ended;
}

/** The status by the clock: what nobody ended expires. */
export function sessionStatus(state: InstanceState, row: Row): string {
  const stored = String(row['status']);
  if (stored !== 'active' && stored !== 'pending') return stored;
  if (Number(row['expire_at']) <= state.now()) return 'expired';
  return Number(row['abandon_at']) <= state.now() ? 'abandoned' : stored;
}

/** Active or pending: such a session gets tokens. */
export function isLive(state: InstanceState, row: Row): boolean {
  const status = sessionStatus(state, row);
  return status === 'active' || status === 'pending';
}

/** The session as the API shows it. */
export function viewSession(state: InstanceState, row: Row): Record<string, unknown> {
  const { extras: _, ...fields } = row;
  return { ...fields, status: sessionStatus(state, row) };
}

export function extrasOf(row: Row): SessionExtras {
  return row['extras'] ?? {};
}

/** The value of a `__refresh` cookie for a session. */
export function issueRefreshToken(state: InstanceState, sessionId: string): string {
  const token = state.secret(43);
  state.table('refresh_tokens').insert({ id: token, session_id: sessionId, created_at: state.now() });
  return token;
}
