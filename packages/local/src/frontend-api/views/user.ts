/** A user as the Frontend API shows it, and the face of users and organizations for others. */
import { countedView, memberships } from '../../model/organizations/organization-records.js';
import { organizationInvitations } from '../../model/organizations/organization-invitations.js';
import { pictureUrl } from '../../model/records/images.js';
import { viewOwnAddresses } from '../../model/profile/own-addresses.js';
import { publicUserData } from '../../model/users/person.js';
import { users } from '../../model/users/user-records.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, MembershipRow, OrganizationInvitationRow, OrganizationRow, UserRow } from '../../state/rows.js';
import { localImage } from './images.js';

/** With the memberships, by which pages know roles and permissions. */
export function viewUser(state: InstanceState, user: UserRow): Fields {
  const image = localImage(pictureUrl(state, 'users', user.id, user.image_url), 'user', user.id);
  return {
    ...users.view(user, state),
    // With their verifications as they are by the clock.
    email_addresses: viewOwnAddresses(state, user, 'email_address'),
    phone_numbers: viewOwnAddresses(state, user, 'phone_number'),
    image_url: image,
    profile_image_url: image,
    organization_memberships: state
      .table('organization_memberships')
      .by('user_id', user.id)
      .map((row) => ({ ...viewMembership(state, row), public_user_data: undefined })),
  };
}

export function viewOrganization(state: InstanceState, organization: OrganizationRow): Fields {
  const picture = pictureUrl(state, 'organizations', organization.id, organization.image_url);
  const counted = countedView(organization, state, { members: true, elevated: false });
  return { ...counted, image_url: localImage(picture, 'organization', organization.id), logo_url: picture ?? null };
}

export function viewMembership(state: InstanceState, row: MembershipRow): Fields {
  const organization = state.table('organizations').get(row.organization_id);
  return {
    ...memberships.view(row, state),
    organization: organization === undefined ? null : viewOrganization(state, organization),
    public_user_data: viewPublicUser(state, row.user_id),
  };
}

export function viewPublicUser(state: InstanceState, userId: string): Fields {
  const face = publicUserData(state, userId);
  const image = localImage(pictureUrl(state, 'users', userId, face.image_url), 'user', userId);
  return { ...face, image_url: image, profile_image_url: image };
}

/** Something that tells which organization it is about, with a picture that is drawn here. */
export function withPublicOrganizationData(view: Fields, organizationId: string): Fields {
  const face = view['public_organization_data'] as Fields | undefined;
  if (face === undefined) return view;
  return {
    ...view,
    public_organization_data: { ...face, image_url: localImage(face['image_url'], 'organization', organizationId) },
  };
}

/** Without its link: whoever opens that has verified the invited address. */
export const viewInvitation = (state: InstanceState, row: OrganizationInvitationRow): Fields => ({
  ...withPublicOrganizationData(organizationInvitations.view(row, state), row.organization_id),
  url: null,
});
