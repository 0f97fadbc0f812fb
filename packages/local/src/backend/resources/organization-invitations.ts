/** Invitations to an organization. */
import type { Row, World } from '../../instance-state.js';
import { readEmailAddress, readUrl } from '../addresses.js';
import { change, create, defineResource, find, list, publish, silent } from '../crud.js';
import { contains, equals } from '../listing.js';
import { ApiError, bodyOf } from '../operation.js';
import type { Handlers, OperationCall } from '../operation.js';
import { notFound, wrongState } from '../refusals.js';
import { createTicket, ticketUrl } from '../tickets.js';
import { addMember, membershipOf, organizationOf, requireRole } from './organization-memberships.js';
import { organizations, publicOrganizationData, publicUserData } from './organization-resource.js';
import { roleByKey } from './role-resource.js';
import { users } from './user-resource.js';

type Fields = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

const statusOf = (row: Row, world: World): unknown =>
  row['status'] === 'pending' && Number(row['expires_at']) <= world.now() ? 'expired' : row['status'];

const invitations = defineResource({
  table: 'organization_invitations',
  object: 'organization_invitation',
  idPrefix: 'orginv',
  component: 'OrganizationInvitation',
  event: 'organizationInvitation',
  filters: {
    status: (row, status: string, world) => statusOf(row, world) === status,
    email_address: equals('email_address'),
    query: contains('email_address', 'id'),
  },
  sortKeys: ['email_address'],
  view: (row, world) => ({
    ...row,
    status: statusOf(row, world),
    role_name: roleByKey(world, String(row['role']))?.['name'] ?? row['role'],
    public_inviter_data: row['inviter_id'] === null ? null : publicUserData(world, row['inviter_id']),
    public_organization_data: publicOrganizationData(world, row['organization_id']),
  }),
});

/** @throws ApiError 400, 404, 422 */
function prepare(world: World, organization: Row, body: Fields): Fields {
  const address = readEmailAddress(body['email_address']);
  const inviter = typeof body['inviter_user_id'] === 'string' ? find(world, users, body['inviter_user_id']).id : null;
  const role = requireRole(world, body['role']);
  const redirect = typeof body['redirect_url'] === 'string' ? readUrl(body['redirect_url'], 'redirect_url') : undefined;
  const known = world.table('email_addresses').by('email_address', address)[0];
  if (known && membershipOf(world, organization.id, String(known['user_id']))) {
    throw wrongState('already_a_member_in_organization', `${address} is already a member of the organization.`);
  }
  const pending = world.table(invitations.table).by('email_address', address);
  if (pending.some((row) => row['organization_id'] === organization.id && statusOf(row, world) === 'pending')) {
    throw duplicate([address]);
  }
  const days = typeof body['expires_in_days'] === 'number' ? body['expires_in_days'] : DEFAULT_DAYS;
  return {
    email_address: address,
    organization_id: organization.id,
    inviter_id: inviter,
    role,
    status: 'pending',
    public_metadata: body['public_metadata'] ?? {},
    private_metadata: body['private_metadata'] ?? {},
    expires_at: world.now() + days * DAY_MS,
    redirect_url: redirect,
  };
}

export function duplicate(addresses: readonly string[]): ApiError {
  return new ApiError(400, 'duplicate_record', 'duplicate invitation', {
    longMessage: `There are already pending invitations for the following email addresses: ${addresses.join(', ')}`,
    meta: { email_addresses: addresses },
  });
}

function invite(world: World, prepared: Fields): Row {
  const id = world.id(invitations.idPrefix);
  const ticket = createTicket(
    world,
    'organization_invitation',
    id,
    Number(prepared['expires_at']),
    prepared['redirect_url'] as string | undefined,
  );
  return create(world, invitations, { ...prepared, id, url: ticketUrl(world, ticket) });
}

/** All or none, also where one call names an address twice. */
function inviteAll(world: World, organization: Row, bodies: readonly Fields[]): Row[] {
  const prepared = bodies.map((body) => prepare(world, organization, body));
  const addresses = prepared.map((fields) => String(fields['email_address']));
  const twice = addresses.filter((address, index) => addresses.indexOf(address) !== index);
  if (twice.length > 0) throw duplicate(twice);
  return prepared.map((fields) => invite(world, fields));
}

/** The invited user becomes a member. @throws ApiError 400, 403, 404 */
export function acceptOrganizationInvitation(world: World, id: string, userId: string): Row {
  const invitation = find(world, invitations, id);
  refuseUnlessPending(invitation, world);
  const organization = find(world, organizations, String(invitation['organization_id']));
  const { public_metadata, private_metadata } = invitation;
  addMember(world, organization, userId, invitation['role'], { public_metadata, private_metadata });
  const accepted = change(world, silent(invitations), id, { status: 'accepted' });
  publish(world, invitations, 'accepted', accepted);
  return accepted;
}

function refuseUnlessPending(row: Row, world: World): void {
  const status = String(statusOf(row, world));
  if (status !== 'pending') throw wrongState('organization_invitation_not_pending', `The invitation is ${status}.`);
}

function invitationOf(call: OperationCall, world: World): Row {
  const id = call.params['invitation_id'] ?? '';
  const row = world.table(invitations.table).get(id);
  if (row?.['organization_id'] !== organizationOf(call, world).id) throw notFound('organization invitation', id);
  return row;
}

const ofOrganization = (call: OperationCall, world: World) => ({
  rows: world.table(invitations.table).by('organization_id', organizationOf(call, world).id),
});

export const organizationInvitationHandlers: Handlers = {
  CreateOrganizationInvitation: (call, world) => {
    const [row] = inviteAll(world, organizationOf(call, world), [bodyOf(call)]);
    return invitations.view(row as Row, world);
  },
  CreateOrganizationInvitationBulk: (call, world) => {
    const rows = inviteAll(world, organizationOf(call, world), call.body as readonly Fields[]);
    return { data: rows.map((row) => invitations.view(row, world)), total_count: rows.length };
  },
  ListOrganizationInvitations: (call, world) => list(world, invitations, call.query, ofOrganization(call, world)),
  ListPendingOrganizationInvitations: (call, world) =>
    list(world, invitations, { ...call.query, status: 'pending' }, ofOrganization(call, world)),
  ListInstanceOrganizationInvitations: (call, world) => list(world, invitations, call.query),
  UsersGetOrganizationInvitations: (call, world) => {
    const user = find(world, users, call.params['user_id'] ?? '');
    const addresses = world.table('email_addresses').by('user_id', user.id);
    const rows = addresses.flatMap((row) => world.table(invitations.table).by('email_address', row['email_address']));
    return list(world, invitations, call.query, { rows });
  },
  GetOrganizationInvitation: (call, world) => invitations.view(invitationOf(call, world), world),
  RevokeOrganizationInvitation: (call, world) => {
    const row = invitationOf(call, world);
    const requester = bodyOf(call)['requesting_user_id'];
    if (
      typeof requester === 'string' &&
      membershipOf(world, String(row['organization_id']), requester)?.['role'] !== 'org:admin'
    ) {
      throw new ApiError(403, 'not_an_admin_in_organization', 'Only admins can revoke invitations.', {
        paramName: 'requesting_user_id',
      });
    }
    refuseUnlessPending(row, world);
    const changed = change(world, silent(invitations), row.id, { status: 'revoked', url: null });
    publish(world, invitations, 'revoked', changed);
    return invitations.view(changed, world);
  },
};
