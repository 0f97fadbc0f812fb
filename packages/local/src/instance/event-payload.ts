/** What a webhook carries beside the resource that its event is about. */
import { shown } from '../model/records/resource.js';
import { users } from '../model/users/user-records.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Fields } from '../state/rows.js';

/** Events of sessions carry the session's user as well. */
export function payloadOf(state: InstanceState, type: string, data: Fields): Fields {
  const user = type.startsWith('session.') ? state.table('users').get(String(data['user_id'])) : undefined;
  return user ? { ...data, user: shown(state, users, user) } : data;
}
