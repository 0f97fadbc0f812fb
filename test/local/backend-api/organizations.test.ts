import { beforeEach, describe, expect, it } from 'vitest';
import type { ManagedState } from '../../../packages/local/src/state/create-instance-state.js';
import { createSession } from '../../../packages/local/src/model/sessions/sessions.js';
import { acceptOrganizationInvitation } from '../../../packages/local/src/model/organizations/organization-invitations.js';
import { callsTo, codeOf, newState } from './support.js';
import type { Answer } from './support.js';

let state: ManagedState;
let events: string[];
let ada: Answer['body'];
let bob: Answer['body'];
let acme: Answer['body'];

const { get, patch, post, remove } = callsTo(() => state);

beforeEach(async () => {
  events = [];
  state = newState({ onEvent: (type) => events.push(type) });
  ada = (await post('/users', { email_address: ['ada@example.com'], first_name: 'Ada' })).body;
  bob = (await post('/users', { email_address: ['bob@example.com'], first_name: 'Bob' })).body;
  acme = (await post('/organizations', { name: 'Acme Inc.', created_by: ada.id })).body;
  events.length = 0;
});

describe('organizations', () => {
  it('make their creator an admin, and take the slug from the name', async () => {
    expect(acme).toMatchObject({ slug: 'acme-inc', members_count: 1, created_by: ada.id });
    const { data } = (await get(`/organizations/${acme.id}/memberships`)).body;
    expect(data[0]).toMatchObject({
      role: 'org:admin',
      role_name: 'Admin',
      public_user_data: { user_id: ada.id, identifier: 'ada@example.com' },
    });
    expect(data[0].permissions).toContain('org:sys_memberships:manage');
  });

  it('are found by their slug, which is unique', async () => {
    expect((await get('/organizations/acme-inc')).body.id).toBe(acme.id);
    expect(codeOf(await post('/organizations', { name: 'Other', slug: 'acme-inc' }))).toEqual([
      422,
      'form_identifier_exists',
    ]);
    expect(codeOf(await post('/organizations', { name: 'Other', slug: 'Not A Slug' }))).toEqual([
      422,
      'form_param_format_invalid',
    ]);
    const twin = (await post('/organizations', { name: 'Acme Inc.' })).body;
    expect(twin.slug).toMatch(/^acme-inc-\w+$/);
  });

  it('have counts if requested', async () => {
    expect((await get(`/organizations/${acme.id}`)).body.members_count).toBeUndefined();
    const counted = (
      await get('/organizations', {
        include_members_count: 'true',
        include_missing_member_with_elevated_permissions: 'true',
      })
    ).body;
    expect(counted.data[0]).toMatchObject({ members_count: 1, missing_member_with_elevated_permissions: false });
    const query = { include_missing_member_with_elevated_permissions: 'true' };
    const empty = (await post('/organizations', { name: 'Empty' })).body;
    expect((await get(`/organizations/${empty.id}`, query)).body.missing_member_with_elevated_permissions).toBe(true);
  });

  it('take members, invitations and domains with them when they are deleted, and leave sessions', async () => {
    const session = createSession(state, { userId: ada.id, organizationId: acme.id });
    await post(`/organizations/${acme.id}/invitations`, { email_address: 'new@example.com', role: 'org:member' });
    await post(`/organizations/${acme.id}/domains`, { name: 'acme.test' });
    expect((await remove(`/organizations/${acme.id}`)).body).toEqual({
      object: 'organization',
      id: acme.id,
      slug: 'acme-inc',
      deleted: true,
    });
    expect((await get('/organization_memberships')).body.total_count).toBe(0);
    expect((await get('/organization_invitations')).body.total_count).toBe(0);
    expect((await get('/organization_domains')).body.total_count).toBe(0);
    expect((await get(`/sessions/${session.id}`)).body.last_active_organization_id).toBeNull();
    for (const type of ['organization.deleted', 'organizationMembership.deleted']) expect(events).toContain(type);
  });
});

