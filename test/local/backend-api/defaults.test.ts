/** What a new instance has and allows, as Clerk documents it. */
import { beforeEach, expect, it } from 'vitest';
import { issueSession } from '../../../packages/local/src/model/issue-credentials.js';
import type { ManagedState } from '../../../packages/local/src/state/create-instance-state.js';
import { callsTo, codeOf, newState } from './support.js';

let state: ManagedState;
beforeEach(() => {
  state = newState();
});
const { get, post } = callsTo(() => state);

const DAY_MS = 86_400_000;
const keysOf = (rows: readonly { readonly key: string }[]): string[] => rows.map(({ key }) => key).sort();

it('has two roles, and eleven system permissions for admins', async () => {
  const { data } = (await get('/organization_roles')).body;
  const permissions = (await get('/organization_permissions', { limit: '100' })).body.data;
  expect(keysOf(data)).toEqual(['org:admin', 'org:member']);
  expect(keysOf(permissions)).toEqual([
    ...['org:sys_api_keys:manage', 'org:sys_api_keys:read'],
    ...['org:sys_billing:manage', 'org:sys_billing:read', 'org:sys_domains:manage', 'org:sys_domains:read'],
    ...['org:sys_entconns:manage', 'org:sys_memberships:manage', 'org:sys_memberships:read'],
    ...['org:sys_profile:delete', 'org:sys_profile:manage'],
  ]);
  const held = Object.fromEntries(
    data.map((role: { key: string; permissions: { key: string }[] }) => [role.key, keysOf(role.permissions)]),
  );
  expect(held['org:admin']).toEqual(keysOf(permissions));
  expect(held['org:member']).toEqual(['org:sys_billing:read', 'org:sys_memberships:read']);
});

it('allows five members by the API, and more by seeds and test helpers', async () => {
  const organization = (await post('/organizations', { name: 'Acme' })).body;
  expect(organization.max_allowed_memberships).toBe(5);
  const path = `/organizations/${organization.id}/memberships`;
  const join = async () => post(path, { user_id: (await post('/users', {})).body.id, role: 'org:member' });
  for (let n = 0; n < 5; n++) expect((await join()).status).toBe(200);
  expect(codeOf(await join())).toEqual([403, 'organization_membership_quota_exceeded']);
  issueSession(state, { userId: 'user_sixth', orgId: organization.id });
  expect((await get(path)).body.total_count).toBe(6);
});

it('allows a hundred organizations for a user, unless the user has a limit', async () => {
  const user = (await post('/users', {})).body;
  for (let n = 0; n < 99; n++) state.table('organizations').insert({ id: `org_${n}`, created_by: user.id });
  expect((await post('/organizations', { name: 'Last', created_by: user.id })).status).toBe(200);
  expect(codeOf(await post('/organizations', { name: 'More', created_by: user.id }))).toEqual([
    403,
    'org_creation_limit_exceeded',
  ]);
  expect((await post('/organizations', { name: 'Of nobody' })).status).toBe(200);
});

it('ends invitations after a month', async () => {
  const invitation = (await post('/invitations', { email_address: 'new@example.com' })).body;
  state.clock.advance(30 * DAY_MS - 1);
  expect((await get('/invitations', { status: 'pending' })).body).toHaveLength(1);
  state.clock.advance(1);
  expect((await get('/invitations', { status: 'expired' })).body[0].id).toBe(invitation.id);
});

it('answers with the fields of live answers', async () => {
  const user = (await post('/users', { email_address: ['ada@example.com'] })).body;
  expect(user.email_addresses[0].matches_sso_connection).toBe(false);
  expect(user.verification_attempts_remaining).toBe(10);
  const organization = (await post('/organizations', { name: 'Acme', created_by: user.id })).body;
  await post(`/organizations/${organization.id}/invitations`, { email_address: 'x@example.com', role: 'org:member' });
  expect((await get(`/users/${user.id}/organization_memberships`)).body.data[0].organization).toMatchObject({
    members_count: 1,
    pending_invitations_count: 1,
  });
});
