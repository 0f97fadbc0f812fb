/** Enterprise connections, as settings: nobody signs in through them here. */
import { isRecord } from '../../../../../src/ground/is-record.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { EnterpriseConnectionRow, Fields } from '../../state/rows.js';
import { missing } from '../records/refusals.js';
import { defineResource } from '../records/resource.js';

export const enterpriseConnections = defineResource('enterprise_connections', {
  object: 'enterprise_connection',
  idPrefix: 'ec',
  component: 'EnterpriseConnection',
  // The client secret of an OIDC connection is written, never read.
  view: ({ client_secret: _secret, ...row }) => row,
  filters: {
    organization_id: (row, id: string) => row.organization_id === id,
    active: (row, text: string) => String(row.active) === text,
  },
});

const DEFAULTS: Fields = {
  domains: [],
  organization_id: null,
  active: false,
  sync_user_attributes: true,
  allow_subdomains: false,
  disable_additional_identifications: false,
  allow_organization_account_linking: false,
  authenticatable: true,
  disable_jit_provisioning: false,
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

/** Bodies are of newer versions: the document does not describe them, so nothing has checked them. */
export type EnterpriseBody = Fields & { readonly name?: unknown; readonly provider?: unknown };

/** @throws ApiError 422 */
export function newEnterpriseConnection(state: InstanceState, body: EnterpriseBody): Fields {
  if (typeof body.name !== 'string') throw missing('name');
  if (typeof body.provider !== 'string') throw missing('provider');
  const id = state.id(enterpriseConnections.idPrefix);
  return { ...DEFAULTS, ...readEnterpriseConnection(body, { id }), id };
}

export function readEnterpriseConnection(
  body: EnterpriseBody & { readonly saml?: unknown; readonly oidc?: unknown },
  before: Partial<EnterpriseConnectionRow> & { readonly id: string },
): Fields {
  const { saml, oidc, ...rest } = body;
  const name = body.name ?? before.name;
  const provider = { provider_key: textOf(body.provider) ?? before.provider ?? '', created_at: 0, updated_at: 0 };
  return {
    ...rest,
    ...(isRecord(saml)
      ? { saml_connection: { id: `${before.id}_saml`, name, ...SAML_DEFAULTS, ...before.saml_connection, ...saml } }
      : {}),
    ...(isRecord(oidc)
      ? openIdFields(oidc, {
          id: `${before.id}_oidc`,
          name,
          requires_pkce: false,
          ...provider,
          ...before.oauth_config,
        })
      : {}),
  };
}

function openIdFields({ client_secret: secret, ...open }: Fields, before: Fields): Fields {
  return {
    oauth_config: { ...before, ...open },
    ...(typeof secret === 'string' ? { client_secret: secret } : {}),
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
