/**
 * Enrollment by domain: a user with a verified address of an organization's domain is invited, or gets a suggestion; accepting a suggestion asks the
 * organization's managers.
 */
import type { InstanceState } from '../../state/instance-state.js';
import type { MembershipRequestRow, OrganizationDomainRow, SuggestionRow, UserRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { expiringStatus } from '../invitations/invitation-rules.js';
import { refusal, notFound } from '../records/refusals.js';
import { change, defineResource, find, insert } from '../records/resource.js';
import { isVerified } from '../users/identifications.js';
import { addMember, hasSeat, requireSeat } from './memberships.js';
import { inviteToOrganization } from './organization-invitations.js';
import { membershipOf, organizations, pendingCount, publicOrganizationData } from './organization-records.js';
import { domainOfAddress } from './public-mail-domains.js';
import { roleByKey } from './role-records.js';

export const suggestions = defineResource('organization_suggestions', {
  object: 'organization_suggestion',
  idPrefix: 'orgsug',
  component: 'OrganizationSuggestion',
  view: (row, state) => ({
    ...row,
    public_organization_data: publicOrganizationData(state, row.organization_id),
  }),
});

export const membershipRequests = defineResource('organization_membership_requests', {
  object: 'organization_membership_request',
  idPrefix: 'orgmemreq',
  component: 'OrganizationMembershipRequest',
});

/** A domain enrolls nobody before it is verified. */
const admits = (state: InstanceState, domain: OrganizationDomainRow): boolean =>
  domain.verification?.status === 'verified' && environmentOf(state).organization_settings.domains.enabled;

/** Gives the user what their verified addresses entitle them to. Idempotent. */
export function enroll(state: InstanceState, user: UserRow): void {
  const addresses = state.table('email_addresses').by('user_id', user.id).filter(isVerified);
  for (const { email_address: address } of addresses) {
    const domains = state.table('organization_domains').by('name', domainOfAddress(address));
    for (const domain of domains.filter((row) => admits(state, row))) enrollBy(state, domain, user, address);
  }
}

/** Enrolls everybody who has an address of the domain. */
export function enrollAll(state: InstanceState, domain: OrganizationDomainRow): void {
  const owners = state
    .table('email_addresses')
    .rows()
    .filter((row) => domainOfAddress(row.email_address) === domain.name)
    .map((row) => state.table('users').get(row.user_id));
  for (const user of owners) if (user !== undefined) enroll(state, user);
}

function enrollBy(state: InstanceState, domain: OrganizationDomainRow, user: UserRow, address: string): void {
  if (membershipOf(state, domain.organization_id, user.id) !== undefined) return;
  const sent = state
    .table('organization_invitations')
    .by('email_address', address)
    .filter((row) => row.organization_id === domain.organization_id);
  // A revoked invitation is not sent again.
  if (sent.some((row) => row.domain_id === domain.id || expiringStatus(state, row) === 'pending')) return;
  if (domain.enrollment_mode === 'automatic_invitation') invite(state, domain, address);
  if (domain.enrollment_mode === 'automatic_suggestion') suggest(state, domain, user);
}

const roleOfEnrolled = (state: InstanceState): string =>
  environmentOf(state).organization_settings.domains.default_role;

function invite(state: InstanceState, domain: OrganizationDomainRow, address: string): void {
  const organization = find(state, organizations, domain.organization_id);
  const role = roleOfEnrolled(state);
  if (!hasSeat(state, organization, 1 + pendingCount(state, organization.id)) || roleByKey(state, role) === undefined)
    return;
  const [made] = inviteToOrganization(state, organization, [{ email_address: address, role, notify: false }]);
  if (made !== undefined) state.table('organization_invitations').update(made.id, { domain_id: domain.id });
}

function suggest(state: InstanceState, { id, organization_id }: OrganizationDomainRow, user: UserRow): void {
  const own = state.table('organization_suggestions').by('user_id', user.id);
  if (own.some((row) => row.organization_id === organization_id)) return;
  insert(state, suggestions, { organization_id, domain_id: id, user_id: user.id, status: 'pending' });
}

/** The suggestions of organizations that the user is not a member of. */
export function suggestionsFor(state: InstanceState, user: UserRow): SuggestionRow[] {
  enroll(state, user);
  const own = state.table('organization_suggestions').by('user_id', user.id);
  return own.filter((row) => membershipOf(state, row.organization_id, user.id) === undefined);
}

/** Asks the managers of the organization. @throws ApiError 400, 404 */
export function acceptSuggestion(state: InstanceState, user: UserRow, id: string): SuggestionRow {
  const suggestion = suggestionsFor(state, user).find((row) => row.id === id);
  if (suggestion === undefined) throw notFound('organization suggestion', id);
  if (suggestion.status !== 'pending') throw refusal('organization_suggestion_already_accepted');
  const { organization_id } = suggestion;
  insert(state, membershipRequests, { organization_id, user_id: user.id, suggestion_id: id, status: 'pending' });
  return change(state, suggestions, id, { status: 'accepted' });
}

/** The requests to join, without pending ones of users who are members by now. */
export function requestsTo(state: InstanceState, organizationId: string): MembershipRequestRow[] {
  const all = state.table('organization_membership_requests').by('organization_id', organizationId);
  return all.filter((row) => row.status !== 'pending' || !membershipOf(state, organizationId, row.user_id));
}

/** @throws ApiError 403, 404 */
export function decideRequest(
  state: InstanceState,
  organizationId: string,
  id: string,
  decision: 'accepted' | 'rejected',
): MembershipRequestRow {
  const request = requestsTo(state, organizationId).find((row) => row.id === id);
  if (request?.status !== 'pending') throw notFound('pending organization membership request', id);
  if (decision === 'accepted') {
    const organization = find(state, organizations, organizationId);
    requireSeat(state, organization);
    addMember(state, organization, request.user_id, roleOfEnrolled(state));
    state.table('organization_suggestions').update(request.suggestion_id, { status: 'completed' });
  }
  return change(state, membershipRequests, id, { status: decision });
}
