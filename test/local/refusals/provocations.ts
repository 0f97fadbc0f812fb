/** Requests that the Backend API refuses, one row for each reason, with the status and the code that Clerk's catalogue has for it. */
import type { LocalInstance } from 'bailiff-local';
import { insertPlan, insertSubscription } from '../backend-api/seed-billing.js';
import type { Fixture } from '../backend-api/support.js';

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string | undefined>>,
  // Tests look into answers of all shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
) => Promise<{ readonly status: number; readonly body: any }>;

export interface Scene {
  readonly call: Call;
  readonly ids: Fixture;
  readonly clerk: LocalInstance;
}

/** Gives the request that is refused; what has to happen first has happened. */
type Refused = (scene: Scene) => Promise<Awaited<ReturnType<Call>>>;

export type Provocation = readonly [what: string, status: number, code: string, refused: Refused];

const NEW = { email_address: 'new@example.com' };
const bulk = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, n) => ({ email_address: `u${n}@example.com`, ...more }));

/** Does a request that must succeed, and gives the path below what it made. */
async function made({ call }: Scene, path: string, body: unknown): Promise<string> {
  const answer = await call('POST', path, body);
  if (answer.status >= 300) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`);
  return `${path}/${String(answer.body.id)}`;
}

/** The same request twice: the second one is refused. */
const twice =
  (method: string, pathOf: (scene: Scene) => string | Promise<string>, body?: unknown): Refused =>
  async (scene) => {
    const path = await pathOf(scene);
    const first = await scene.call(method, path, body);
    if (first.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(first.body)}`);
    return scene.call(method, path, body);
  };

const post =
  (path: string | ((ids: Fixture) => string), body: unknown = {}): Refused =>
  ({ call, ids }) =>
    call(
      'POST',
      typeof path === 'string' ? path : path(ids),
      typeof body === 'function' ? (body as (ids: Fixture) => unknown)(ids) : body,
    );

const organization = (ids: Fixture) => `/organizations/${ids['organization_id']}`;
const domains = (ids: Fixture) => `${organization(ids)}/domains`;
const domain = (name: string, mode = 'manual_invitation') => ({ name, enrollment_mode: mode });
const settings = (scene: Scene, body: object) => scene.call('PATCH', '/instance/organization_settings', body);
const user = (ids: Fixture) => `/users/${ids['user_id']}`;
const item = (ids: Fixture) => `/billing/subscription_items/${ids['subscription_item_id']}`;
const asMachine = (ids: Fixture) => ({ authorization: `Bearer ${ids['machine_secret']}` });
const waitlisted = (scene: Scene) => made(scene, '/waitlist_entries', NEW);

async function permissionOf({ call }: Scene, key: string): Promise<string> {
  return String((await call('GET', `/organization_permissions?query=${key}`)).body.data[0].id);
}
async function roleOf({ call }: Scene, key: string): Promise<string> {
  return String((await call('GET', `/organization_roles?query=${key}`)).body.data[0].id);
}
const permissionOfRole = async (scene: Scene) =>
  `/organization_roles/${await roleOf(scene, 'org:member')}/permissions/${await permissionOf(scene, 'org:sys_domains:read')}`;

/** Before a role is created. */
const many = async (scene: Scene, path: string, body: (n: number) => object): Promise<void> => {
  for (let n = 0; (await scene.call('POST', path, body(n))).status < 300 && n < 20;) n++;
};

