/** The steps of a sign-in attempt. `sign-in-status.ts` computes its status from them. */
import { DAY_MS } from '../../ground/time.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { ClientRow, Fields, SignInRow, UserRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { notFound, refusal } from '../records/refusals.js';
import { liveSessions, signIn, type SignInDetails } from '../sessions/client-sessions.js';
import { endSessions } from '../sessions/user-sessions.js';
import { clearFailedAttempts, countFailedAttempt, refuseBannedOrLocked } from './lockout.js';
import { textsOf } from '../users/person.js';
import { restrictionFor } from '../users/sign-up-restrictions.js';
import { setPassword } from '../users/user-credentials.js';
import { verified } from '../verification/verification.js';
import { ENTERPRISE, enterpriseFactors } from './enterprise-sso.js';
import { countsAsBoth, firstFactors, secondFactors } from './factors.js';
import { identifyOrRefuse } from './identify.js';
import { isVerificationDone, signInStatus } from './sign-in-status.js';
import {
  attemptWith,
  chosenStrategy,
  FIRST_STRATEGIES,
  preparationOf,
  SECOND_STRATEGIES,
  type PageContext,
} from './strategies.js';
import {
  identifyProtected,
  hidesAccount,
  UNKNOWN_USER,
  hasEnumerationProtection,
  neverSent,
  protectedStep,
} from './enumeration-protection.js';

const ABANDONED_AFTER_MS = DAY_MS;

/** @throws ApiError 400 where a browser has one session and is signed in already */
export function refuseSecondSession(state: InstanceState, client: ClientRow): void {
  if (!environmentOf(state).auth_config.single_session_mode || liveSessions(state, client).length === 0) return;
  throw refusal('session_exists', 'You are already signed in.');
}

/** @throws ApiError 404 for an attempt of another client */
export function findSignIn(state: InstanceState, client: ClientRow | null, id: string): SignInRow {
  const row = state.table('sign_ins').get(id);
  if (row === undefined || client === null || row.client_id !== client.id) throw notFound('sign-in', id);
  return row;
}

/** A new attempt, which replaces the one that the client had. */
export function startSignIn(state: InstanceState, client: ClientRow, fields: Draft<SignInRow> = {}): SignInRow {
  const now = state.now();
  const table = state.table('sign_ins');
  for (const { id, created_session_id: session } of table.by('client_id', client.id))
    if (session === null) table.delete(id);
  const row = table.insert({
    id: state.id('sia'),
    client_id: client.id,
    user_id: null,
    identifier: null,
    first_factor_verification: null,
    second_factor_verification: null,
    needs_new_password: false,
    created_session_id: null,
    abandon_at: now + ABANDONED_AFTER_MS,
    created_at: now,
    updated_at: now,
    ...fields,
  } as SignInRow);
  // Not a change of the client's sessions: the time of its last change stays.
  state.table('clients').update(client.id, { sign_in_id: row.id });
  return row;
}

export function changeSignIn(state: InstanceState, row: SignInRow, patch: Draft<SignInRow>): SignInRow {
  return state.table('sign_ins').update(row.id, { ...patch, updated_at: state.now() }) ?? row;
}

/** Starts an attempt for an identifier. @throws ApiError 403, 422 */
export function identifySignIn(state: InstanceState, client: ClientRow, identifier: string): SignInRow {
  const hidden = hasEnumerationProtection(state);
  const found = hidden ? identifyProtected(state, identifier) : identifyOrRefuse(state, identifier);
  if (found.user !== undefined && !hidden) refuseSignIn(state, found.user);
  const here = liveSessions(state, client).some((session) => session.user_id === found.user?.id);
  if (here) throw refusal('identifier_already_signed_in', 'You are already signed in with this account.');
  return startSignIn(state, client, { user_id: found.user?.id ?? null, identifier: found.identifier });
}

/** @throws ApiError 403 for a user who is banned, locked or refused by the instance's restrictions */
export function refuseSignIn(state: InstanceState, user: UserRow, invited = false): void {
  refuseBannedOrLocked(state, user);
  const restriction = restrictionFor(state, textsOf(state, user, 'email_address'), 'sign-in', invited);
  if (restriction !== null) throw refusal('not_allowed_access', restriction);
}

type Step = 'first' | 'second';

const STEPS = {
  first: { status: 'needs_first_factor', strategies: FIRST_STRATEGIES, field: 'first_factor_verification' },
  second: { status: 'needs_second_factor', strategies: SECOND_STRATEGIES, field: 'second_factor_verification' },
} as const;

/** Sends what the strategy needs. @throws ApiError */
export function prepareFactor(
  state: InstanceState,
  row: SignInRow,
  step: Step,
  given: Fields,
  { baseUrl, origin }: PageContext,
): SignInRow {
  const { user, chosen, input } = stepOf(state, row, step, given);
  const subject = { kind: 'sign_in', id: row.id, baseUrl } as const;
  const asked = { state, user, input, subject, prepared: null, origin };
  const send = preparationOf(chosen);
  const verification =
    user === UNKNOWN_USER && chosen.name !== ENTERPRISE ? neverSent(state, chosen.name) : send(asked, chosen.name);
  return changeSignIn(state, row, { [STEPS[step].field]: verification });
}

