/** Bans and locks. */
import type { UsersBulkBanParams } from '../../../../../../src/api/generated/types.js';
import { restrictUsers, type RestrictionName } from '../../../model/users/bans-and-locks.js';
import { users } from '../../../model/users/user-records.js';
import { bodyOf, type Handler, type Handlers } from '../../engine/operation.js';
import { userOf } from './user-handlers.js';

const applied =
  (name: RestrictionName): Handler =>
  (call, state) =>
    restrictUsers(state, name, [userOf(call, state).id]).map((user) => users.view(user, state))[0];

const appliedToAll =
  (name: RestrictionName): Handler =>
  (call, state) =>
    restrictUsers(state, name, bodyOf<UsersBulkBanParams>(call).user_ids).map((user) => users.view(user, state));

export const banAndLockHandlers: Handlers = {
  BanUser: applied('ban'),
  UnbanUser: applied('unban'),
  LockUser: applied('lock'),
  UnlockUser: applied('unlock'),
  UsersBan: appliedToAll('ban'),
  UsersUnban: appliedToAll('unban'),
};
