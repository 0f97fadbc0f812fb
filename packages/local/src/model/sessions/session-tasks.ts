/** Tasks that a session may have to do before it is active: given when somebody signs in, and done when nothing asks for them any more. */
import type { InstanceState } from '../../state/instance-state.js';
import type { SessionRow, UserRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { hasSecondFactor } from '../users/second-factors.js';

/** Whether something asks for a task: of this user, with this organization active. */
const ASKED = {
  'choose-organization': (state, _user, organizationId) =>
    environmentOf(state).organization_settings.force_organization_selection && organizationId === null,
  'reset-password': (_state, user) => user.password_compromised === true,
  'setup-mfa': (state, user) =>
    environmentOf(state).user_settings.sign_up.mfa.required && !hasSecondFactor(state, user),
} as const satisfies Record<string, (state: InstanceState, user: UserRow, organizationId: string | null) => boolean>;

export type SessionTask = keyof typeof ASKED;

/** The tasks of a user who signs in now. */
export function tasksAtSignIn(state: InstanceState, userId: string, organizationId: string | null): SessionTask[] {
  const user = state.table('users').get(userId);
  if (user === undefined) return [];
  return (Object.keys(ASKED) as SessionTask[]).filter((task) => ASKED[task](state, user, organizationId));
}

/** The tasks of a session that are still to be done. Those that a test asked for stay. */
export function openTasks(state: InstanceState, session: SessionRow): readonly { readonly key: string }[] {
  const tasks = session.tasks ?? [];
  if (tasks.length === 0 || session.extras?.tasksStay === true) return tasks;
  const asked: readonly string[] = tasksAtSignIn(state, session.user_id, session.last_active_organization_id ?? null);
  return tasks.filter(({ key }) => asked.includes(key));
}
