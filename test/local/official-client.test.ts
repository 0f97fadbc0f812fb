import { createClerkClient } from '@clerk/backend';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issueRefreshToken } from '../../packages/local/src/model/sessions/sessions.js';
import { totpCode } from '../../packages/local/src/model/users/totp.js';
import type { ManagedState } from '../../packages/local/src/state/create-instance-state.js';
import { seedAll } from './backend-api/support.js';
import type { Fixture } from './backend-api/support.js';

// Every method of the official client, unchanged, over HTTP: what it makes of our answers is what its users get.

type Client = ReturnType<typeof createClerkClient>;
// The walk is about what comes back at run time; the parameters' types are the client's own business.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Any = any;

let clerk: LocalInstance;
let client: Client;
let ids: Fixture;

beforeAll(async () => {
  clerk = await startLocalInstance({ seed: 'official client', now: Date.now() });
  ids = seedAll(clerk.state as ManagedState);
  clerk.import(clerk.export());
  const { secretKey, publishableKey, apiUrl } = clerk;
  client = createClerkClient({ secretKey, publishableKey, apiUrl, telemetry: { disabled: true } });
});
beforeEach(() => {
  clerk.reset();
});
afterAll(() => clerk.close());

/** What a method gives: the class of the object; `[Class]` a page of them; `Class[]` a list of them; else what the value equals. */
type Row = readonly [method: string, expected: unknown, call: (api: Any, i: Fixture) => Promise<unknown>];

const file = () => new Blob(['PNG'], { type: 'image/png' });
const email = 'fresh@example.com';
const role = (api: Any): Promise<Any> => api.createOrganizationRole({ name: 'Editor', key: 'org:editor' });
const made = (api: Any, create: string, params: unknown): Promise<Any> => api[create](params) as Promise<Any>;
const permission = { name: 'Read', key: 'org:reports:read', description: '' };
const roleSet = {
  name: 'Other',
  defaultRoleKey: 'org:member',
  creatorRoleKey: 'org:admin',
  roles: ['org:admin', 'org:member'],
};
const application = { name: 'app', redirectUris: ['https://app.test/cb'] };
const saml = { name: 'IdP', domain: 'idp.test', provider: 'saml_custom' };
const enterprise = { name: 'IdP', domains: ['idp.test'], provider: 'saml_okta', saml: { idpEntityId: 'x' } };
const template = { name: 'sampled', claims: { aud: 'x' } };
const message = {
  to: { address: email },
  from: { address: 'app@example.com' },
  subject: 'Hello',
  html: '<b>Hello</b>',
};
const invited = (i: Fixture) => ({ organizationId: i['organization_id'], emailAddress: email, role: 'org:member' });
const anotherAdmin = (i: Fixture) => ({
  organizationId: i['organization_id'],
  userId: i['other_user_id'],
  role: 'org:admin',
});
const orgDomain = (i: Fixture) => ({
  organizationId: i['organization_id'],
  name: 'acme.test',
  enrollmentMode: 'manual_invitation',
});
// The client has no class for these two kinds of object, and gives their JSON.
const domainJson: unknown = expect.objectContaining({ object: 'organization_domain', name: 'acme.test' });
const key = (api: Any, i: Fixture): Promise<Any> => made(api, 'create', { name: 'key', subject: i['user_id'] });
const m2m = (api: Any, i: Fixture): Promise<Any> => made(api, 'createToken', { machineSecretKey: i['machine_secret'] });

