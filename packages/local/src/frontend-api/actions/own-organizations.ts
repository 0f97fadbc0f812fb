/** What the user who is signed in has to do with organizations: memberships, invitations, suggestions, and leaving. */
import { acceptSuggestion, enroll, suggestions, suggestionsFor } from '../../model/organizations/enrollment.js';
import { removeMember } from '../../model/organizations/memberships.js';
import { memberships } from '../../model/organizations/organization-records.js';
import { creationDefaults } from '../../model/organizations/organizations.js';
import {
  acceptOwnInvitation,
  invitationsFor,
  organizationInvitations,
} from '../../model/organizations/organization-invitations.js';
import { expiringStatus } from '../../model/invitations/invitation-rules.js';
import { list } from '../../model/records/resource.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { OrganizationInvitationRow, SuggestionRow } from '../../state/rows.js';
import type { Actions } from '../engine/action.js';
import { aboutOrganizations, inOrganization } from '../engine/in-organization.js';
import { isOneOf, pageIn, valuesIn } from '../engine/query.js';
import { viewInvitation, viewMembership, withPublicOrganizationData } from '../views/user.js';

const showInvitation = (row: OrganizationInvitationRow, state: InstanceState) => viewInvitation(state, row);
const showSuggestion = (row: SuggestionRow, state: InstanceState) =>
  withPublicOrganizationData(suggestions.view(row, state), row.organization_id);

export const ownOrganizationActions: Actions = {
  getOrganizationMemberships: aboutOrganizations((call) => {
    const { state, user } = call;
    const rows = state.table('organization_memberships').by('user_id', user.id);
    return list(state, { ...memberships, view: (row) => viewMembership(state, row) }, pageIn(call), { rows });
  }),
  deleteOrganizationMemberships: inOrganization(null, ({ state, membership }) => {
    removeMember(state, membership);
    return { object: membership.object, id: membership.id, deleted: true };
  }),
  getUsersOrganizationInvitations: aboutOrganizations((call) => {
    const { state, user } = call;
    const wanted = valuesIn(call, 'status');
    enroll(state, user);
    const rows = invitationsFor(state, user).filter((row) => isOneOf(wanted, expiringStatus(state, row)));
    return list(state, { ...organizationInvitations, view: showInvitation }, pageIn(call), { rows });
  }),
  acceptOrganizationInvitation: aboutOrganizations(({ state, user, params }) =>
    viewInvitation(state, acceptOwnInvitation(state, user, params['invitation_id'] ?? '')),
  ),
  getOrganizationSuggestions: aboutOrganizations((call) => {
    const { state, user } = call;
    const wanted = valuesIn(call, 'status');
    const rows = suggestionsFor(state, user).filter(({ status }) => isOneOf(wanted, status));
    return list(state, { ...suggestions, view: showSuggestion }, pageIn(call), { rows });
  }),
  acceptOrganizationSuggestion: aboutOrganizations(({ state, user, params }) =>
    showSuggestion(acceptSuggestion(state, user, params['suggestion_id'] ?? ''), state),
  ),
  getOrganizationCreationDefaults: aboutOrganizations(({ state, user }) => creationDefaults(state, user)),
};
