/**
 * An attempt to sign up. It is complete, and the user is made, once nothing is missing and nothing is unverified; both follow from what has
 * been given so far.
 */
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { ClientRow, Fields, SignUpRow, UserRow, Verification } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { completeWaitlistEntry } from '../invitations/waitlist.js';
import type { ErrorCode } from '../records/api-error.js';
import { invalidValue, missing, notFound, refusal } from '../records/refusals.js';
import { refuseDuplicates } from '../records/resource.js';
import { signIn, type Entry } from '../sessions/client-sessions.js';
import { redeemableTicket } from '../sessions/redeemable-ticket.js';
import { readFree } from '../users/identifications.js';
import { restrictionOf } from '../users/sign-up-restrictions.js';
import { digested } from '../users/user-credentials.js';
import { users } from '../users/user-records.js';
import { readChosenUsername } from './usernames.js';
import { createUser } from '../users/users.js';
import { sendLink } from '../verification/redirects.js';
import { attemptCode, sendCode, statusOf, viewVerification } from '../verification/verification.js';
import { requirementsOf, type VerifiableName } from './requirements.js';

const ABANDONED_AFTER_MS = 24 * 60 * 60_000;

const KINDS = ['email_address', 'phone_number', 'web3_wallet', 'external_account'] as const;

export function signUpStatus(state: InstanceState, row: SignUpRow): SignUpRow['status'] {
  if (row.created_user_id !== null) return 'complete';
  return row.abandon_at <= state.now() ? 'abandoned' : 'missing_requirements';
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

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** How each field of a form is read. @throws ApiError 422 */
const READERS: Readonly<Record<string, (state: InstanceState, value: unknown, row: SignUpRow) => Draft<SignUpRow>>> = {
  email_address: (state, value, row) => identification(state, 'email_address', value, row),
  phone_number: (state, value, row) => identification(state, 'phone_number', value, row),
  username(state, value) {
    const username = typeof value === 'string' ? readChosenUsername(state, value) : null;
    refuseDuplicates(state, users, { username });
    return { username };
  },
  first_name: (_state, value) => ({ first_name: textOrNull(value) }),
  last_name: (_state, value) => ({ last_name: textOrNull(value) }),
  password: (state, value) => (typeof value === 'string' && value !== '' ? digested(state, value) : {}),
  unsafe_metadata(_state, value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw invalidValue('unsafe_metadata', 'must be a JSON object');
    return { unsafe_metadata: value as Record<string, unknown> };
  },
  legal_accepted: (state, value) => ({ legal_accepted_at: value === true || value === 'true' ? state.now() : null }),
  locale: (_state, value) => ({ locale: textOrNull(value) }),
};

function identification(state: InstanceState, kind: VerifiableName, value: unknown, row: SignUpRow): Draft<SignUpRow> {
  const given = textOrNull(value);
  const text = given === null ? null : readFree(state, kind, given);
  if (text === row[kind]) return {};
  const restriction = text === null || kind !== 'email_address' ? null : restrictionOf(state, [text], 'sign-up');
  if (restriction !== null) throw refusal('not_allowed_access', restriction, { paramName: kind });
  return { [kind]: text, verifications: { ...row.verifications, [kind]: null } };
}

/** Takes what a form gives; attributes that the instance does not have are refused. @throws ApiError 403, 422 */
export function fillSignUp(state: InstanceState, row: SignUpRow, input: Fields): SignUpRow {
  if (signUpStatus(state, row) !== 'missing_requirements')
    throw refusal('client_state_invalid', 'This sign-up is over.');
  const { attributes } = environmentOf(state).user_settings;
  let next = row;
  const patch: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(READERS)) {
    const value = input[name];
    if (value === undefined) continue;
    const isOff = Object.hasOwn(attributes, name) && !attributes[name as keyof typeof attributes].enabled;
    if (isOff && textOrNull(value) !== null) throw invalidValue(name, 'is not a valid parameter for this request');
    const fields = isOff ? {} : read(state, value, next);
    Object.assign(patch, fields);
    next = { ...next, ...fields } as SignUpRow;
  }
  return changeSignUp(state, row, patch);
}

const CHANNELS: Readonly<Record<string, readonly [kind: VerifiableName, channel: 'email' | 'sms']>> = {
  email_code: ['email_address', 'email'],
  email_link: ['email_address', 'email'],
  phone_code: ['phone_number', 'sms'],
};

/** What a strategy verifies. @throws ApiError 400, 422 */
function verifiable(state: InstanceState, row: SignUpRow, strategy: unknown) {
  if (signUpStatus(state, row) !== 'missing_requirements')
    throw refusal('client_state_invalid', 'This sign-up is over.');
  const [kind, channel] = (typeof strategy === 'string' ? CHANNELS[strategy] : undefined) ?? [];
  if (kind === undefined || channel === undefined || typeof strategy !== 'string')
    throw invalidValue('strategy', 'is not one by which this can be verified');
  const to = row[kind];
  if (to === null) throw missing(kind);
  return { kind, channel, strategy, to };
}

