/** The waitlist. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { readEmailAddress } from '../../../model/records/text-formats.js';
import { change, create, defineResource, find, idOf, listOf, remove, silent } from '../../../model/records/resource.js';
import { contains, equals } from '../../../model/records/listing.js';
import { ApiError, bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { invalidValue } from '../../../model/records/refusals.js';
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
  view: (row, state) => {
    const invitation = state.table(invitations.table).get(String(row['invitation_id']));
    return { ...row, invitation: invitation ? invitations.view(invitation, state) : null };
  },
});

/** The entry that the address has already, or a new one. */
function enter(state: InstanceState, address: string): Row {
  const known = state.table(entries.table).by('email_address', address)[0];
  return known ?? create(state, entries, { email_address: address, status: 'pending', is_locked: false });
}

/** Somebody signed up with the address: whoever waited for it waits no longer. */
export function completeWaitlistEntry(state: InstanceState, address: string): void {
  for (const { id, status } of state.table(entries.table).by('email_address', address))
    if (status !== 'completed') change(state, entries, id, { status: 'completed' });
}

const createMany: Handler = (call, state) => {
  const addresses = (call.body as readonly Fields[]).map((body) => readEmailAddress(body['email_address']));
  if (new Set(addresses).size < addresses.length)
    throw invalidValue('email_address', 'must not occur twice in one request');
  return addresses.map((address) => entries.view(enter(state, address), state));
};

/** @throws ApiError 409 unless the entry is in one of the states */
function expectStatus(row: Row, ...statuses: readonly string[]): void {
  if (statuses.includes(String(row['status']))) return;
  throw new ApiError(409, 'waitlist_entry_status_conflict', 'Conflict', {
    longMessage: `The waitlist entry is ${String(row['status'])}.`,
  });
}

const inviteEntry: Handler = (call, state) => {
  const row = find(state, entries, call.params['waitlist_entry_id'] ?? '');
  const { ignore_existing } = bodyOf(call);
  expectStatus(row, 'pending', 'rejected', ...(ignore_existing === true ? ['invited'] : []));
  const [invitation] = invite(state, [{ email_address: row['email_address'], ignore_existing }]);
  const patch = { status: 'invited', invitation_id: invitation?.id, invited_at: state.now() };
  return entries.view(change(state, entries, row.id, patch), state);
};

export const waitlistEntryHandlers: Handlers = {
  ListWaitlistEntries: listOf(entries),
  CreateWaitlistEntry: (call, state) =>
    entries.view(enter(state, readEmailAddress(bodyOf(call)['email_address'])), state),
  CreateBulkWaitlistEntries: createMany,
  InviteWaitlistEntry: inviteEntry,
  RejectWaitlistEntry: (call, state) => {
    const row = find(state, entries, call.params['waitlist_entry_id'] ?? '');
    expectStatus(row, 'pending', 'invited');
    return entries.view(change(state, entries, row.id, { status: 'rejected' }), state);
  },
  DeleteWaitlistEntry: (call, state) => {
    const row = find(state, entries, idOf(call.params));
    expectStatus(row, 'pending', 'rejected');
    // Clerk sends no event for deletions of waitlist entries.
    return remove(state, silent(entries), row);
  },
};
