/** Invitations to an organization. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { readEmailAddress, readUrl } from '../../../model/records/text-formats.js';
import { change, create, defineResource, find, list, publish, silent } from '../../../model/records/resource.js';
import { contains, equals } from '../../../model/records/listing.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handlers, OperationCall } from '../../engine/operation.js';
import { notFound, wrongState } from '../../../model/records/refusals.js';
import { createTicket, ticketUrl } from '../../../model/sessions/tickets.js';
import { addMember, membershipOf, organizationOf, requireRole } from './organization-memberships.js';
import {
  organizations,
  publicOrganizationData,
  publicUserData,
} from '../../../model/organizations/organization-records.js';
import { roleByKey } from '../../../model/organizations/role-records.js';
import { users } from '../../../model/users/user-records.js';

type Fields = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

const statusOf = (row: Row, state: InstanceState): unknown =>
  row['status'] === 'pending' && Number(row['expires_at']) <= state.now() ? 'expired' : row['status'];

const invitations = defineResource({
  table: 'organization_invitations',
  object: 'organization_invitation',
  idPrefix: 'orginv',
  component: 'OrganizationInvitation',
  event: 'organizationInvitation',
  filters: {
    status: (row, status: string, state) => statusOf(row, state) === status,
    email_address: equals('email_address'),
    query: contains('email_address', 'id'),
  },
  sortKeys: ['email_address'],
  view: (row, state) => ({
    ...row,
    status: statusOf(row, state),
    role_name: roleByKey(state, String(row['role']))?.['name'] ?? row['role'],
    public_inviter_data: row['inviter_id'] === null ? null : publicUserData(state, row['inviter_id']),
    public_organization_data: publicOrganizationData(state, row['organization_id']),
  }),
});

/** @throws ApiError 400, 404, 422 */
function prepare(state: InstanceState, organization: Row, body: Fields): Fields {
  const address = readEmailAddress(body['email_address']);
  const inviter = typeof body['inviter_user_id'] === 'string' ? find(state, users, body['inviter_user_id']).id : null;
  const role = requireRole(state, body['role']);
  const redirect = typeof body['redirect_url'] === 'string' ? readUrl(body['redirect_url'], 'redirect_url') : undefined;
  const known = state.table('email_addresses').by('email_address', address)[0];
  if (known && membershipOf(state, organization.id, String(known['user_id']))) {
    throw wrongState('already_a_member_in_organization', `${address} is already a member of the organization.`);
  }
  const pending = state.table(invitations.table).by('email_address', address);
  if (pending.some((row) => row['organization_id'] === organization.id && statusOf(row, state) === 'pending')) {
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
    expires_at: state.now() + days * DAY_MS,
    redirect_url: redirect,
  };
}

export function duplicate(addresses: readonly string[]): ApiError {
  return new ApiError(400, 'duplicate_record', 'duplicate invitation', {
    longMessage: `There are already pending invitations for the following email addresses: ${addresses.join(', ')}`,
    meta: { email_addresses: addresses },
  });
}

function invite(state: InstanceState, prepared: Fields): Row {
  const id = state.id(invitations.idPrefix);
  const ticket = createTicket(
    state,
    'organization_invitation',
    id,
    Number(prepared['expires_at']),
    prepared['redirect_url'] as string | undefined,
  );
  return create(state, invitations, { ...prepared, id, url: ticketUrl(state, ticket) });
}

/** All or none, also where one call names an address twice. */
function inviteAll(state: InstanceState, organization: Row, bodies: readonly Fields[]): Row[] {
  const prepared = bodies.map((body) => prepare(state, organization, body));
  const addresses = prepared.map((fields) => String(fields['email_address']));
  const twice = addresses.filter((address, index) => addresses.indexOf(address) !== index);
  if (twice.length > 0) throw duplicate(twice);
  return prepared.map((fields) => invite(state, fields));
}

/** The invited user becomes a member. @throws ApiError 400, 403, 404 */
export function acceptOrganizationInvitation(state: InstanceState, id: string, userId: string): Row {
  const invitation = find(state, invitations, id);
  refuseUnlessPending(invitation, state);
  const organization = find(state, organizations, String(invitation['organization_id']));
  const { public_metadata, private_metadata } = invitation;
  addMember(state, organization, userId, invitation['role'], { public_metadata, private_metadata });
  const accepted = change(state, silent(invitations), id, { status: 'accepted' });
  publish(state, invitations, 'accepted', accepted);
  return accepted;
}

function refuseUnlessPending(row: Row, state: InstanceState): void {
  const status = String(statusOf(row, state));
  if (status !== 'pending') throw wrongState('organization_invitation_not_pending', `The invitation is ${status}.`);
}

function invitationOf(call: OperationCall, state: InstanceState): Row {
  const id = call.params['invitation_id'] ?? '';
  const row = state.table(invitations.table).get(id);
  if (row?.['organization_id'] !== organizationOf(call, state).id) throw notFound('organization invitation', id);
  return row;
}

const ofOrganization = (call: OperationCall, state: InstanceState) => ({
  rows: state.table(invitations.table).by('organization_id', organizationOf(call, state).id),
});

export const organizationInvitationHandlers: Handlers = {
  CreateOrganizationInvitation: (call, state) => {
    const [row] = inviteAll(state, organizationOf(call, state), [bodyOf(call)]);
    return invitations.view(row as Row, state);
  },
  CreateOrganizationInvitationBulk: (call, state) => {
    const rows = inviteAll(state, organizationOf(call, state), call.body as readonly Fields[]);
    return { data: rows.map((row) => invitations.view(row, state)), total_count: rows.length };
  },
  ListOrganizationInvitations: (call, state) => list(state, invitations, call.query, ofOrganization(call, state)),
  ListPendingOrganizationInvitations: (call, state) =>
    list(state, invitations, { ...call.query, status: 'pending' }, ofOrganization(call, state)),
  ListInstanceOrganizationInvitations: (call, state) => list(state, invitations, call.query),
  UsersGetOrganizationInvitations: (call, state) => {
    const user = find(state, users, call.params['user_id'] ?? '');
    const addresses = state.table('email_addresses').by('user_id', user.id);
    const rows = addresses.flatMap((row) => state.table(invitations.table).by('email_address', row['email_address']));
    return list(state, invitations, call.query, { rows });
  },
  GetOrganizationInvitation: (call, state) => invitations.view(invitationOf(call, state), state),
  RevokeOrganizationInvitation: (call, state) => {
    const row = invitationOf(call, state);
    const requester = bodyOf(call)['requesting_user_id'];
    if (
      typeof requester === 'string' &&
      membershipOf(state, String(row['organization_id']), requester)?.['role'] !== 'org:admin'
    ) {
      throw new ApiError(403, 'not_an_admin_in_organization', 'Only admins can revoke invitations.', {
        paramName: 'requesting_user_id',
      });
    }
    refuseUnlessPending(row, state);
    const changed = change(state, silent(invitations), row.id, { status: 'revoked', url: null });
    publish(state, invitations, 'revoked', changed);
    return invitations.view(changed, state);
  },
};
