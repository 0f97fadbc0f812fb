/** What happens to a user's sessions when the user may no longer have them. */
import { endSession } from '../../sessions.js';
import type { EndStatus } from '../../sessions.js';
import type { World } from '../../instance-state.js';

/** Ends all sessions of the user that live. */
export function endSessions(world: World, userId: string, how: EndStatus): void {
  for (const session of world.table('sessions').by('user_id', userId)) endSession(world, session.id, how);
}

/** The organization is no longer active anywhere, or in the sessions of one user. */
export function leaveOrganization(world: World, organizationId: string, userId?: string): void {
  for (const session of world.table('sessions').by('last_active_organization_id', organizationId)) {
    if (userId !== undefined && session['user_id'] !== userId) continue;
    world.table('sessions').update(session.id, { last_active_organization_id: null, updated_at: world.now() });
  }
}
