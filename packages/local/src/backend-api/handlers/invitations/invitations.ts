/** Invitations to the application. */
import type {
  InvitationsBulkCreateParams,
  InvitationsCreateParams,
  InvitationsListParams,
} from '../../../../../../src/api/generated/types.js';
import { invitations, invite, revokeInvitation } from '../../../model/invitations/invitations.js';
import { list } from '../../../model/records/resource.js';
import type { InvitationRow } from '../../../state/rows.js';
import { deleteOf } from '../../engine/crud-handlers.js';
import { bodyOf, itemsOf, param, queryOf, type Handler, type Handlers } from '../../engine/operation.js';

/** An operation of newer versions: a deleted invitation leaves the list as well. */
export const deleteInvitation: Handler = deleteOf(invitations);

export const invitationHandlers: Handlers = {
  /** Without a status, all but the revoked ones. */
  ListInvitations: (call, state) => {
    const all = queryOf<InvitationsListParams>(call).status !== undefined;
    const keep = all ? undefined : (row: InvitationRow) => row.status !== 'revoked';
    return list(state, invitations, call.query, { keep });
  },
  CreateInvitation: (call, state) =>
    invite(state, [bodyOf<InvitationsCreateParams>(call)]).map((row) => invitations.view(row, state))[0],
  CreateBulkInvitations: (call, state) =>
    invite(state, itemsOf<InvitationsBulkCreateParams>(call)).map((row) => invitations.view(row, state)),
  RevokeInvitation: (call, state) => invitations.view(revokeInvitation(state, param(call, 'invitation_id')), state),
};