describe('row 5: memberships', () => {
  const join = (user: { id: string }, role = 'org:member') =>
    post(`/organizations/${acme.id}/memberships`, { user_id: user.id, role });

  it('exist once for each user, with an existing role, within the limit', async () => {
    expect((await join(bob, 'org:nothing')).status).toBe(404);
    expect((await join(bob)).body).toMatchObject({
      role: 'org:member',
      organization: { id: acme.id, members_count: 2, pending_invitations_count: 0 },
    });
    expect(codeOf(await join(bob))).toEqual([400, 'already_a_member_in_organization']);
    await patch(`/organizations/${acme.id}`, { max_allowed_memberships: 2 });
    const cyd = (await post('/users', {})).body;
    expect(codeOf(await join(cyd))).toEqual([403, 'organization_membership_quota_exceeded']);
    await remove(`/organizations/${acme.id}/memberships/${bob.id}`);
    expect((await join(cyd)).status).toBe(200);
  });

  it('are filtered and ordered by fields of the members', async () => {
    await join(bob);
    const users = async (query: Record<string, string | string[]>): Promise<string[]> =>
      (await get(`/organizations/${acme.id}/memberships`, query)).body.data.map(
        (m: { public_user_data: { first_name: string } }) => m.public_user_data.first_name,
      );
    expect(await users({})).toEqual(['Bob', 'Ada']);
    expect(await users({ order_by: '+first_name' })).toEqual(['Ada', 'Bob']);
    expect(await users({ role: ['org:admin'] })).toEqual(['Ada']);
    expect(await users({ query: 'bob' })).toEqual(['Bob']);
    expect(await users({ user_id: [`-${bob.id}`] })).toEqual(['Ada']);
    expect(await users({ email_address: ['ada@example.com'] })).toEqual(['Ada']);
    expect(await users({ limit: '1', offset: '1' })).toEqual(['Ada']);
    expect((await get(`/users/${bob.id}/organization_memberships`)).body.total_count).toBe(1);
  });

  it('merge metadata, and end when the user leaves', async () => {
    await patch(`/organizations/${acme.id}/memberships/${ada.id}/metadata`, { public_metadata: { a: { b: 1 } } });
    const merged = await patch(`/organizations/${acme.id}/memberships/${ada.id}/metadata`, {
      public_metadata: { a: { c: 2 } },
    });
    expect(merged.body.public_metadata).toEqual({ a: { b: 1, c: 2 } });
    const session = createSession(state, { userId: ada.id, organizationId: acme.id });
    await join(bob, 'org:admin');
    expect((await remove(`/organizations/${acme.id}/memberships/${ada.id}`)).body.role).toBe('org:admin');
    expect((await get(`/sessions/${session.id}`)).body.last_active_organization_id).toBeNull();
    expect((await patch(`/organizations/${acme.id}/memberships/${ada.id}`, { role: 'org:member' })).status).toBe(404);
  });
});

describe('invitations to an organization', () => {
  const invite = (body: Record<string, unknown> = {}) =>
    post(`/organizations/${acme.id}/invitations`, { email_address: 'new@example.com', role: 'org:member', ...body });

  it('exist once for each address as pending, and never for members', async () => {
    const invitation = (await invite({ inviter_user_id: ada.id, expires_in_days: 1 })).body;
    expect(invitation).toMatchObject({
      status: 'pending',
      role_name: 'Member',
      public_inviter_data: { user_id: ada.id },
    });
    expect(invitation.url).toMatch(/\/v1\/tickets\/accept\?ticket=/);
    expect(codeOf(await invite())).toEqual([400, 'organization_invitation_not_unique']);
    expect(codeOf(await invite({ email_address: 'ada@example.com' }))).toEqual([
      400,
      'already_a_member_in_organization',
    ]);
    state.clock.advance('2d');
    expect((await get(`/organizations/${acme.id}/invitations/${invitation.id}`)).body.status).toBe('expired');
    expect((await invite()).status).toBe(200);
  });

  it('are revoked once by admins, and cannot be accepted afterwards', async () => {
    const { id } = (await invite({ email_address: 'bob@example.com' })).body;
    const revoke = (by: string) =>
      post(`/organizations/${acme.id}/invitations/${id}/revoke`, { requesting_user_id: by });
    expect((await revoke(bob.id)).status).toBe(403);
    expect((await revoke(ada.id)).body).toMatchObject({ status: 'revoked', url: null });
    expect(codeOf(await revoke(ada.id))).toEqual([404, 'organization_invitation_not_pending']);
    expect(() => acceptOrganizationInvitation(state, id, bob.id)).toThrow(/revoked/);
    expect(events).toContain('organizationInvitation.revoked');
  });

  it('make a member with their role and metadata when accepted', async () => {
    const { id } = (
      await invite({ email_address: 'bob@example.com', role: 'org:admin', public_metadata: { team: 'a' } })
    ).body;
    expect((await get(`/users/${bob.id}/organization_invitations`, { status: 'pending' })).body.total_count).toBe(1);
    acceptOrganizationInvitation(state, id, bob.id);
    const [membership] = (await get(`/users/${bob.id}/organization_memberships`)).body.data;
    expect(membership).toMatchObject({ role: 'org:admin', public_metadata: { team: 'a' } });
    expect((await get(`/organizations/${acme.id}/invitations`, { status: 'accepted' })).body.total_count).toBe(1);
    expect(events).toContain('organizationInvitation.accepted');
  });

  it('are created in bulk all or none, ten at most', async () => {
    const many = (addresses: string[]) =>
      post(
        `/organizations/${acme.id}/invitations/bulk`,
        addresses.map((address) => ({ email_address: address, role: 'org:member' })),
      );
    expect((await many(['a@example.com', 'ada@example.com'])).status).toBe(400);
    expect((await many(['a@example.com', 'a@example.com'])).status).toBe(400);
    expect((await many(Array.from({ length: 11 }, (_, n) => `u${n}@example.com`))).status).toBe(400);
    expect((await get(`/organizations/${acme.id}/invitations/pending`)).body.total_count).toBe(0);
    expect((await many(['a@example.com', 'b@example.com'])).body.total_count).toBe(2);
    expect(
      (await get(`/organizations/${acme.id}/invitations`, { order_by: '+email_address' })).body.data[0].email_address,
    ).toBe('a@example.com');
  });
});

