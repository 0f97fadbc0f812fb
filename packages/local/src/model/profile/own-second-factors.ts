/** Two-step verification as users set it up themselves: authenticator apps, phone numbers, backup codes. */
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';
import type { AttributeName } from '../instance/attributes.js';
import { environmentOf } from '../instance/environment.js';
import { notFound, refusal } from '../records/refusals.js';
import { change, find } from '../records/resource.js';
import { incorrectCode } from '../verification/verification.js';
import { primaryText } from '../users/person.js';
import { hasSecondFactor } from '../users/second-factors.js';
import { isTotpCode, newTotpSecret } from '../users/totp.js';
import { users } from '../users/user-records.js';

/** As many as Clerk makes. */
const BACKUP_CODES = 10;

export interface Totp {
  readonly id: string;
  /** Shown until the app has proven itself. */
  readonly secret: string | null;
  readonly uri: string | null;
  readonly verified: boolean;
  readonly backup_codes: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}

/** @throws ApiError 403 where the instance has switched the attribute off */
function refuseIfOff(state: InstanceState, attribute: AttributeName): void {
  if (!environmentOf(state).user_settings.attributes[attribute].enabled) throw refusal('feature_not_enabled');
}

/** Makes the secret for an authenticator app, which counts once a code of it was right. @throws ApiError 400, 403 */
export function startTotp(state: InstanceState, user: UserRow): Totp {
  refuseIfOff(state, 'authenticator_app');
  if (typeof user.totp_secret === 'string') throw refusal('totp_already_enabled');
  const now = state.now();
  const pending = { id: state.id('totp'), secret: newTotpSecret(state), created_at: now };
  state.table('users').update(user.id, { pending_totp: pending });
  const { id, secret } = pending;
  const uri = keyUri(state, user, secret);
  return { id, secret, uri, verified: false, backup_codes: null, created_at: now, updated_at: now };
}

/** What authenticator apps read from a picture (Google Authenticator, "Key Uri Format"). */
function keyUri(state: InstanceState, user: UserRow, secret: string): string {
  const issuer = environmentOf(state).display_config.application_name;
  const account = primaryText(state, user, 'email_address') ?? user.username ?? user.id;
  const query = new URLSearchParams({ algorithm: 'SHA1', digits: '6', issuer, period: '30', secret });
  // Apps do not read `+` as a space.
  const text = query.toString().replaceAll('+', '%20');
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(account)}?${text}`;
}

/** Completes the setup of an authenticator app. A user's first second factor brings backup codes. @throws ApiError 400, 404, 422 */
export function verifyTotp(state: InstanceState, user: UserRow, code: string): Totp {
  const pending = user.pending_totp ?? null;
  if (typeof user.totp_secret === 'string') throw refusal('totp_already_enabled');
  if (pending === null) throw notFound('authenticator app', user.id);
  if (!isTotpCode(pending.secret, code, state.now())) throw incorrectCode();
  const codes = firstBackupCodes(state, user);
  secondFactorAdded(state, user, hasSecondFactor(state, user), codes, {
    totp_secret: pending.secret,
    pending_totp: null,
  });
  const { id, created_at: created } = pending;
  const common = { id, secret: null, uri: null, verified: true };
  return { ...common, backup_codes: codes, created_at: created, updated_at: state.now() };
}

/** Codes for a user who gets a second factor and has none yet; null if there are to be none. */
export function firstBackupCodes(state: InstanceState, user: UserRow): readonly string[] | null {
  const wanted = environmentOf(state).user_settings.attributes.backup_code.enabled;
  return wanted && (user.backup_codes ?? []).length === 0 ? newCodes(state) : null;
}

const newCodes = (state: InstanceState): string[] =>
  Array.from({ length: BACKUP_CODES }, () => state.secret(8).toLowerCase());

/** Stores that a second factor was added. @param had whether the user had one before @param codes new backup codes; null: none */
export function secondFactorAdded(
  state: InstanceState,
  user: UserRow,
  had: boolean,
  codes: readonly string[] | null,
  patch: Draft<UserRow> = {},
): UserRow {
  return change(state, users, user.id, {
    ...(had ? {} : { mfa_enabled_at: state.now() }),
    ...(codes === null ? {} : { backup_codes: codes }),
    ...patch,
  });
}

/** Stores that a second factor was removed, by the patch or before. Without any, backup codes are removed too. */
export function secondFactorRemoved(state: InstanceState, user: UserRow, patch: Draft<UserRow> = {}): UserRow {
  const left = { ...find(state, users, user.id), ...patch } as UserRow;
  const none = hasSecondFactor(state, left) ? {} : { backup_codes: null, mfa_disabled_at: state.now() };
  return change(state, users, user.id, { ...patch, ...none });
}

/** @throws ApiError 400 where every user must have a second factor, and this is the only one */
export function refuseIfLastFactor(state: InstanceState, user: UserRow): void {
  const numbers = state.table('phone_numbers').by('user_id', user.id);
  const count =
    numbers.filter((row) => row.reserved_for_second_factor === true).length +
    (typeof user.totp_secret === 'string' ? 1 : 0);
  if (environmentOf(state).user_settings.sign_up.mfa.required && count <= 1)
    throw refusal('second_factor_deletion_not_allowed');
}

/** @throws ApiError 400, 404 */
export function removeTotp(state: InstanceState, user: UserRow): UserRow {
  if (typeof user.totp_secret !== 'string') throw notFound('authenticator app', user.id);
  refuseIfLastFactor(state, user);
  return secondFactorRemoved(state, user, { totp_secret: null });
}

/** New codes, in place of all that there were. @throws ApiError 400, 403 */
export function renewBackupCodes(state: InstanceState, user: UserRow): readonly string[] {
  refuseIfOff(state, 'backup_code');
  if (!hasSecondFactor(state, user)) throw refusal('backup_codes_not_available');
  const codes = newCodes(state);
  change(state, users, user.id, { backup_codes: codes });
  return codes;
}