const ROWS: readonly Row[] = [
  [
    'actorTokens.create',
    'ActorToken',
    (a, i) => a.create({ userId: i['user_id'], actor: { sub: i['other_user_id'] } }),
  ],
  [
    'actorTokens.revoke',
    'ActorToken',
    async (a, i) => a.revoke((await a.create({ userId: i['user_id'], actor: { sub: 'x' } })).id),
  ],
  [
    'agentTasks.create',
    'AgentTask',
    (a, i) =>
      a.create({
        onBehalfOf: { userId: i['user_id'] },
        permissions: '*',
        agentName: 'a',
        taskDescription: 't',
        redirectUrl: 'https://app.test',
      }),
  ],
  [
    'agentTasks.revoke',
    'AgentTask',
    async (a, i) =>
      a.revoke(
        (
          await a.create({
            onBehalfOf: { userId: i['user_id'] },
            permissions: '*',
            agentName: 'a',
            taskDescription: 't',
            redirectUrl: 'https://app.test',
          })
        ).agentTaskId,
      ),
  ],
  [
    '__experimental_accountlessApplications.createAccountlessApplication',
    'AccountlessApplication',
    (a) => a.createAccountlessApplication(),
  ],
  [
    '__experimental_accountlessApplications.completeAccountlessApplicationOnboarding',
    'AccountlessApplication',
    (a) => a.completeAccountlessApplicationOnboarding(),
  ],
  [
    'allowlistIdentifiers.getAllowlistIdentifierList',
    '[AllowlistIdentifier]',
    async (a) => (await a.createAllowlistIdentifier({ identifier: email }), a.getAllowlistIdentifierList()),
  ],
  [
    'allowlistIdentifiers.createAllowlistIdentifier',
    'AllowlistIdentifier',
    (a) => a.createAllowlistIdentifier({ identifier: email, notify: true }),
  ],
  [
    'allowlistIdentifiers.deleteAllowlistIdentifier',
    'DeletedObject',
    async (a) => a.deleteAllowlistIdentifier((await a.createAllowlistIdentifier({ identifier: email })).id),
  ],
  ['apiKeys.list', '[APIKey]', async (a, i) => (await key(a, i), a.list({ subject: i['user_id'] }))],
  ['apiKeys.create', 'APIKey', key],
  ['apiKeys.get', 'APIKey', async (a, i) => a.get((await key(a, i)).id)],
  [
    'apiKeys.update',
    'APIKey',
    async (a, i) => a.update({ apiKeyId: (await key(a, i)).id, subject: i['user_id'], scopes: ['a'] }),
  ],
  ['apiKeys.delete', 'DeletedObject', async (a, i) => a.delete((await key(a, i)).id)],
  ['apiKeys.revoke', 'APIKey', async (a, i) => a.revoke({ apiKeyId: (await key(a, i)).id, revocationReason: 'test' })],
  ['apiKeys.getSecret', { secret: expect.stringMatching(/^ak_/) }, async (a, i) => a.getSecret((await key(a, i)).id)],
  ['apiKeys.verify', 'APIKey', async (a, i) => a.verify((await key(a, i)).secret)],
  ['betaFeatures.changeDomain', undefined, (a) => a.changeDomain({ homeUrl: 'https://app.test' })],
  [
    'blocklistIdentifiers.getBlocklistIdentifierList',
    '[BlocklistIdentifier]',
    async (a) => (await a.createBlocklistIdentifier({ identifier: email }), a.getBlocklistIdentifierList()),
  ],
  [
    'blocklistIdentifiers.createBlocklistIdentifier',
    'BlocklistIdentifier',
    (a) => a.createBlocklistIdentifier({ identifier: email }),
  ],
  [
    'blocklistIdentifiers.deleteBlocklistIdentifier',
    'DeletedObject',
    async (a) => a.deleteBlocklistIdentifier((await a.createBlocklistIdentifier({ identifier: email })).id),
  ],
  ['billing.getPlanList', '[BillingPlan]', (a) => a.getPlanList()],
  [
    'billing.cancelSubscriptionItem',
    'BillingSubscriptionItem',
    (a, i) => a.cancelSubscriptionItem(i['subscription_item_id'], { endNow: true }),
  ],
  [
    'billing.extendSubscriptionItemFreeTrial',
    'BillingSubscriptionItem',
    (a, i) =>
      a.extendSubscriptionItemFreeTrial(i['subscription_item_id'], {
        extendTo: new Date(clerk.now() + 60 * 86_400_000),
      }),
  ],
  [
    'billing.getOrganizationBillingSubscription',
    'BillingSubscription',
    (a, i) => a.getOrganizationBillingSubscription(i['organization_id']),
  ],
  ['billing.getUserBillingSubscription', 'BillingSubscription', (a, i) => a.getUserBillingSubscription(i['user_id'])],
  ['clients.getClientList', '[Client]', (a) => a.getClientList()],
  ['clients.getClient', 'Client', (a, i) => a.getClient(i['client_id'])],
  [
    'clients.verifyClient',
    'Client',
    async (a, i) => a.verifyClient((await client.sessions.getToken(i['session_id'] ?? '')).jwt),
  ],
  [
    'clients.getHandshakePayload',
    { directives: ['a=b'] },
    (a) => {
      clerk.state.table('handshakes').insert({ id: 'nonce', directives: ['a=b'] });
      return a.getHandshakePayload({ nonce: 'nonce' });
    },
  ],
  ['domains.list', '[Domain]', (a) => a.list()],
  ['domains.add', 'Domain', (a) => a.add({ name: 'satellite.test', is_satellite: true })],
  [
    'domains.update',
    'Domain',
    async (a) =>
      a.update({ domainId: (await a.add({ name: 'satellite.test', is_satellite: true })).id, name: 'other.test' }),
  ],
  [
    'domains.delete',
    'DeletedObject',
    async (a) => a.delete((await a.add({ name: 'satellite.test', is_satellite: true })).id),
  ],
  [
    'domains.deleteDomain',
    'DeletedObject',
    async (a) => a.deleteDomain((await a.add({ name: 'satellite.test', is_satellite: true })).id),
  ],
  ['emailAddresses.getEmailAddress', 'EmailAddress', (a, i) => a.getEmailAddress(i['email_address_id'])],
  [
    'emailAddresses.createEmailAddress',
    'EmailAddress',
    (a, i) => a.createEmailAddress({ userId: i['user_id'], emailAddress: email, verified: true, primary: true }),
  ],
  [
    'emailAddresses.updateEmailAddress',
    'EmailAddress',
    (a, i) => a.updateEmailAddress(i['email_address_id'], { verified: true }),
  ],
  ['emailAddresses.deleteEmailAddress', 'DeletedObject', (a, i) => a.deleteEmailAddress(i['email_address_id'])],
  ['emails.create', 'Email', (a) => a.create(message)],
  ['emails.createBatch', [{ index: 0, statusCode: 200, email: expect.anything() }], (a) => a.createBatch([message])],
  ['emails.get', 'Email', async (a) => a.get((await a.create(message)).id)],
  [
    'enterpriseConnections.createEnterpriseConnection',
    'EnterpriseConnection',
    (a) => a.createEnterpriseConnection(enterprise),
  ],
  [
    'enterpriseConnections.updateEnterpriseConnection',
    'EnterpriseConnection',
    async (a) => a.updateEnterpriseConnection((await a.createEnterpriseConnection(enterprise)).id, { active: true }),
  ],
  [
    'enterpriseConnections.getEnterpriseConnectionList',
    '[EnterpriseConnection]',
    async (a) => (await a.createEnterpriseConnection(enterprise), a.getEnterpriseConnectionList({ limit: 5 })),
  ],
  [
    'enterpriseConnections.getEnterpriseConnection',
    'EnterpriseConnection',
    async (a) => a.getEnterpriseConnection((await a.createEnterpriseConnection(enterprise)).id),
  ],
  [
    'enterpriseConnections.deleteEnterpriseConnection',
    'DeletedObject',
    async (a) => a.deleteEnterpriseConnection((await a.createEnterpriseConnection(enterprise)).id),
  ],
  [
    'idPOAuthAccessToken.verify',
    'IdPOAuthAccessToken',
    async (a, i) => a.verify((await clerk.createOAuthToken({ userId: i['user_id'] ?? '' })).token),
  ],
  ['instance.get', 'Instance', (a) => a.get()],
  ['instance.update', undefined, (a) => a.update({ testMode: true })],
  ['instance.updateRestrictions', 'InstanceRestrictions', (a) => a.updateRestrictions({ allowlist: true })],
  ['instance.getOrganizationSettings', 'OrganizationSettings', (a) => a.getOrganizationSettings()],
  [
    'instance.updateOrganizationSettings',
    'OrganizationSettings',
    (a) => a.updateOrganizationSettings({ maxAllowedMemberships: 5 }),
  ],
  [
    'invitations.getInvitationList',
    '[Invitation]',
    async (a) => (await a.createInvitation({ emailAddress: email }), a.getInvitationList()),
  ],
  [
    'invitations.createInvitation',
    'Invitation',
    (a) => a.createInvitation({ emailAddress: email, publicMetadata: { a: 1 } }),
  ],
  ['invitations.createInvitationBulk', 'Invitation[]', (a) => a.createInvitationBulk([{ emailAddress: email }])],
  [
    'invitations.revokeInvitation',
    'Invitation',
    async (a) => a.revokeInvitation((await a.createInvitation({ emailAddress: email })).id),
  ],
  [
    'invitations.deleteInvitation',
    'DeletedObject',
    async (a) => a.deleteInvitation((await a.createInvitation({ emailAddress: email })).id),
  ],
  ['jwks.getJwks', { keys: [expect.objectContaining({ kty: 'RSA' })] }, (a) => a.getJwks()],
  ['jwtTemplates.list', '[JwtTemplate]', async (a) => (await a.create(template), a.list())],
  ['jwtTemplates.get', 'JwtTemplate', async (a) => a.get((await a.create(template)).id)],
  ['jwtTemplates.create', 'JwtTemplate', (a) => a.create(template)],
  [
    'jwtTemplates.update',
    'JwtTemplate',
    async (a) => a.update({ ...template, templateId: (await a.create(template)).id, lifetime: 90 }),
  ],
  ['jwtTemplates.delete', 'DeletedObject', async (a) => a.delete((await a.create(template)).id)],
  ['machines.get', 'Machine', (a, i) => a.get(i['machine_id'])],
  ['machines.list', '[Machine]', (a) => a.list()],
  ['machines.create', 'Machine', (a) => a.create({ name: 'three' })],
  ['machines.update', 'Machine', (a, i) => a.update({ machineId: i['machine_id'], name: 'four' })],
  ['machines.delete', 'DeletedObject', (a, i) => a.delete(i['machine_id'])],
  ['machines.getSecretKey', 'MachineSecretKey', (a, i) => a.getSecretKey(i['machine_id'])],
  [
    'machines.rotateSecretKey',
    'MachineSecretKey',
    (a, i) => a.rotateSecretKey({ machineId: i['machine_id'], previousTokenTtl: 60 }),
  ],
  ['machines.createScope', 'MachineScope', (a, i) => a.createScope(i['machine_id'], i['other_machine_id'])],
  [
    'machines.deleteScope',
    'DeletedObject',
    async (a, i) => (
      await a.createScope(i['machine_id'], i['other_machine_id']),
      a.deleteScope(i['machine_id'], i['other_machine_id'])
    ),
  ],
  ['m2m.list', '[M2MToken]', async (a, i) => (await m2m(a, i), a.list({ subject: i['machine_id'] }))],
  ['m2m.createToken', 'M2MToken', m2m],
  ['m2m.revokeToken', 'M2MToken', async (a, i) => a.revokeToken({ m2mTokenId: (await m2m(a, i)).id })],
  ['m2m.verify', 'M2MToken', async (a, i) => a.verify({ token: (await m2m(a, i)).token })],
  ['oauthApplications.list', '[OAuthApplication]', async (a) => (await a.create(application), a.list())],
  ['oauthApplications.get', 'OAuthApplication', async (a) => a.get((await a.create(application)).id)],
  ['oauthApplications.create', 'OAuthApplication', (a) => a.create(application)],
  [
    'oauthApplications.update',
    'OAuthApplication',
    async (a) => a.update({ oauthApplicationId: (await a.create(application)).id, name: 'other' }),
  ],
  ['oauthApplications.delete', 'DeletedObject', async (a) => a.delete((await a.create(application)).id)],
  ['oauthApplications.rotateSecret', 'OAuthApplication', async (a) => a.rotateSecret((await a.create(application)).id)],
  [
    'oauthApplications.revokeToken',
    undefined,
    async (a) => a.revokeToken({ oauthApplicationId: (await a.create(application)).id, token: 'x' }),
  ],
  ['organizations.getOrganizationList', '[Organization]', (a) => a.getOrganizationList({ includeMembersCount: true })],
  [
    'organizations.createOrganization',
    'Organization',
    (a, i) => a.createOrganization({ name: 'New', createdBy: i['user_id'] }),
  ],
  ['organizations.getOrganization', 'Organization', (a) => a.getOrganization({ slug: 'acme' })],
  [
    'organizations.updateOrganization',
    'Organization',
    (a, i) => a.updateOrganization(i['organization_id'], { name: 'Other' }),
  ],
  [
    'organizations.updateOrganizationLogo',
    'Organization',
    (a, i) => a.updateOrganizationLogo(i['organization_id'], { file: file(), uploaderUserId: i['user_id'] }),
  ],
  ['organizations.deleteOrganizationLogo', 'Organization', (a, i) => a.deleteOrganizationLogo(i['organization_id'])],
  [
    'organizations.updateOrganizationMetadata',
    'Organization',
    (a, i) => a.updateOrganizationMetadata(i['organization_id'], { publicMetadata: { a: 1 } }),
  ],
  [
    'organizations.replaceOrganizationMetadata',
    'Organization',
    (a, i) => a.replaceOrganizationMetadata(i['organization_id'], { publicMetadata: { a: 1 } }),
  ],
  ['organizations.deleteOrganization', 'DeletedObject', (a, i) => a.deleteOrganization(i['organization_id'])],
  [
    'organizations.getOrganizationMembershipList',
    '[OrganizationMembership]',
    (a, i) => a.getOrganizationMembershipList({ organizationId: i['organization_id'] }),
  ],
  [
    'organizations.getInstanceOrganizationMembershipList',
    '[OrganizationMembership]',
    (a) => a.getInstanceOrganizationMembershipList({ limit: 5 }),
  ],
  [
    'organizations.createOrganizationMembership',
    'OrganizationMembership',
    (a, i) =>
      a.createOrganizationMembership({
        organizationId: i['organization_id'],
        userId: i['other_user_id'],
        role: 'org:member',
      }),
  ],
  [
    'organizations.updateOrganizationMembership',
    'OrganizationMembership',
    async (a, i) => (
      await a.createOrganizationMembership(anotherAdmin(i)),
      a.updateOrganizationMembership({
        organizationId: i['organization_id'],
        userId: i['user_id'],
        role: 'org:member',
      })
    ),
  ],
  [
    'organizations.updateOrganizationMembershipMetadata',
    'OrganizationMembership',
    (a, i) =>
      a.updateOrganizationMembershipMetadata({
        organizationId: i['organization_id'],
        userId: i['user_id'],
        publicMetadata: { a: 1 },
      }),
  ],
  [
    'organizations.deleteOrganizationMembership',
    'OrganizationMembership',
    async (a, i) => (
      await a.createOrganizationMembership(anotherAdmin(i)),
      a.deleteOrganizationMembership({ organizationId: i['organization_id'], userId: i['user_id'] })
    ),
  ],
  [
    'organizations.getOrganizationInvitationList',
    '[OrganizationInvitation]',
    async (a, i) => (
      await a.createOrganizationInvitation(invited(i)),
      a.getOrganizationInvitationList({ organizationId: i['organization_id'], status: ['pending'] })
    ),
  ],
  [
    'organizations.createOrganizationInvitation',
    'OrganizationInvitation',
    (a, i) => a.createOrganizationInvitation(invited(i)),
  ],
  [
    'organizations.createOrganizationInvitationBulk',
    '[OrganizationInvitation]',
    (a, i) => a.createOrganizationInvitationBulk(i['organization_id'], [{ emailAddress: email, role: 'org:member' }]),
  ],
  [
    'organizations.getOrganizationInvitation',
    'OrganizationInvitation',
    async (a, i) =>
      a.getOrganizationInvitation({
        organizationId: i['organization_id'],
        invitationId: (await a.createOrganizationInvitation(invited(i))).id,
      }),
  ],
  [
    'organizations.revokeOrganizationInvitation',
    'OrganizationInvitation',
    async (a, i) =>
      a.revokeOrganizationInvitation({
        organizationId: i['organization_id'],
        invitationId: (await a.createOrganizationInvitation(invited(i))).id,
        requestingUserId: i['user_id'],
      }),
  ],
  [
    'organizations.getOrganizationDomainList',
    { data: [domainJson], totalCount: 1 },
    async (a, i) => (
      await a.createOrganizationDomain(orgDomain(i)),
      a.getOrganizationDomainList({ organizationId: i['organization_id'] })
    ),
  ],
  ['organizations.createOrganizationDomain', domainJson, (a, i) => a.createOrganizationDomain(orgDomain(i))],
  [
    'organizations.updateOrganizationDomain',
    domainJson,
    async (a, i) =>
      a.updateOrganizationDomain({
        organizationId: i['organization_id'],
        domainId: (await a.createOrganizationDomain(orgDomain(i))).id,
        enrollmentMode: 'automatic_invitation',
      }),
  ],
  [
    'organizations.deleteOrganizationDomain',
    'DeletedObject',
    async (a, i) =>
      a.deleteOrganizationDomain({
        organizationId: i['organization_id'],
        domainId: (await a.createOrganizationDomain(orgDomain(i))).id,
      }),
  ],
  ['organizationPermissions.getOrganizationPermissionList', '[Permission]', (a) => a.getOrganizationPermissionList()],
  [
    'organizationPermissions.getOrganizationPermission',
    'Permission',
    (a, i) => a.getOrganizationPermission(i['permission_id']),
  ],
  [
    'organizationPermissions.createOrganizationPermission',
    'Permission',
    (a) => a.createOrganizationPermission(permission),
  ],
  [
    'organizationPermissions.updateOrganizationPermission',
    'Permission',
    async (a) =>
      a.updateOrganizationPermission({
        permissionId: (await a.createOrganizationPermission(permission)).id,
        name: 'Other',
      }),
  ],
  [
    'organizationPermissions.deleteOrganizationPermission',
    'DeletedObject',
    async (a) => a.deleteOrganizationPermission((await a.createOrganizationPermission(permission)).id),
  ],
  ['organizationRoles.getOrganizationRoleList', '[Role]', (a) => a.getOrganizationRoleList()],
  ['organizationRoles.getOrganizationRole', 'Role', (a, i) => a.getOrganizationRole(i['organization_role_id'])],
  ['organizationRoles.createOrganizationRole', 'Role', role],
  [
    'organizationRoles.updateOrganizationRole',
    'Role',
    (a, i) => a.updateOrganizationRole({ organizationRoleId: i['organization_role_id'], name: 'Other' }),
  ],
  [
    'organizationRoles.deleteOrganizationRole',
    'DeletedObject',
    async (a) => a.deleteOrganizationRole((await role(a)).id),
  ],
  [
    'organizationRoles.assignPermissionToOrganizationRole',
    'Role',
    (a, i) =>
      a.assignPermissionToOrganizationRole({
        organizationRoleId: i['organization_role_id'],
        permissionId: i['permission_id'],
      }),
  ],
  [
    'organizationRoles.removePermissionFromOrganizationRole',
    'Role',
    async (a, i) => {
      const both = { organizationRoleId: i['organization_role_id'], permissionId: i['permission_id'] };
      await a.assignPermissionToOrganizationRole(both);
      return a.removePermissionFromOrganizationRole(both);
    },
  ],
  ['phoneNumbers.getPhoneNumber', 'PhoneNumber', (a, i) => a.getPhoneNumber(i['phone_number_id'])],
  [
    'phoneNumbers.createPhoneNumber',
    'PhoneNumber',
    (a, i) => a.createPhoneNumber({ userId: i['user_id'], phoneNumber: '+15550109999', verified: true }),
  ],
  [
    'phoneNumbers.updatePhoneNumber',
    'PhoneNumber',
    (a, i) => a.updatePhoneNumber(i['phone_number_id'], { reservedForSecondFactor: true }),
  ],
  ['phoneNumbers.deletePhoneNumber', 'DeletedObject', (a, i) => a.deletePhoneNumber(i['phone_number_id'])],
  [
    'proxyChecks.verify',
    'ProxyCheck',
    async (a) =>
      a.verify({ domainId: (await client.domains.list()).data[0]?.id, proxyUrl: 'https://app.test/__clerk' }),
  ],
  [
    'redirectUrls.getRedirectUrlList',
    '[RedirectUrl]',
    async (a) => (await a.createRedirectUrl({ url: 'https://app.test/' }), a.getRedirectUrlList()),
  ],
  [
    'redirectUrls.getRedirectUrl',
    'RedirectUrl',
    async (a) => a.getRedirectUrl((await a.createRedirectUrl({ url: 'https://app.test/' })).id),
  ],
  ['redirectUrls.createRedirectUrl', 'RedirectUrl', (a) => a.createRedirectUrl({ url: 'https://app.test/' })],
  [
    'redirectUrls.deleteRedirectUrl',
    'DeletedObject',
    async (a) => a.deleteRedirectUrl((await a.createRedirectUrl({ url: 'https://app.test/' })).id),
  ],
  ['roleSets.getRoleSetList', '[RoleSet]', (a) => a.getRoleSetList()],
  ['roleSets.getRoleSet', 'RoleSet', (a) => a.getRoleSet('role_set:default')],
  ['roleSets.createRoleSet', 'RoleSet', (a) => a.createRoleSet(roleSet)],
  ['roleSets.updateRoleSet', 'RoleSet', (a) => a.updateRoleSet({ roleSetKeyOrId: 'role_set:default', name: 'Other' })],
  [
    'roleSets.addRolesToRoleSet',
    'RoleSet',
    async (a) => (
      await role(client.organizationRoles),
      a.addRolesToRoleSet({ roleSetKeyOrId: 'role_set:default', roleKeys: ['org:editor'] })
    ),
  ],
  [
    'roleSets.replaceRoleInRoleSet',
    'RoleSet',
    async (a) => (
      await role(client.organizationRoles),
      a.replaceRoleInRoleSet({ roleSetKeyOrId: 'role_set:default', roleKey: 'org:member', toRoleKey: 'org:editor' })
    ),
  ],
  [
    'roleSets.replaceRoleSet',
    'DeletedObject',
    async (a) =>
      a.replaceRoleSet({ roleSetKeyOrId: 'role_set:default', destRoleSetKey: (await a.createRoleSet(roleSet)).key }),
  ],
  ['sessions.getSessionList', '[Session]', (a, i) => a.getSessionList({ userId: i['user_id'] })],
  ['sessions.getSession', 'Session', (a, i) => a.getSession(i['session_id'])],
  ['sessions.createSession', 'Session', (a, i) => a.createSession({ userId: i['user_id'] })],
  ['sessions.revokeSession', 'Session', (a, i) => a.revokeSession(i['session_id'])],
  [
    'sessions.verifySession',
    'Session',
    async (a, i) => a.verifySession(i['session_id'], (await a.getToken(i['session_id'])).jwt),
  ],
  ['sessions.getToken', 'Token', (a, i) => a.getToken(i['session_id'])],
  [
    'sessions.refreshSession',
    'Token',
    async (a, i) =>
      a.refreshSession(i['session_id'], {
        expired_token: (await a.getToken(i['session_id'])).jwt,
        refresh_token: issueRefreshToken(clerk.state, i['session_id'] ?? ''),
        request_origin: 'http://localhost:3000',
        format: 'token',
      }),
  ],
  [
    'signInTokens.createSignInToken',
    'SignInToken',
    (a, i) => a.createSignInToken({ userId: i['user_id'], expiresInSeconds: 60 }),
  ],
  [
    'signInTokens.revokeSignInToken',
    'SignInToken',
    async (a, i) => a.revokeSignInToken((await a.createSignInToken({ userId: i['user_id'], expiresInSeconds: 60 })).id),
  ],
  ['signUps.get', 'SignUpAttempt', (a, i) => a.get(i['sign_up_id'])],
  ['signUps.update', 'SignUpAttempt', (a, i) => a.update({ signUpAttemptId: i['sign_up_id'], externalId: 'x' })],
  [
    'testingTokens.createTestingToken',
    expect.objectContaining({ object: 'testing_token', token: expect.any(String) }),
    (a) => a.createTestingToken(),
  ],
  ['users.getUserList', '[User]', (a) => a.getUserList({ limit: 1, query: 'ada' })],
  ['users.getUser', 'User', (a, i) => a.getUser(i['user_id'])],
  [
    'users.createUser',
    'User',
    (a) =>
      a.createUser({
        emailAddress: [email],
        password: 'correct horse',
        publicMetadata: { a: 1 },
        createdAt: new Date(0),
      }),
  ],
  ['users.updateUser', 'User', (a, i) => a.updateUser(i['user_id'], { firstName: 'Augusta' })],
  [
    'users.replaceUserEmailAddress',
    'EmailAddress',
    (a, i) => a.replaceUserEmailAddress(i['user_id'], { emailAddress: email }),
  ],
  [
    'users.replaceUserPhoneNumber',
    'PhoneNumber',
    (a, i) => a.replaceUserPhoneNumber(i['user_id'], { phoneNumber: '+15550109999' }),
  ],
  ['users.updateUserProfileImage', 'User', (a, i) => a.updateUserProfileImage(i['user_id'], { file: file() })],
  [
    'users.updateUserMetadata',
    'User',
    (a, i) => a.updateUserMetadata(i['user_id'], { publicMetadata: { plan: null } }),
  ],
  [
    'users.replaceUserMetadata',
    'User',
    (a, i) => a.replaceUserMetadata(i['user_id'], { publicMetadata: { plan: 'free' } }),
  ],
  ['users.deleteUser', 'DeletedObject', (a, i) => a.deleteUser(i['user_id'])],
  ['users.getCount', 2, (a) => a.getCount()],
  ['users.getUserOauthAccessToken', '[OauthAccessToken]', (a, i) => a.getUserOauthAccessToken(i['user_id'], 'google')],
  ['users.disableUserMFA', { user_id: expect.any(String) }, (a, i) => a.disableUserMFA(i['user_id'])],
  [
    'users.getOrganizationMembershipList',
    '[OrganizationMembership]',
    (a, i) => a.getOrganizationMembershipList({ userId: i['user_id'] }),
  ],
  [
    'users.getOrganizationInvitationList',
    '[OrganizationInvitation]',
    async (a, i) => (
      await client.organizations.createOrganizationInvitation({
        organizationId: i['organization_id'] ?? '',
        emailAddress: 'bob@example.com',
        role: 'org:member',
      }),
      a.getOrganizationInvitationList({ userId: i['other_user_id'] })
    ),
  ],
  ['users.removePassword', 'User', (a, i) => a.removePassword(i['user_id'])],
  [
    'users.verifyPassword',
    { verified: true },
    (a, i) => a.verifyPassword({ userId: i['user_id'], password: 'correct horse battery' }),
  ],
  [
    'users.verifyTOTP',
    { verified: true, code_type: 'totp' },
    (a, i) => a.verifyTOTP({ userId: i['user_id'], code: totpCode('JBSWY3DPEHPK3PXP', clerk.now()) }),
  ],
  ...[
    'banUser',
    'unbanUser',
    'lockUser',
    'unlockUser',
    'deleteUserProfileImage',
    'setPasswordCompromised',
    'unsetPasswordCompromised',
  ].map((name): Row => [`users.${name}`, 'User', (a, i) => a[name](i['user_id'])]),
  [
    'users.deleteUserPasskey',
    'DeletedObject',
    (a, i) => a.deleteUserPasskey({ userId: i['user_id'], passkeyIdentificationId: i['passkey_identification_id'] }),
  ],
  [
    'users.deleteUserWeb3Wallet',
    'DeletedObject',
    (a, i) =>
      a.deleteUserWeb3Wallet({ userId: i['user_id'], web3WalletIdentificationId: i['web3_wallet_identification_id'] }),
  ],
  [
    'users.deleteUserExternalAccount',
    'DeletedObject',
    (a, i) => a.deleteUserExternalAccount({ userId: i['user_id'], externalAccountId: i['external_account_id'] }),
  ],
  ['users.deleteUserBackupCodes', { user_id: expect.any(String) }, (a, i) => a.deleteUserBackupCodes(i['user_id'])],
  ['users.deleteUserTOTP', { user_id: expect.any(String) }, (a, i) => a.deleteUserTOTP(i['user_id'])],
  ['waitlistEntries.list', '[WaitlistEntry]', async (a) => (await a.create({ emailAddress: email }), a.list())],
  ['waitlistEntries.create', 'WaitlistEntry', (a) => a.create({ emailAddress: email })],
  ['waitlistEntries.createBulk', 'WaitlistEntry[]', (a) => a.createBulk([{ emailAddress: email }])],
  ['waitlistEntries.invite', 'WaitlistEntry', async (a) => a.invite((await a.create({ emailAddress: email })).id)],
  ['waitlistEntries.reject', 'WaitlistEntry', async (a) => a.reject((await a.create({ emailAddress: email })).id)],
  ['waitlistEntries.delete', 'DeletedObject', async (a) => a.delete((await a.create({ emailAddress: email })).id)],
  ['webhooks.createSvixApp', { svix_url: expect.any(String) }, (a) => a.createSvixApp()],
  [
    'webhooks.generateSvixAuthURL',
    { svix_url: expect.any(String) },
    async (a) => (await a.createSvixApp(), a.generateSvixAuthURL()),
  ],
  ['webhooks.deleteSvixApp', undefined, async (a) => (await a.createSvixApp(), a.deleteSvixApp())],
  [
    'samlConnections.getSamlConnectionList',
    '[SamlConnection]',
    async (a) => (await a.createSamlConnection(saml), a.getSamlConnectionList()),
  ],
  ['samlConnections.createSamlConnection', 'SamlConnection', (a) => a.createSamlConnection(saml)],
  [
    'samlConnections.getSamlConnection',
    'SamlConnection',
    async (a) => a.getSamlConnection((await a.createSamlConnection(saml)).id),
  ],
  [
    'samlConnections.updateSamlConnection',
    'SamlConnection',
    async (a) => a.updateSamlConnection((await a.createSamlConnection(saml)).id, { name: 'Other' }),
  ],
  [
    'samlConnections.deleteSamlConnection',
    'DeletedObject',
    async (a) => a.deleteSamlConnection((await a.createSamlConnection(saml)).id),
  ],
];

