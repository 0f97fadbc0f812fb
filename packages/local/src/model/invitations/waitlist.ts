/** The waitlist. */
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, WaitlistEntryRow } from '../../state/rows.js';
import { contains, equals } from '../records/listing.js';
import { refusal } from '../records/refusals.js';
import { change, create, defineResource, find, remove, silent } from '../records/resource.js';
import { readEmailAddress } from '../records/text-formats.js';
import { invitations, invite } from './invitations.js';

export const waitlistEntries = defineResource('waitlist_entries', {
  object: 'waitlist_entry',
  idPrefix: 'wle',
  component: 'WaitlistEntry',
  event: 'waitlistEntry',
  filters: { query: contains('email_address', 'id'), status: equals('status') },
  sortKeys: ['email_address', 'invited_at'],
  view: (row, state) => {
    const invitation = state.table('invitations').get(row.invitation_id);
    return { ...row, invitation: invitation ? invitations.view(invitation, state) : null };
  },
});

/** The entries that the addresses have already, or new ones. All or none. @throws ApiError 422 */
export function joinWaitlist(state: InstanceState, texts: readonly string[]): WaitlistEntryRow[] {
  const addresses = texts.map((text) => readEmailAddress(text));
  if (new Set(addresses).size < addresses.length)
    throw refusal('form_param_duplicate', 'An address stands twice in the request.', { paramName: 'email_address' });
  return addresses.map((address) => {
    const known = state.table('waitlist_entries').by('email_address', address)[0];
    return known ?? create(state, waitlistEntries, { email_address: address, status: 'pending', is_locked: false });
  });
}

/** A user signed up with the address: whoever waited for it waits no longer. */
export function completeWaitlistEntry(state: InstanceState, address: string): void {
  for (const { id, status } of state.table('waitlist_entries').by('email_address', address))
    if (status !== 'completed') change(state, waitlistEntries, id, { status: 'completed' });
}

/** @throws ApiError 404; 409 unless the entry is in one of the states */
function entryIn(state: InstanceState, id: string, statuses: readonly WaitlistEntryRow['status'][]): WaitlistEntryRow {
  const row = find(state, waitlistEntries, id);
  if (row.is_locked === true) throw refusal('waitlist_entry_locked');
  if (row.status === 'pending' || statuses.includes(row.status)) return row;
  throw refusal(`waitlist_entry_already_${row.status}`);
}

/** @throws ApiError 400, 404, 409, 422 */
export function inviteWaitlistEntry(
  state: InstanceState,
  id: string,
  ignoreExisting: boolean | null | undefined,
): WaitlistEntryRow {
  const row = entryIn(state, id, ['pending', 'rejected', ...(ignoreExisting === true ? (['invited'] as const) : [])]);
  const [invitation] = invite(state, [
    { email_address: row.email_address, ignore_existing: ignoreExisting, template_slug: 'waitlist_invitation' },
  ]);
  const patch = { status: 'invited', invitation_id: invitation?.id, invited_at: state.now() } as const;
  return change(state, waitlistEntries, row.id, patch);
}

/** @throws ApiError 404, 409 */
export function rejectWaitlistEntry(state: InstanceState, id: string): WaitlistEntryRow {
  const row = entryIn(state, id, ['pending', 'invited']);
  return change(state, waitlistEntries, row.id, { status: 'rejected' });
}

/** Clerk sends no event for deletions of waitlist entries. @throws ApiError 404, 409 */
export function removeWaitlistEntry(state: InstanceState, id: string): Fields {
  return remove(state, silent(waitlistEntries), entryIn(state, id, ['pending', 'rejected']));
}
