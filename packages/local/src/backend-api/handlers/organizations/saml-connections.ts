/** SAML connections, as settings: nobody signs in through them here. */
import type { Row, InstanceState } from '../../../state/instance-state.js';
import { createOf, defineResource, deleteOf, find, getOf, listOf, updateOf } from '../../../model/records/resource.js';
import { contains } from '../../../model/records/listing.js';
import type { Handlers } from '../../engine/operation.js';
import { invalidValue, missing } from '../../../model/records/refusals.js';
import { organizations } from '../../../model/organizations/organization-records.js';

type Fields = Readonly<Record<string, unknown>>;

const samlConnections = defineResource({
  table: 'saml_connections',
  object: 'saml_connection',
  idPrefix: 'samlc',
  component: 'schemas-SAMLConnection',
  filters: {
    query: contains('name', 'domain', 'id'),
    organization_id: (row, ids: readonly string[]) => ids.includes(String(row['organization_id'])),
  },
  sortKeys: ['name'],
  view: (row, state) => ({
    ...row,
    acs_url: `${state.frontendApiUrl}/v1/saml/acs/${row.id}`,
    sp_entity_id: `${state.frontendApiUrl}/v1/saml/acs/${row.id}`,
    sp_metadata_url: `${state.frontendApiUrl}/v1/saml/metadata/${row.id}.xml`,
    user_count: state.table('saml_accounts').by('saml_connection_id', row.id).length,
  }),
});

const MAPPING = { user_id: 'mail', email_address: 'mail', first_name: 'givenName', last_name: 'surname' };

/** `domain` is the older, single form of `domains`. A domain belongs to one connection. @throws ApiError 404, 422 */
function readFields(body: Fields, state: InstanceState, before?: Row): Fields {
  const {
    domain,
    domains,
    organization_id: organization,
    attribute_mapping: mapping,
    consent_verified_domains_deletion: _,
    ...rest
  } = body;
  if (body['name'] === '') throw missing('name');
  const list = Array.isArray(domains) ? (domains as string[]) : typeof domain === 'string' ? [domain] : undefined;
  const table = state.table(samlConnections.table);
  for (const name of list ?? []) {
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)) throw invalidValue('domains', 'must be domain names');
    const other = [...table.all()].find(
      (row) => row.id !== before?.id && (row['domains'] as readonly string[]).includes(name),
    );
    if (other) throw invalidValue('domains', `must not belong to another connection (${name})`);
  }
  if (typeof organization === 'string') find(state, organizations, organization);
  const given = Object.entries(rest).filter(([name, value]) => value !== null || name.startsWith('idp_'));
  return {
    ...Object.fromEntries(given),
    ...(list ? { domains: list, domain: list[0] ?? '' } : {}),
    ...(organization === undefined ? {} : { organization_id: organization }),
    ...(mapping
      ? { attribute_mapping: { ...MAPPING, ...(before?.['attribute_mapping'] as Fields), ...(mapping as Fields) } }
      : {}),
  };
}

const DEFAULTS: Fields = {
  idp_entity_id: null,
  idp_sso_url: null,
  idp_certificate: null,
  idp_metadata_url: null,
  idp_metadata: null,
  organization_id: null,
  attribute_mapping: MAPPING,
  active: false,
  sync_user_attributes: true,
  allow_subdomains: false,
  allow_idp_initiated: false,
  disable_additional_identifications: false,
  force_authn: false,
};

export const samlConnectionHandlers: Handlers = {
  ListSAMLConnections: listOf(samlConnections),
  CreateSAMLConnection: createOf(samlConnections, (body, state) => ({ ...DEFAULTS, ...readFields(body, state) })),
  GetSAMLConnection: getOf(samlConnections),
  UpdateSAMLConnection: updateOf(samlConnections, (body, row, state) => readFields(body, state, row)),
  DeleteSAMLConnection: deleteOf(samlConnections),
};
