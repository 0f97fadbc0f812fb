/** Bans and locks: a state is data, and those that shut a user out end the user's sessions. */
import type { World } from '../../instance-state.js';
import { change, find } from '../crud.js';
import { bodyOf } from '../operation.js';
import type { Handler, Handlers } from '../operation.js';
import { users } from './user-resource.js';
import { endSessions } from './user-sessions.js';

type Fields = Readonly<Record<string, unknown>>;

/** What a state sets, and whether it ends the user's sessions. */
interface State {
  readonly patch: (world: World) => Fields;
  readonly ends: boolean;
}

const LOCKOUT_MS = 60 * 60 * 1000;

const STATES = {
  ban: { patch: () => ({ banned: true }), ends: true },
  unban: { patch: () => ({ banned: false }), ends: false },
  lock: { patch: (world) => ({ locked_until: world.now() + LOCKOUT_MS }), ends: true },
  unlock: { patch: () => ({ locked_until: null }), ends: false },
} as const satisfies Record<string, State>;

function enter(world: World, id: string, state: State): unknown {
  const changed = change(world, users, id, state.patch(world));
  if (state.ends) endSessions(world, id, 'revoked');
  return users.view(changed, world);
}

const stateOf =
  (state: State): Handler =>
  (call, world) =>
    enter(world, find(world, users, call.params['user_id'] ?? '').id, state);

/** All or none: an unknown id refuses the whole call. */
const statesOf =
  (state: State): Handler =>
  (call, world) => {
    const ids = [...new Set(bodyOf(call)['user_ids'] as readonly string[])];
    for (const id of ids) find(world, users, id);
    return ids.map((id) => enter(world, id, state));
  };

export const userStateHandlers: Handlers = {
  BanUser: stateOf(STATES.ban),
  UnbanUser: stateOf(STATES.unban),
  LockUser: stateOf(STATES.lock),
  UnlockUser: stateOf(STATES.unlock),
  UsersBan: statesOf(STATES.ban),
  UsersUnban: statesOf(STATES.unban),
};
