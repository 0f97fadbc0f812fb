/** Bans and locks: a restriction is data, and those that shut a user out end the user's sessions. */
import type { InstanceState } from '../../../state/instance-state.js';
import { change, find } from '../../../model/records/resource.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { users } from '../../../model/users/user-records.js';
import { endSessions } from '../../../model/sessions/user-sessions.js';

type Fields = Readonly<Record<string, unknown>>;

/** What a restriction sets, and whether it ends the user's sessions. */
interface Restriction {
  readonly patch: (state: InstanceState) => Fields;
  readonly ends: boolean;
}

const LOCKOUT_MS = 60 * 60 * 1000;

const RESTRICTIONS = {
  ban: { patch: () => ({ banned: true }), ends: true },
  unban: { patch: () => ({ banned: false }), ends: false },
  lock: { patch: (state) => ({ locked_until: state.now() + LOCKOUT_MS }), ends: true },
  unlock: { patch: () => ({ locked_until: null }), ends: false },
} as const satisfies Record<string, Restriction>;

function enter(state: InstanceState, id: string, restriction: Restriction): unknown {
  const changed = change(state, users, id, restriction.patch(state));
  if (restriction.ends) endSessions(state, id, 'revoked');
  return users.view(changed, state);
}

const applied =
  (restriction: Restriction): Handler =>
  (call, state) =>
    enter(state, find(state, users, call.params['user_id'] ?? '').id, restriction);

/** All or none: an unknown id refuses the whole call. */
const appliedToAll =
  (restriction: Restriction): Handler =>
  (call, state) => {
    const ids = [...new Set(bodyOf(call)['user_ids'] as readonly string[])];
    for (const id of ids) find(state, users, id);
    return ids.map((id) => enter(state, id, restriction));
  };

export const userStateHandlers: Handlers = {
  BanUser: applied(RESTRICTIONS.ban),
  UnbanUser: applied(RESTRICTIONS.unban),
  LockUser: applied(RESTRICTIONS.lock),
  UnlockUser: applied(RESTRICTIONS.unlock),
  UsersBan: appliedToAll(RESTRICTIONS.ban),
  UsersUnban: appliedToAll(RESTRICTIONS.unban),
};
