/** Enterprise connections, as settings: nobody signs in through them here. */
import type { Row } from '../../../state/instance-state.js';
import { createOf, defineResource, deleteOf, getOf, list, updateOf } from '../../../model/records/resource.js';
import type { Handlers } from '../../engine/operation.js';
import { missing } from '../../../model/records/refusals.js';

type Fields = Readonly<Record<string, unknown>>;

const connections = defineResource({
  table: 'enterprise_connections',
  object: 'enterprise_connection',
  idPrefix: 'ec',
  component: 'EnterpriseConnection',
  view: (row) => withoutSecrets(row),
  filters: {
    organization_id: (row, id: string) => row['organization_id'] === id,
    active: (row, text: string) => String(row['active']) === text,
  },
});

/** The client secret of an OIDC connection is written, never read. */
function withoutSecrets({ client_secret: _secret, ...row }: Row): Fields {
  return row;
}

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

function readFields(body: Fields, before: Fields, id: string): Fields {
  const { saml, oidc, ...rest } = body as Fields & { saml?: Fields; oidc?: Fields };
  const { client_secret: secret, ...open } = oidc ?? {};
  const name = body['name'] ?? before['name'];
  const now = { provider_key: String(body['provider'] ?? before['provider']), created_at: 0, updated_at: 0 };
  return {
    ...rest,
    ...(saml
      ? {
          saml_connection: {
            id: `${id}_saml`,
            name,
            ...SAML_DEFAULTS,
            ...(before['saml_connection'] as Fields),
            ...saml,
          },
        }
      : {}),
    ...(oidc
      ? {
          oauth_config: {
            id: `${id}_oidc`,
            name,
            requires_pkce: false,
            ...now,
            ...(before['oauth_config'] as Fields),
            ...open,
          },
        }
      : {}),
    ...(typeof secret === 'string' ? { client_secret: secret } : {}),
  };
}

export const enterpriseConnectionHandlers: Handlers = {
  ListEnterpriseConnections: (call, state) => {
    const numbers = Object.fromEntries(
      ['limit', 'offset'].map((name) => [name, Number(call.query[name] ?? (name === 'limit' ? 10 : 0))]),
    );
    return list(state, connections, { ...call.query, ...numbers });
  },
  CreateEnterpriseConnection: createOf(connections, (body, state) => {
    for (const field of ['name', 'provider']) if (typeof body[field] !== 'string') throw missing(field);
    const id = state.id(connections.idPrefix);
    return { ...DEFAULTS, ...readFields(body, {}, id), id };
  }),
  GetEnterpriseConnection: getOf(connections),
  UpdateEnterpriseConnection: updateOf(connections, (body, row) => readFields(body, row, row.id)),
  DeleteEnterpriseConnection: deleteOf(connections),
};
