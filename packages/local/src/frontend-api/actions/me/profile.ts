/** The user who is signed in: names, metadata, picture, deletion. */
import { refusal } from '../../../model/records/refusals.js';
import {
  changeProfile,
  deleteOwnUser,
  mergeOwnMetadata,
  removeOwnPicture,
  setOwnPicture,
} from '../../../model/profile/profile.js';
import type { UserRow } from '../../../state/rows.js';
import { signedIn, type Actions, type SignedInCall } from '../../engine/action.js';
import { viewUser } from '../../views/user.js';

/** Since this version of the API, metadata has an operation of its own. */
const METADATA_APART = '2026-05-12';

function refuseMetadata({ request, fields }: SignedInCall): void {
  const version = request.query.get('__clerk_api_version') ?? '';
  if (version < METADATA_APART || fields['unsafe_metadata'] === undefined) return;
  throw refusal('form_param_unknown', 'unsafe_metadata is changed by PATCH /v1/me/metadata.', {
    paramName: 'unsafe_metadata',
  });
}

const picture = ({ state }: SignedInCall, user: UserRow) => ({
  object: 'image',
  id: `img_${user.id}`,
  name: 'profile_image',
  public_url: viewUser(state, user)['image_url'],
});

export const profileActions: Actions = {
  getUser: signedIn(({ state, user }) => viewUser(state, user)),
  patchUser: signedIn((call) => {
    refuseMetadata(call);
    return viewUser(call.state, changeProfile(call.state, call.user, call.fields));
  }),
  deleteUser: signedIn(({ state, user }) => deleteOwnUser(state, user)),
  patchUserMetadata: signedIn(({ state, user, fields }) => viewUser(state, mergeOwnMetadata(state, user, fields))),
  updateProfileImage: signedIn((call) => picture(call, setOwnPicture(call.state, call.user, call.files['file']))),
  deleteProfileImage: signedIn(({ state, user }) => {
    removeOwnPicture(state, user);
    return { object: 'image', id: `img_${user.id}`, deleted: true };
  }),
};
