import { ensureMembership, ensureOrganization, ensureRole, ensureUser, roleKey } from './ensure.js';
import { addMachineScope, createMachine, scopeId } from './machines/machines.js';
import type { SessionTask } from './sessions/session-tasks.js';
import { createSession, isLive } from './sessions/sessions.js';
import { issueApiKey, issueM2MToken, issueOAuthToken, type TokenFormat } from './tokens/machine-tokens.js';
import { mintSessionToken } from './tokens/session-token.js';
import type { InstanceState, Row } from '../state/instance-state.js';
import type { ApiKeyRow, MachineRow, SessionExtras, SessionRow, UserRow } from '../state/rows.js';

/*
 * Credentials for tests in one call each: what they name is created if it does not exist.
 */

type Claims = Readonly<Record<string, unknown>>;

export interface SessionTokenRequest {
  /** Any text; a user that does not exist is created. Default: a new user. */
  readonly userId?: string;
  /** Makes the user a member of this organization, and it the active one. */
  readonly orgId?: string;
  /** `org:admin` or `admin`. Default: the role of the membership, or `org:member`. */
  readonly role?: string;
  /** `org:<feature>:<permission>`. Default: those of the role. */
  readonly permissions?: readonly string[];
  /** Custom claims; they win over Clerk's own, so that a test can have any token. */
  readonly claims?: Claims;
  /** Default 60. Negative: expired so long ago. */
  readonly expiresInSeconds?: number;
  /** Authorized party: the origin for which the browser got the token. */
  readonly azp?: string;
  /** Session status in the token: signed in, but with tasks to do. Same as `sts: 'pending'`. */
  readonly pending?: boolean;
  readonly sts?: 'active' | 'pending';
  /** The tasks of a pending session: `choose-organization`, `reset-password`, `setup-mfa`. Default: what the instance asks for. */
  readonly tasks?: readonly SessionTask[];
  /** Minutes since the first and the second factor were verified; -1: never. */
  readonly fva?: readonly [number, number];
  /** The impersonator (`act` claim); text is short for `{ sub }`. */
  readonly actor?: string | Claims;
  /** Features: `o:invoices` of the organization, `u:beta` of the user. */
  readonly features?: readonly string[];
  /** Plans: `o:team`, `u:pro`. */
  readonly plans?: readonly string[];
  /** Claims of Clerk's older tokens (`org_id`, `org_role`, `org_permissions`). */
  readonly v1?: boolean;
  /** A token of this session, as it is, instead of a new session. */
  readonly sessionId?: string;
}

export interface IssuedSession {
  readonly token: string;
  readonly session: SessionRow;
  readonly user: UserRow;
}

/** @throws Error if the session given has ended or does not exist; TypeError for a permission that no token can hold */
export function issueSession(state: InstanceState, wanted: SessionTokenRequest, clientId?: string): IssuedSession {
  const session =
    wanted.sessionId === undefined ? newSession(state, wanted, clientId) : liveSession(state, wanted.sessionId);
  const token = mintSessionToken(state, session, {
    expiresInSeconds: wanted.expiresInSeconds,
    claims: wanted.claims,
    azp: wanted.azp,
    fva: wanted.fva,
    v1: wanted.v1,
  });
  return { token, session, user: ensureUser(state, session.user_id) };
}

function newSession(state: InstanceState, wanted: SessionTokenRequest, clientId: string | undefined): SessionRow {
  const user = ensureUser(state, wanted.userId ?? state.id('user'));
  if (user.banned === true) throw new Error(`${user.id} is banned: there is no session for this user.`);
  if (wanted.orgId !== undefined) join(state, user.id, wanted.orgId, wanted);
  const { actor, permissions, features, plans, azp } = wanted;
  const extras: SessionExtras = {
    permissions: wanted.orgId === undefined ? undefined : permissions,
    features,
    plans,
    azp,
  };
  return createSession(state, {
    userId: user.id,
    clientId,
    organizationId: wanted.orgId,
    actor: typeof actor === 'string' ? { sub: actor } : actor,
    status: wanted.pending === true ? 'pending' : wanted.sts,
    tasks: wanted.tasks,
    extras,
  });
}