const REQUESTS: readonly Provocation[] = [
  [
    'no Authorization',
    401,
    'authorization_header_format_invalid',
    ({ call }) => call('GET', '/users', undefined, { authorization: undefined }),
  ],
  [
    'Basic',
    401,
    'authorization_header_format_invalid',
    ({ call }) => call('GET', '/users', undefined, { authorization: 'Basic c2s6' }),
  ],
  [
    'another secret key',
    401,
    'clerk_key_invalid',
    ({ call }) => call('GET', '/users', undefined, { authorization: 'Bearer sk_test_x' }),
  ],
  ['an M2M token made with the secret key', 401, 'authentication_invalid', post('/m2m_tokens')],
  [
    'tokens of another machine',
    403,
    'authorization_invalid',
    ({ call, ids }) => call('GET', `/m2m_tokens?subject=${ids['other_machine_id']}`, undefined, asMachine(ids)),
  ],
  [
    'the secret of a public application',
    403,
    'authorization_invalid',
    async (scene) => {
      const body = { name: 'app', redirect_uris: ['https://app.test/cb'], public: true };
      return scene.call('POST', `${await made(scene, '/oauth_applications', body)}/rotate_secret`);
    },
  ],
  [
    'an unknown version',
    400,
    'api_version_invalid',
    ({ call }) => call('GET', '/users', undefined, { 'clerk-api-version': '2030-01-01' }),
  ],
  [
    'a version in header and query',
    400,
    'api_version_invalid',
    ({ call }) =>
      call('GET', '/users?__clerk_api_version=2025-11-10', undefined, { 'clerk-api-version': '2025-11-10' }),
  ],
  ['a path that is none', 404, 'resource_not_found', ({ call }) => call('GET', '/nowhere')],
  ['a method that the path lacks', 405, 'method_not_allowed', ({ call }) => call('PUT', '/users')],
  ['malformed JSON', 400, 'request_body_invalid', ({ call }) => call('POST', '/users', new TextEncoder().encode('{'))],
  [
    'a form',
    415,
    'unsupported_content_type',
    ({ call }) => call('POST', '/users', { a: 1 }, { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    'a field too many',
    400,
    'form_param_unknown',
    post('/api_keys', (ids: Fixture) => ({ name: 'key', subject: ids['user_id'], other: 1 })),
  ],
  ['a field too few', 422, 'form_param_missing', post('/allowlist_identifiers')],
  ['a field of the wrong type', 422, 'form_param_type_invalid', post('/users', { first_name: 7 })],
  [
    'a value that is none of the accepted ones',
    422,
    'form_param_value_invalid',
    ({ call }) => call('GET', '/sessions?status=nothing'),
  ],
  ['an address that is none', 422, 'form_param_format_invalid', post('/users', { email_address: ['nobody'] })],
  [
    'a list that is too long',
    422,
    'form_param_array_size_exceeded',
    post('/machines', { name: 'many', scoped_machines: Array.from({ length: 151 }, () => 'mch_1') }),
  ],
  [
    'text that is too long',
    400,
    'form_param_max_length_exceeded',
    post('/api_keys', (ids: Fixture) => ({ name: 'key', subject: ids['user_id'], description: 'x'.repeat(256) })),
  ],
  [
    'text that is too short',
    400,
    'form_param_min_length_exceeded',
    post('/api_keys', (ids: Fixture) => ({ name: 'key', subject: ids['user_id'], type: 'x' })),
  ],
  [
    'a subject that does not exist',
    400,
    'form_param_value_invalid',
    post('/api_keys', { name: 'key', subject: 'user_000000000000000000000000000' }),
  ],
  ['a time that is none', 422, 'form_param_invalid_time', post('/users', { created_at: 'yesterday' })],
  ['more than ten invitations at once', 400, 'bulk_size_exceeded', post('/invitations/bulk', bulk(11))],
  [
    'more than ten invitations to an organization',
    400,
    'bulk_size_exceeded',
    post((ids) => `${organization(ids)}/invitations/bulk`, bulk(11, { role: 'org:member' })),
  ],
  ['more than fifty on the waitlist at once', 400, 'bulk_size_exceeded', post('/waitlist_entries/bulk', bulk(51))],
];

const USERS: readonly Provocation[] = [
  [
    'an address that another user has',
    422,
    'form_identifier_exists',
    post('/users', { email_address: ['ada@example.com'] }),
  ],
  ['a web3 wallet that is none', 422, 'form_param_format_invalid', post('/users', { web3_wallet: ['0x123'] })],
  ['a username with a space', 422, 'form_username_invalid_character', post('/users', { username: 'a b' })],
  ['a username that is too long', 422, 'form_username_invalid_length', post('/users', { username: 'x'.repeat(65) })],
  ['a short password', 422, 'form_password_length_too_short', post('/users', { password: 'short' })],
  ['a long password', 422, 'form_password_size_in_bytes_exceeded', post('/users', { password: 'x'.repeat(73) })],
  [
    'a digest that is none',
    422,
    'form_password_digest_invalid_code',
    post('/users', { password_digest: 'x', password_hasher: 'bcrypt' }),
  ],
  ['a TOTP secret that is none', 422, 'invalid_totp_secret_code', post('/users', { totp_secret: '0189' })],
  ['a wrong password', 422, 'incorrect_password', post((ids) => `${user(ids)}/verify_password`, { password: 'wrong' })],
  [
    'a password of a user without one',
    400,
    'no_password_set',
    post((ids) => `/users/${ids['other_user_id']}/verify_password`, { password: 'x' }),
  ],
  [
    'a digest that nobody can check here',
    400,
    'password_hasher_unsupported',
    async (scene) => {
      const body = { password_digest: '$argon2id$v=19$m=65536$c2FsdA$aGFzaA', password_hasher: 'argon2id' };
      return scene.call('POST', `${await made(scene, '/users', body)}/verify_password`, { password: 'x' });
    },
  ],
  [
    'a code of a user without second factors',
    400,
    'totp_disabled',
    post((ids) => `/users/${ids['other_user_id']}/verify_totp`, { code: '000000' }),
  ],
  ['a wrong code', 422, 'totp_incorrect_code', post((ids) => `${user(ids)}/verify_totp`, { code: 'wrong!' })],
  [
    'a code of the wrong length',
    422,
    'totp_invalid_length',
    async (scene) =>
      scene.call('POST', `${await made(scene, '/users', { totp_secret: 'JBSWY3DPEHPK3PXP' })}/verify_totp`, {
        code: '1',
      }),
  ],
  [
    'a primary address of another user',
    422,
    'form_resource_not_found',
    ({ call, ids }) =>
      call('PATCH', `/users/${ids['other_user_id']}`, { primary_email_address_id: ids['email_address_id'] }),
  ],
  [
    'a primary address that is not verified',
    422,
    'form_verification_needed',
    post('/email_addresses', (ids: Fixture) => ({ user_id: ids['user_id'], ...NEW, primary: true })),
  ],
  [
    'a second factor that is not verified',
    400,
    'identification_create_second_factor_unverified',
    post('/phone_numbers', (ids: Fixture) => ({
      user_id: ids['user_id'],
      phone_number: '+15550109999',
      reserved_for_second_factor: true,
    })),
  ],
  [
    'a second factor of an unverified number',
    400,
    'identification_update_second_factor_unverified',
    async (scene) => {
      const path = await made(scene, '/phone_numbers', { user_id: scene.ids['user_id'], phone_number: '+15550109999' });
      return scene.call('PATCH', path, { reserved_for_second_factor: true });
    },
  ],
  [
    'no image',
    400,
    'form_param_missing',
    ({ call, ids }) => call('POST', `${user(ids)}/profile_image`, new FormData()),
  ],
  [
    'an image of more than ten MB',
    413,
    'image_too_large',
    ({ call, ids }) => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(10 * 1024 * 1024 + 1)]), 'a.png');
      return call('POST', `${user(ids)}/profile_image`, form);
    },
  ],
  [
    'a passkey that is not there',
    404,
    'passkey_not_registered',
    ({ call, ids }) => call('DELETE', `${user(ids)}/passkeys/idn_x`),
  ],
  [
    'an external account that is not there',
    404,
    'external_account_not_found',
    ({ call, ids }) => call('DELETE', `${user(ids)}/external_accounts/eac_x`),
  ],
  [
    'metadata of a user, version 2026-05-12',
    422,
    'form_param_unknown',
    ({ call, ids }) => call('PATCH', user(ids), { public_metadata: {} }, { 'clerk-api-version': '2026-05-12' }),
  ],
  [
    'metadata of an organization, version 2026-05-12',
    422,
    'form_param_unknown',
    ({ call, ids }) => call('PATCH', organization(ids), { public_metadata: {} }, { 'clerk-api-version': '2026-05-12' }),
  ],
];

