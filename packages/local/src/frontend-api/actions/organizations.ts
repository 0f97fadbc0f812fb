/** Organizations themselves: creation, profile, logo, roles. */
import { rolesFor, roles } from '../../model/organizations/role-records.js';
import { organizations } from '../../model/organizations/organization-records.js';
import {
  createOwnOrganization,
  removeOwnOrganization,
  updateOwnOrganization,
} from '../../model/organizations/organizations.js';
import { uploadedImage } from '../../model/records/images.js';
import { missing } from '../../model/records/refusals.js';
import { change } from '../../model/records/resource.js';
import { pageOf } from '../../model/records/listing.js';
import type { Draft } from '../../state/instance-state.js';
import type { OrganizationRow } from '../../state/rows.js';
import { textIn, type ActionCall, type Actions } from '../engine/action.js';
import { aboutOrganizations, inOrganization, type OrganizationCall } from '../engine/in-organization.js';
import { pageIn } from '../engine/query.js';
import { viewOrganization } from '../views/user.js';

/** Name and slug are all that a page may set: seats and private metadata are the backend's. */
const profileIn = (call: ActionCall) => {
  const [name, slug] = [textIn(call, 'name'), textIn(call, 'slug')];
  return { ...(name === undefined ? {} : { name }), ...(slug === undefined ? {} : { slug }) };
};

const changed = ({ state, organization }: OrganizationCall, patch: Draft<OrganizationRow>) =>
  viewOrganization(state, change(state, organizations, organization.id, patch));

export const organizationActions: Actions = {
  createOrganization: aboutOrganizations((call) => {
    const { state, user } = call;
    const { name, ...rest } = profileIn(call);
    if (name === undefined) throw missing('name');
    return viewOrganization(state, createOwnOrganization(state, user, { name, ...rest }));
  }),
  getOrganization: inOrganization(null, ({ state, organization }) => viewOrganization(state, organization)),
  updateOrganization: inOrganization('org:sys_profile:manage', (call) => {
    const { state, organization } = call;
    return viewOrganization(state, updateOwnOrganization(state, organization, profileIn(call)));
  }),
  deleteOrganization: inOrganization('org:sys_profile:delete', ({ state, organization }) =>
    removeOwnOrganization(state, organization),
  ),
  updateOrganizationLogo: inOrganization('org:sys_profile:manage', (call) =>
    changed(call, { image_url: uploadedImage(call.files['file']) }),
  ),
  deleteOrganizationLogo: inOrganization('org:sys_profile:manage', (call) => {
    changed(call, { image_url: null });
    return { object: 'image', id: call.organization.id, deleted: true };
  }),
  ListOrganizationRoles: inOrganization(null, (call) => {
    const { state, organization } = call;
    const page = pageOf(rolesFor(state, organization), pageIn(call), (row) => roles.view(row, state));
    return { ...page, has_role_set_migration: false };
  }),
};
