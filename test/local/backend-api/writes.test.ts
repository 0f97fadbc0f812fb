/** Stateful: what a write was answered with success is there afterwards, for whoever reads. */
import { describe, expect, it } from 'vitest';
import { specification } from '../../../packages/local/src/document/specification.js';
import type { Operation } from '../../../packages/local/src/document/specification.js';
import { drive, upload } from './sampling.js';
import { seededState, send } from './support.js';
import type { Fixture } from './support.js';

const { operations } = specification();
const reads = operations.filter(({ method }) => method === 'GET');
const writes = operations.filter(({ method }) => method !== 'GET');

/** They ask, and change nothing. */
const QUESTIONS = new Set([
  'VerifyClient',
  'RefreshSession',
  'CreateSessionToken',
  'CreateSessionTokenFromTemplate',
  'PreviewTemplate',
  'VerifyPassword',
  'VerifyTOTP',
  'UpdateProductionInstanceDomain',
  'ChangeProductionInstanceDomain',
  'GenerateSvixAuthURL',
  'VerifyDomainProxy',
  'verifyOAuthAccessToken',
]);
/** They change what the document has no operation to read; their rows say that they did. */
const UNSHOWN = new Set([
  'UnsetUserPasswordCompromised',
  'UpdateInstanceAuthConfig',
  'UpdateInstanceRestrictions',
  'CreateActorToken',
  'RevokeActorToken',
  'CreateSignInToken',
  'RevokeSignInToken',
  'CreateTestingToken',
  'CreateSvixApp',
  'DeleteSvixApp',
  'RotateOAuthApplicationSecret',
  'RevokeOAuthApplicationToken',
  'PrepareEmailAddressVerification',
  'AttemptEmailAddressVerification',
  'PreparePhoneNumberVerification',
  'AttemptPhoneNumberVerification',
  'CreateAgentTask',
  'RevokeAgentTask',
  'ApplyBillingSubscriptionItemDiscount',
  'RemoveBillingSubscriptionItemDiscount',
  'createAdminPortalLinkToken',
  'revokeAdminPortalLinkToken',
]);

/** What has to have happened for there to be something to undo. */
const FIRST: Readonly<Record<string, (ids: Fixture) => readonly (readonly [string, string, unknown?])[]>> = {
  UnbanUser: ({ user_id }) => [['POST', `/users/${user_id}/ban`]],
  UsersUnban: ({ user_id }) => [['POST', `/users/${user_id}/ban`]],
  DeleteUserProfileImage: ({ user_id }) => [['POST', `/users/${user_id}/profile_image`, new Uint8Array()]],
  DeleteOrganizationLogo: ({ organization_id }) => [
    ['PUT', `/organizations/${organization_id}/logo`, new Uint8Array()],
  ],
  UnlockUser: ({ user_id }) => [['POST', `/users/${user_id}/lock`]],
  UnsetUserPasswordCompromised: ({ user_id }) => [['POST', `/users/${user_id}/password/set_compromised`]],
  ToggleTemplateDelivery: () => [
    ['POST', '/templates/email/invitation/toggle_delivery', { delivered_by_clerk: false }],
  ],
  RevertTemplate: () => [
    ['PUT', '/templates/email/invitation', { name: 'Mine', subject: 'Mine', body: 'Mine', from_email_name: 'me' }],
  ],
  AddRolesToRoleSet: () => [['POST', '/organization_roles', { name: 'Editor', key: 'org:editor' }]],
};

/** Bodies that say something new, where the sampled one says what is so already. */
const BODIES: Readonly<Record<string, (ids: Fixture) => unknown>> = {
  UpdateUserMetadata: () => ({ public_metadata: { changed: true } }),
  ReplaceOrganizationMetadata: () => ({ public_metadata: { changed: true } }),
  MergeOrganizationMetadata: () => ({ public_metadata: { changed: true } }),
  UpdateOrganizationMembershipMetadata: () => ({ public_metadata: { changed: true } }),
  UpdateOrganizationDomain: () => ({ enrollment_mode: 'automatic_invitation' }),
  UpdateEmailAddress: () => ({ verified: false }),
  AddRolesToRoleSet: () => ({ role_keys: ['org:editor'] }),
  createApiKey: ({ user_id }) => ({ name: 'deploys', subject: user_id }),
};

const { state, ids, start } = seededState();

/** Everything that the document's reads say of what is known by these ids. */
async function look(known: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const answers = await Promise.all(
    reads.map(async (operation) => {
      const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => known[name] ?? known['id'] ?? 'nobody');
      const subject = operation.path === '/m2m_tokens' ? ids['machine_id'] : ids['user_id'];
      const query: Record<string, string> = operation.query.some(({ name }) => name === 'subject')
        ? { subject: subject ?? '' }
        : {};
      const { status, text } = await send(state, 'GET', path, { query });
      return status === 200 ? text : String(status);
    }),
  );
  return answers;
}

/** The values of the path's parameters. */
function paramsOf(operation: Operation, path: string): Record<string, string> {
  const pattern = operation.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { ...new RegExp(`^${pattern}$`).exec(path)?.groups };
}

describe('row 1: every operation is stateful', () => {
  it.each(writes.map((operation) => [operation.id, operation] as const))('%s', async (id, operation) => {
    state.restore(start);
    const request = await drive(state, operation, ids);
    const known = { ...ids, ...paramsOf(operation, request.path) };
    for (const [method, path, body] of FIRST[id]?.(ids) ?? []) {
      const { status, text } = await send(state, method, path, body instanceof Uint8Array ? upload({}) : { body });
      expect(status, text).toBe(200);
    }
    const before = await look(known);
    const tables = JSON.stringify(state.dump().tables);
    const answer = await send(state, operation.method, request.path, {
      ...request,
      body: BODIES[id]?.(ids) ?? request.body,
    });
    expect(answer.status, answer.text).toBe(operation.success.status);
    const wrote = JSON.stringify(state.dump().tables) !== tables;
    const shown = (await look(known)).some((text, index) => text !== before[index]);
    expect({ wrote, shown }).toEqual({ wrote: !QUESTIONS.has(id), shown: !QUESTIONS.has(id) && !UNSHOWN.has(id) });
  });
});
