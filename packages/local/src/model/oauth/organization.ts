/** The organization that an authorization is for, where `user:org:read` was granted. */
import type { InstanceState } from '../../state/instance-state.js';
import type { OrganizationRow, SessionRow } from '../../state/rows.js';
import { membershipOf } from '../organizations/organization-records.js';
import { OAuthError } from './oauth-error.js';
import { ORGANIZATION_SCOPE } from './scopes.js';

/**
 * The one that the user chose at consent, else the active one of the session, else the one that was active last. Null without the scope, and for a
 * user without an organization.
 *
 * @throws OAuthError `access_denied` for a chosen one of which the user is no member
 */
export function organizationToGrant(
  state: InstanceState,
  about: { readonly userId: string; readonly scopes: readonly string[]; readonly chosen: string | null },
  session: SessionRow | null,
): string | null {
  const { userId, scopes, chosen } = about;
  if (!scopes.includes(ORGANIZATION_SCOPE)) return null;
  if (chosen !== null && chosen !== '') {
    if (membershipOf(state, chosen, userId) === undefined)
      throw new OAuthError('access_denied', 'The user is no member of this organization.');
    return chosen;
  }
  const sessions = state.table('sessions').by('user_id', userId).reverse();
  const candidates = [session, ...sessions].map((row) => row?.last_active_organization_id ?? null);
  return candidates.find((id) => id !== null && membershipOf(state, id, userId) !== undefined) ?? null;
}

/** The organization of a grant, as long as the user is a member: whoever has left acts for it no more. */
export function organizationOfGrant(
  state: InstanceState,
  userId: string,
  organizationId: string | null | undefined,
): OrganizationRow | undefined {
  const organization = state.table('organizations').get(organizationId);
  return organization && membershipOf(state, organization.id, userId) ? organization : undefined;
}
