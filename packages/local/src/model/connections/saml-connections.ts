/** SAML connections, as settings; `active-connections.ts` says who signs in through them. */
import type {
  SamlConnectionsCreateParams,
  SamlConnectionsUpdateParams,
} from '../../../../../src/api/generated/types.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { SamlConnectionRow } from '../../state/rows.js';
import { organizations } from '../organizations/organization-records.js';
import { contains } from '../records/listing.js';
import { invalidValue, missing } from '../records/refusals.js';
import { defineResource, find } from '../records/resource.js';
import { isDomainName } from '../records/text-formats.js';

export const samlConnections = defineResource('saml_connections', {
  object: 'saml_connection',
  idPrefix: 'samlc',
  component: 'schemas-SAMLConnection',
  filters: {
    query: contains('name', 'domain', 'id'),
    organization_id: (row, ids: readonly string[]) => ids.includes(String(row.organization_id)),
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

const DEFAULTS: Draft<SamlConnectionRow> = {
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
  authenticatable: true,
  disable_jit_provisioning: false,
  allow_organization_account_linking: false,
  idp_certificate_issued_at: null,
  idp_certificate_expires_at: null,
  login_hint: { mode: 'off' },
};

/** @throws ApiError 404, 422 */
export const newSamlConnection = (
  state: InstanceState,
  body: SamlConnectionsCreateParams,
): Draft<SamlConnectionRow> => ({ ...DEFAULTS, ...readSamlConnection(state, body) });

/** The fields that a creation and an update have between them. */
type SamlBody = {
  readonly [Name in keyof (SamlConnectionsCreateParams & SamlConnectionsUpdateParams)]?:
    | (SamlConnectionsCreateParams & SamlConnectionsUpdateParams)[Name]
    | (Name extends keyof SamlConnectionsUpdateParams ? SamlConnectionsUpdateParams[Name] : never)
    | undefined;
};

/** `domain` is the older, single form of `domains`. A domain belongs to one connection. @throws ApiError 404, 422 */
export function readSamlConnection(
  state: InstanceState,
  body: SamlBody,
  before?: SamlConnectionRow,
): Draft<SamlConnectionRow> {
  const {
    domain,
    domains,
    organization_id: organization,
    attribute_mapping: mapping,
    consent_verified_domains_deletion: _,
    ...rest
  } = body;
  if (body.name === '') throw missing('name');
  const list = domains ?? (typeof domain === 'string' ? [domain] : undefined);
  for (const name of list ?? []) {
    if (!isDomainName(name)) throw invalidValue('domains', 'must be domain names');
    const others = state.table('saml_connections').rows();
    if (others.some((row) => row.id !== before?.id && row.domains.includes(name)))
      throw invalidValue('domains', `must not belong to another connection (${name})`);
  }
  if (typeof organization === 'string') find(state, organizations, organization);
  const given = Object.entries(rest).filter(([name, value]) => value !== null || name.startsWith('idp_'));
  return {
    ...Object.fromEntries(given),
    ...(list ? { domains: list, domain: list[0] ?? '' } : {}),
    ...(organization === undefined ? {} : { organization_id: organization }),
    ...(mapping ? { attribute_mapping: { ...MAPPING, ...before?.attribute_mapping, ...mapping } } : {}),
  };
}
