/** Names and addresses of users for pages and messages. */
import type { InstanceState } from '../../state/instance-state.js';
import type { UserRow } from '../../state/rows.js';
import { primaryText } from './person.js';

export function nameOf(user: UserRow): string {
  const name = [user.first_name, user.last_name].filter((part) => typeof part === 'string' && part !== '').join(' ');
  return name || textOr(user.username, user.id);
}

export function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** The address to show: the primary one, else any. */
export function emailOf(state: InstanceState, user: UserRow): string | null {
  return primaryText(state, user, 'email_address') ?? null;
}
