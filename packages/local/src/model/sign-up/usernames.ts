/** Usernames that people choose for themselves: the instance says how long they are. */
import type { InstanceState } from '../../state/instance-state.js';
import { environmentOf } from '../instance/environment.js';
import { refusal } from '../records/refusals.js';
import { readUsername } from '../users/users.js';

/** As stored; empty is none. @throws ApiError 422 */
export function readChosenUsername(state: InstanceState, text: string): string | null {
  const username = readUsername(text);
  const { min_length: min, max_length: max } = environmentOf(state).user_settings.username_settings;
  if (username === null || (username.length >= min && username.length <= max)) return username;
  const message = `Usernames have from ${String(min)} to ${String(max)} characters.`;
  throw refusal('form_username_invalid_length', message, { paramName: 'username' });
}
