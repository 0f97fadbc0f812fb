/** Organizations themselves. */
import type { Row, World } from '../../instance-state.js';
import { readTime } from '../addresses.js';
import { change, create, find, list, remove } from '../crud.js';
import { uploadedImage } from '../images.js';
import { mergedKinds, replacedKinds } from '../metadata.js';
import { bodyOf } from '../operation.js';
import type { Handler, Handlers } from '../operation.js';
import { forbidden, invalidFormat, invalidValue, missing, taken } from '../refusals.js';
import { settingsOf } from '../settings.js';
import { addMember, organizationOf, removeMember } from './organization-memberships.js';
import { countedView, organizations } from './organization-resource.js';
import { roleSets } from './role-resource.js';
import { users } from './user-resource.js';
import { leaveOrganization } from './user-sessions.js';

type Fields = Readonly<Record<string, unknown>>;

const ALL_COUNTS = { members: true, elevated: true };

const answer = (row: Row, world: World): Fields => countedView(row, world, ALL_COUNTS);

function asked(query: Fields): { members: boolean; elevated: boolean } {
  return {
    members: query['include_members_count'] === true,
    elevated: query['include_missing_member_with_elevated_permissions'] === true,
  };
}

/** @throws ApiError 422 */
function readFields(world: World, body: Fields): Fields {
  const fields: Record<string, unknown> = { ...replacedKinds(body) };
  for (const name of ['name', 'max_allowed_memberships', 'admin_delete_enabled']) {
    if (body[name] !== undefined && body[name] !== null) fields[name] = body[name];
  }
  if (fields['name'] === '') throw missing('name');
  if (typeof body['slug'] === 'string') fields['slug'] = readSlug(body['slug']);
  if (typeof body['created_at'] === 'string') fields['created_at'] = readTime(body['created_at'], 'created_at');
  if (typeof body['role_set_key'] === 'string') {
    if (world.table(roleSets.table).by('key', body['role_set_key']).length === 0)
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
function freeSlug(world: World, name: string, id: string): string {
  const plain =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'organization';
  return world.table('organizations').by('slug', plain).length === 0 ? plain : `${plain}-${id.slice(-8).toLowerCase()}`;
}

/**
 * As `POST /organizations`: the creator becomes a member with the creator's role.
 * @throws ApiError 403, 422
 */
export function createOrganization(world: World, body: Fields): Row {
  const settings = settingsOf(world, 'organizations');
  const fields = readFields(world, body);
  const creator = typeof body['created_by'] === 'string' ? world.table('users').get(body['created_by']) : undefined;
  if (typeof body['created_by'] === 'string' && !creator) throw invalidValue('created_by', 'is not the id of a user');
  if (creator) refuseBeyondLimit(world, creator);
  if (typeof fields['slug'] === 'string' && world.table('organizations').by('slug', fields['slug']).length > 0)
    throw taken('slug');
  const id = typeof body['id'] === 'string' ? body['id'] : world.id(organizations.idPrefix);
  const row = create(world, organizations, {
    slug: freeSlug(world, String(fields['name']), id),
    max_allowed_memberships: settings['max_allowed_memberships'],
    admin_delete_enabled: settings['admin_delete_enabled'],
    public_metadata: {},
    private_metadata: {},
    role_set_key: settings['initial_role_set_key'],
    last_active_at: world.now(),
    ...(creator ? { created_by: creator.id } : {}),
    ...fields,
    id,
  });
  if (creator) addMember(world, row, creator.id, settings['creator_role']);
  return row;
}

function refuseBeyondLimit(world: World, creator: Row): void {
  const limit = Number(creator['create_organizations_limit'] ?? 0);
  const made = world.table('organizations').by('created_by', creator.id).length;
  if (limit > 0 && made >= limit) {
    throw forbidden('organization_creation_quota_exceeded', `The user can create no more than ${limit} organizations.`);
  }
}

const deleted: Handler = (call, world) => {
  const organization = organizationOf(call, world);
  for (const membership of world.table('organization_memberships').by('organization_id', organization.id))
    removeMember(world, membership);
  for (const name of [
    'organization_invitations',
    'organization_domains',
    'subscriptions',
    'subscription_items',
    'saml_connections',
  ]) {
    for (const row of world.table(name).by('organization_id', organization.id)) world.table(name).delete(row.id);
  }
  for (const key of world.table('api_keys').by('subject', organization.id)) world.table('api_keys').delete(key.id);
  leaveOrganization(world, organization.id);
  return remove(world, organizations, organization);
};

const patched =
  (patch: (body: Fields, row: Row, world: World) => Fields): Handler =>
  (call, world) => {
    const row = organizationOf(call, world);
    return answer(change(world, organizations, row.id, patch(bodyOf(call), row, world)), world);
  };

/** Of newer versions: the kinds that the request names are replaced. */
export const replaceOrganizationMetadata: Handler = patched((body) => replacedKinds(body));

export const organizationHandlers: Handlers = {
  ListOrganizations: (call, world) => {
    const include = asked(call.query);
    return list(world, { ...organizations, view: (row) => countedView(row, world, include) }, call.query);
  },
  CreateOrganization: (call, world) => answer(createOrganization(world, bodyOf(call)), world),
  GetOrganization: (call, world) => countedView(organizationOf(call, world), world, asked(call.query)),
  UpdateOrganization: patched((body, _row, world) => readFields(world, body)),
  DeleteOrganization: deleted,
  MergeOrganizationMetadata: patched((body, row) => mergedKinds(row, body)),
  UploadOrganizationLogo: (call, world) => {
    const image = uploadedImage(call);
    const uploader = bodyOf(call)['uploader_user_id'];
    if (typeof uploader === 'string' && uploader !== '') find(world, users, uploader);
    const row = change(world, organizations, organizationOf(call, world).id, { image_url: image });
    return { ...answer(row, world), logo_url: image };
  },
  DeleteOrganizationLogo: patched(() => ({ image_url: null })),
};
