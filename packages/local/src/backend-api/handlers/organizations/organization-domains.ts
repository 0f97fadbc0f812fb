/** Domains whose addresses may join an organization. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { change, create, defineResource, list, remove } from '../../../model/records/resource.js';
import { contains } from '../../../model/records/listing.js';
import { bodyOf } from '../../engine/operation.js';
import type { Handlers, OperationCall } from '../../engine/operation.js';
import { invalidFormat, invalidValue, missing, notFound } from '../../../model/records/refusals.js';
import { organizationOf } from './organization-memberships.js';
import { publicOrganizationData } from '../../../model/organizations/organization-records.js';

const MODES = ['manual_invitation', 'automatic_invitation', 'automatic_suggestion'];

const domains = defineResource({
  table: 'organization_domains',
  object: 'organization_domain',
  idPrefix: 'orgdmn',
  component: 'OrganizationDomain',
  event: 'organizationDomain',
  unique: ['name'],
  filters: {
    verified: (row, value: string) => isVerified(row) === (value === 'true'),
    // One list takes a single mode, the other one a list of them.
    enrollment_mode: (row, value: string | readonly string[]) =>
      [value].flat().includes(String(row['enrollment_mode'])),
    query: contains('name'),
    domains: (row, names: readonly string[]) => names.includes(String(row['name'])),
    organization_id: (row, id: string) => row['organization_id'] === id,
  },
  sortKeys: ['name'],
  view: (row, state) => ({ ...row, public_organization_data: publicOrganizationData(state, row['organization_id']) }),
});

const isVerified = (row: Row): boolean => (row['verification'] as { status?: unknown } | null)?.status === 'verified';

const verification = (verified: boolean) => ({
  status: verified ? 'verified' : 'unverified',
  strategy: verified ? 'admin' : 'affiliation_email_code',
  attempts: null,
  expire_at: null,
});

function readMode(value: unknown): string {
  if (typeof value !== 'string' || !MODES.includes(value))
    throw invalidValue('enrollment_mode', `must be one of ${MODES.join(', ')}`);
  return value;
}

function domainOf(call: OperationCall, state: InstanceState): Row {
  const id = call.params['domain_id'] ?? '';
  const row = state.table(domains.table).get(id);
  if (row?.['organization_id'] !== organizationOf(call, state).id) throw notFound('organization domain', id);
  return row;
}

export const organizationDomainHandlers: Handlers = {
  CreateOrganizationDomain: (call, state) => {
    const { name, enrollment_mode: mode, verified } = bodyOf(call);
    const organization = organizationOf(call, state);
    if (typeof name !== 'string' || name === '') throw missing('name');
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)) throw invalidFormat('name', 'a domain name');
    const row = create(state, domains, {
      organization_id: organization.id,
      name: name.toLowerCase(),
      enrollment_mode: mode === undefined ? 'manual_invitation' : readMode(mode),
      verification: verification(verified !== false),
      affiliation_email_address: null,
      total_pending_invitations: 0,
      total_pending_suggestions: 0,
    });
    return domains.view(row, state);
  },
  ListOrganizationDomains: (call, state) => {
    const rows = state.table(domains.table).by('organization_id', organizationOf(call, state).id);
    return list(state, domains, call.query, { rows });
  },
  ListAllOrganizationDomains: (call, state) => list(state, domains, call.query),
  UpdateOrganizationDomain: (call, state) => {
    const { enrollment_mode: mode, verified } = bodyOf(call);
    const row = change(state, domains, domainOf(call, state).id, {
      ...(typeof mode === 'string' ? { enrollment_mode: readMode(mode) } : {}),
      ...(typeof verified === 'boolean' ? { verification: verification(verified) } : {}),
    });
    return domains.view(row, state);
  },
  DeleteOrganizationDomain: (call, state) => remove(state, domains, domainOf(call, state)),
};
