/** The end of an attempt to sign up: the user is made and signed in. */
import type { InstanceState } from '../../state/instance-state.js';
import type { SignUpRow, UserRow, Verification } from '../../state/rows.js';
import { completeWaitlistEntry } from '../invitations/waitlist.js';
import { signIn, type SignInDetails } from '../sessions/client-sessions.js';
import { redeemableTicket } from '../sessions/redeemable-ticket.js';
import { createUser } from '../users/users.js';
import { requirementsOf } from './requirements.js';
import { changeSignUp, signUpStatus } from './sign-up-attempt.js';

/** Makes the user and signs in when nothing is left to do. @throws ApiError 422 if somebody else was faster */
export function completeSignUpIfReady(state: InstanceState, row: SignUpRow): SignUpRow {
  const { missing_fields: lacking, unverified_fields: unverified } = requirementsOf(state, row);
  const client = state.table('clients').get(row.client_id);
  if (lacking.length > 0 || unverified.length > 0 || client === undefined) return row;
  if (signUpStatus(state, row) !== 'missing_requirements') return row;
  const invitation = typeof row.ticket === 'string' ? redeemableTicket(state, row.ticket) : undefined;
  const user = userOf(state, row);
  const entry: Partial<SignInDetails> = invitation?.accept?.(user.id) ?? {};
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
