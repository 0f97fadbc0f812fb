/** Passwords that users change themselves. A change needs the current password, or a session that was verified lately. */
import type { InstanceState } from '../../state/instance-state.js';
import type { SessionRow, UserRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { missing, refusal } from '../records/refusals.js';
import { endSessions } from '../sessions/user-sessions.js';
import { isFresh } from '../sign-in/reverification.js';
import { verifyPassword } from '../users/password-digests.js';
import { removePassword, setPassword } from '../users/user-credentials.js';

export interface PasswordChange {
  readonly current: string | undefined;
  readonly next: string;
  readonly signOutOthers: boolean;
}

/** Sets a password, the first one too. @throws ApiError 403, 422 */
export async function changeOwnPassword(
  state: InstanceState,
  user: UserRow,
  session: SessionRow,
  { current, next, signOutOthers }: PasswordChange,
): Promise<UserRow> {
  if (!environmentOf(state).user_settings.attributes.password.enabled) throw refusal('feature_not_enabled');
  await refuseUnlessCurrent(state, user, session, current);
  if (await isPassword(user, next)) throw refusal('form_new_password_matches_current', undefined, NEW);
  const changed = setPassword(state, user, next, NEW.paramName);
  if (signOutOthers) endSessions(state, user.id, 'revoked', session.id);
  return changed;
}

const NEW = { paramName: 'new_password' };

/** @throws ApiError 400, 422 */
export async function removeOwnPassword(
  state: InstanceState,
  user: UserRow,
  session: SessionRow,
  current: string | undefined,
): Promise<UserRow> {
  if (typeof user.password_digest !== 'string') throw refusal('no_password_set');
  if (environmentOf(state).user_settings.attributes.password.required) throw refusal('password_required');
  await refuseUnlessCurrent(state, user, session, current);
  return removePassword(state, user, false);
}

async function isPassword(user: UserRow, text: string): Promise<boolean> {
  const { password_digest: digest, password_hasher: hasher } = user;
  return typeof digest === 'string' && (await verifyPassword(text, digest, String(hasher))) === true;
}

/** @throws ApiError 422 */
async function refuseUnlessCurrent(
  state: InstanceState,
  user: UserRow,
  session: SessionRow,
  current: string | undefined,
): Promise<void> {
  if (typeof user.password_digest !== 'string') return;
  if (current === undefined) {
    const { auth_config: auth, user_settings: settings } = environmentOf(state);
    // Where an instance has reverification, forms do not ask for the current password.
    const enough = isFresh(state, session) || settings.password_settings.disable_password_reverification;
    if (!auth.reverification || !enough) throw missing('current_password');
    return;
  }
  const paramName = 'current_password';
  if (!(await isPassword(user, current)))
    throw refusal('form_password_incorrect', 'Password is incorrect.', { paramName });
}
