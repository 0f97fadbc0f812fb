/** Names and addresses of users, as pages and OAuth clients show them. */
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';
import { fullName, primaryText } from './person.js';

/** The full name, else the username, else the id. */
export function nameOf(user: UserRow): string {
  return fullName(user) || textOr(user.username, user.id);
}

export function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** The address to show: the primary one, else any. */
export function emailOf(state: InstanceState, user: UserRow): string | null {
  return primaryText(state, user, 'email_address') ?? null;
}