const SESSIONS: readonly Provocation[] = [
  [
    'a session of a banned user',
    403,
    'user_banned',
    async ({ call, ids }) => {
      await call('POST', `${user(ids)}/ban`);
      return call('POST', '/sessions', { user_id: ids['user_id'] });
    },
  ],
  ['a session token that is none', 400, 'invalid_session_token', post('/clients/verify', { token: 'x.y.z' })],
  [
    'a sign-in token revoked twice',
    400,
    'sign_in_token_cannot_be_revoked_code',
    twice('POST', async (scene) => `${await made(scene, '/sign_in_tokens', { user_id: scene.ids['user_id'] })}/revoke`),
  ],
  [
    'an actor token revoked twice',
    400,
    'actor_token_cannot_be_revoked_code',
    twice(
      'POST',
      async (scene) =>
        `${await made(scene, '/actor_tokens', { user_id: scene.ids['user_id'], actor: { sub: 'user_x' } })}/revoke`,
    ),
  ],
];

/** A refresh of a session that is there, with one thing wrong. */
const refresh =
  (wrong: (scene: Scene, sessionId: string) => Promise<{ body?: object; path?: string }>): Refused =>
  async (scene) => {
    const { clerk, call } = scene;
    const { session, cookies } = await clerk.signIn(scene.ids['user_id']);
    const [, token] = Object.entries(cookies).find(([name]) => name.startsWith('__refresh_')) ?? [];
    const good = {
      expired_token: await clerk.createSessionToken({
        sessionId: session.id,
        expiresInSeconds: -60,
        azp: 'https://app.test',
      }),
      refresh_token: token,
      request_origin: 'https://app.test',
    };
    const { body, path } = await wrong(scene, session.id);
    return call('POST', path ?? `/sessions/${session.id}/refresh`, { ...good, ...body });
  };
