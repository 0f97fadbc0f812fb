/** What an organization and a membership are, and how they look from outside. */
import type { Row, InstanceState } from '../../state/instance-state.js';
import { defineResource, find } from '../records/resource.js';
import { defaultImage } from '../records/images.js';
import { includesText } from '../records/listing.js';
import type { Filters } from '../records/listing.js';
import { permissionKeysOf, roleByKey } from './role-records.js';
import { PERSON_FILTERS, PERSON_SORT_KEYS, primaryText } from '../users/user-records.js';

type Fields = Readonly<Record<string, unknown>>;

const membersOf = (state: InstanceState, id: string): Row[] =>
  state.table('organization_memberships').by('organization_id', id);

/** Who may manage members is what Clerk calls elevated. */
const ELEVATED = 'org:sys_memberships:manage';

function view(row: Row): Fields {
  const hasImage = typeof row['image_url'] === 'string';
  return { ...row, image_url: row['image_url'] ?? defaultImage('organization', row.id), has_image: hasImage };
}

/** @param include which of the counted fields to work out */
export function countedView(row: Row, state: InstanceState, include: { members: boolean; elevated: boolean }): Fields {
  const members = include.members || include.elevated ? membersOf(state, row.id) : [];
  return {
    ...view(row),
    ...(include.members
      ? { members_count: members.length, pending_invitations_count: pendingCount(state, row.id) }
      : {}),
    ...(include.elevated
      ? {
          missing_member_with_elevated_permissions: !members.some((m) =>
            permissionKeysOf(state, String(m['role'])).includes(ELEVATED),
          ),
        }
      : {}),
  };
}

function pendingCount(state: InstanceState, id: string): number {
  const invitations = state.table('organization_invitations').by('organization_id', id);
  return invitations.filter((row) => row['status'] === 'pending' && Number(row['expires_at']) > state.now()).length;
}

/** `+user_1` and a bare id take in, `-user_1` leaves out. */
function isMember(row: Row, values: readonly string[], state: InstanceState): boolean {
  const has = (user: string) =>
    state
      .table('organization_memberships')
      .by('user_id', user)
      .some((m) => m['organization_id'] === row.id);
  const excluded = values.filter((value) => value.startsWith('-')).map((value) => value.slice(1));
  const wanted = values.filter((value) => !value.startsWith('-')).map((value) => value.replace(/^[+ ]/, ''));
  return !excluded.some(has) && (wanted.length === 0 || wanted.some(has));
}

function idMatches(row: Row, values: readonly string[]): boolean {
  const excluded = values.filter((value) => value.startsWith('-')).map((value) => value.slice(1));
  const wanted = values.filter((value) => !value.startsWith('-')).map((value) => value.replace(/^[+ ]/, ''));
  return !excluded.includes(row.id) && (wanted.length === 0 || wanted.includes(row.id));
}

export const organizations = defineResource({
  table: 'organizations',
  object: 'organization',
  idPrefix: 'org',
  component: 'Organization',
  event: 'organization',
  unique: ['slug'],
  alias: 'slug',
  view,
  filters: {
    query: (row, text: string) => row.id === text || includesText(row['name'], text) || includesText(row['slug'], text),
    user_id: isMember,
    organization_id: idMatches,
  },
  sortKeys: { name: true, members_count: (row, state) => membersOf(state, row.id).length },
});

/** The organization's face for people who are not in it. */
export function publicOrganizationData(state: InstanceState, id: unknown): Fields {
  const { id: organizationId, name, slug, image_url, has_image } = view(find(state, organizations, String(id)));
  return { id: organizationId, name, slug, image_url, has_image };
}

/** The user's face for other members. */
export function publicUserData(state: InstanceState, userId: unknown): Fields {
  const user = state.table('users').get(String(userId));
  if (!user)
    return {
      user_id: String(userId),
      first_name: null,
      last_name: null,
      image_url: '',
      has_image: false,
      identifier: '',
    };
  const image = user['image_url'] ?? defaultImage('user', user.id);
  const identifier =
    primaryText(state, user, 'email_addresses', 'email_address') ??
    primaryText(state, user, 'phone_numbers', 'phone_number') ??
    user['username'] ??
    primaryText(state, user, 'web3_wallets', 'web3_wallet') ??
    user.id;
  return {
    user_id: user.id,
    first_name: user['first_name'] ?? null,
    last_name: user['last_name'] ?? null,
    image_url: image,
    profile_image_url: image,
    has_image: typeof user['image_url'] === 'string',
    identifier,
    username: user['username'] ?? null,
  };
}

function membershipView(row: Row, state: InstanceState): Fields {
  const key = String(row['role']);
  return {
    ...row,
    role_name: roleByKey(state, key)?.['name'] ?? key,
    permissions: permissionKeysOf(state, key),
    organization: view(find(state, organizations, String(row['organization_id']))),
    public_user_data: publicUserData(state, row['user_id']),
  };
}

const ofUser = (membership: Row, state: InstanceState): Row =>
  state.table('users').get(String(membership['user_id'])) ?? membership;

/** The filters of people, asked of the member; dates of creation are those of the membership. */
const MEMBER_FILTERS: Filters = {
  ...Object.fromEntries(
    Object.entries(PERSON_FILTERS).map(([name, test]) => [
      name,
      (row: Row, value: never, state: InstanceState) => test(ofUser(row, state), value, state),
    ]),
  ),
  user_id: (row, values: readonly string[], state) => idMatches(ofUser(row, state), values),
  role: (row, values: readonly string[]) => values.includes(String(row['role'])),
  created_at_before: (row, time: number) => Number(row['created_at']) < time,
  created_at_after: (row, time: number) => Number(row['created_at']) > time,
};

export const memberships = defineResource({
  table: 'organization_memberships',
  object: 'organization_membership',
  idPrefix: 'orgmem',
  component: 'OrganizationMembership',
  event: 'organizationMembership',
  view: membershipView,
  filters: MEMBER_FILTERS,
  sortKeys: Object.fromEntries(
    Object.entries(PERSON_SORT_KEYS).map(([name, key]) => [
      name,
      (row: Row, state: InstanceState) => (key === true ? ofUser(row, state)[name] : key(ofUser(row, state), state)),
    ]),
  ),
});
