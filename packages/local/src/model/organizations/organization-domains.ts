/** Domains whose addresses may join an organization. */
import type {
  OrganizationDomainsCreateParams,
  OrganizationDomainsUpdateParams,
} from '../../../../../src/api/generated/types.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { Fields, OrganizationDomainRow, OrganizationRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { expiringStatus } from '../invitations/invitation-rules.js';
import { contains, matchesSigned } from '../records/listing.js';
import { invalidFormat, invalidValue, missing, refusal } from '../records/refusals.js';
import { change, create, defineResource } from '../records/resource.js';
import { isDomainName } from '../records/text-formats.js';
import { viewVerification } from '../verification/verification.js';
import { revokeOrganizationInvitation } from './organization-invitations.js';
import { publicOrganizationData } from './organization-records.js';
import { isPublicMailDomain } from './public-mail-domains.js';

type Mode = OrganizationDomainRow['enrollment_mode'];

const MODES: readonly string[] = [
  'manual_invitation',
  'automatic_invitation',
  'automatic_suggestion',
  'enterprise_sso',
] satisfies Mode[];

export const organizationDomains = defineResource('organization_domains', {
  object: 'organization_domain',
  idPrefix: 'orgdmn',
  component: 'OrganizationDomain',
  event: 'organizationDomain',
  filters: {
    verified: (row, value: string) => (row.verification?.status === 'verified') === (value === 'true'),
    // One list takes a single mode, the other one a list of them, which may leave some out.
    enrollment_mode: (row, value: string | readonly string[]) =>
      matchesSigned([value].flat(), (mode) => mode === row.enrollment_mode),
    query: contains('name'),
    domains: (row, names: readonly string[]) => names.includes(row.name),
    organization_id: (row, id: string) => row.organization_id === id,
  },
  sortKeys: ['name'],
  view,
  cascade: [withdraw],
});

function view(row: OrganizationDomainRow, state: InstanceState): Fields {
  const affiliation = viewVerification(state, row.verification);
  return {
    ...row,
    verification: affiliation,
    affiliation_verification: affiliation,
    ownership_verification: row.ownership_verification ?? null,
    total_pending_invitations: pendingInvitations(state, row).length,
    total_pending_suggestions: pendingSuggestions(state, row).length,
    public_organization_data: publicOrganizationData(state, row.organization_id),
  };
}

const pendingInvitations = (state: InstanceState, { id }: OrganizationDomainRow) =>
  state
    .table('organization_invitations')
    .by('domain_id', id)
    .filter((row) => expiringStatus(state, row) === 'pending');

const pendingSuggestions = (state: InstanceState, { id }: OrganizationDomainRow) =>
  state
    .table('organization_suggestions')
    .by('domain_id', id)
    .filter(({ status }) => status === 'pending');

/** Revokes pending invitations of the domain and deletes its pending suggestions. */
export function withdraw(state: InstanceState, domain: OrganizationDomainRow): void {
  for (const row of pendingInvitations(state, domain)) {
    revokeOrganizationInvitation(state, row, null);
    // One that somebody revoked by hand is not sent again; these may be.
    state.table('organization_invitations').update(row.id, { domain_id: null });
  }
  for (const { id } of pendingSuggestions(state, domain)) state.table('organization_suggestions').delete(id);
}

const verification = (state: InstanceState, verified: boolean, by = 'admin') => ({
  object: 'verification_otp',
  status: verified ? ('verified' as const) : ('unverified' as const),
  strategy: verified ? by : 'affiliation_email_code',
  attempts: null,
  expire_at: null,
  verified_at: verified ? state.now() : null,
});

/** @throws ApiError 403 if the instance has the mode switched off, 422 if there is no such mode */
function readMode(state: InstanceState, value: unknown): Mode {
  if (typeof value !== 'string' || !isMode(value))
    throw invalidValue('enrollment_mode', `must be one of ${MODES.join(', ')}`);
  if (!environmentOf(state).organization_settings.domains.enrollment_modes.includes(value))
    throw refusal('organization_domain_enrollment_mode_not_enabled', undefined, { paramName: 'enrollment_mode' });
  return value;
}

/** Domains of mail providers belong to everybody, and any other to one organization. @throws ApiError 422 */
function refuseForeign(state: InstanceState, organization: OrganizationRow, name: string): void {
  const options = { paramName: 'name' };
  if (isPublicMailDomain(name)) throw refusal('organization_domain_common', undefined, options);
  const holder = state.table('organization_domains').by('name', name)[0];
  if (holder === undefined) return;
  const same = holder.organization_id === organization.id;
  throw refusal(
    same ? 'organization_domain_already_exists_same_organization' : 'organization_domain_already_exists',
    undefined,
    options,
  );
}

const isMode = (value: string): value is Mode => MODES.includes(value);

/** @throws ApiError 403, 422 */
export function addOrganizationDomain(
  state: InstanceState,
  organization: OrganizationRow,
  { name, enrollment_mode: mode, verified }: Partial<OrganizationDomainsCreateParams>,
): OrganizationDomainRow {
  if (typeof name !== 'string' || name === '') throw missing('name');
  if (!isDomainName(name)) throw invalidFormat('name', 'a domain name');
  if (!environmentOf(state).organization_settings.domains.enabled) throw refusal('organization_domains_not_enabled');
  const domain = name.toLowerCase();
  refuseForeign(state, organization, domain);
  return create(state, organizationDomains, {
    organization_id: organization.id,
    name: domain,
    enrollment_mode: mode === undefined ? 'manual_invitation' : readMode(state, mode),
    verification: verification(state, verified !== false),
    ownership_verification: null,
    affiliation_email_address: null,
    total_pending_invitations: 0,
    total_pending_suggestions: 0,
  });
}

/** @throws ApiError 403, 422 */
export function updateOrganizationDomain(
  state: InstanceState,
  id: string,
  { enrollment_mode: mode, verified }: OrganizationDomainsUpdateParams,
): OrganizationDomainRow {
  return change(state, organizationDomains, id, {
    ...(typeof mode === 'string' ? { enrollment_mode: readMode(state, mode) } : {}),
    ...(typeof verified === 'boolean' ? { verification: verification(state, verified) } : {}),
  });
}

/** Without a DNS record, by the Backend API. Idempotent. */
export function verifyOwnership(state: InstanceState, row: OrganizationDomainRow): OrganizationDomainRow {
  if (row.ownership_verification?.status === 'verified') return row;
  return change(state, organizationDomains, row.id, {
    ownership_verification: verification(state, true, 'manual_override'),
  });
}
