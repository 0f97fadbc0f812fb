import type { Row, World } from './instance-state.js';

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
export function createSession(world: World, wanted: NewSession): Row {
  const now = world.now();
  const clients = world.table('clients');
  const id = world.id('sess');
  const client =
    (wanted.clientId === undefined ? undefined : clients.get(wanted.clientId)) ??
    clients.insert({
      id: wanted.clientId ?? world.id('client'),
      object: 'client',
      sign_in_id: null,
      sign_up_id: null,
      created_at: now,
    });
  clients.update(client.id, { last_active_session_id: id, updated_at: now });
  const status = wanted.status ?? 'active';
  const row = world.table('sessions').insert({
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
  world.emit('session.created', viewSession(world, row));
  if (status === 'pending') world.emit('session.pending', viewSession(world, row));
  return row;
}

/** Ends a session that is still going; one that has ended stays as it is. */
export function endSession(world: World, id: string, status: EndStatus): Row | undefined {
  const row = world.table('sessions').get(id);
  if (row === undefined || !isLive(world, row)) return row;
  const ended = world.table('sessions').update(id, { status, updated_at: world.now() });
  if (ended !== undefined) world.emit(EVENTS[status], viewSession(world, ended));
  return ended;
}

/** The status by the clock: what nobody ended expires. */
export function sessionStatus(world: World, row: Row): string {
  const stored = String(row['status']);
  if (stored !== 'active' && stored !== 'pending') return stored;
  if (Number(row['expire_at']) <= world.now()) return 'expired';
  return Number(row['abandon_at']) <= world.now() ? 'abandoned' : stored;
}

/** Active or pending: such a session gets tokens. */
export function isLive(world: World, row: Row): boolean {
  const status = sessionStatus(world, row);
  return status === 'active' || status === 'pending';
}

/** The session as the API shows it. */
export function viewSession(world: World, row: Row): Record<string, unknown> {
  const { extras: _, ...fields } = row;
  return { ...fields, status: sessionStatus(world, row) };
}

export function extrasOf(row: Row): SessionExtras {
  return row['extras'] ?? {};
}

/** The value of a `__refresh` cookie for a session. */
export function issueRefreshToken(world: World, sessionId: string): string {
  const token = world.secret(43);
  world.table('refresh_tokens').insert({ id: token, session_id: sessionId, created_at: world.now() });
  return token;
}
