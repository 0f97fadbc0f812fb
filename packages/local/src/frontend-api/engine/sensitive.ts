/** Operations that need a fresh session: a browser that was left open, or a stolen cookie, must not take the account over. */
import { environmentOf } from '../../model/instance/environment.js';
import { refuseUnlessFresh } from '../../model/sign-in/reverification.js';
import { signedIn, type Action, type Actions, type SignedInCall } from './action.js';

const always = (): boolean => true;

const changes =
  (...names: readonly string[]) =>
  ({ fields }: SignedInCall): boolean =>
    names.some((name) => fields[name] !== undefined);

/** The current password proves as much. */
const withoutPassword = ({ state, fields }: SignedInCall): boolean =>
  fields['current_password'] === undefined &&
  !environmentOf(state).user_settings.password_settings.disable_password_reverification;

/** Sensitive operations by id: those for which the official components expect a reverification. Names, pictures and codes are not sensitive. */
const SENSITIVE: Readonly<Record<string, (call: SignedInCall) => boolean>> = {
  patchUser: changes('username', 'primary_email_address_id', 'primary_phone_number_id', 'primary_web3_wallet_id'),
  deleteUser: always,
  changePassword: withoutPassword,
  removePassword: withoutPassword,
  createEmailAddresses: always,
  DeleteEmailAddress: always,
  postPhoneNumbers: always,
  UpdatePhoneNumber: always,
  DeletePhoneNumber: always,
  postWeb3Wallets: always,
  deleteWeb3Wallet: always,
  postOAuthAccounts: always,
  deleteExternalAccount: always,
  postTOTP: always,
  deleteTOTP: always,
  createBackupCodes: always,
  postPasskey: always,
  deletePasskey: always,
  revokeSession: always,
};

/** The same action, for a session that is fresh. @throws ApiError 403 `session_reverification_required`, at which the client asks the user */
export const reverified = (action: Action, applies: (call: SignedInCall) => boolean = always): Action =>
  signedIn((call) => {
    if (applies(call)) refuseUnlessFresh(call.state, call.session);
    return action(call);
  });

/** All actions; those of sensitive operations ask for a fresh session. */
export const withReverification = (actions: Actions): Actions =>
  Object.fromEntries(
    Object.entries(actions).map(([id, action]) => {
      const applies = SENSITIVE[id];
      return [id, applies === undefined ? action : reverified(action, applies)];
    }),
  );
