/** What happens to a user's sessions when the user may no longer have them. */
import { endSession } from './sessions.js';
import type { EndStatus } from './sessions.js';
import type { InstanceState } from '../../state/instance-state.js';

/** Ends all sessions of the user that live. @param except id of one that stays */
export function endSessions(state: InstanceState, userId: string, how: EndStatus, except?: string): void {
  for (const { id } of state.table('sessions').by('user_id', userId)) if (id !== except) endSession(state, id, how);
}

/** The organization is no longer active anywhere, or in the sessions of one user. */
export function leaveOrganization(state: InstanceState, organizationId: string, userId?: string): void {
  for (const session of state.table('sessions').by('last_active_organization_id', organizationId)) {
    if (userId !== undefined && session.user_id !== userId) continue;
    state.table('sessions').update(session.id, { last_active_organization_id: null, updated_at: state.now() });
  }
}
