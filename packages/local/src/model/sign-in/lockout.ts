/** The lockout after too many wrong passwords and codes. */
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { refusal } from '../records/refusals.js';
import { change } from '../records/resource.js';
import { users } from '../users/user-records.js';

const rulesOf = (state: InstanceState) => environmentOf(state).user_settings.attack_protection.user_lockout;

/** @throws ApiError 403 for a user who is banned or locked */
export function refuseBannedOrLocked(state: InstanceState, user: UserRow): void {
  if (user.banned === true) throw refusal('user_banned', 'This account has been banned.');
  const until = user.locked_until ?? 0;
  if (until <= state.now()) return;
  const seconds = Math.ceil((until - state.now()) / 1000);
  const minutes = Math.ceil(seconds / 60);
  throw refusal(
    'user_locked',
    `Your account is locked. You can try again in ${String(minutes)} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    { meta: { lockout_expires_in_seconds: seconds } },
  );
}

/** Counts a wrong password or code, and locks the user after the last that is allowed. */
export function countFailedAttempt(state: InstanceState, userId: string): void {
  const { enabled, max_attempts: max, duration_in_minutes: minutes } = rulesOf(state);
  const user = state.table('users').get(userId);
  if (!enabled || user === undefined) return;
  const failed = (user.failed_attempts ?? 0) + 1;
  if (failed < max) {
    state.table('users').update(userId, { failed_attempts: failed, verification_attempts_remaining: max - failed });
    return;
  }
  const lock = { failed_attempts: 0, verification_attempts_remaining: max };
  change(state, users, userId, { ...lock, locked_until: state.now() + minutes * 60_000 });
}

/** Failed attempts before a successful sign-in count no longer. */
export function clearFailedAttempts(state: InstanceState, userId: string): void {
  if ((state.table('users').get(userId)?.failed_attempts ?? 0) === 0) return;
  const { max_attempts: max } = rulesOf(state);
  state.table('users').update(userId, { failed_attempts: 0, verification_attempts_remaining: max });
}
