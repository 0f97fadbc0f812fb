/**
 * An attempt to sign up. It is complete, and the user is made, once nothing is missing and nothing is unverified; both follow from what has
 * been given so far.
 */
import { DAY_MS } from '../../ground/time.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { ClientRow, Fields, SignUpRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import type { ErrorCode } from '../records/api-error.js';
import { notFound, refusal } from '../records/refusals.js';
import { statusOf, viewVerification } from '../verification/verification.js';
import { requirementsOf } from './requirements.js';

const ABANDONED_AFTER_MS = DAY_MS;

const KINDS = ['email_address', 'phone_number', 'web3_wallet', 'external_account'] as const;

export function signUpStatus(state: InstanceState, row: SignUpRow): SignUpRow['status'] {
  if (row.created_user_id !== null) return 'complete';
  return row.abandon_at <= state.now() ? 'abandoned' : 'missing_requirements';
}

/** @throws ApiError for an attempt that is complete or abandoned */
export function requireOpen(state: InstanceState, row: SignUpRow): void {
  if (signUpStatus(state, row) !== 'missing_requirements')
    throw refusal('client_state_invalid', 'This sign-up is over.');
}

export function viewSignUp(state: InstanceState, row: SignUpRow): Fields {
  const { attributes } = environmentOf(state).user_settings;
  const requirements = requirementsOf(state, row);
  const shown = (kind: (typeof KINDS)[number]): Fields | null => {
    const verification = row.verifications[kind] ?? null;
    if (kind !== 'email_address' && kind !== 'phone_number') return viewVerification(state, verification);
    if (row[kind] === null) return null;
    const supported = attributes[kind].verifications;
    // No strategy yet: a form that reads one believes that a code is under way.
    const unprepared = {
      object: 'verification_otp',
      status: 'unverified',
      strategy: '',
      attempts: null,
      expire_at: null,
    };
    const view = viewVerification(state, verification) ?? unprepared;
    const isOpen = verification !== null && statusOf(state, verification) === 'unverified';
    const next = view['status'] === 'verified' ? '' : isOpen ? 'needs_attempt' : 'needs_prepare';
    return { ...view, next_action: next, supported_strategies: supported };
  };
  return {
    ...row,
    ...requirements,
    status: signUpStatus(state, row),
    verifications: Object.fromEntries(KINDS.map((kind) => [kind, shown(kind)])),
    password_enabled: typeof row.password_digest === 'string',
  };
}

/** @throws ApiError 404 for a sign-up of another client */
export function findSignUp(state: InstanceState, client: ClientRow | null, id: string): SignUpRow {
  const row = state.table('sign_ups').get(id);
  if (row === undefined || client === null || row.client_id !== client.id) throw notFound('sign-up', id);
  return row;
}

/** A new attempt, which replaces the one that the client had. @throws ApiError 403 where nobody may sign up without being invited */
export function startSignUp(state: InstanceState, client: ClientRow, fields: Draft<SignUpRow> = {}): SignUpRow {
  refuseByMode(state, typeof fields.ticket === 'string');
  const now = state.now();
  const table = state.table('sign_ups');
  for (const { id, created_user_id: user } of table.by('client_id', client.id)) if (user === null) table.delete(id);
  const row = table.insert({
    id: state.id('sua'),
    object: 'sign_up_attempt',
    client_id: client.id,
    status: 'missing_requirements',
    verifications: {},
    username: null,
    email_address: null,
    phone_number: null,
    web3_wallet: null,
    first_name: null,
    last_name: null,
    unsafe_metadata: {},
    public_metadata: {},
    custom_action: false,
    external_id: null,
    created_session_id: null,
    created_user_id: null,
    legal_accepted_at: null,
    locale: null,
    ticket: null,
    abandon_at: now + ABANDONED_AFTER_MS,
    created_at: now,
    updated_at: now,
    ...fields,
  } as SignUpRow);
  state.table('clients').update(client.id, { sign_up_id: row.id });
  return row;
}

const MODES: Readonly<Record<string, readonly [code: ErrorCode, message: string]>> = {
  restricted: ['sign_up_mode_restricted', 'Sign-ups are restricted to people who have been invited.'],
  waitlist: ['sign_up_restricted_waitlist', 'Sign-ups are by the waitlist. Join it first.'],
};

function refuseByMode(state: InstanceState, invited: boolean): void {
  const refused = MODES[environmentOf(state).user_settings.sign_up.mode];
  if (refused !== undefined && !invited) throw refusal(...refused);
}

export const changeSignUp = (state: InstanceState, row: SignUpRow, patch: Draft<SignUpRow>): SignUpRow =>
  state.table('sign_ups').update(row.id, { ...patch, updated_at: state.now() }) ?? row;

/** The attempt that a client shows: one that is under way. */
export function openSignUp(state: InstanceState, client: ClientRow): SignUpRow | null {
  const row = state.table('sign_ups').get(client.sign_up_id);
  return row !== undefined && signUpStatus(state, row) === 'missing_requirements' ? row : null;
}