const withVerification = (state: InstanceState, row: SignUpRow, kind: string, verification: Verification): SignUpRow =>
  changeSignUp(state, row, { verifications: { ...row.verifications, [kind]: verification } });

/** Sends a code. @throws ApiError 400, 422 */
export function prepareVerification(state: InstanceState, row: SignUpRow, input: Fields, address: string): SignUpRow {
  const { kind, channel, strategy, to } = verifiable(state, row, input['strategy']);
  if (row.verifications[kind]?.status === 'verified')
    throw refusal('verification_already_verified', 'This has been verified already.');
  const subject = { kind: 'sign_up', id: row.id, address } as const;
  const verification =
    strategy === 'email_link'
      ? sendLink(state, strategy, { channel, to }, subject, input)
      : sendCode(state, strategy, { channel, to });
  return withVerification(state, row, kind, verification);
}

/** Looks at a code, and goes on. @throws ApiError 400, 422 */
export function attemptVerification(state: InstanceState, row: SignUpRow, input: Fields): SignUpRow {
  const { kind, strategy } = verifiable(state, row, input['strategy']);
  const held = row.verifications[kind];
  if (held?.strategy !== strategy) throw refusal('verification_missing', 'No code has been sent yet.');
  const code = input['code'];
  if (typeof code !== 'string' || code === '') throw missing('code');
  const { verification, refusal: refused } = attemptCode(state, held, code);
  const next = withVerification(state, row, kind, verification);
  if (refused !== null) throw refused;
  return settleSignUp(state, next);
}

/** Makes the user and signs in when nothing is left to do. @throws ApiError 422 if somebody else was faster */
export function settleSignUp(state: InstanceState, row: SignUpRow): SignUpRow {
  const { missing_fields: lacking, unverified_fields: unverified } = requirementsOf(state, row);
  const client = state.table('clients').get(row.client_id);
  if (lacking.length > 0 || unverified.length > 0 || client === undefined) return row;
  if (signUpStatus(state, row) !== 'missing_requirements') return row;
  const invitation = typeof row.ticket === 'string' ? redeemableTicket(state, row.ticket) : undefined;
  const user = userOf(state, row);
  const entry: Partial<Entry> = invitation?.accept?.(user.id) ?? {};
  if (row.email_address !== null) completeWaitlistEntry(state, row.email_address);
  const strategy = strategyOf(row);
  const session = signIn(state, client, user, { ...entry, strategy });
  state.table('clients').update(client.id, { sign_up_id: null });
  return changeSignUp(state, row, {
    status: 'complete',
    created_user_id: user.id,
    created_session_id: session.id,
    // It is the user's now.
    password_digest: null,
  });
}

const strategyOf = ({ verifications, password_digest: digest }: SignUpRow): string =>
  Object.values(verifications).find((each) => each?.status === 'verified')?.strategy ??
  (typeof digest === 'string' ? 'password' : 'email_code');

function userOf(state: InstanceState, row: SignUpRow): UserRow {
  const { email_address: email, phone_number: phone, password_digest: digest, password_hasher: hasher } = row;
  const verifications = new Map<string, Verification | null>();
  if (email !== null) verifications.set(email, row.verifications['email_address'] ?? null);
  if (phone !== null) verifications.set(phone, row.verifications['phone_number'] ?? null);
  const password = typeof digest === 'string' ? { password_digest: digest, password_hasher: hasher ?? null } : {};
  const given = {
    ...(row.username === null ? {} : { username: row.username }),
    ...(row.first_name === null ? {} : { first_name: row.first_name }),
    ...(row.last_name === null ? {} : { last_name: row.last_name }),
    ...(typeof row.locale === 'string' ? { locale: row.locale } : {}),
  };
  const body = {
    ...given,
    ...(email === null ? {} : { email_address: [email] }),
    ...(phone === null ? {} : { phone_number: [phone] }),
    unsafe_metadata: row.unsafe_metadata ?? {},
    public_metadata: row.public_metadata ?? {},
  };
  return createUser(state, body, {
    verifications,
    fields: {
      ...password,
      ...(typeof digest === 'string' ? { password_last_updated_at: state.now() } : {}),
      legal_accepted_at: row.legal_accepted_at,
    },
  });
}

/** The attempt that a client shows: one that is under way. */
export function openSignUp(state: InstanceState, client: ClientRow): SignUpRow | null {
  const row = state.table('sign_ups').get(client.sign_up_id);
  return row !== undefined && signUpStatus(state, row) === 'missing_requirements' ? row : null;
}
