/** Password and two-step verification of the user who is signed in. */
import { missing } from '../../../model/records/refusals.js';
import { changeOwnPassword, removeOwnPassword } from '../../../model/profile/own-password.js';
import { removeTotp, renewBackupCodes, startTotp, verifyTotp } from '../../../model/profile/own-second-factors.js';
import { flagIn, signedIn, textIn, type Actions, type SignedInCall } from '../../engine/action.js';
import { viewUser } from '../../views/user.js';

function required(call: SignedInCall, name: string): string {
  const text = textIn(call, name);
  if (text === undefined) throw missing(name);
  return text;
}

export const credentialActions: Actions = {
  changePassword: signedIn(async (call) => {
    const { state, user, session } = call;
    const wanted = {
      current: textIn(call, 'current_password'),
      next: required(call, 'new_password'),
      signOutOthers: flagIn(call, 'sign_out_of_other_sessions') === true,
    };
    return viewUser(state, await changeOwnPassword(state, user, session, wanted));
  }),
  removePassword: signedIn(async (call) => {
    const { state, user, session } = call;
    return viewUser(state, await removeOwnPassword(state, user, session, textIn(call, 'current_password')));
  }),
  postTOTP: signedIn(({ state, user }) => ({ object: 'totp', ...startTotp(state, user) })),
  verifyTOTP: signedIn((call) => ({ object: 'totp', ...verifyTotp(call.state, call.user, required(call, 'code')) })),
  deleteTOTP: signedIn(({ state, user }) => {
    removeTotp(state, user);
    return { object: 'totp', id: `totp_${user.id}`, deleted: true };
  }),
  createBackupCodes: signedIn(({ state, user }) => {
    const codes = renewBackupCodes(state, user);
    const now = state.now();
    return { object: 'backup_code', id: state.id('bcode'), codes, created_at: now, updated_at: now };
  }),
};
