/** Enterprise connections, as settings; `active-connections.ts` says who signs in through them. */
import type {
  EnterpriseConnectionsCreateParams,
  EnterpriseConnectionsUpdateParams,
} from '../../../../../src/api/generated/types.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { EnterpriseConnectionRow, Fields } from '../../state/rows.js';
import { organizations } from '../organizations/organization-records.js';
import { deletes } from '../records/cascade.js';
import { presentFields } from '../records/present-fields.js';
import { invalidValue } from '../records/refusals.js';
import { defineResource, find, insert } from '../records/resource.js';
import { isDomainName } from '../records/text-formats.js';

export const enterpriseConnections = defineResource('enterprise_connections', {
  object: 'enterprise_connection',
  idPrefix: 'ec',
  component: 'EnterpriseConnectionResource',
  // The client secret of an OIDC connection is written, never read.
  view: ({ client_secret: _secret, ...row }) => row,
  filters: {
    organization_id: (row, id: string) => row.organization_id === id,
    active: (row, active: boolean) => row.active === active,
  },
  cascade: [deletes('enterprise_test_runs', 'enterprise_connection_id')],
});

export const testRuns = defineResource('enterprise_test_runs', {
  object: 'enterprise_connection_test_run',
  idPrefix: 'ectr',
  component: 'EnterpriseConnectionTestRun',
});

const DEFAULTS: Draft<EnterpriseConnectionRow> = {
  domains: [],
  organization_id: null,
  logo_public_url: null,
  active: false,
  sync_user_attributes: true,
  disable_additional_identifications: false,
  allow_organization_account_linking: false,
  authenticatable: true,
  disable_jit_provisioning: false,
  custom_attributes: [],
  saml_connection: null,
  oauth_config: null,
};

const SAML_DEFAULTS = {
  active: false,
  allow_subdomains: false,
  allow_idp_initiated: false,
  force_authn: false,
  login_hint: { mode: 'off' },
};

/** @throws ApiError 404, 422 */
export function newEnterpriseConnection(
  state: InstanceState,
  body: EnterpriseConnectionsCreateParams,
): Draft<EnterpriseConnectionRow> {
  const id = state.id(enterpriseConnections.idPrefix);
  return { ...DEFAULTS, ...readEnterpriseConnection(state, body, { id, provider: body.provider }), id };
}

type Body = Partial<EnterpriseConnectionsCreateParams> & EnterpriseConnectionsUpdateParams;

/** Null and an empty list of domains leave things as they are. @throws ApiError 404, 422 */
export function readEnterpriseConnection(
  state: InstanceState,
  body: Partial<EnterpriseConnectionsCreateParams> | EnterpriseConnectionsUpdateParams,
  before: Partial<EnterpriseConnectionRow> & { readonly id: string },
): Draft<EnterpriseConnectionRow> {
  const { saml, oidc, domains, organization_id: organization, ...rest } = body as Body;
  if (domains?.some((name) => !isDomainName(name))) throw invalidValue('domains', 'must be domain names');
  if (typeof organization === 'string') find(state, organizations, organization);
  const name = body.name ?? before.name;
  const { client_secret: secret, ...open }: Fields = oidc ?? {};
  return {
    ...presentFields(rest),
    ...(domains && domains.length > 0 ? { domains: domains.map((each) => each.toLowerCase()) } : {}),
    ...(typeof organization === 'string' ? { organization_id: organization } : {}),
    ...(saml
      ? {
          saml_connection: {
            id: `${before.id}_saml`,
            name,
            acs_url: `${state.frontendApiUrl}/v1/saml/acs/${before.id}`,
            ...SAML_DEFAULTS,
            ...before.saml_connection,
            ...presentFields(saml),
          },
        }
      : {}),
    ...(oidc
      ? {
          oauth_config: {
            id: `${before.id}_oidc`,
            name,
            provider_key: before.provider ?? '',
            requires_pkce: false,
            created_at: state.now(),
            ...before.oauth_config,
            ...presentFields(open),
            updated_at: state.now(),
          },
        }
      : {}),
    ...(typeof secret === 'string' ? { client_secret: secret } : {}),
  };
}

/** The run stays pending, because there is no identity provider here. */
export function startTestRun(state: InstanceState, connection: EnterpriseConnectionRow): Fields {
  const run = insert(state, testRuns, {
    enterprise_connection_id: connection.id,
    status: 'pending',
    connection_type: connection.provider.startsWith('saml_') ? 'saml' : 'oauth',
  });
  return { url: `${state.frontendApiUrl}/v1/enterprise_sso/test?run=${run.id}` };
}
