/** Passwords and second factors of users. */
import type {
  UsersRemovePasswordParams,
  UsersSetPasswordCompromisedParams,
  UsersVerifyPasswordParams,
  UsersVerifyTotpParams,
} from '../../../../../../src/api/generated/types.js';
import {
  checkSecondFactor,
  checkUserPassword,
  disableSecondFactors,
  markPassword,
  removePartOfUser,
  removePassword,
} from '../../../model/users/user-credentials.js';
import { users } from '../../../model/users/user-records.js';
import { bodyOf, idOf, type Handler, type Handlers } from '../../engine/operation.js';
import { userOf } from './user-handlers.js';

const disable =
  (...wanted: readonly [fields: Parameters<typeof disableSecondFactors>[2], phones?: boolean]): Handler =>
  (call, state) => {
    const user = userOf(call, state);
    disableSecondFactors(state, user, ...wanted);
    return { user_id: user.id };
  };

const mark =
  (compromised: boolean): Handler =>
  (call, state) => {
    const { revoke_all_sessions: revokes } = bodyOf<UsersSetPasswordCompromisedParams>(call);
    return users.view(markPassword(state, userOf(call, state), compromised, revokes === true), state);
  };

const deletePart =
  (table: Parameters<typeof removePartOfUser>[2]): Handler =>
  (call, state) =>
    removePartOfUser(state, userOf(call, state), table, idOf(call));

export const userCredentialHandlers: Handlers = {
  VerifyPassword: async (call, state) => {
    await checkUserPassword(userOf(call, state), bodyOf<UsersVerifyPasswordParams>(call).password);
    return { verified: true };
  },
  VerifyTOTP: (call, state) => {
    const type = checkSecondFactor(state, userOf(call, state), bodyOf<UsersVerifyTotpParams>(call).code);
    return { verified: true, code_type: type };
  },
  DisableMFA: disable(['totp_secret', 'backup_codes'], true),
  DeleteTOTP: disable(['totp_secret']),
  DeleteBackupCode: disable(['backup_codes']),
  SetUserPasswordCompromised: mark(true),
  UnsetUserPasswordCompromised: mark(false),
  RemoveUserPassword: (call, state) => {
    const { sign_out_of_other_sessions: signOut } = bodyOf<UsersRemovePasswordParams>(call);
    return users.view(removePassword(state, userOf(call, state), signOut === true), state);
  },
  UserPasskeyDelete: deletePart('passkeys'),
  UserWeb3WalletDelete: deletePart('web3_wallets'),
  DeleteExternalAccount: deletePart('external_accounts'),
};
