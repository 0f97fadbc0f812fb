/** Accounts at social providers of the user who is signed in. */
import { missing } from '../../../model/records/refusals.js';
import {
  connectAccount,
  reauthorizeAccount,
  removeAccount,
  revokeAccountTokens,
} from '../../../model/profile/external-accounts.js';
import { publicUrl } from '../../origins.js';
import { signedIn, textIn, type Actions, type SignedInCall } from '../../engine/action.js';
import { viewUser } from '../../views/user.js';

const asked = (call: SignedInCall) => ({ fields: call.fields, baseUrl: publicUrl(call) });

const idIn = ({ params }: SignedInCall): string => params['external_account_id'] ?? '';

export const externalAccountActions: Actions = {
  postOAuthAccounts: signedIn((call) => {
    const strategy = textIn(call, 'strategy');
    if (strategy === undefined) throw missing('strategy');
    return connectAccount(call.state, call.user, strategy, asked(call));
  }),
  reauthorizeExternalAccount: signedIn((call) => reauthorizeAccount(call.state, call.user, idIn(call), asked(call))),
  deleteExternalAccount: signedIn((call) => removeAccount(call.state, call.user, idIn(call))),
  revokeExternalAccountTokens: signedIn((call) => {
    revokeAccountTokens(call.state, call.user, idIn(call));
    return viewUser(call.state, call.user);
  }),
};
