/** Organizations, roles, and invitations of every kind. Types only. */
import type {
  Invitation,
  Organization,
  OrganizationDomain,
  OrganizationInvitation,
  OrganizationMembership,
  Permission,
  Role,
  RoleSet,
  WaitlistEntry,
} from 'bailiff/api/types';
import type { Verification } from './attempt-rows.js';
import type { InternalRow, ResourceRow, Times } from './stored.js';

export type OrganizationRow = ResourceRow<
  Organization,
  { image_url?: string | null },
  'has_image' | 'members_count' | 'missing_member_with_elevated_permissions' | 'pending_invitations_count'
>;

export type MembershipRow = ResourceRow<
  OrganizationMembership,
  { organization_id: string; user_id: string },
  'role_name' | 'permissions' | 'organization' | 'public_user_data'
>;

export type OrganizationInvitationRow = ResourceRow<
  OrganizationInvitation,
  {
    organization_id: string;
    status: string;
    expires_at: number;
    redirect_url?: string;
    /** The domain whose addresses are invited without anybody's doing. */
    domain_id?: string | null;
  },
  'role_name' | 'public_inviter_data'
>;

export type OrganizationDomainRow = ResourceRow<
  OrganizationDomain,
  { verification: Verification | null },
  'public_organization_data'
>;

/** An organization that a user may ask to join, because of an address of its domain. */
export type SuggestionRow = InternalRow<
  Times & {
    organization_id: string;
    domain_id: string;
    user_id: string;
    status: 'pending' | 'accepted' | 'completed';
  }
>;

/** A request to join, by a user who accepted a suggestion. */
export type MembershipRequestRow = InternalRow<
  Times & {
    organization_id: string;
    user_id: string;
    suggestion_id: string;
    status: 'pending' | 'accepted' | 'rejected';
  }
>;

/** A role holds the keys of its permissions. */
export type RoleRow = ResourceRow<Role, { permissions: readonly string[] }>;

export type PermissionRow = ResourceRow<Permission>;

/** A role set holds the keys of its roles. */
export type RoleSetRow = ResourceRow<
  RoleSet,
  { roles: readonly string[]; default_role_key?: string; creator_role_key?: string },
  'default_role' | 'creator_role' | 'role_set_migration'
>;

export type InvitationRow = ResourceRow<Invitation, { expires_at: number; redirect_url?: string }, 'revoked'>;

export type WaitlistEntryRow = ResourceRow<
  WaitlistEntry,
  { invitation_id?: string; invited_at?: number },
  'invitation'
>;
