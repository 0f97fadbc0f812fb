/** The waitlist. */
import type { Row, World } from '../../instance-state.js';
import { readEmailAddress } from '../addresses.js';
import { change, create, defineResource, find, idOf, listOf, remove, silent } from '../crud.js';
import { contains, equals } from '../listing.js';
import { ApiError, bodyOf } from '../operation.js';
import type { Handler, Handlers } from '../operation.js';
import { invalidValue } from '../refusals.js';
import { invitations, invite } from './invitations.js';

type Fields = Readonly<Record<string, unknown>>;

const entries = defineResource({
  table: 'waitlist_entries',
  object: 'waitlist_entry',
  idPrefix: 'wle',
  component: 'WaitlistEntry',
  event: 'waitlistEntry',
  filters: { query: contains('email_address', 'id'), status: equals('status') },
  sortKeys: ['email_address', 'invited_at'],
  view: (row, world) => {
    const invitation = world.table(invitations.table).get(String(row['invitation_id']));
    return { ...row, invitation: invitation ? invitations.view(invitation, world) : null };
  },
});

/** The entry that the address has already, or a new one. */
function enter(world: World, address: string): Row {
  const known = world.table(entries.table).by('email_address', address)[0];
  return known ?? create(world, entries, { email_address: address, status: 'pending', is_locked: false });
}

/** Somebody signed up with the address: whoever waited for it waits no longer. */
export function completeWaitlistEntry(world: World, address: string): void {
  for (const { id, status } of world.table(entries.table).by('email_address', address))
    if (status !== 'completed') change(world, entries, id, { status: 'completed' });
}

const createMany: Handler = (call, world) => {
  const addresses = (call.body as readonly Fields[]).map((body) => readEmailAddress(body['email_address']));
  if (new Set(addresses).size < addresses.length)
    throw invalidValue('email_address', 'must not occur twice in one request');
  return addresses.map((address) => entries.view(enter(world, address), world));
};

/** @throws ApiError 409 unless the entry is in one of the states */
function expectStatus(row: Row, ...statuses: readonly string[]): void {
  if (statuses.includes(String(row['status']))) return;
  throw new ApiError(409, 'waitlist_entry_status_conflict', 'Conflict', {
    longMessage: `The waitlist entry is ${String(row['status'])}.`,
  });
}

const inviteEntry: Handler = (call, world) => {
  const row = find(world, entries, call.params['waitlist_entry_id'] ?? '');
  const { ignore_existing } = bodyOf(call);
  expectStatus(row, 'pending', 'rejected', ...(ignore_existing === true ? ['invited'] : []));
  const [invitation] = invite(world, [{ email_address: row['email_address'], ignore_existing }]);
  const patch = { status: 'invited', invitation_id: invitation?.id, invited_at: world.now() };
  return entries.view(change(world, entries, row.id, patch), world);
};

export const waitlistEntryHandlers: Handlers = {
  ListWaitlistEntries: listOf(entries),
  CreateWaitlistEntry: (call, world) =>
    entries.view(enter(world, readEmailAddress(bodyOf(call)['email_address'])), world),
  CreateBulkWaitlistEntries: createMany,
  InviteWaitlistEntry: inviteEntry,
  RejectWaitlistEntry: (call, world) => {
    const row = find(world, entries, call.params['waitlist_entry_id'] ?? '');
    expectStatus(row, 'pending', 'invited');
    return entries.view(change(world, entries, row.id, { status: 'rejected' }), world);
  },
  DeleteWaitlistEntry: (call, world) => {
    const row = find(world, entries, idOf(call.params));
    expectStatus(row, 'pending', 'rejected');
    // Clerk sends no event for deletions of waitlist entries.
    return remove(world, silent(entries), row);
  },
};