/** Checks the answer to a factor, and signs in if it was the last one. @throws ApiError */
export async function attemptFactor(
  state: InstanceState,
  row: SignInRow,
  step: Step,
  given: Fields,
  { baseUrl, origin }: PageContext,
): Promise<SignInRow> {
  const { user, chosen, input } = stepOf(state, row, step, given);
  const { field } = STEPS[step];
  const subject = { kind: 'sign_in', id: row.id, baseUrl } as const;
  const asked = { state, user, input, subject, origin };
  const { verification, refusal: refused } = await attemptWith(chosen, row[field], asked);
  const isReset = chosen.name.startsWith('reset_password_');
  const patch = isReset && refused === null ? { needs_new_password: true } : {};
  const next = changeSignIn(state, row, { [field]: verification, ...patch });
  if (refused !== null) {
    countFailedAttempt(state, user.id);
    throw refused;
  }
  const wished = input['password'];
  if (isReset && typeof wished === 'string' && wished !== '') return resetPassword(state, next, wished, false);
  return completeSignInIfReady(state, next);
}

/** @throws ApiError 400, 403, 422 */
function stepOf(state: InstanceState, row: SignInRow, step: Step, input: Fields) {
  const { status, strategies } = STEPS[step];
  const user = state.table('users').get(row.user_id);
  if (step === 'first' && signInStatus(state, row) === status && hidesAccount(state, row))
    return protectedStep(state, row, user, input, refuseSignIn);
  const enterprise = step === 'first' ? enterpriseFactors(state, row.identifier) : [];
  if (enterprise.length > 0 && !isVerificationDone(row.first_factor_verification))
    return { user: user ?? UNKNOWN_USER, chosen: chosenStrategy(strategies, enterprise, input), input };
  if (row.user_id !== null && user === undefined)
    throw refusal('sign_in_identification_or_user_deleted', 'The account has been deleted in the meantime.');
  if (user === undefined || signInStatus(state, row) !== status)
    throw refusal('client_state_invalid', 'This is not the next step of the sign-in.');
  refuseBannedOrLocked(state, user);
  const offered = step === 'first' ? firstFactors(state, user, row.identifier) : secondFactors(state, user);
  return { user, chosen: chosenStrategy(strategies, offered, input), input };
}

/** Sets the new password of an attempt that waits for it. @throws ApiError 400, 422 */
export function resetPassword(
  state: InstanceState,
  row: SignInRow,
  password: string,
  signOutOthers: boolean,
): SignInRow {
  const user = state.table('users').get(row.user_id);
  if (signInStatus(state, row) !== 'needs_new_password' || user === undefined)
    throw refusal('client_state_invalid', 'This is not the next step of the sign-in.');
  setPassword(state, user, password);
  if (signOutOthers) endSessions(state, user.id, 'revoked');
  return completeSignInIfReady(state, changeSignIn(state, row, { needs_new_password: false }));
}

/** Signs the client in if every step is done. */
export function completeSignInIfReady(state: InstanceState, row: SignInRow): SignInRow {
  const user = state.table('users').get(row.user_id);
  const client = state.table('clients').get(row.client_id);
  if (signInStatus(state, row) !== 'complete' || user === undefined || client === undefined) return row;
  const strategy = row.first_factor_verification?.strategy ?? 'password';
  const both = countsAsBoth(state, strategy) && secondFactors(state, user).length > 0;
  const second = isVerificationDone(row.second_factor_verification) || both;
  const session = signIn(state, client, user, {
    ...(row.entry as Partial<SignInDetails>),
    strategy,
    secondFactor: second,
  });
  clearFailedAttempts(state, user.id);
  state.table('clients').update(client.id, { sign_in_id: null });
  return changeSignIn(state, row, { created_session_id: session.id });
}

/** A new attempt of a user who has been verified already: by a ticket or by a provider. */
export function signInVerified(
  state: InstanceState,
  client: ClientRow,
  user: UserRow,
  strategy: string,
  entry: Partial<SignInDetails> = {},
): SignInRow {
  const fields = { user_id: user.id, first_factor_verification: verified(strategy), entry: entry as Fields };
  return completeSignInIfReady(state, startSignIn(state, client, fields));
}

/** The attempt of a client that is neither complete nor abandoned. */
export function openSignIn(state: InstanceState, client: ClientRow): SignInRow | null {
  const row = state.table('sign_ins').get(client.sign_in_id);
  if (row === undefined) return null;
  const status = signInStatus(state, row);
  return status === 'complete' || status === 'abandoned' ? null : row;
}