function join(state: InstanceState, userId: string, organizationId: string, wanted: SessionTokenRequest = {}): void {
  ensureOrganization(state, organizationId);
  const role = wanted.role === undefined ? undefined : roleKey(wanted.role);
  if (role !== undefined) ensureRole(state, role, wanted.permissions ?? []);
  ensureMembership(state, organizationId, userId, role);
}

function liveSession(state: InstanceState, id: string): SessionRow {
  const session = state.table('sessions').get(id);
  if (session === undefined) throw new Error(`There is no session ${id}.`);
  if (!isLive(state, session)) throw new Error(`The session ${id} has ended: there are no more tokens of it.`);
  return session;
}

export interface ApiKeyRequest {
  /** `user_...`, `org_...` or `mch_...`; a user or organization that does not exist is created. */
  readonly subject: string;
  readonly scopes?: readonly string[];
  readonly claims?: Claims;
  readonly name?: string;
  readonly description?: string;
  /** Default: never. Negative: expired so long ago. */
  readonly expiresInSeconds?: number;
}

/** Clerk's API key object, with its secret. */
export interface IssuedApiKey extends Row {
  readonly secret: string;
}

export function issueKey(state: InstanceState, wanted: ApiKeyRequest): ApiKeyRow {
  const { subject } = wanted;
  if (subject.startsWith('org_')) ensureOrganization(state, subject);
  else if (subject.startsWith('mch_')) ensureMachine(state, subject);
  else ensureUser(state, subject);
  return issueApiKey(state, { ...wanted, name: wanted.name ?? `Key of ${subject}` });
}

export interface M2MTokenRequest {
  /** The machine whose token it is; created if it does not exist. Default: a new machine. */
  readonly machineId?: string;
  /** Machines that accept the token. Default: those to which the machine has access. */
  readonly scopes?: readonly string[];
  readonly claims?: Claims;
  /** Default `opaque`. */
  readonly format?: TokenFormat;
  /** Default: the machine's (an hour). Negative: expired so long ago. */
  readonly expiresInSeconds?: number;
}

/** Clerk's token object, with the token in the clear. */
export interface IssuedToken extends Row {
  readonly token: string;
}

export function issueMachineToken(state: InstanceState, wanted: M2MTokenRequest): IssuedToken {
  const machine = ensureMachine(state, wanted.machineId ?? state.id('mch'));
  for (const id of wanted.scopes ?? []) {
    if (!id.startsWith('mch_')) continue;
    ensureMachine(state, id);
    if (state.table('machine_scopes').get(scopeId(machine.id, id)) === undefined)
      addMachineScope(state, machine.id, id);
  }
  return issueM2MToken(state, { ...wanted, machine });
}

export interface OAuthTokenRequest {
  readonly userId: string;
  /** Default: a client that the instance makes up. */
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  /** For which resource server it is good (`aud`). */
  readonly audience?: string | readonly string[];
  /** The organization that the user chose at consent (`org_id`); the user becomes a member. */
  readonly orgId?: string;
  /** Default `opaque`. */
  readonly format?: TokenFormat;
  /** Default: a day. Negative: expired so long ago. */
  readonly expiresInSeconds?: number;
}

export function issueAccessToken(state: InstanceState, wanted: OAuthTokenRequest): IssuedToken {
  ensureUser(state, wanted.userId);
  if (wanted.orgId !== undefined) join(state, wanted.userId, wanted.orgId);
  return issueOAuthToken(state, {
    ...wanted,
    organizationId: wanted.orgId,
    clientId: wanted.clientId ?? `client_${state.secret(27)}`,
  });
}

/** @throws TypeError for an id without `mch_`, by which verifiers know machines */
export function ensureMachine(state: InstanceState, id: string): MachineRow {
  if (!id.startsWith('mch_')) throw new TypeError(`The id of a machine begins with mch_, and this one does not: ${id}`);
  return state.table('machines').get(id) ?? createMachine(state, { id });
}
