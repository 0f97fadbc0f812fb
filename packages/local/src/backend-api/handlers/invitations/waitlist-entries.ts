/** The waitlist. */
import type {
  WaitlistEntriesBulkCreateParams,
  WaitlistEntriesCreateParams,
  WaitlistEntriesInviteParams,
} from '../../../../../../src/api/generated/types.js';
import {
  inviteWaitlistEntry,
  joinWaitlist,
  rejectWaitlistEntry,
  removeWaitlistEntry,
  waitlistEntries,
} from '../../../model/invitations/waitlist.js';
import { listOf } from '../../engine/crud-handlers.js';
import { bodyOf, idOf, itemsOf, param, type Handlers } from '../../engine/operation.js';

export const waitlistEntryHandlers: Handlers = {
  ListWaitlistEntries: listOf(waitlistEntries),
  CreateWaitlistEntry: (call, state) => {
    const { email_address: address } = bodyOf<WaitlistEntriesCreateParams>(call);
    return joinWaitlist(state, [address]).map((row) => waitlistEntries.view(row, state))[0];
  },
  CreateBulkWaitlistEntries: (call, state) => {
    const addresses = itemsOf<WaitlistEntriesBulkCreateParams>(call).map((body) => body.email_address);
    return joinWaitlist(state, addresses).map((row) => waitlistEntries.view(row, state));
  },
  InviteWaitlistEntry: (call, state) => {
    const { ignore_existing: ignore } = bodyOf<WaitlistEntriesInviteParams>(call);
    return waitlistEntries.view(inviteWaitlistEntry(state, param(call, 'waitlist_entry_id'), ignore), state);
  },
  RejectWaitlistEntry: (call, state) =>
    waitlistEntries.view(rejectWaitlistEntry(state, param(call, 'waitlist_entry_id')), state),
  DeleteWaitlistEntry: (call, state) => removeWaitlistEntry(state, idOf(call)),
};
