/** What an organization and a membership are, how they look from outside, and what goes with them. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, MembershipRow, OrganizationRow, UserRow } from '../../state/rows.js';
import { deletes, removes } from '../records/cascade.js';
import { defaultImage } from '../records/images.js';
import { includesText, matchesSigned, type Filters } from '../records/listing.js';
import { defineResource, find } from '../records/resource.js';
import { leaveOrganization } from '../sessions/user-sessions.js';
import { PERSON_FILTERS, PERSON_SORT_KEYS, publicUserData } from '../users/person.js';
import { permissionKeysOf, roleByKey } from './role-records.js';

const membersOf = (state: InstanceState, id: string): MembershipRow[] =>
  state.table('organization_memberships').by('organization_id', id);

/** Members who may manage members are what Clerk calls elevated. */
export const MANAGE_MEMBERS = 'org:sys_memberships:manage';

function view(row: OrganizationRow) {
  const hasImage = typeof row.image_url === 'string';
  return { ...row, image_url: row.image_url ?? defaultImage('organization', row.id), has_image: hasImage };
}

/** @param include which of the counted fields to work out */
export function countedView(
  row: OrganizationRow,
  state: InstanceState,
  include: { members: boolean; elevated: boolean },
): Fields {
  const members = include.members || include.elevated ? membersOf(state, row.id) : [];
  return {
    ...view(row),
    ...(include.members
      ? { members_count: members.length, pending_invitations_count: pendingCount(state, row.id) }
      : {}),
    ...(include.elevated
      ? {
          missing_member_with_elevated_permissions: !members.some(({ role }) =>
            permissionKeysOf(state, role).includes(MANAGE_MEMBERS),
          ),
        }
      : {}),
  };
}

/** How many invitations wait. */
export function pendingCount(state: InstanceState, id: string): number {
  const invitations = state.table('organization_invitations').by('organization_id', id);
  return invitations.filter((row) => row.status === 'pending' && row.expires_at > state.now()).length;
}

const hasMember = (row: OrganizationRow, values: readonly string[], state: InstanceState): boolean =>
  matchesSigned(values, (userId) => membershipOf(state, row.id, userId) !== undefined);

export function membershipOf(state: InstanceState, organizationId: string, userId: string): MembershipRow | undefined {
  const table = state.table('organization_memberships');
  return table.by('user_id', userId).find((row) => row.organization_id === organizationId);
}

export const organizations = defineResource('organizations', {
  object: 'organization',
  idPrefix: 'org',
  component: 'Organization',
  event: 'organization',
  unique: ['slug'],
  alias: 'slug',
  view,
  filters: {
    query: (row, text: string) => row.id === text || includesText(row.name, text) || includesText(row.slug, text),
    user_id: hasMember,
    organization_id: (row, values: readonly string[]) => matchesSigned(values, (id) => id === row.id),
  },
  sortKeys: { name: true, members_count: (row, state) => membersOf(state, row.id).length },
  cascade: [
    removes(() => memberships, 'organization_id'),
    deletes('organization_invitations', 'organization_id'),
    deletes('organization_domains', 'organization_id'),
    deletes('organization_suggestions', 'organization_id'),
    deletes('organization_membership_requests', 'organization_id'),
    deletes('payers', 'organization_id'),
    deletes('subscriptions', 'organization_id'),
    deletes('subscription_items', 'organization_id'),
    deletes('saml_connections', 'organization_id'),
    deletes('api_keys', 'subject'),
    (state, { id }) => {
      leaveOrganization(state, id);
    },
  ],
});

/** What users outside the organization see of it. */
export function publicOrganizationData(state: InstanceState, organizationId: string): Fields {
  const { id, name, slug, image_url, has_image } = view(find(state, organizations, organizationId));
  return { id, name, slug, image_url, has_image };
}

function membershipView(row: MembershipRow, state: InstanceState): Fields {
  return {
    ...row,
    role_name: roleByKey(state, row.role)?.name ?? row.role,
    permissions: permissionKeysOf(state, row.role),
    organization: countedView(find(state, organizations, row.organization_id), state, {
      members: true,
      elevated: false,
    }),
    public_user_data: publicUserData(state, row.user_id),
  };
}

const userOf = (membership: MembershipRow, state: InstanceState): UserRow | undefined =>
  state.table('users').get(membership.user_id);

/** The filters of people, asked of the member; dates of creation are those of the membership. */
const MEMBER_FILTERS: Filters<MembershipRow> = {
  ...Object.fromEntries(
    Object.entries(PERSON_FILTERS).map(([name, test]) => [
      name,
      (row: MembershipRow, value: never, state: InstanceState) => {
        const user = userOf(row, state);
        return user !== undefined && test(user, value, state);
      },
    ]),
  ),
  user_id: (row, values: readonly string[]) => matchesSigned(values, (id) => id === row.user_id),
  role: (row, values: readonly string[]) => values.includes(row.role),
  created_at_before: (row, time: number) => row.created_at < time,
  created_at_after: (row, time: number) => row.created_at > time,
};

export const memberships = defineResource('organization_memberships', {
  object: 'organization_membership',
  idPrefix: 'orgmem',
  component: 'OrganizationMembership',
  event: 'organizationMembership',
  view: membershipView,
  filters: MEMBER_FILTERS,
  sortKeys: Object.fromEntries(
    Object.entries(PERSON_SORT_KEYS).map(([name, key]) => [
      name,
      (row: MembershipRow, state: InstanceState) => {
        const user = userOf(row, state);
        return user && key(user, state);
      },
    ]),
  ),
  cascade: [
    (state, { organization_id, user_id }) => {
      leaveOrganization(state, organization_id, user_id);
    },
  ],
});
