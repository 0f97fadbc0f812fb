/** Invitations to the application. */
import type { InvitationsCreateParams } from '../../../../../src/api/generated/types.js';
import { DAY_MS } from '../../ground/time.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, InvitationRow } from '../../state/rows.js';
import { contains } from '../records/listing.js';
import { refusal, taken } from '../records/refusals.js';
import { change, create, defineResource, find } from '../records/resource.js';
import { readEmailAddress, readUrl } from '../records/text-formats.js';
import { createTicket, ticketUrl } from '../sessions/tickets.js';
import { sendInvitation } from './invitation-emails.js';
import { duplicateInvitation, expiringStatus, repeatedIn } from './invitation-rules.js';

const DEFAULT_DAYS = 30;

export const invitations = defineResource('invitations', {
  object: 'invitation',
  idPrefix: 'inv',
  component: 'Invitation',
  filters: {
    status: (row, status: string, state) => expiringStatus(state, row) === status,
    query: contains('email_address', 'id'),
  },
  sortKeys: ['email_address', 'expires_at'],
  view: (row, state) => ({ ...row, status: expiringStatus(state, row), revoked: row.status === 'revoked' }),
});

/** The fields that the bodies of one invitation and of many have in common. */
export type NewInvitation = Pick<
  InvitationsCreateParams,
  'email_address' | 'ignore_existing' | 'expires_in_days' | 'notify' | 'template_slug'
> & {
  readonly redirect_url?: string | null | undefined;
  readonly public_metadata?: Fields | null | undefined;
};

/** @throws ApiError 400, 422 */
function prepare(state: InstanceState, body: NewInvitation) {
  const address = readEmailAddress(body.email_address);
  if (state.table('email_addresses').by('email_address', address).length > 0) throw taken('email_address');
  const sent = state.table('invitations').by('email_address', address);
  if (body.ignore_existing !== true && sent.some((row) => expiringStatus(state, row) === 'pending'))
    throw duplicateInvitation([address]);
  return {
    email_address: address,
    public_metadata: body.public_metadata ?? {},
    status: 'pending' as const,
    expires_at: state.now() + (body.expires_in_days ?? DEFAULT_DAYS) * DAY_MS,
    redirect_url: typeof body.redirect_url === 'string' ? readUrl(body.redirect_url, 'redirect_url') : undefined,
  };
}

/** All or none; each with an email, unless `notify` is false. @throws ApiError 400, 422 */
export function invite(state: InstanceState, bodies: readonly NewInvitation[]): InvitationRow[] {
  const prepared = bodies.map((body) => prepare(state, body));
  const twice = repeatedIn(prepared.map((fields) => fields.email_address));
  if (twice.length > 0) throw duplicateInvitation(twice);
  return prepared.map((fields, index) => {
    const id = state.id(invitations.idPrefix);
    const ticket = createTicket(state, 'invitation', id, fields.expires_at, fields.redirect_url);
    const invitation = create(state, invitations, { ...fields, id, url: ticketUrl(state, ticket) });
    const { notify, template_slug: slug } = bodies[index] ?? {};
    if (notify !== false) sendInvitation(state, slug ?? 'invitation', invitation);
    return invitation;
  });
}

/** @throws ApiError 400, 404 */
export function revokeInvitation(state: InstanceState, id: string): InvitationRow {
  const { status } = find(state, invitations, id);
  if (status === 'revoked') throw refusal('invitation_already_revoked');
  if (status === 'accepted') throw refusal('invitation_already_accepted');
  return change(state, invitations, id, { status: 'revoked' });
}

const REFUSAL_BY_STATUS = {
  accepted: 'invitation_already_accepted',
  revoked: 'revoked_invitation',
  expired: 'ticket_expired_code',
} as const;

/** Somebody signed up with the invitation. @throws ApiError 400, 404 */
export function acceptInvitation(state: InstanceState, id: string): InvitationRow {
  const status = expiringStatus(state, find(state, invitations, id));
  if (status !== 'pending') throw refusal(REFUSAL_BY_STATUS[status]);
  return change(state, invitations, id, { status: 'accepted' });
}
