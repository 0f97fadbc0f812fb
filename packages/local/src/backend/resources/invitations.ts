/** Invitations to the application. */
import type { Row, World } from '../../instance-state.js';
import { readEmailAddress, readUrl } from '../addresses.js';
import { change, create, defineResource, find, idOf, list, remove } from '../crud.js';
import { contains } from '../listing.js';
import { bodyOf } from '../operation.js';
import type { Handler, Handlers } from '../operation.js';
import { taken, wrongState } from '../refusals.js';
import { createTicket, ticketUrl } from '../tickets.js';
import { duplicate } from './organization-invitations.js';

type Fields = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

const statusOf = (row: Row, world: World): unknown =>
  row['status'] === 'pending' && Number(row['expires_at']) <= world.now() ? 'expired' : row['status'];

export const invitations = defineResource({
  table: 'invitations',
  object: 'invitation',
  idPrefix: 'inv',
  component: 'Invitation',
  filters: {
    status: (row, status: string, world) => statusOf(row, world) === status,
    query: contains('email_address', 'id'),
  },
  sortKeys: ['email_address', 'expires_at'],
  view: (row, world) => ({ ...row, status: statusOf(row, world), revoked: row['status'] === 'revoked' }),
});

/** @throws ApiError 400, 422 */
function prepare(world: World, body: Fields): Fields {
  const address = readEmailAddress(body['email_address']);
  if (world.table('email_addresses').by('email_address', address).length > 0) throw taken('email_address');
  const pending = world.table(invitations.table).by('email_address', address);
  if (body['ignore_existing'] !== true && pending.some((row) => statusOf(row, world) === 'pending'))
    throw duplicate([address]);
  const redirect = typeof body['redirect_url'] === 'string' ? readUrl(body['redirect_url'], 'redirect_url') : undefined;
  const days = typeof body['expires_in_days'] === 'number' ? body['expires_in_days'] : DEFAULT_DAYS;
  return {
    email_address: address,
    public_metadata: body['public_metadata'] ?? {},
    status: 'pending',
    expires_at: world.now() + days * DAY_MS,
    redirect_url: redirect,
  };
}

/** All or none. @throws ApiError 400, 422 */
export function invite(world: World, bodies: readonly Fields[]): Row[] {
  const prepared = bodies.map((body) => prepare(world, body));
  const addresses = prepared.map((fields) => String(fields['email_address']));
  const twice = addresses.filter((address, index) => addresses.indexOf(address) !== index);
  if (twice.length > 0) throw duplicate(twice);
  return prepared.map((fields) => {
    const id = world.id(invitations.idPrefix);
    const ticket = createTicket(
      world,
      'invitation',
      id,
      Number(fields['expires_at']),
      fields['redirect_url'] as string | undefined,
    );
    return create(world, invitations, { ...fields, id, url: ticketUrl(world, ticket) });
  });
}

/** @throws ApiError 400, 404 */
function revokeInvitation(world: World, id: string): Row {
  const row = find(world, invitations, id);
  if (row['status'] === 'revoked') throw wrongState('invitation_already_revoked', 'The invitation is already revoked.');
  if (row['status'] === 'accepted')
    throw wrongState('invitation_already_accepted', 'The invitation is already accepted.');
  return change(world, invitations, id, { status: 'revoked' });
}

/** Of newer versions: an invitation that is deleted is gone from the list as well. */
export const deleteInvitation: Handler = (call, world) =>
  remove(world, invitations, find(world, invitations, idOf(call.params)));

/** Somebody signed up with the invitation. @throws ApiError 400, 404 */
export function acceptInvitation(world: World, id: string): Row {
  const row = find(world, invitations, id);
  const status = String(statusOf(row, world));
  if (status !== 'pending') throw wrongState('invitation_not_pending', `The invitation is ${status}.`);
  return change(world, invitations, id, { status: 'accepted' });
}

/** Without a status, all but the revoked ones. */
const listInvitations: Handler = (call, world) => {
  const keep = call.query['status'] === undefined ? (row: Row) => row['status'] !== 'revoked' : undefined;
  return list(world, invitations, call.query, { keep });
};

export const invitationHandlers: Handlers = {
  ListInvitations: listInvitations,
  CreateInvitation: (call, world) => invitations.view(invite(world, [bodyOf(call)])[0] as Row, world),
  CreateBulkInvitations: (call, world) =>
    invite(world, call.body as readonly Fields[]).map((row) => invitations.view(row, world)),
  RevokeInvitation: (call, world) =>
    invitations.view(revokeInvitation(world, call.params['invitation_id'] ?? ''), world),
};