const expired =
  (claims: Readonly<Record<string, unknown>>): Refused =>
  (scene) =>
    refresh(async (_, sessionId) => ({
      body: { expired_token: await scene.clerk.createSessionToken({ sessionId, expiresInSeconds: -60, claims }) },
    }))(scene);
const ofAnother = async ({ clerk }: Scene) => clerk.signIn('user_another');

const REFRESHES: readonly Provocation[] = [
  [
    'an origin that is none',
    401,
    'refresh_request_origin_invalid',
    refresh(async () => ({ body: { request_origin: 'app.test' } })),
  ],
  [
    'a token that is none',
    401,
    'expired_session_token_invalid',
    refresh(async () => ({ body: { expired_token: 'x.y.z' } })),
  ],
  [
    'a machine\u2019s token',
    401,
    'expired_session_token_invalid',
    refresh(async ({ clerk }) => ({ body: { expired_token: (await clerk.createM2MToken({ format: 'jwt' })).token } })),
  ],
  ['a token without sid', 401, 'expired_session_token_missing_sid', expired({ sid: null })],
  ['a token without iat', 401, 'session_refresh_expired_session_token_missing_iat', expired({ iat: null })],
  [
    'a token without azp, of a session that has one',
    401,
    'expired_session_token_missing_azp',
    async (scene) => {
      const { clerk, call } = scene;
      const minted = await clerk.createSessionToken({ userId: 'user_azp', azp: 'https://app.test' });
      const { sid } = JSON.parse(Buffer.from(minted.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };
      clerk.state.table('refresh_tokens').insert({ id: 'refresh_azp', session_id: sid, created_at: clerk.now() });
      return call('POST', `/sessions/${sid}/refresh`, {
        expired_token: await clerk.createSessionToken({ sessionId: sid, claims: { azp: undefined } }),
        refresh_token: 'refresh_azp',
        request_origin: 'https://app.test',
      });
    },
  ],
  [
    'a token of another origin',
    401,
    'refresh_request_origin_azp_mismatch',
    refresh(async () => ({ body: { request_origin: 'https://other.test' } })),
  ],
  [
    'a session that is not there',
    401,
    'session_refresh_session_not_found',
    refresh(async () => ({ path: '/sessions/sess_x/refresh' })),
  ],
  [
    'a token of another session',
    401,
    'refresh_sid_mismatch',
    refresh(async (scene) => ({ path: `/sessions/${(await ofAnother(scene)).session.id}/refresh` })),
  ],
  ['a user who is not there', 401, 'session_refresh_user_not_found', expired({ sub: 'user_nobody' })],
  [
    'a refresh token that is not there',
    401,
    'refresh_token_not_found',
    refresh(async () => ({ body: { refresh_token: 'x' } })),
  ],
  [
    'a refresh token of another session',
    401,
    'refresh_sid_mismatch',
    refresh(async (scene) => {
      const { cookies } = await ofAnother(scene);
      return { body: { refresh_token: Object.entries(cookies).find(([name]) => name.startsWith('__refresh_'))?.[1] } };
    }),
  ],
  [
    'a session that has ended',
    401,
    'session_refresh_inactive_session',
    refresh(async ({ call }, id) => (await call('POST', `/sessions/${id}/revoke`), {})),
  ],
];

const INVITATIONS: readonly Provocation[] = [
  ['an address invited twice', 400, 'duplicate_record', twice('POST', () => '/invitations', NEW)],
  [
    'an invitation revoked twice',
    400,
    'invitation_already_revoked',
    twice('POST', async (scene) => `${await made(scene, '/invitations', NEW)}/revoke`),
  ],
  [
    'an invitation that was accepted',
    400,
    'invitation_already_accepted',
    async (scene) => {
      const path = await made(scene, '/invitations', NEW);
      scene.clerk.state.table('invitations').update(path.slice('/invitations/'.length), { status: 'accepted' });
      return scene.call('POST', `${path}/revoke`);
    },
  ],
  [
    'an address listed twice',
    400,
    'duplicate_record',
    twice('POST', () => '/allowlist_identifiers', { identifier: 'a@example.com' }),
  ],
  ['an address twice in one request', 422, 'form_param_duplicate', post('/waitlist_entries/bulk', [NEW, NEW])],
  [
    'a waitlist entry invited twice',
    409,
    'waitlist_entry_already_invited',
    twice('POST', async (scene) => `${await waitlisted(scene)}/invite`),
  ],
  [
    'a waitlist entry rejected twice',
    409,
    'waitlist_entry_already_rejected',
    twice('POST', async (scene) => `${await waitlisted(scene)}/reject`),
  ],
  [
    'an invited waitlist entry deleted',
    409,
    'waitlist_entry_already_invited',
    async (scene) => {
      const path = await waitlisted(scene);
      await scene.call('POST', `${path}/invite`);
      return scene.call('DELETE', path);
    },
  ],
  ...(['completed', 'locked'] as const).map((state): Provocation => [
    `a waitlist entry that is ${state}`,
    409,
    state === 'locked' ? 'waitlist_entry_locked' : 'waitlist_entry_already_completed',
    async (scene) => {
      const path = await waitlisted(scene);
      const patch = state === 'locked' ? { is_locked: true } : { status: state };
      scene.clerk.state.table('waitlist_entries').update(path.slice('/waitlist_entries/'.length), patch);
      return scene.call('POST', `${path}/invite`);
    },
  ]),
];

const ORGANIZATIONS: readonly Provocation[] = [
  [
    'an unknown creator',
    400,
    'organization_creator_not_found',
    post('/organizations', { name: 'New', created_by: 'user_nobody' }),
  ],
  [
    'one organization too many',
    403,
    'org_creation_limit_exceeded',
    async ({ call, ids }) => {
      await call('PATCH', user(ids), { create_organizations_limit: 1 });
      return call('POST', '/organizations', { name: 'New', created_by: ids['user_id'] });
    },
  ],
  [
    'organizations switched off',
    403,
    'organization_not_enabled_in_instance',
    async (scene) => (await settings(scene, { enabled: false }), scene.call('POST', '/organizations', { name: 'New' })),
  ],
  [
    'slugs switched off',
    403,
    'organization_slugs_disabled',
    async (scene) => (
      await settings(scene, { slug_disabled: true }),
      scene.call('POST', '/organizations', { name: 'New', slug: 'new' })
    ),
  ],
  [
    'a member twice',
    400,
    'already_a_member_in_organization',
    post(
      (ids) => `${organization(ids)}/memberships`,
      (ids: Fixture) => ({ user_id: ids['user_id'], role: 'org:member' }),
    ),
  ],
  [
    'a sixth member',
    403,
    'organization_membership_quota_exceeded',
    async (scene) => {
      const { call, ids } = scene;
      for (;;) {
        const { body } = await call('POST', '/users', {});
        const answer = await call('POST', `${organization(ids)}/memberships`, { user_id: body.id, role: 'org:member' });
        if (answer.status !== 200) return answer;
      }
    },
  ],
  [
    'the last admin leaves',
    400,
    'organization_minimum_permissions_needed',
    ({ call, ids }) => call('DELETE', `${organization(ids)}/memberships/${ids['user_id']}`),
  ],
  [
    'the last admin is demoted',
    400,
    'organization_minimum_permissions_needed',
    ({ call, ids }) => call('PATCH', `${organization(ids)}/memberships/${ids['user_id']}`, { role: 'org:member' }),
  ],
  [
    'an address invited twice',
    400,
    'organization_invitation_not_unique',
    twice('POST', ({ ids }) => `${organization(ids)}/invitations`, { ...NEW, role: 'org:member' }),
  ],
  [
    'an invitation revoked twice',
    404,
    'organization_invitation_not_pending',
    twice(
      'POST',
      async (scene) =>
        `${await made(scene, `${organization(scene.ids)}/invitations`, { ...NEW, role: 'org:member' })}/revoke`,
    ),
  ],
  [
    'an invitation revoked by nobody of the organization',
    403,
    'not_a_member_in_organization',
    async (scene) =>
      scene.call(
        'POST',
        `${await made(scene, `${organization(scene.ids)}/invitations`, { ...NEW, role: 'org:member' })}/revoke`,
        { requesting_user_id: scene.ids['other_user_id'] },
      ),
  ],
  [
    'an invitation revoked by a plain member',
    403,
    'missing_organization_permission',
    async (scene) => {
      const { call, ids } = scene;
      const path = await made(scene, `${organization(ids)}/invitations`, { ...NEW, role: 'org:member' });
      await call('POST', `${organization(ids)}/memberships`, { user_id: ids['other_user_id'], role: 'org:member' });
      return call('POST', `${path}/revoke`, { requesting_user_id: ids['other_user_id'] });
    },
  ],
  [
    'a domain twice',
    422,
    'organization_domain_already_exists_same_organization',
    twice('POST', ({ ids }) => domains(ids), domain('acme.test')),
  ],
  [
    'a domain of another organization',
    422,
    'organization_domain_already_exists',
    async (scene) => {
      await made(scene, domains(scene.ids), domain('acme.test'));
      return scene.call('POST', `${await made(scene, '/organizations', { name: 'New' })}/domains`, domain('acme.test'));
    },
  ],
  ['a domain of a mail provider', 422, 'organization_domain_common', post(domains, domain('gmail.com'))],
  [
    'a mode that is switched off',
    403,
    'organization_domain_enrollment_mode_not_enabled',
    async (scene) => (
      await settings(scene, { domains_enrollment_modes: ['manual_invitation'] }),
      scene.call('POST', domains(scene.ids), domain('acme.test', 'automatic_invitation'))
    ),
  ],
  [
    'domains switched off',
    403,
    'organization_domains_not_enabled',
    async (scene) => (
      await settings(scene, { domains_enabled: false }),
      scene.call('POST', domains(scene.ids), domain('acme.test'))
    ),
  ],
];

const ROLES: readonly Provocation[] = [
  ['a permission given twice', 409, 'organization_role_permission_association_exists', twice('POST', permissionOfRole)],
  [
    'a permission taken where it is not',
    404,
    'organization_role_permission_association_not_found',
    async (scene) => scene.call('DELETE', await permissionOfRole(scene)),
  ],
  [
    'a system permission deleted',
    403,
    'organization_system_permission_not_modifiable',
    async (scene) =>
      scene.call('DELETE', `/organization_permissions/${await permissionOf(scene, 'org:sys_entconns:manage')}`),
  ],
  [
    'a creator role that cannot manage',
    422,
    'organization_missing_creator_role_permissions',
    async (scene) => settings(scene, { creator_role_id: await roleOf(scene, 'org:member') }),
  ],
  [
    'a permission taken from the creator role',
    422,
    'organization_missing_creator_role_permissions',
    async (scene) =>
      scene.call(
        'DELETE',
        `/organization_roles/${await roleOf(scene, 'org:admin')}/permissions/${await permissionOf(scene, 'org:sys_profile:delete')}`,
      ),
  ],
  [
    'the creator role deleted',
    422,
    'organization_role_default_creator_role',
    async (scene) => scene.call('DELETE', `/organization_roles/${await roleOf(scene, 'org:admin')}`),
  ],
  [
    'the default role of domains deleted',
    422,
    'organization_role_domain_default_role',
    async (scene) => scene.call('DELETE', `/organization_roles/${await roleOf(scene, 'org:member')}`),
  ],
  ...(['memberships', 'invitations'] as const).map((where): Provocation => [
    `a role of ${where} deleted`,
    422,
    where === 'memberships' ? 'organization_role_assigned_members' : 'organization_role_exists_in_invitations',
    async (scene) => {
      const path = await made(scene, '/organization_roles', { name: 'Editor', key: 'org:editor' });
      await made(scene, `${organization(scene.ids)}/${where}`, {
        ...(where === 'memberships' ? { user_id: scene.ids['other_user_id'] } : NEW),
        role: 'org:editor',
      });
      return scene.call('DELETE', path);
    },
  ]),
  [
    'one role too many',
    403,
    'organization_instance_roles_quota_exceeded',
    async (scene) => {
      const body = (n: number) => ({ name: 'x', key: `org:r${n}` });
      await many(scene, '/organization_roles', body);
      return scene.call('POST', '/organization_roles', body(99));
    },
  ],
  [
    'one role set too many',
    403,
    'organization_instance_role_sets_quota_exceeded',
    async (scene) => {
      const body = (n: number) => ({
        name: 'x',
        key: `role_set:s${n}`,
        roles: ['org:admin'],
        default_role_key: 'org:admin',
        creator_role_key: 'org:admin',
      });
      await many(scene, '/role_sets', body);
      return scene.call('POST', '/role_sets', body(99));
    },
  ],
  ...(
    [
      ['missing', {}],
      ['invalid', { 'org:admin': 'org:nothing' }],
    ] as const
  ).map(([how, mappings]): Provocation => [
    `members without a role in the new set, mappings ${how}`,
    422,
    `organization_role_set_reassignment_mappings_${how}`,
    async (scene) => {
      await made(scene, '/role_sets', {
        name: 'x',
        key: 'role_set:x',
        roles: ['org:member'],
        default_role_key: 'org:member',
        creator_role_key: 'org:member',
      });
      return scene.call('POST', '/role_sets/role_set:default/replace', {
        dest_role_set_key: 'role_set:x',
        reassignment_mappings: mappings,
      });
    },
  ]),
];

const INSTANCE: readonly Provocation[] = [
  [
    'a reserved claim of a template',
    400,
    'jwt_template_reserved_claim',
    post('/jwt_templates', { name: 'x', claims: { sub: 'x' } }),
  ],
  ...(['opaque', 'jwt'] as const).map((format): Provocation => [
    `a reserved claim of an M2M token, ${format}`,
    400,
    'machine_token_reserved_claim',
    ({ call, ids }) => call('POST', '/m2m_tokens', { claims: { exp: 1 }, token_format: format }, asMachine(ids)),
  ]),
  [
    'a scope that is there',
    409,
    'conflict',
    async ({ call, ids }) => {
      const body = { to_machine_id: ids['other_machine_id'] };
      await call('POST', `/machines/${ids['machine_id']}/scopes`, body);
      return call('POST', `/machines/${ids['machine_id']}/scopes`, body);
    },
  ],
  [
    'one scope too many',
    403,
    'quota_exceeded',
    async ({ call, ids, clerk }) => {
      for (let n = 0; n < 150; n++)
        clerk.state.table('machine_scopes').insert({
          id: `s${n}`,
          object: 'machine_scope',
          from_machine_id: ids['machine_id'],
          to_machine_id: `m${n}`,
          created_at: 0,
        });
      return call('POST', `/machines/${ids['machine_id']}/scopes`, { to_machine_id: ids['other_machine_id'] });
    },
  ],
  [
    'the primary domain deleted',
    403,
    'operation_not_allowed_on_primary_domain',
    async ({ call }) => call('DELETE', `/domains/${String((await call('GET', '/domains')).body.data[0].id)}`),
  ],
  ['a Svix app twice', 400, 'svix_app_exists', twice('POST', () => '/webhooks/svix')],
  ['no Svix app', 400, 'svix_app_missing', post('/webhooks/svix_url')],
  [
    'a template that has no original',
    400,
    'template_revert_error',
    async ({ call }) => (
      await call('PUT', '/templates/email/mine', { name: 'x', subject: 'x', body: 'x' }),
      call('POST', '/templates/email/mine/revert')
    ),
  ],
];

const to = (ids: Fixture, from: 'from_price_id' | 'to_price_id', into: 'from_price_id' | 'to_price_id') => ({
  from_price_id: ids[from],
  to_price_id: ids[into],
});
const transition = (ids: Fixture) => `${item(ids)}/price_transition`;

const BILLING: readonly Provocation[] = [
  [
    'an item canceled twice',
    400,
    'commerce_subscription_item_already_canceled',
    twice('DELETE', ({ ids }) => item(ids)),
  ],
  [
    'an item that has ended',
    422,
    'commerce_subscription_item_cannot_be_canceled',
    async ({ call, ids }) => (await call('DELETE', `${item(ids)}?end_now=true`), call('DELETE', item(ids))),
  ],
  [
    'a price that the item does not have',
    409,
    'out_of_date_price',
    post(transition, (ids: Fixture) => to(ids, 'to_price_id', 'from_price_id')),
  ],
  [
    'the price that the item has',
    422,
    'price_transition_not_allowed',
    post(transition, (ids: Fixture) => to(ids, 'from_price_id', 'from_price_id')),
  ],
  [
    'an item that is not active',
    409,
    'subscription_item_no_longer_active',
    async ({ call, ids }) => (
      await call('DELETE', item(ids)),
      call('POST', transition(ids), to(ids, 'from_price_id', 'to_price_id'))
    ),
  ],
  [
    'a trial of an item that has none',
    403,
    'subscription_item_not_in_free_trial',
    async ({ call, clerk, ids }) => {
      const plan = insertPlan(clerk.state);
      const { item: other } = insertSubscription(clerk.state, { user_id: ids['other_user_id'] ?? '' }, plan.id);
      return call('POST', `/billing/subscription_items/${other.id}/extend_free_trial`, {
        extend_to: '2099-01-01T00:00:00Z',
      });
    },
  ],
  [
    'an amount below zero',
    422,
    'plan_amount_invalid',
    post('/billing/prices', (ids: Fixture) => ({ plan_id: ids['plan_id'], currency: 'USD', amount: -1 })),
  ],
  [
    'a plan that is not there',
    404,
    'plan_not_found',
    post('/billing/prices', { plan_id: 'cplan_x', currency: 'USD', amount: 1 }),
  ],
  [
    'an item that is not there',
    404,
    'subscription_item_not_found',
    ({ call }) => call('DELETE', '/billing/subscription_items/csub_item_x'),
  ],
  [
    'a subscription that is not there',
    404,
    'subscription_not_found',
    ({ call, ids }) => call('GET', `/users/${ids['other_user_id']}/billing/subscription`),
  ],
];

export const PROVOCATIONS: readonly Provocation[] = [
  ...REQUESTS,
  ...USERS,
  ...SESSIONS,
  ...REFRESHES,
  ...INVITATIONS,
  ...ORGANIZATIONS,
  ...ROLES,
  ...INSTANCE,
  ...BILLING,
];
