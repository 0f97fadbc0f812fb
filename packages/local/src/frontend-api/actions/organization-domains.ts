/** Domains of an organization: whose addresses may join, once a code has shown that the domain is the organization's. */
import {
  attemptAffiliation,
  changeEnrollmentMode,
  prepareAffiliation,
} from '../../model/organizations/domain-affiliation.js';
import { addOrganizationDomain, organizationDomains } from '../../model/organizations/organization-domains.js';
import { notFound } from '../../model/records/refusals.js';
import { list, remove } from '../../model/records/resource.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { OrganizationDomainRow } from '../../state/rows.js';
import { flagIn, textIn, type Action, type Actions } from '../engine/action.js';
import { inOrganization, type OrganizationCall } from '../engine/in-organization.js';
import { pageIn, valuesIn } from '../engine/query.js';
import { withPublicOrganizationData } from '../views/user.js';

const READ = 'org:sys_domains:read';
const MANAGE = 'org:sys_domains:manage';

const show = (row: OrganizationDomainRow, state: InstanceState) =>
  withPublicOrganizationData(organizationDomains.view(row, state), row.organization_id);

function domainIn({ state, organization, params }: OrganizationCall): OrganizationDomainRow {
  const id = params['domain_id'] ?? '';
  const row = state.table('organization_domains').get(id);
  if (row?.organization_id !== organization.id) throw notFound('organization domain', id);
  return row;
}

const onDomain = (act: (call: OrganizationCall, row: OrganizationDomainRow) => OrganizationDomainRow): Action =>
  inOrganization(MANAGE, (call) => show(act(call, domainIn(call)), call.state));

export const organizationDomainActions: Actions = {
  ListOrganizationDomains: inOrganization(READ, (call) => {
    const { state, organization, request } = call;
    const rows = state.table('organization_domains').by('organization_id', organization.id);
    const modes = valuesIn(call, 'enrollment_mode');
    const query = {
      ...pageIn(call),
      verified: request.query.get('verified') ?? '',
      ...(modes.length === 0 ? {} : { enrollment_mode: modes }),
    };
    return list(state, { ...organizationDomains, view: show }, query, { rows });
  }),
  GetOrganizationDomain: inOrganization(READ, (call) => show(domainIn(call), call.state)),
  CreateOrganizationDomain: inOrganization(MANAGE, (call) => {
    const [name, mode] = [textIn(call, 'name') ?? '', textIn(call, 'enrollment_mode')];
    const wishes = { name, verified: false, ...(mode === undefined ? {} : { enrollment_mode: mode }) };
    return show(addOrganizationDomain(call.state, call.organization, wishes), call.state);
  }),
  deleteOrganizationDomain: inOrganization(MANAGE, (call) => remove(call.state, organizationDomains, domainIn(call))),
  UpdateOrganizationDomainEnrollmentMode: onDomain((call, row) =>
    changeEnrollmentMode(call.state, row, textIn(call, 'enrollment_mode'), flagIn(call, 'delete_pending') === true),
  ),
  prepareOrganizationDomainVerification: onDomain((call, row) =>
    prepareAffiliation(call.state, row, textIn(call, 'affiliation_email_address')),
  ),
  attemptOrganizationDomainVerification: onDomain((call, row) =>
    attemptAffiliation(call.state, row, textIn(call, 'code') ?? ''),
  ),
};
