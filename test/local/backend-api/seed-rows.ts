/**
 * Rows for which the API has no creation (passkeys, accounts at social providers, sign-ups), and users and organizations with chosen ids. Each function inserts one valid row with sensible defaults and takes whatever field you give it.
 */
import type { Row, InstanceState } from '../../../packages/local/src/state/instance-state.js';
import { insert } from '../../../packages/local/src/model/records/resource.js';
import type { Resource } from '../../../packages/local/src/model/records/resource.js';
import { providerTokens } from '../../../packages/local/src/model/oauth/provider-tokens.js';
import { createOrganization } from '../../../packages/local/src/model/organizations/organizations.js';
import { createUser } from '../../../packages/local/src/model/users/users.js';

type Fields = Readonly<Record<string, unknown>>;

/** Fields as `POST /users` takes them, and `id`. @throws ApiError 422 */
export const insertUser = (state: InstanceState, fields: Fields = {}): Row => createUser(state, fields);

/** Fields as `POST /organizations` takes them, and `id`. @throws ApiError 403, 422 */
export const insertOrganization = (state: InstanceState, fields: Fields = {}): Row =>
  createOrganization(state, { name: 'Organization', ...fields });

function plain(state: InstanceState, table: string, object: string, idPrefix: string, fields: Fields): Row {
  const resource: Resource = {
    table,
    tableIn: (of) => of.table(table),
    object,
    idPrefix,
    component: '',
    sortKeys: {},
    view: (row) => row,
  };
  return insert(state, resource, fields);
}

export const insertSignUp = (state: InstanceState, fields: Fields = {}): Row =>
  plain(state, 'sign_ups', 'sign_up_attempt', 'sua', {
    status: 'missing_requirements',
    required_fields: ['email_address'],
    missing_fields: ['email_address'],
    abandon_at: state.now() + 86_400_000,
    ...fields,
  });

export function insertExternalAccount(state: InstanceState, userId: string, fields: Fields = {}): Row {
  return plain(state, 'external_accounts', 'external_account', 'eac', {
    user_id: userId,
    provider: 'oauth_google',
    identification_id: state.id('idn'),
    provider_user_id: state.id('goog'),
    approved_scopes: 'email openid profile',
    public_metadata: {},
    verification: {
      object: 'verification_oauth',
      status: 'verified',
      strategy: 'oauth_google',
      expire_at: state.now(),
    },
    ...fields,
  });
}

/** What `GET /users/{id}/oauth_access_tokens/{provider}` answers. */
export function insertProviderToken(state: InstanceState, userId: string, fields: Fields = {}): Row {
  const account = state.table('external_accounts').by('user_id', userId)[0];
  return insert(state, providerTokens, {
    user_id: userId,
    external_account_id: account?.id ?? state.id('eac'),
    provider_user_id: account?.provider_user_id ?? state.id('goog'),
    token: `ya29.${state.secret(40)}`,
    expires_at: state.now() + 3_600_000,
    provider: account?.provider ?? 'oauth_google',
    public_metadata: {},
    label: null,
    scopes: ['email', 'openid', 'profile'],
    ...fields,
  });
}

export const insertPasskey = (state: InstanceState, userId: string, fields: Fields = {}): Row =>
  plain(state, 'passkeys', 'passkey', 'idn', {
    user_id: userId,
    name: 'Passkey',
    last_used_at: state.now(),
    verification: { object: 'verification_passkey', status: 'verified', strategy: 'passkey' },
    ...fields,
  });

export const insertWeb3Wallet = (state: InstanceState, userId: string, fields: Fields = {}): Row =>
  plain(state, 'web3_wallets', 'web3_wallet', 'idn', {
    user_id: userId,
    web3_wallet: `0x${[...state.id('w')]
      .map((c) => c.charCodeAt(0).toString(16))
      .join('')
      .slice(0, 40)
      .padEnd(40, '0')}`,
    verification: null,
    ...fields,
  });

/** An enterprise account through SAML. */
export const insertSamlAccount = (state: InstanceState, userId: string, fields: Fields = {}): Row =>
  plain(state, 'saml_accounts', 'saml_account', 'samlacc', {
    user_id: userId,
    provider: 'saml_custom',
    active: true,
    email_address: '',
    public_metadata: {},
    verification: {
      object: 'verification_saml',
      status: 'verified',
      strategy: 'saml',
      attempts: null,
      expire_at: null,
    },
    ...fields,
  });