/** All methods of all resources, as the client itself has them. */
function methodsOf(of: Client): string[] {
  return Object.entries(of as unknown as Record<string, object>)
    .filter(([name, api]) => name !== 'telemetry' && typeof api === 'object' && api !== null)
    .flatMap(([name, api]) => {
      const prototype = Object.getPrototypeOf(api) as object;
      const methods = Object.getOwnPropertyNames(prototype).filter((method) => method !== 'constructor');
      return methods.map((method) => `${name}.${method}`);
    })
    .filter((name) => !name.endsWith('.requireId'));
}

// A bundler may have put an underscore before the name of a class.
const classOf = (value: unknown): string => (value as object).constructor.name.replace(/^_/, '');

describe('row 2: the official client', () => {
  it('is walked completely', () => {
    expect(ROWS.map(([name]) => name).sort()).toEqual(methodsOf(client).sort());
  });

  it.each(ROWS)('%s', async (name, expected, call) => {
    const api = (client as Any)[name.split('.')[0] ?? ''];
    const result = (await call(api, ids)) as Any;
    if (typeof expected !== 'string') {
      expect(result).toEqual(expected);
      return;
    }
    const [, listed] = /^\[(\w+)\]$/.exec(expected) ?? [];
    if (listed !== undefined) {
      expect(classOf(result.data[0])).toBe(listed);
      expect(result.totalCount).toBeGreaterThanOrEqual(result.data.length);
    } else if (expected.endsWith('[]')) {
      const items = Array.isArray(result) ? result : result.data;
      expect(classOf(items[0])).toBe(expected.slice(0, -2));
    } else {
      expect(classOf(result)).toBe(expected);
    }
  });

  it('gets errors with code, parameter, status and trace id', async () => {
    const refused = client.users.createUser({ emailAddress: ['ada@example.com'] });
    await expect(refused).rejects.toMatchObject({
      status: 422,
      clerkTraceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      errors: [{ code: 'form_identifier_exists', meta: { paramName: 'email_address' } }],
    });
    await expect(client.users.getUser('user_nobody')).rejects.toMatchObject({
      status: 404,
      errors: [{ code: 'resource_not_found' }],
    });
    const stranger = createClerkClient({
      secretKey: 'sk_test_wrong',
      apiUrl: clerk.apiUrl,
      telemetry: { disabled: true },
    });
    await expect(stranger.users.getUserList()).rejects.toMatchObject({
      status: 401,
      errors: [{ code: 'clerk_key_invalid' }],
    });
  });
});
