/** Organizations themselves. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { readTime } from '../../../model/records/text-formats.js';
import { change, create, find, list, remove } from '../../../model/records/resource.js';
import { uploadedImage } from '../../../model/records/images.js';
import { mergedKinds, replacedKinds } from '../../../model/records/metadata.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handler, Handlers } from '../../engine/operation.js';
import { forbidden, invalidFormat, invalidValue, missing, taken } from '../../../model/records/refusals.js';
import { settingsOf } from '../../../model/instance/settings.js';
import { addMember, organizationOf, removeMember } from './organization-memberships.js';
import { countedView, organizations } from '../../../model/organizations/organization-records.js';
import { roleSets } from '../../../model/organizations/role-records.js';
import { users } from '../../../model/users/user-records.js';
import { leaveOrganization } from '../../../model/sessions/user-sessions.js';

type Fields = Readonly<Record<string, unknown>>;

const ALL_COUNTS = { members: true, elevated: true };

const answer = (row: Row, state: InstanceState): Fields => countedView(row, state, ALL_COUNTS);

function asked(query: Fields): { members: boolean; elevated: boolean } {
  return {
    members: query['include_members_count'] === true,
    elevated: query['include_missing_member_with_elevated_permissions'] === true,
  };
}

/** @throws ApiError 422 */
function readFields(state: InstanceState, body: Fields): Fields {
  const fields: Record<string, unknown> = { ...replacedKinds(body) };
  for (const name of ['name', 'max_allowed_memberships', 'admin_delete_enabled']) {
    if (body[name] !== undefined && body[name] !== null) fields[name] = body[name];
  }
  if (fields['name'] === '') throw missing('name');
  if (typeof body['slug'] === 'string') fields['slug'] = readSlug(body['slug']);
  if (typeof body['created_at'] === 'string') fields['created_at'] = readTime(body['created_at'], 'created_at');
  if (typeof body['role_set_key'] === 'string') {
    if (state.table(roleSets.table).by('key', body['role_set_key']).length === 0)
      throw invalidValue('role_set_key', 'is not a role set');
    fields['role_set_key'] = body['role_set_key'];
  }
  return fields;
}

function readSlug(slug: string): string {
  if (!/^[a-z0-9-]{1,256}$/.test(slug)) throw invalidFormat('slug', 'lowercase letters, digits and dashes');
  return slug;
}

/** A slug out of a name; with the end of the id if another organization has it. */
function freeSlug(state: InstanceState, name: string, id: string): string {
  const plain =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'organization';
  return state.table('organizations').by('slug', plain).length === 0 ? plain : `${plain}-${id.slice(-8).toLowerCase()}`;
}

/**
 * As `POST /organizations`: the creator becomes a member with the creator's role.
 * @throws ApiError 403, 422
 */
export function createOrganization(state: InstanceState, body: Fields): Row {
  const settings = settingsOf(state, 'organizations');
  const fields = readFields(state, body);
  const creator = typeof body['created_by'] === 'string' ? state.table('users').get(body['created_by']) : undefined;
  if (typeof body['created_by'] === 'string' && !creator) throw invalidValue('created_by', 'is not the id of a user');
  if (creator) refuseBeyondLimit(state, creator);
  if (typeof fields['slug'] === 'string' && state.table('organizations').by('slug', fields['slug']).length > 0)
    throw taken('slug');
  const id = typeof body['id'] === 'string' ? body['id'] : state.id(organizations.idPrefix);
  const row = create(state, organizations, {
    slug: freeSlug(state, String(fields['name']), id),
    max_allowed_memberships: settings['max_allowed_memberships'],
    admin_delete_enabled: settings['admin_delete_enabled'],
    public_metadata: {},
    private_metadata: {},
    role_set_key: settings['initial_role_set_key'],
    last_active_at: state.now(),
    ...(creator ? { created_by: creator.id } : {}),
    ...fields,
    id,
  });
  if (creator) addMember(state, row, creator.id, settings['creator_role']);
  return row;
}

function refuseBeyondLimit(state: InstanceState, creator: Row): void {
  const limit = Number(creator['create_organizations_limit'] ?? 0);
  const made = state.table('organizations').by('created_by', creator.id).length;
  if (limit > 0 && made >= limit) {
    throw forbidden('organization_creation_quota_exceeded', `The user can create no more than ${limit} organizations.`);
  }
}

const deleted: Handler = (call, state) => {
  const organization = organizationOf(call, state);
  for (const membership of state.table('organization_memberships').by('organization_id', organization.id))
    removeMember(state, membership);
  for (const name of [
    'organization_invitations',
    'organization_domains',
    'subscriptions',
    'subscription_items',
    'saml_connections',
  ]) {
    for (const row of state.table(name).by('organization_id', organization.id)) state.table(name).delete(row.id);
  }
  for (const key of state.table('api_keys').by('subject', organization.id)) state.table('api_keys').delete(key.id);
  leaveOrganization(state, organization.id);
  return remove(state, organizations, organization);
};

const patched =
  (patch: (body: Fields, row: Row, state: InstanceState) => Fields): Handler =>
  (call, state) => {
    const row = organizationOf(call, state);
    return answer(change(state, organizations, row.id, patch(bodyOf(call), row, state)), state);
  };

/** Of newer versions: the kinds that the request names are replaced. */
export const replaceOrganizationMetadata: Handler = patched((body) => replacedKinds(body));

export const organizationHandlers: Handlers = {
  ListOrganizations: (call, state) => {
    const include = asked(call.query);
    return list(state, { ...organizations, view: (row) => countedView(row, state, include) }, call.query);
  },
  CreateOrganization: (call, state) => answer(createOrganization(state, bodyOf(call)), state),
  GetOrganization: (call, state) => countedView(organizationOf(call, state), state, asked(call.query)),
  UpdateOrganization: patched((body, _row, state) => readFields(state, body)),
  DeleteOrganization: deleted,
  MergeOrganizationMetadata: patched((body, row) => mergedKinds(row, body)),
  UploadOrganizationLogo: (call, state) => {
    const image = uploadedImage(call);
    const uploader = bodyOf(call)['uploader_user_id'];
    if (typeof uploader === 'string' && uploader !== '') find(state, users, uploader);
    const row = change(state, organizations, organizationOf(call, state).id, { image_url: image });
    return { ...answer(row, state), logo_url: image };
  },
  DeleteOrganizationLogo: patched(() => ({ image_url: null })),
};
