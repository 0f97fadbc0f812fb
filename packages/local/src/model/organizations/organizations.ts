/** Organizations: creation, and the fields that a request may set. */
import type { OrganizationsCreateParams, OrganizationsUpdateParams } from '../../../../../src/api/generated/types.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { Fields, OrganizationRow, UserRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { settingsOf } from '../instance/settings.js';
import { replacedKinds } from '../records/metadata.js';
import { invalidFormat, invalidValue, missing, refusal, taken } from '../records/refusals.js';
import { change, create, remove } from '../records/resource.js';
import { readTime } from '../records/text-formats.js';
import { isVerified } from '../users/identifications.js';
import { addMember } from './memberships.js';
import { organizations } from './organization-records.js';
import { domainOfAddress, isPublicMailDomain } from './public-mail-domains.js';

/** How many organizations a user may create who has no limit of their own. */
const CREATIONS_FOR_A_USER = 100;

/** The body of `POST /organizations`, and the id if it is chosen. */
export type NewOrganization = OrganizationsCreateParams & { readonly id?: string };

/** @throws ApiError 422 */
export function readOrganization(
  state: InstanceState,
  body: (OrganizationsCreateParams & { readonly admin_delete_enabled?: never }) | OrganizationsUpdateParams,
): Draft<OrganizationRow> {
  const { name, max_allowed_memberships: seats, admin_delete_enabled: deletable, role_set_key: roleSet } = body;
  if (name === '') throw missing('name');
  const fields: Draft<OrganizationRow> = {
    ...replacedKinds(body),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof seats === 'number' ? { max_allowed_memberships: seats } : {}),
    ...(typeof deletable === 'boolean' ? { admin_delete_enabled: deletable } : {}),
    ...(typeof body.slug === 'string' ? { slug: readSlug(body.slug) } : {}),
    ...(typeof body.created_at === 'string' ? { created_at: readTime(body.created_at, 'created_at') } : {}),
  };
  if (typeof roleSet !== 'string') return fields;
  if (state.table('role_sets').by('key', roleSet).length === 0) throw invalidValue('role_set_key', 'is not a role set');
  return { ...fields, role_set_key: roleSet };
}

function readSlug(slug: string): string {
  if (!/^[a-z0-9-]{1,256}$/.test(slug)) throw invalidFormat('slug', 'lowercase letters, digits and dashes');
  return slug;
}

const isTaken = (state: InstanceState, slug: string): boolean =>
  state.table('organizations').by('slug', slug).length > 0;

/** A slug out of a name; with the end of the id if another organization has it. */
function freeSlug(state: InstanceState, name: string, id: string): string {
  const plain =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'organization';
  return isTaken(state, plain) ? `${plain}-${id.slice(-8).toLowerCase()}` : plain;
}

/**
 * As `POST /organizations`: the creator becomes a member with the creator's role.
 * @throws ApiError 400, 403, 422
 */
export function createOrganization(state: InstanceState, body: NewOrganization): OrganizationRow {
  const settings = environmentOf(state).organization_settings;
  if (!settings.enabled) throw refusal('organization_not_enabled_in_instance');
  if (typeof body.slug === 'string') refuseSlug(state);
  const fields = readOrganization(state, body);
  const creator = typeof body.created_by === 'string' ? state.table('users').get(body.created_by) : undefined;
  if (typeof body.created_by === 'string' && !creator)
    throw refusal('organization_creator_not_found', `There is no ${body.created_by}.`, { paramName: 'created_by' });
  if (creator) refuseBeyondLimit(state, creator);
  if (typeof fields.slug === 'string' && isTaken(state, fields.slug)) throw taken('slug');
  const id = body.id ?? state.id(organizations.idPrefix);
  const row = create(state, organizations, {
    slug: freeSlug(state, String(fields.name), id),
    max_allowed_memberships: settings.max_allowed_memberships,
    admin_delete_enabled: settings.actions.admin_delete,
    public_metadata: {},
    private_metadata: {},
    role_set_key: settingsOf(state, 'organizations').initial_role_set_key,
    last_active_at: state.now(),
    ...(creator ? { created_by: creator.id } : {}),
    ...fields,
    id,
  });
  if (creator) addMember(state, row, creator.id, settings.creator_role);
  return row;
}

/** @throws ApiError 403 where the instance has slugs switched off */
function refuseSlug(state: InstanceState): void {
  if (environmentOf(state).organization_settings.slug.disabled)
    throw refusal('organization_slugs_disabled', undefined, { paramName: 'slug' });
}

/** An organization that a user makes without the backend. @throws ApiError 403, 422 */
export function createOwnOrganization(
  state: InstanceState,
  user: UserRow,
  profile: Pick<NewOrganization, 'name' | 'slug'>,
): OrganizationRow {
  const { create_organization: enabled } = environmentOf(state).user_settings.actions;
  if (!enabled || user.create_organization_enabled === false) throw refusal('user_create_organization_not_enabled');
  return createOrganization(state, { ...profile, created_by: user.id });
}

/** Changes that a member makes without the backend. @throws ApiError 403, 422 */
export function updateOwnOrganization(
  state: InstanceState,
  organization: OrganizationRow,
  profile: { readonly name?: string; readonly slug?: string },
): OrganizationRow {
  if (profile.slug !== undefined && profile.slug !== organization.slug) refuseSlug(state);
  return change(state, organizations, organization.id, readOrganization(state, profile));
}

/** A member deletes it. @throws ApiError 403 where that is left to the backend */
export function removeOwnOrganization(state: InstanceState, organization: OrganizationRow): Fields {
  if (organization.admin_delete_enabled === false) throw refusal('organization_admin_delete_not_enabled');
  return remove(state, organizations, organization);
}

/** @throws ApiError 403 */
function refuseBeyondLimit(state: InstanceState, creator: UserRow): void {
  const { create_organizations_limit: usual } = environmentOf(state).user_settings.actions;
  const limit = creator.create_organizations_limit ?? usual ?? CREATIONS_FOR_A_USER;
  const made = state.table('organizations').by('created_by', creator.id).length;
  if (limit > 0 && made >= limit) {
    throw refusal('org_creation_limit_exceeded', `The user can create no more than ${limit} organizations.`);
  }
}

/** What a form for a new organization begins with: the name of the domain at which the user has an address, unless anybody can have one there. */
export function creationDefaults(state: InstanceState, user: UserRow): Fields {
  const address = state.table('email_addresses').get(user.primary_email_address_id);
  const domain = isVerified(address) ? domainOfAddress(address?.email_address ?? '') : '';
  const [label = ''] = domain.split('.');
  if (label === '' || isPublicMailDomain(domain)) return { form: null, advisory: null };
  return { form: { name: `${label.charAt(0).toUpperCase()}${label.slice(1)}`, logo: null }, advisory: null };
}
