/** Organizations themselves. */
import type {
  OrganizationsCreateParams,
  OrganizationsGetParams,
  OrganizationsListParams,
  OrganizationsMergeMetadataParams,
  OrganizationsReplaceMetadataParams,
  OrganizationsUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import { countedView, organizations } from '../../../model/organizations/organization-records.js';
import { createOrganization, readOrganization } from '../../../model/organizations/organizations.js';
import { uploadedImage } from '../../../model/records/images.js';
import { mergedKinds, replacedKinds } from '../../../model/records/metadata.js';
import { change, find, list, remove } from '../../../model/records/resource.js';
import { users } from '../../../model/users/user-records.js';
import type { Draft, InstanceState } from '../../../state/instance-state.js';
import type { Fields, OrganizationRow } from '../../../state/rows.js';
import { bodyOf, param, queryOf, type Handler, type Handlers, type OperationCall } from '../../engine/operation.js';

export const organizationOf = (call: OperationCall, state: InstanceState): OrganizationRow =>
  find(state, organizations, param(call, 'organization_id'));

const answer = (row: OrganizationRow, state: InstanceState): Fields =>
  countedView(row, state, { members: true, elevated: true });

/** Which counted fields the query asks for. */
const asked = (query: OrganizationsListParams | OrganizationsGetParams) => ({
  members: query.include_members_count === true,
  elevated: query.include_missing_member_with_elevated_permissions === true,
});

const patched =
  (patch: (call: OperationCall, row: OrganizationRow, state: InstanceState) => Draft<OrganizationRow>): Handler =>
  (call, state) => {
    const row = organizationOf(call, state);
    return answer(change(state, organizations, row.id, patch(call, row, state)), state);
  };

export const organizationHandlers: Handlers = {
  ListOrganizations: (call, state) => {
    const include = asked(queryOf<OrganizationsListParams>(call));
    return list(state, { ...organizations, view: (row) => countedView(row, state, include) }, call.query);
  },
  CreateOrganization: (call, state) =>
    answer(createOrganization(state, bodyOf<OrganizationsCreateParams>(call)), state),
  GetOrganization: (call, state) =>
    countedView(organizationOf(call, state), state, asked(queryOf<OrganizationsGetParams>(call))),
  UpdateOrganization: patched((call, _row, state) => readOrganization(state, bodyOf<OrganizationsUpdateParams>(call))),
  DeleteOrganization: (call, state) => remove(state, organizations, organizationOf(call, state)),
  MergeOrganizationMetadata: patched((call, row) => mergedKinds(row, bodyOf<OrganizationsMergeMetadataParams>(call))),
  ReplaceOrganizationMetadata: patched((call) => replacedKinds(bodyOf<OrganizationsReplaceMetadataParams>(call))),
  UploadOrganizationLogo: (call, state) => {
    const image = uploadedImage(call.files?.['file']);
    const { uploader_user_id: uploader } = bodyOf(call);
    if (typeof uploader === 'string' && uploader !== '') find(state, users, uploader);
    const row = change(state, organizations, organizationOf(call, state).id, { image_url: image });
    return { ...answer(row, state), logo_url: image };
  },
  DeleteOrganizationLogo: patched(() => ({ image_url: null })),
};
