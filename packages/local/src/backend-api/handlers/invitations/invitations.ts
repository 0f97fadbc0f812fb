/** Invitations to the application. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { readEmailAddress, readUrl } from '../../../model/records/text-formats.js';
import { change, create, defineResource, find, idOf, list, remove } from '../../../model/records/resource.js';
import { contains } from '../../../model/records/listing.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { taken, wrongState } from '../../../model/records/refusals.js';
import { createTicket, ticketUrl } from '../../../model/sessions/tickets.js';
import { duplicate } from '../organizations/organization-invitations.js';

type Fields = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

const statusOf = (row: Row, state: InstanceState): unknown =>
  row['status'] === 'pending' && Number(row['expires_at']) <= state.now() ? 'expired' : row['status'];

export const invitations = defineResource({
  table: 'invitations',
  object: 'invitation',
  idPrefix: 'inv',
  component: 'Invitation',
  filters: {
    status: (row, status: string, state) => statusOf(row, state) === status,
    query: contains('email_address', 'id'),
  },
  sortKeys: ['email_address', 'expires_at'],
  view: (row, state) => ({ ...row, status: statusOf(row, state), revoked: row['status'] === 'revoked' }),
});

/** @throws ApiError 400, 422 */
function prepare(state: InstanceState, body: Fields): Fields {
  const address = readEmailAddress(body['email_address']);
  if (state.table('email_addresses').by('email_address', address).length > 0) throw taken('email_address');
  const pending = state.table(invitations.table).by('email_address', address);
  if (body['ignore_existing'] !== true && pending.some((row) => statusOf(row, state) === 'pending'))
    throw duplicate([address]);
  const redirect = typeof body['redirect_url'] === 'string' ? readUrl(body['redirect_url'], 'redirect_url') : undefined;
  const days = typeof body['expires_in_days'] === 'number' ? body['expires_in_days'] : DEFAULT_DAYS;
  return {
    email_address: address,
    public_metadata: body['public_metadata'] ?? {},
    status: 'pending',
    expires_at: state.now() + days * DAY_MS,
    redirect_url: redirect,
  };
}

/** All or none. @throws ApiError 400, 422 */
export function invite(state: InstanceState, bodies: readonly Fields[]): Row[] {
  const prepared = bodies.map((body) => prepare(state, body));
  const addresses = prepared.map((fields) => String(fields['email_address']));
  const twice = addresses.filter((address, index) => addresses.indexOf(address) !== index);
  if (twice.length > 0) throw duplicate(twice);
  return prepared.map((fields) => {
    const id = state.id(invitations.idPrefix);
    const ticket = createTicket(
      state,
      'invitation',
      id,
      Number(fields['expires_at']),
      fields['redirect_url'] as string | undefined,
    );
    return create(state, invitations, { ...fields, id, url: ticketUrl(state, ticket) });
  });
}

/** @throws ApiError 400, 404 */
function revokeInvitation(state: InstanceState, id: string): Row {
  const row = find(state, invitations, id);
  if (row['status'] === 'revoked') throw wrongState('invitation_already_revoked', 'The invitation is already revoked.');
  if (row['status'] === 'accepted')
    throw wrongState('invitation_already_accepted', 'The invitation is already accepted.');
  return change(state, invitations, id, { status: 'revoked' });
}

/** Of newer versions: an invitation that is deleted is gone from the list as well. */
export const deleteInvitation: Handler = (call, state) =>
  remove(state, invitations, find(state, invitations, idOf(call.params)));

/** Somebody signed up with the invitation. @throws ApiError 400, 404 */
export function acceptInvitation(state: InstanceState, id: string): Row {
  const row = find(state, invitations, id);
  const status = String(statusOf(row, state));
  if (status !== 'pending') throw wrongState('invitation_not_pending', `The invitation is ${status}.`);
  return change(state, invitations, id, { status: 'accepted' });
}

/** Without a status, all but the revoked ones. */
const listInvitations: Handler = (call, state) => {
  const keep = call.query['status'] === undefined ? (row: Row) => row['status'] !== 'revoked' : undefined;
  return list(state, invitations, call.query, { keep });
};

export const invitationHandlers: Handlers = {
  ListInvitations: listInvitations,
  CreateInvitation: (call, state) => invitations.view(invite(state, [bodyOf(call)])[0] as Row, state),
  CreateBulkInvitations: (call, state) =>
    invite(state, call.body as readonly Fields[]).map((row) => invitations.view(row, state)),
  RevokeInvitation: (call, state) =>
    invitations.view(revokeInvitation(state, call.params['invitation_id'] ?? ''), state),
};
