/** Domains whose addresses may join an organization. */
import type {
  OrganizationDomainsCreateParams,
  OrganizationDomainsUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import {
  addOrganizationDomain,
  organizationDomains,
  updateOrganizationDomain,
  verifyOwnership,
} from '../../../model/organizations/organization-domains.js';
import { notFound } from '../../../model/records/refusals.js';
import { list, remove } from '../../../model/records/resource.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { OrganizationDomainRow } from '../../../state/rows.js';
import { listOf } from '../../engine/crud-handlers.js';
import { bodyOf, param, type Handlers, type OperationCall } from '../../engine/operation.js';
import { organizationOf } from './organization-handlers.js';

function domainOf(call: OperationCall, state: InstanceState): OrganizationDomainRow {
  const id = param(call, 'domain_id');
  const row = state.table('organization_domains').get(id);
  if (row?.organization_id !== organizationOf(call, state).id) throw notFound('organization domain', id);
  return row;
}

export const organizationDomainHandlers: Handlers = {
  CreateOrganizationDomain: (call, state) => {
    const organization = organizationOf(call, state);
    const row = addOrganizationDomain(state, organization, bodyOf<OrganizationDomainsCreateParams>(call));
    return organizationDomains.view(row, state);
  },
  ListOrganizationDomains: (call, state) => {
    const rows = state.table('organization_domains').by('organization_id', organizationOf(call, state).id);
    return list(state, organizationDomains, call.query, { rows });
  },
  ListAllOrganizationDomains: listOf(organizationDomains),
  UpdateOrganizationDomain: (call, state) => {
    const { id } = domainOf(call, state);
    const row = updateOrganizationDomain(state, id, bodyOf<OrganizationDomainsUpdateParams>(call));
    return organizationDomains.view(row, state);
  },
  VerifyOrganizationDomainOwnership: (call, state) =>
    organizationDomains.view(verifyOwnership(state, domainOf(call, state)), state),
  DeleteOrganizationDomain: (call, state) => remove(state, organizationDomains, domainOf(call, state)),
};
