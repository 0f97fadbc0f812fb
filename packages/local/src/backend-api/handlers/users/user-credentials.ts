/** Passwords and second factors of users. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, find, publish } from '../../../model/records/resource.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { hashPassword, isKnownHasher, OWN_HASHER, verifyPassword } from '../../../model/users/password-digests.js';
import { invalidFormat, invalidValue, missing, notFound, wrongState } from '../../../model/records/refusals.js';
import { isTotpCode, isTotpSecret } from '../../../model/users/totp.js';
import { KINDS } from '../../../model/users/identifications.js';
import { endSessions } from '../../../model/sessions/user-sessions.js';
import { users } from '../../../model/users/user-records.js';

type Fields = Readonly<Record<string, unknown>>;

const MIN_LENGTH = 8;
const MAX_BYTES = 72;

/** The credential fields of a user's row that a creation or an update sets. @throws ApiError 422 */
export function readCredentials(body: Fields, state: InstanceState): Fields {
  return { ...readPassword(body, state), ...readSecondFactors(body, state) };
}

function readPassword(body: Fields, state: InstanceState): Fields {
  const { password, password_digest: digest, password_hasher: hasher } = body;
  const changed = { password_last_updated_at: state.now(), password_compromised: false };
  if (typeof digest === 'string') {
    if (typeof password === 'string') throw invalidValue('password_digest', 'cannot be used together with password');
    if (typeof hasher !== 'string') throw missing('password_hasher');
    if (!isKnownHasher(hasher)) throw invalidValue('password_hasher', 'is not a supported hasher');
    if (digest === '') throw invalidValue('password_digest', 'must not be empty');
    return { password_digest: digest, password_hasher: hasher, ...changed };
  }
  if (typeof password !== 'string') return {};
  if (body['skip_password_checks'] !== true) checkPassword(password);
  return { password_digest: hashPassword(password, state.secret(16)), password_hasher: OWN_HASHER, ...changed };
}

function checkPassword(password: string): void {
  if ([...password].length < MIN_LENGTH) {
    throw new ApiError(422, 'form_password_length_too_short', `Passwords must be ${MIN_LENGTH} characters or more.`, {
      paramName: 'password',
    });
  }
  if (Buffer.byteLength(password) > MAX_BYTES) {
    throw new ApiError(422, 'form_password_size_in_bytes_exceeded', `Passwords have at most ${MAX_BYTES} bytes.`, {
      paramName: 'password',
    });
  }
}

function readSecondFactors(body: Fields, state: InstanceState): Fields {
  const { totp_secret: totp, backup_codes: codes } = body;
  if (typeof totp === 'string' && !isTotpSecret(totp)) throw invalidFormat('totp_secret', 'a secret in Base32');
  const enabled = typeof totp === 'string' || (Array.isArray(codes) && codes.length > 0);
  return {
    ...(typeof totp === 'string' ? { totp_secret: totp } : {}),
    ...(Array.isArray(codes) ? { backup_codes: codes } : {}),
    ...(enabled ? { mfa_enabled_at: state.now() } : {}),
  };
}

const userOf = (call: { readonly params: Readonly<Record<string, string>> }, state: InstanceState): Row =>
  find(state, users, call.params['user_id'] ?? '');

const verifyPasswordOf: Handler = async (call, state) => {
  const user = userOf(call, state);
  const { password_digest: digest, password_hasher: hasher } = user;
  if (typeof digest !== 'string') throw wrongState('no_password_set', 'The user does not have a password set.');
  const verified = await verifyPassword(String(bodyOf(call)['password']), digest, String(hasher));
  if (verified === 'unsupported') {
    throw wrongState('password_hasher_unsupported', `The local instance cannot check digests of ${String(hasher)}.`);
  }
  if (!verified) {
    throw new ApiError(422, 'incorrect_password', 'Incorrect password', {
      longMessage: 'The provided password is incorrect.',
      paramName: 'password',
    });
  }
  return { verified };
};

