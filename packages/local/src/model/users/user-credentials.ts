/** Passwords and second factors of users. */
import type { UsersCreateParams, UsersUpdateParams } from '../../../../../src/api/generated/types.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { Fields, UserRow } from '../../state/rows.js';
import type { ApiError } from '../records/api-error.js';
import { invalidValue, missing, notFound, refusal } from '../records/refusals.js';
import { change, publish } from '../records/resource.js';
import { endSessions } from '../sessions/user-sessions.js';
import { hashPassword, isDigest, isKnownHasher, OWN_HASHER, verifyPassword } from './password-digests.js';
import { refuseWeakPassword } from '../instance/password-rules.js';
import { CODE_DIGITS, isTotpCode, isTotpSecret } from './totp.js';
import { users } from './user-records.js';

const MIN_LENGTH = 8;
const MAX_BYTES = 72;

type Body = Partial<UsersCreateParams> | UsersUpdateParams;

/** The credential fields of a user's row that a creation or an update sets. @throws ApiError 422 */
export function readCredentials(body: Body, state: InstanceState): Draft<UserRow> {
  return { ...readPassword(body, state), ...readSecondFactors(body, state) };
}

function readPassword(body: Body, state: InstanceState): Draft<UserRow> {
  const { password, password_digest: digest, password_hasher: hasher } = body;
  const changed = { password_last_updated_at: state.now(), password_compromised: false };
  if (typeof digest === 'string') {
    if (typeof password === 'string') throw invalidValue('password_digest', 'cannot be used together with password');
    if (typeof hasher !== 'string') throw missing('password_hasher');
    if (!isKnownHasher(hasher)) throw invalidValue('password_hasher', 'is not a supported hasher');
    if (!isDigest(digest, hasher))
      throw refusal('form_password_digest_invalid_code', `password_digest is no digest of ${hasher}.`, {
        paramName: 'password_digest',
      });
    return { password_digest: digest, password_hasher: hasher, ...changed };
  }
  if (typeof password !== 'string') return {};
  if (body.skip_password_checks !== true) checkPassword(password);
  return { password_digest: hashPassword(password, state.secret(16)), password_hasher: OWN_HASHER, ...changed };
}

function checkPassword(password: string): void {
  if ([...password].length < MIN_LENGTH) {
    throw refusal('form_password_length_too_short', `Passwords have at least ${MIN_LENGTH} characters.`, {
      paramName: 'password',
    });
  }
  checkSize(password);
}

/** Hashers take a limited number of bytes. @throws ApiError 422 */
function checkSize(password: string, paramName = 'password'): void {
  if (Buffer.byteLength(password) > MAX_BYTES) {
    throw refusal('form_password_size_in_bytes_exceeded', `Passwords have at most ${MAX_BYTES} bytes.`, { paramName });
  }
}

function readSecondFactors(body: Body, state: InstanceState): Draft<UserRow> {
  const { totp_secret: totp, backup_codes: codes } = body;
  if (typeof totp === 'string' && !isTotpSecret(totp))
    throw refusal('invalid_totp_secret_code', 'totp_secret must be a secret in Base32.', { paramName: 'totp_secret' });
  const enabled = typeof totp === 'string' || (Array.isArray(codes) && codes.length > 0);
  return {
    ...(typeof totp === 'string' ? { totp_secret: totp } : {}),
    ...(Array.isArray(codes) ? { backup_codes: codes as readonly string[] } : {}),
    ...(enabled ? { mfa_enabled_at: state.now() } : {}),
  };
}

const noPassword = (): ApiError => refusal('no_password_set');

/** @throws ApiError 400 without a password or for a digest that cannot be checked; 422 for a wrong one */
export async function checkUserPassword(user: UserRow, password: string): Promise<void> {
  const { password_digest: digest, password_hasher: hasher } = user;
  if (typeof digest !== 'string') throw noPassword();
  const verified = await verifyPassword(password, digest, String(hasher));
  if (verified === 'unsupported') {
    throw refusal('password_hasher_unsupported', `The local instance cannot check digests of ${String(hasher)}.`);
  }
  if (!verified) throw refusal('incorrect_password', undefined, { paramName: 'password' });
}