describe('roles and permissions', () => {
  it('keeps a role in use, and gives a new key to all who have the role', async () => {
    const role = (await post('/organization_roles', { name: 'Editor', key: 'org:editor' })).body;
    await post(`/organizations/${acme.id}/memberships`, { user_id: bob.id, role: 'org:editor' });
    expect(codeOf(await remove(`/organization_roles/${role.id}`))).toEqual([422, 'organization_role_assigned_members']);
    await patch(`/organization_roles/${role.id}`, { key: 'org:writer' });
    expect((await get(`/users/${bob.id}/organization_memberships`)).body.data[0].role).toBe('org:writer');
    await remove(`/organizations/${acme.id}/memberships/${bob.id}`);
    expect((await remove(`/organization_roles/${role.id}`)).body.deleted).toBe(true);
    const admin = (await get('/organization_roles', { query: 'admin' })).body.data[0];
    expect(codeOf(await remove(`/organization_roles/${admin.id}`))).toEqual([
      422,
      'organization_role_default_creator_role',
    ]);
    expect(codeOf(await post('/organization_roles', { name: 'x', key: 'editor' }))).toEqual([
      422,
      'form_param_format_invalid',
    ]);
    expect(codeOf(await post('/organization_roles', { name: 'x', key: 'org:admin' }))).toEqual([
      422,
      'form_identifier_exists',
    ]);
  });

  it('assigns a permission once, follows its key, and removes it when deleted', async () => {
    const permission = (await post('/organization_permissions', { name: 'Read', key: 'org:reports:read' })).body;
    const role = (
      await post('/organization_roles', { name: 'Editor', key: 'org:editor', permissions: [permission.id] })
    ).body;
    expect(role.permissions).toEqual([permission]);
    const link = `/organization_roles/${role.id}/permissions/${permission.id}`;
    expect((await post(link)).status).toBe(409);
    await post(`/organizations/${acme.id}/memberships`, { user_id: bob.id, role: 'org:editor' });
    await patch(`/organization_permissions/${permission.id}`, { key: 'org:reports:view' });
    expect((await get(`/users/${bob.id}/organization_memberships`)).body.data[0].permissions).toEqual([
      'org:reports:view',
    ]);
    await remove(`/organization_permissions/${permission.id}`);
    expect((await get(`/organization_roles/${role.id}`)).body.permissions).toEqual([]);
    const system = (await get('/organization_permissions', { query: 'sys_profile:delete' })).body.data[0];
    expect((await remove(`/organization_permissions/${system.id}`)).status).toBe(403);
  });

  it('needs a mapping for every member to replace a role set, then moves all', async () => {
    const other = {
      name: 'Other',
      key: 'role_set:other',
      roles: ['org:member'],
      default_role_key: 'org:member',
      creator_role_key: 'org:member',
    };
    expect((await post('/role_sets', other)).body.roles).toHaveLength(1);
    const replace = (mappings: unknown) =>
      post('/role_sets/role_set:default/replace', {
        dest_role_set_key: 'role_set:other',
        reassignment_mappings: mappings,
      });
    expect((await replace({})).status).toBe(422);
    expect((await replace({ 'org:admin': 'org:nothing' })).status).toBe(422);
    expect((await get(`/organizations/${acme.id}`)).body.role_set_key).toBe('role_set:default');
    expect((await replace({ 'org:admin': 'org:member' })).status).toBe(200);
    expect((await get(`/organizations/${acme.id}`)).body.role_set_key).toBe('role_set:other');
    expect((await get(`/organizations/${acme.id}/memberships`)).body.data[0].role).toBe('org:member');
    expect((await get('/role_sets')).body.data).toMatchObject([{ key: 'role_set:other', type: 'initial' }]);
  });
});

it('domains belong to one organization, and filters distinguish them', async () => {
  const create = (name: string, more = {}) => post(`/organizations/${acme.id}/domains`, { name, ...more });
  const first = (await create('acme.test')).body;
  expect(first.verification.status).toBe('verified');
  await create('other.test', { verified: false, enrollment_mode: 'automatic_invitation' });
  expect(codeOf(await create('ACME.test'))).toEqual([422, 'organization_domain_already_exists_same_organization']);
  expect(codeOf(await create('x.test', { enrollment_mode: 'anything' }))).toEqual([422, 'form_param_value_invalid']);
  const found = async (query: Record<string, string>) =>
    (await get('/organization_domains', query)).body.data.map((d: { name: string }) => d.name);
  expect(await found({ verified: 'false' })).toEqual(['other.test']);
  expect(await found({ enrollment_mode: 'manual_invitation,automatic_suggestion' })).toEqual(['acme.test']);
  expect(await found({ domains: 'acme.test', organization_id: acme.id })).toEqual(['acme.test']);
  const rival = (await post('/organizations', { name: 'Rival' })).body;
  expect((await remove(`/organizations/${rival.id}/domains/${first.id}`)).status).toBe(404);
});
