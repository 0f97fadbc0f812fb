/** Passkeys of the user who is signed in. */
import { ownPasskey, renamePasskey, startPasskey, verifyPasskey } from '../../model/passkeys/passkeys.js';
import { removePartOfUser } from '../../model/users/user-credentials.js';
import { signedIn, textIn, type Actions, type SignedInCall } from '../engine/action.js';
import { pageOrigin } from '../origins.js';

const idIn = ({ params }: SignedInCall): string => params['passkey_id'] ?? '';

export const passkeyActions: Actions = {
  postPasskey: signedIn((call) => startPasskey(call.state, call.user, pageOrigin(call))),
  readPasskey: signedIn((call) => ownPasskey(call.state, call.user, idIn(call))),
  patchPasskey: signedIn((call) => renamePasskey(call.state, call.user, idIn(call), textIn(call, 'name'))),
  deletePasskey: signedIn((call) => removePartOfUser(call.state, call.user, 'passkeys', idIn(call))),
  attemptPasskeyVerification: signedIn((call) => {
    const { state, user, fields } = call;
    return verifyPasskey(state, user, idIn(call), fields['public_key_credential'], pageOrigin(call));
  }),
};
