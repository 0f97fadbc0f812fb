/** Bans and locks. A ban or a lock ends the user's sessions. */
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';
import { change, find } from '../records/resource.js';
import { endSessions } from '../sessions/user-sessions.js';
import { users } from './user-records.js';

/** What a restriction sets, and whether it ends the user's sessions. */
interface Restriction {
  readonly patch: (state: InstanceState) => Draft<UserRow>;
  readonly ends: boolean;
}

export const LOCKOUT_MS = 60 * 60 * 1000;

const RESTRICTIONS = {
  ban: { patch: () => ({ banned: true }), ends: true },
  unban: { patch: () => ({ banned: false }), ends: false },
  lock: { patch: (state) => ({ locked_until: state.now() + LOCKOUT_MS }), ends: true },
  unlock: { patch: () => ({ locked_until: null }), ends: false },
} as const satisfies Record<string, Restriction>;

export type RestrictionName = keyof typeof RESTRICTIONS;

/** All or none: an unknown id refuses the whole. @throws ApiError 404 */
export function restrictUsers(state: InstanceState, name: RestrictionName, userIds: readonly string[]): UserRow[] {
  const ids = [...new Set(userIds)];
  for (const id of ids) find(state, users, id);
  const { patch, ends } = RESTRICTIONS[name];
  return ids.map((id) => {
    const changed = change(state, users, id, patch(state));
    if (ends) endSessions(state, id, 'revoked');
    return changed;
  });
}

/** Neither banned nor locked. */
export function maySignIn(state: InstanceState, user: UserRow): boolean {
  return user.banned !== true && !((user.locked_until ?? 0) > state.now());
}