/** The stored fields of a password. @throws ApiError 422 if the instance does not take it */
export function passwordFields(
  state: InstanceState,
  password: string,
  paramName?: string,
): Draft<UserRow> & {
  readonly password_digest: string;
  readonly password_hasher: string;
} {
  refuseWeakPassword(state, password, paramName);
  checkSize(password, paramName);
  return { password_digest: hashPassword(password, state.secret(16)), password_hasher: OWN_HASHER };
}

/** The user chose a new password. @throws ApiError 422 if the instance does not take it */
export function setPassword(state: InstanceState, user: UserRow, password: string, paramName?: string): UserRow {
  const changed = { password_last_updated_at: state.now(), password_compromised: false };
  return change(state, users, user.id, { ...passwordFields(state, password, paramName), ...changed });
}

/** Uses a backup code up. @throws ApiError 400 without second factors; 422 for a wrong code */
export function checkSecondFactor(state: InstanceState, user: UserRow, code: string): 'totp' | 'backup_code' {
  const { totp_secret: secret } = user;
  const codes = user.backup_codes ?? [];
  if (typeof secret !== 'string' && codes.length === 0) throw refusal('totp_disabled');
  if (typeof secret === 'string' && isTotpCode(secret, code, state.now())) return 'totp';
  if (codes.includes(code)) {
    // A backup code works once.
    change(state, users, user.id, { backup_codes: codes.filter((other) => other !== code) });
    return 'backup_code';
  }
  // Backup codes have any length, so a user who has some may only have mistyped one.
  const odd = codes.length === 0 && code.length !== CODE_DIGITS;
  throw refusal(odd ? 'totp_invalid_length' : 'totp_incorrect_code', undefined, { paramName: 'code' });
}

/** Switches second factors off. @throws ApiError 404 if the user has none of them, unless phones are meant too */
export function disableSecondFactors(
  state: InstanceState,
  user: UserRow,
  fields: readonly ('totp_secret' | 'backup_codes')[],
  phones = false,
): void {
  const patch = Object.fromEntries(
    fields.filter((field) => (user[field] ?? null) !== null).map((field) => [field, null]),
  );
  if (Object.keys(patch).length === 0 && !phones) throw notFound('second factor', user.id);
  for (const number of phones ? state.table('phone_numbers').by('user_id', user.id) : []) {
    const off = { reserved_for_second_factor: false, default_second_factor: false };
    state.table('phone_numbers').update(number.id, off);
  }
  change(state, users, user.id, { ...patch, mfa_disabled_at: state.now() });
}

/** @throws ApiError 400 without a password */
export function removePassword(state: InstanceState, user: UserRow, signOut: boolean): UserRow {
  if (typeof user.password_digest !== 'string') throw noPassword();
  const patch = { password_digest: null, password_hasher: null, password_compromised: false };
  const changed = change(state, users, user.id, patch);
  if (signOut) endSessions(state, user.id, 'revoked');
  return changed;
}

/** @throws ApiError 400 without a password */
export function markPassword(
  state: InstanceState,
  user: UserRow,
  compromised: boolean,
  revokeSessions: boolean,
): UserRow {
  if (typeof user.password_digest !== 'string') throw noPassword();
  const changed = change(state, users, user.id, { password_compromised: compromised });
  if (revokeSessions) endSessions(state, user.id, 'revoked');
  return changed;
}

/** Tables whose rows are deleted by their own id, and what points at them. */
const PARTS = {
  passkeys: { object: 'passkey', pointer: null, code: 'passkey_not_registered' },
  web3_wallets: { object: 'web3_wallet', pointer: 'primary_web3_wallet_id', code: 'resource_not_found' },
  external_accounts: { object: 'external_account', pointer: null, code: 'external_account_not_found' },
} as const;

/** @throws ApiError 404 if the user has no such part */
export function removePartOfUser(state: InstanceState, user: UserRow, table: keyof typeof PARTS, id: string): Fields {
  const { object, pointer, code } = PARTS[table];
  if (state.table(table).get(id)?.user_id !== user.id) throw notFound(object.replaceAll('_', ' '), id, undefined, code);
  state.table(table).delete(id);
  if (pointer !== null && user[pointer] === id) change(state, users, user.id, { [pointer]: null });
  else publish(state, users, 'updated', user);
  return { object, id, deleted: true };
}