const verifyTotp: Handler = (call, state) => {
  const user = userOf(call, state);
  const code = String(bodyOf(call)['code']);
  const { totp_secret: secret } = user;
  const codes = (user['backup_codes'] ?? []) as readonly string[];
  if (typeof secret !== 'string' && codes.length === 0) {
    throw wrongState('totp_not_enabled', 'The user does not have TOTP configured for their account.');
  }
  if (typeof secret === 'string' && isTotpCode(secret, code, state.now())) return { verified: true, code_type: 'totp' };
  if (codes.includes(code)) {
    // A backup code works once.
    change(state, users, user.id, { backup_codes: codes.filter((other) => other !== code) });
    return { verified: true, code_type: 'backup_code' };
  }
  throw new ApiError(422, 'form_code_incorrect', 'Incorrect code', {
    longMessage: 'The provided TOTP or backup code was incorrect.',
    paramName: 'code',
  });
};

/** Switches second factors off: data per operation. @throws 404 if the user has none of them */
const disable =
  (fields: readonly string[], phones = false): Handler =>
  (call, state) => {
    const user = userOf(call, state);
    const numbers = phones ? state.table('phone_numbers').by('user_id', user.id) : [];
    const patch = Object.fromEntries(
      fields.filter((field) => (user[field] ?? null) !== null).map((field) => [field, null]),
    );
    if (Object.keys(patch).length === 0 && !phones) throw notFound('second factor', user.id);
    for (const number of numbers) {
      const off = { reserved_for_second_factor: false, default_second_factor: false };
      state.table(KINDS.phone_number.resource.table).update(number.id, off);
    }
    change(state, users, user.id, { ...patch, mfa_disabled_at: state.now() });
    return { user_id: user.id };
  };

/** Of newer versions. */
export const removePassword: Handler = (call, state) => {
  const user = userOf(call, state);
  if (typeof user['password_digest'] !== 'string')
    throw wrongState('no_password_set', 'The user does not have a password set.');
  const changed = change(state, users, user.id, {
    password_digest: null,
    password_hasher: null,
    password_compromised: false,
  });
  if (bodyOf(call)['sign_out_of_other_sessions'] === true) endSessions(state, user.id, 'revoked');
  return users.view(changed, state);
};

const setCompromised =
  (compromised: boolean): Handler =>
  (call, state) => {
    const user = userOf(call, state);
    if (typeof user['password_digest'] !== 'string')
      throw wrongState('no_password_set', 'The user does not have a password set.');
    const changed = change(state, users, user.id, { password_compromised: compromised });
    if (bodyOf(call)['revoke_all_sessions'] === true) endSessions(state, user.id, 'revoked');
    return users.view(changed, state);
  };

/** A part of the user that is deleted by its own id. */
const deletePart =
  (table: string, object: string, clear?: string): Handler =>
  (call, state) => {
    const user = userOf(call, state);
    const id = Object.values(call.params).at(-1) ?? '';
    const part = state.table(table).get(id);
    if (part?.['user_id'] !== user.id) throw notFound(object.replaceAll('_', ' '), id);
    state.table(table).delete(id);
    if (clear !== undefined && user[clear] === id) change(state, users, user.id, { [clear]: null });
    else publish(state, users, 'updated', user);
    return { object, id, deleted: true };
  };

export const userCredentialHandlers: Handlers = {
  VerifyPassword: verifyPasswordOf,
  VerifyTOTP: verifyTotp,
  DisableMFA: disable(['totp_secret', 'backup_codes'], true),
  DeleteTOTP: disable(['totp_secret']),
  DeleteBackupCode: disable(['backup_codes']),
  SetUserPasswordCompromised: setCompromised(true),
  UnsetUserPasswordCompromised: setCompromised(false),
  UserPasskeyDelete: deletePart('passkeys', 'passkey'),
  UserWeb3WalletDelete: deletePart('web3_wallets', 'web3_wallet', 'primary_web3_wallet_id'),
  DeleteExternalAccount: deletePart('external_accounts', 'external_account'),
};
