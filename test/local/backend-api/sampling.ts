/** How each operation is driven: arguments sampled from the document, and for some what has to exist first. */
import type { ManagedState } from '../../../packages/local/src/state/create-instance-state.js';
import { specification } from '../../../packages/local/src/document/specification.js';
import type { Operation, Schema } from '../../../packages/local/src/document/specification.js';
import { totpCode } from '../../../packages/local/src/model/users/totp.js';
import { sentMessages } from '../../../packages/local/src/model/verification/messages.js';
import { mintSessionToken } from '../../../packages/local/src/model/tokens/session-token.js';
import { issueRefreshToken } from '../../../packages/local/src/model/sessions/sessions.js';
import { asMachine } from '../refusals/provocations/scene.js';
import { send } from './support.js';
import type { Fixture } from './support.js';

export interface Drive {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

/** Path or body values by operation, where the name alone does not tell: some of them are made by calling another operation. */
type Setup = (
  state: ManagedState,
  ids: Fixture,
) => Promise<{ params?: Json; body?: unknown; omit?: readonly string[]; headers?: Record<string, string> }>;

async function made(
  state: ManagedState,
  path: string,
  body: unknown,
  headers?: Record<string, string>,
): Promise<Record<string, string>> {
  const answer = await send(state, 'POST', path, { body, ...(headers ? { headers } : {}) });
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.text}`);
  return answer.body as Record<string, string>;
}

/** Creates through the API, and names the new id as the path parameter. */
const after =
  (parameter: string, path: string | ((ids: Fixture) => string), body: unknown): Setup =>
  async (state, ids) => {
    const where = typeof path === 'string' ? path : path(ids);
    const what = typeof body === 'function' ? (body as (ids: Fixture) => unknown)(ids) : body;
    return { params: { [parameter]: (await made(state, where, what))['id'] } };
  };

const invitation = after('invitation_id', '/invitations', { email_address: 'new@example.com' });
const organizationInvitation = after('invitation_id', (ids) => `/organizations/${ids['organization_id']}/invitations`, {
  email_address: 'new@example.com',
  role: 'org:member',
});
const waitlisted = after('waitlist_entry_id', '/waitlist_entries', { email_address: 'new@example.com' });
const permission = after('permission_id', '/organization_permissions', {
  name: 'Read',
  key: 'org:reports:read',
  description: '',
});
const role = after('organization_role_id', '/organization_roles', { name: 'Editor', key: 'org:editor' });
const template = after('template_id', '/jwt_templates', { name: 'sampled', claims: { aud: 'x' } });
const application = after('oauth_application_id', '/oauth_applications', {
  name: 'app',
  callback_url: 'https://app.test/cb',
});
const saml = after('saml_connection_id', '/saml_connections', {
  name: 'IdP',
  domain: 'idp.test',
  provider: 'saml_custom',
});
const enterprise = after('enterprise_connection_id', '/enterprise_connections', {
  name: 'IdP',
  domains: ['idp.test'],
  provider: 'saml_custom',
});
const newDirectory = async (state: ManagedState) => {
  const { id } = await made(state, '/enterprise_connections', {
    name: 'IdP',
    domains: ['idp.test'],
    provider: 'saml_okta',
  });
  return { enterprise_connection_id: id, provider: 'okta' };
};
const directory =
  (parameter: string, path: string): Setup =>
  async (state) => ({ params: { [parameter]: (await made(state, path, await newDirectory(state)))['id'] } });
const verification =
  (path: string, id: string): Setup =>
  async (state, ids) => {
    const prepared = await made(state, `/${path}/${ids[id]}/prepare_verification`, undefined);
    return { body: { verification_id: prepared['id'], code: sentMessages(state).at(-1)?.code } };
  };
const discount = async (state: ManagedState) => {
  state.table('discounts').insert({ id: 'cdisc_1', name: 'Ten percent', percent_off: 10 });
  return { body: { discount_id: 'cdisc_1' } };
};
const agentTask = (ids: Fixture) => ({ on_behalf_of: { user_id: ids['user_id'] }, permissions: '*' });
const domain = after('domain_id', '/domains', { name: 'satellite.test', is_satellite: true });
const organizationDomain = after('domain_id', (ids) => `/organizations/${ids['organization_id']}/domains`, {
  name: 'acme.test',
  enrollment_mode: 'manual_invitation',
});
const apiKey: Setup = after('apiKeyID', '/api_keys', (ids: Fixture) => ({ name: 'key', subject: ids['user_id'] }));
const emailTemplate: Setup = async () => ({ params: { template_type: 'email', slug: 'invitation' } });
const m2mToken: Setup = async (state, ids) => ({
  params: { m2m_token_id: (await made(state, '/m2m_tokens', {}, asMachine(ids)))['id'] },
});
const tokenFor = (state: ManagedState, ids: Fixture): string => {
  const session = state.table('sessions').get(ids['session_id'] ?? '');
  return session ? mintSessionToken(state, session) : '';
};

/** Somebody must keep managing an organization, so the member of whom an operation is about is not the only one who does. */
const anotherAdmin: Setup = async (state, ids) => {
  const body = { user_id: ids['other_user_id'], role: 'org:admin' };
  await made(state, `/organizations/${ids['organization_id']}/memberships`, body);
  return {};
};

const SETUPS: Readonly<Record<string, Setup>> = {
  // The organization that becomes active is one of the user's.
  CreateSignInToken: async (_state, ids) => ({ body: { org_id: ids['organization_id'] } }),
  RevokeInvitation: invitation,
  UpdateOrganizationMembership: anotherAdmin,
  DeleteOrganizationMembership: anotherAdmin,
  GetOrganizationInvitation: organizationInvitation,
  RevokeOrganizationInvitation: async (state, ids) => ({
    ...(await organizationInvitation(state, ids)),
    body: { requesting_user_id: ids['user_id'] },
  }),
  DeleteWaitlistEntry: waitlisted,
  InviteWaitlistEntry: waitlisted,
  RejectWaitlistEntry: waitlisted,
  UpdateOrganizationPermission: permission,
  DeleteOrganizationPermission: permission,
  DeleteOrganizationRole: role,
  RemovePermissionFromOrganizationRole: async (state) => ({
    params: { permission_id: state.table('organization_permissions').by('key', 'org:sys_memberships:read')[0]?.id },
  }),
  GetJWTTemplate: template,
  UpdateJWTTemplate: template,
  DeleteJWTTemplate: template,
  CreateSessionTokenFromTemplate: async (state, ids) => {
    await template(state, ids);
    return { params: { template_name: 'sampled' } };
  },
  GetOAuthApplication: application,
  UpdateOAuthApplication: application,
  DeleteOAuthApplication: application,
  RotateOAuthApplicationSecret: application,
  GetSAMLConnection: saml,
  UpdateSAMLConnection: saml,
  DeleteSAMLConnection: saml,
  UpdateDomain: domain,
  DeleteDomain: domain,
  UpdateOrganizationDomain: organizationDomain,
  DeleteOrganizationDomain: organizationDomain,
  getApiKey: apiKey,
  updateApiKey: apiKey,
  deleteApiKey: apiKey,
  getApiKeySecret: apiKey,
  revokeApiKey: apiKey,
  verifyApiKey: async (state, ids) => ({
    body: { secret: (await made(state, '/api_keys', { name: 'key', subject: ids['user_id'] }))['secret'] },
  }),
  createM2MToken: async (_state, ids) => ({ headers: asMachine(ids), omit: ['min_remaining_ttl_seconds'] }),
  revokeM2MToken: m2mToken,
  verifyM2MToken: async (state, ids) => ({
    body: { token: (await made(state, '/m2m_tokens', {}, asMachine(ids)))['token'] },
  }),
  verifyOAuthAccessToken: async (state, ids) => {
    insertAccessToken(state, 'client', ids['user_id'] ?? '');
    return { body: { access_token: 'oat_secret' } };
  },
  AttemptEmailAddressVerification: verification('email_addresses', 'email_address_id'),
  AttemptPhoneNumberVerification: verification('phone_numbers', 'phone_number_id'),
  RevokeUserTrustedDevice: async (state, ids) => ({
    params: { trusted_device_id: insertDevice(state, ids['user_id']) },
  }),
  ListUserTrustedDevices: async (state, ids) => (insertDevice(state, ids['user_id']), {}),
  UpdateInstanceCommunication: async () => ({ body: { blocked_country_codes: ['KP'] } }),
  UploadOAuthApplicationLogo: async (state, ids) => ({ ...(await application(state, ids)), ...upload({}) }),
  RevokeOAuthApplicationToken: async (state, ids) => {
    const { params } = await application(state, ids);
    const row = state.table('oauth_applications').get(String(params?.['oauth_application_id']));
    insertAccessToken(state, row?.client_id ?? '', ids['user_id'] ?? '');
    return { params: params ?? {}, body: { token: 'oat_secret' } };
  },
  VerifyOrganizationDomainOwnership: organizationDomain,
  GetEnterpriseConnection: enterprise,
  UpdateEnterpriseConnection: enterprise,
  DeleteEnterpriseConnection: enterprise,
  ListEnterpriseConnectionTestRuns: enterprise,
  CreateEnterpriseConnectionTestRun: enterprise,
  CreateAgentTask: async (_state, ids) => ({ body: agentTask(ids) }),
  RevokeAgentTask: async (state, ids) => {
    const fields = { agent_name: 'a', task_description: 'b', redirect_url: 'http://localhost/' };
    return {
      params: {
        agent_task_id: (await made(state, '/agents/tasks', { ...fields, ...agentTask(ids) }))['agent_task_id'],
      },
    };
  },
  ApplyBillingSubscriptionItemDiscount: discount,
  RemoveBillingSubscriptionItemDiscount: async (state, ids) => {
    const { body } = await discount(state);
    await made(state, `/billing/subscription_items/${ids['subscription_item_id']}/discounts`, body);
    return { params: body };
  },
  CreateSCIMDirectory: async (state) => ({ body: await newDirectory(state), omit: ['group_role_mappings'] }),
  CreateDirectory: async (state) => ({ body: await newDirectory(state), omit: ['group_role_mappings'] }),
  GetSCIMDirectory: directory('scim_directory_id', '/scim_directories'),
  UpdateSCIMDirectory: directory('scim_directory_id', '/scim_directories'),
  DeleteSCIMDirectory: directory('scim_directory_id', '/scim_directories'),
  GetDirectory: directory('directory_id', '/directories'),
  UpdateDirectory: directory('directory_id', '/directories'),
  DeleteDirectory: directory('directory_id', '/directories'),
  createAdminPortalLinkToken: async () => ({ omit: ['organization_id'] }),
  revokeAdminPortalLinkToken: after('adminPortalLinkTokenID', '/admin_portal_link_tokens', {}),
  DeleteMachineScope: async (state, ids) => {
    await made(state, `/machines/${ids['machine_id']}/scopes`, { to_machine_id: ids['other_machine_id'] });
    return {};
  },
  GetRedirectURL: after('id', '/redirect_urls', { url: 'https://app.test/cb' }),
  DeleteRedirectURL: after('id', '/redirect_urls', { url: 'https://app.test/cb' }),
  DeleteAllowlistIdentifier: after('identifier_id', '/allowlist_identifiers', { identifier: 'x@example.com' }),
  DeleteBlocklistIdentifier: after('identifier_id', '/blocklist_identifiers', { identifier: 'x@example.com' }),
  RevokeSignInToken: after('sign_in_token_id', '/sign_in_tokens', (ids: Fixture) => ({ user_id: ids['user_id'] })),
  RevokeActorToken: after('actor_token_id', '/actor_tokens', (ids: Fixture) => ({
    user_id: ids['user_id'],
    actor: { sub: ids['other_user_id'] },
  })),
  GetSignUp: async (_state, ids) => ({ params: { id: ids['sign_up_id'] } }),
  UpdateSignUp: async (_state, ids) => ({ params: { id: ids['sign_up_id'] } }),
  GetTemplate: emailTemplate,
  UpsertTemplate: emailTemplate,
  RevertTemplate: emailTemplate,
  PreviewTemplate: emailTemplate,
  ToggleTemplateDelivery: emailTemplate,
  GetTemplateList: emailTemplate,
  GetOAuthAccessToken: async () => ({ params: { provider: 'oauth_google' } }),
  VerifyClient: async (state, ids) => ({ body: { token: tokenFor(state, ids) } }),
  VerifyPassword: async () => ({ body: { password: 'correct horse battery' } }),
  VerifyTOTP: async (state) => ({ body: { code: totpCode('JBSWY3DPEHPK3PXP', state.now()) } }),
  RefreshSession: async (state, ids) => ({
    body: {
      expired_token: tokenFor(state, ids),
      refresh_token: issueRefreshToken(state, ids['session_id'] ?? ''),
      request_origin: 'http://localhost:3000',
    },
  }),
  CreateUser: async () => ({ omit: ['password_digest', 'password_hasher'] }),
  UpdateUser: async (_state, ids) => ({
    omit: ['password_digest', 'password_hasher', 'profile_image_id', 'primary_web3_wallet_id'],
    body: { primary_email_address_id: ids['email_address_id'], primary_phone_number_id: ids['phone_number_id'] },
  }),
  CreateOrganizationMembership: async (_state, ids) => ({ body: { user_id: ids['other_user_id'] } }),
  CreateActorToken: async (_state, ids) => ({ body: { actor: { sub: ids['other_user_id'] } } }),
  ExtendBillingSubscriptionItemFreeTrial: async (state) => ({
    body: { extend_to: new Date(state.now() + 60 * 86_400_000).toISOString() },
  }),
  UpdateInstanceOrganizationSettings: async (state) => {
    const permissions = ['org:sys_memberships:read', 'org:sys_memberships:manage', 'org:sys_profile:delete'];
    const owner = await made(state, '/organization_roles', { name: 'Owner', key: 'org:owner', permissions });
    return { body: { creator_role_id: owner['id'] } };
  },
  CreateJWTTemplate: async () => ({ omit: ['signing_key', 'custom_signing_key'] }),
  CreateSAMLConnection: async () => ({ omit: ['idp_metadata_url', 'domain'] }),
  ReplaceRoleSet: async (state) => {
    const body = {
      name: 'Other',
      default_role_key: 'org:member',
      creator_role_key: 'org:admin',
      roles: ['org:admin', 'org:member'],
    };
    return { body: { dest_role_set_key: (await made(state, '/role_sets', body))['key'], reassignment_mappings: {} } };
  },
  ReplaceRoleInRoleSet: async (state, ids) => {
    await role(state, ids);
    return { body: { role_key: 'org:member', to_role_key: 'org:editor' } };
  },
  GenerateSvixAuthURL: async (state) => (await made(state, '/webhooks/svix', undefined), {}),
  DeleteSvixApp: async (state) => (await made(state, '/webhooks/svix', undefined), {}),
  VerifyDomainProxy: async () => ({ omit: ['domain_id'] }),
  UploadOrganizationLogo: async (_state, ids) => upload({ uploader_user_id: ids['user_id'] ?? '' }),
  SetUserProfileImage: async () => upload({}),
};

function insertAccessToken(state: ManagedState, clientId: string, userId: string): void {
  state.table('oauth_access_tokens').insert({
    id: state.id('oat'),
    object: 'clerk_idp_oauth_access_token',
    token: 'oat_secret',
    client_id: clientId,
    subject: userId,
    scopes: [],
    revoked: false,
    revocation_reason: null,
    expiration: null,
    created_at: state.now(),
    updated_at: state.now(),
  });
}

function insertDevice(state: ManagedState, userId = ''): string {
  const [created_at, updated_at] = [state.now(), state.now()];
  const fields = {
    object: 'trusted_device',
    platform: 'ios',
    app_identifier: 'app',
    algorithm: 'ES256',
    status: 'active',
  } as const;
  return state.table('trusted_devices').insert({ id: 'tdev_1', user_id: userId, ...fields, created_at, updated_at }).id;
}

/** A multipart body by hand: the engine shall not be tested with its own reader's twin. */
export function upload(fields: Readonly<Record<string, string>>): {
  body: Uint8Array;
  headers: Record<string, string>;
} {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file =
    '--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--B--\r\n';
  return {
    body: new TextEncoder().encode(parts.join('') + file),
    headers: { 'content-type': 'multipart/form-data; boundary=B' },
  };
}

/** Good values by field name; what is not here is sampled from the schema. */
const VALUES: Readonly<Record<string, unknown>> = {
  email_address: 'fresh@example.com',
  phone_number: '+15550109999',
  web3_wallet: '0x0123456789012345678901234567890123456789',
  role: 'org:member',
  roles: ['org:admin', 'org:member'],
  role_keys: ['org:member'],
  default_role_key: 'org:member',
  creator_role_key: 'org:admin',
  identifier: 'someone@example.com',
  url: 'https://app.test/callback',
  redirect_url: 'https://app.test/welcome',
  proxy_url: 'https://app.test/__clerk',
  home_url: 'https://app.test',
  callback_url: 'https://app.test/cb',
  redirect_uris: ['https://app.test/cb'],
  created_at: '2025-12-01T00:00:00Z',
  legal_accepted_at: '2025-12-01T00:00:00Z',
  password: 'correct horse battery',
  totp_secret: 'JBSWY3DPEHPK3PXP',
  slug: 'fresh-slug',
  name: 'sampled.test',
  domains: ['sampled.test'],
  domain: 'sampled.test',
  enrollment_mode: 'manual_invitation',
  domains_enrollment_modes: ['manual_invitation'],
  role_set_key: 'role_set:default',
  signing_algorithm: 'RS256',
  claims: { aud: 'test' },
  login_hint: { mode: 'off' },
  custom_attributes: [{ name: 'Department', key: 'department' }],
  expires_in_seconds: 60,
  username: 'fresh',
  max_allowed_memberships: 10,
  permissions: [],
  scoped_machines: [],
  key: undefined,
};

/** Keys that must have a form of their own. */
const KEYS: Readonly<Record<string, string>> = {
  CreateOrganizationRole: 'org:sampled',
  UpdateOrganizationRole: 'org:sampled',
  CreateOrganizationPermission: 'org:sampled:read',
  UpdateOrganizationPermission: 'org:sampled:read',
  CreateRoleSet: 'role_set:sampled',
  UpdateRoleSet: 'role_set:sampled',
};

export function sample(operation: Operation, name: string, schema: Schema, ids: Fixture): unknown {
  const resolved = specification().resolve(schema);
  if (name === 'key') return KEYS[operation.id];
  if (name.endsWith('user_id') || name === 'created_by' || name === 'starting_after') return ids['user_id'];
  if (name === 'user_ids') return [ids['user_id'], ids['other_user_id']];
  if (name === 'subject') return ids['user_id'];
  if (name === 'creator_role_id' || name === 'domains_default_role_id') return ids['organization_role_id'];
  const known = VALUES[name] ?? ids[name] ?? (name === 'active_organization_id' ? ids['organization_id'] : undefined);
  if (known !== undefined && !(resolved['type'] === 'object' && typeof known !== 'object')) {
    return resolved['type'] === 'array' && !Array.isArray(known) ? [known] : known;
  }
  const enumeration = resolved['enum'];
  if (enumeration) return enumeration[0];
  switch (resolved['type']) {
    case 'array':
      return [sample(operation, 'item', resolved['items'] ?? {}, ids)];
    case 'object':
      return {};
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return Math.max(60, Number(resolved['minimum'] ?? 0));
    default:
      return 'sampled';
  }
}

function sampleObject(
  operation: Operation,
  schema: Schema,
  ids: Fixture,
  omit: readonly string[] = [],
): Record<string, unknown> {
  const properties = Object.entries(specification().resolve(schema)['properties'] ?? {});
  const wanted = properties.filter(([name]) => !omit.includes(name));
  return Object.fromEntries(wanted.map(([name, property]) => [name, sample(operation, name, property, ids)]));
}

/** A request that the operation shall answer with success, with every body field that the document has. */
export async function drive(state: ManagedState, operation: Operation, ids: Fixture): Promise<Drive> {
  const { params = {}, body, omit, headers = {} } = (await SETUPS[operation.id]?.(state, ids)) ?? {};
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((params[name] ?? ids[name] ?? 'missing') as string),
  );
  const query = Object.fromEntries(
    operation.query
      .filter((q) => q.required)
      .map((q) => [q.name, q.schema['pattern'] === '^mch_\\w{27}$' ? ids['machine_id'] : ids['user_id']]),
  ) as Record<string, string>;
  return { path, query, body: bodyFor(operation, ids, body, omit), headers };
}

function bodyFor(operation: Operation, ids: Fixture, given: unknown, omit?: readonly string[]): unknown {
  if (!operation.body) return undefined;
  if (given instanceof Uint8Array) return given;
  const schema = specification().resolve(operation.body.schema);
  if (schema['type'] === 'array') return [sampleObject(operation, schema['items'] as Schema, ids, omit)];
  return { ...sampleObject(operation, schema, ids, omit), ...(given as Json | undefined) };
}
