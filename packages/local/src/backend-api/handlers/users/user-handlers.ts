/** Users: their operations, as `/users` has them. */
import type {
  UsersCreateParams,
  UsersListParams,
  UsersReplaceMetadataParams,
  UsersUpdateMetadataParams,
  UsersUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import { uploadedImage } from '../../../model/records/images.js';
import { mergedKinds, replacedKinds } from '../../../model/records/metadata.js';
import { change, find, list, remove } from '../../../model/records/resource.js';
import { activeDevices, revokeDevice, trustedDevices } from '../../../model/users/trusted-devices.js';
import { users } from '../../../model/users/user-records.js';
import { candidates, countUsers, createUser, updateUser } from '../../../model/users/users.js';
import type { Draft, InstanceState } from '../../../state/instance-state.js';
import type { UserRow } from '../../../state/rows.js';
import { getOf } from '../../engine/crud-handlers.js';
import { bodyOf, param, queryOf, type Handler, type Handlers, type OperationCall } from '../../engine/operation.js';

export const userOf = (call: OperationCall, state: InstanceState): UserRow =>
  find(state, users, param(call, 'user_id'));

const patchUser =
  (patch: (call: OperationCall, user: UserRow) => Draft<UserRow>): Handler =>
  (call, state) => {
    const user = userOf(call, state);
    return users.view(change(state, users, user.id, patch(call, user)), state);
  };

export const userHandlers: Handlers = {
  GetUserList: (call, state) => {
    const rows = candidates(state, queryOf<UsersListParams>(call));
    return list(state, users, call.query, rows ? { rows } : {});
  },
  GetUsersCount: (call, state) => ({
    object: 'total_count',
    total_count: countUsers(state, queryOf<UsersListParams>(call)),
  }),
  CreateUser: (call, state) => users.view(createUser(state, bodyOf<UsersCreateParams>(call)), state),
  GetUser: getOf(users),
  UpdateUser: (call, state) =>
    users.view(updateUser(state, userOf(call, state), bodyOf<UsersUpdateParams>(call)), state),
  DeleteUser: (call, state) => remove(state, users, userOf(call, state)),
  UpdateUserMetadata: patchUser((call, user) => mergedKinds(user, bodyOf<UsersUpdateMetadataParams>(call))),
  ReplaceUserMetadata: patchUser((call) => replacedKinds(bodyOf<UsersReplaceMetadataParams>(call))),
  ListUserTrustedDevices: (call, state) =>
    list(state, trustedDevices, {}, { rows: activeDevices(state, userOf(call, state)) }),
  RevokeUserTrustedDevice: (call, state) =>
    trustedDevices.view(revokeDevice(state, userOf(call, state), param(call, 'trusted_device_id')), state),
  SetUserProfileImage: patchUser((call) => ({ image_url: uploadedImage(call.files?.['file']) })),
  DeleteUserProfileImage: patchUser(() => ({ image_url: null })),
};
