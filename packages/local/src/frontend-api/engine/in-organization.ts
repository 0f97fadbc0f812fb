/** Actions on organizations: for those that may act there, and where the instance has organizations at all. */
import { environmentOf } from '../../model/instance/environment.js';
import {
  requirePermission,
  requireMember,
  type OrganizationMember,
} from '../../model/organizations/member-permissions.js';
import { refusal } from '../../model/records/refusals.js';
import { signedIn, type Action, type SignedInCall } from './action.js';

/** The system permissions that Clerk's own operations ask for. */
export type SystemPermission =
  | `org:sys_${'memberships' | 'domains' | 'api_keys' | 'billing'}:${'read' | 'manage'}`
  | `org:sys_profile:${'manage' | 'delete'}`;

export type OrganizationCall = SignedInCall & OrganizationMember;

/** An action of a user about organizations, member or not. */
export const aboutOrganizations = (action: (call: SignedInCall) => unknown): Action =>
  signedIn((call) => {
    if (!environmentOf(call.state).organization_settings.enabled) throw refusal('organization_not_enabled_in_instance');
    return action(call);
  });

/**
 * An action in the organization that the path names.
 *
 * @param permission what the role of the user must hold; null: every member may
 */
export const inOrganization = (
  permission: SystemPermission | null,
  action: (call: OrganizationCall) => unknown,
): Action =>
  aboutOrganizations((call) => {
    const { state, params, user } = call;
    const standing = requireMember(state, params['organization_id'] ?? '', user.id);
    if (permission !== null) requirePermission(state, standing, permission);
    return action({ ...call, ...standing });
  });
