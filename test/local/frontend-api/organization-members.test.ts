import { beforeEach, describe, expect, it } from 'vitest';
import { call, instances } from '../support.js';
import type { Reply } from './front-end.js';
import { eventsOf, openScene, signIn, type Scene, itemsOf } from './organization-scene.js';

const start = instances();
let scene: Scene;
beforeEach(async () => {
  scene = await openScene(start);
});

const ACME = '/v1/organizations/org_acme';
const membersOf = (reply: Reply): unknown[] =>
  itemsOf(reply).map((item) => (item['public_user_data'] as { user_id: string }).user_id);

describe('members', () => {
  it('are filtered by name and role, in pages', async () => {
    expect(membersOf(await scene.bob.get(`${ACME}/memberships?paginated=true&query=lovelace`))).toEqual(['user_ada']);
    expect(membersOf(await scene.bob.get(`${ACME}/memberships?role=org:member`))).toEqual(['user_bob']);
    const both = `${ACME}/memberships?role=org:member&role=org:admin`;
    expect((await scene.bob.get(both)).response).toMatchObject({ total_count: 2 });
    const pages = [await scene.bob.get(`${both}&limit=1`), await scene.bob.get(`${both}&limit=1&offset=1`)];
    expect(pages.flatMap(membersOf).sort()).toEqual(['user_ada', 'user_bob']);
    // What is no number counts as absent.
    expect((await scene.bob.get(`${ACME}/memberships?limit=-1&offset=x`)).response).toMatchObject({ total_count: 2 });
  });

  it('are added, given a role of the role set, and removed', async () => {
    const events = eventsOf(scene);
    expect(
      (await scene.ada.post(`${ACME}/memberships`, { user_id: 'user_eve', role: 'org:member' })).response,
    ).toMatchObject({ role: 'org:member' });
    const eve = `${ACME}/memberships/user_eve`;
    expect((await scene.ada.call('PATCH', eve, { role: 'org:admin' })).response).toMatchObject({ role: 'org:admin' });
    await call(scene.clerk, 'POST', '/v1/organization_roles', { name: 'Spare', key: 'org:spare', description: '' });
    for (const role of ['org:spare', 'org:none'])
      expect(await scene.ada.call('PATCH', eve, { role })).toMatchObject({ status: 404, param: 'role' });
    expect(await scene.ada.call('PATCH', eve)).toMatchObject({
      status: 422,
      code: 'form_param_missing',
      param: 'role',
    });
    expect((await scene.ada.call('DELETE', eve)).response).toMatchObject({ public_user_data: { user_id: 'user_eve' } });
    expect(events().filter((type) => type.startsWith('organizationMembership'))).toEqual([
      'organizationMembership.created',
      'organizationMembership.updated',
      'organizationMembership.deleted',
    ]);
    expect(await scene.ada.call('DELETE', eve)).toMatchObject({ status: 404 });
  });

  it('always include one who can manage', async () => {
    const reply = await scene.ada.call('PATCH', `${ACME}/memberships/user_ada`, { role: 'org:member' });
    expect(reply).toMatchObject({ status: 400, code: 'organization_minimum_permissions_needed' });
  });

  it('may have the roles of the role set', async () => {
    const roles = await scene.bob.get(`${ACME}/roles?limit=20&offset=0`);
    expect(roles.response).toMatchObject({ total_count: 2, has_role_set_migration: false });
    expect(itemsOf(roles).map(({ key }) => key)).toEqual(['org:admin', 'org:member']);
  });
});

describe('invitations', () => {
  const invite = (addresses: readonly string[], role = 'org:member') =>
    scene.ada.post(`${ACME}/invitations/bulk`, { email_address: addresses, role });

  it('are sent in bulk, listed by status, and revoked, without showing their links', async () => {
    const events = eventsOf(scene);
    const sent = await invite(['c@new.test', 'd@new.test']);
    const made = sent.body['response'] as { id: string; email_address: string; url: unknown }[];
    expect(made).toMatchObject([
      { email_address: 'c@new.test', role_name: 'Member', url: null },
      { email_address: 'd@new.test', status: 'pending' },
    ]);
    expect(scene.clerk.emails.map(({ to }) => to)).toEqual(['c@new.test', 'd@new.test']);
    const revoke = `${ACME}/invitations/${String(made[0]?.id)}/revoke`;
    expect((await scene.ada.post(revoke)).response).toMatchObject({ status: 'revoked' });
    expect(await scene.ada.post(revoke)).toMatchObject({ status: 404, code: 'organization_invitation_not_pending' });
    expect(events().filter((type) => type.startsWith('organizationInvitation'))).toEqual([
      'organizationInvitation.created',
      'organizationInvitation.created',
      'organizationInvitation.revoked',
    ]);
    const byStatus = async (status: string) =>
      itemsOf(await scene.ada.get(`${ACME}/invitations?status=${status}&limit=10`)).map((row) => row['email_address']);
    expect(await byStatus('pending')).toEqual(['d@new.test']);
    expect(await byStatus('revoked')).toEqual(['c@new.test']);
    expect((await scene.ada.get(`${ACME}/invitations`)).text).not.toContain('__clerk_ticket');
    scene.clerk.advanceClock('31d');
    const ada = await signIn(scene.clerk, 'user_ada');
    expect(itemsOf(await ada.get(`${ACME}/invitations?status=expired`))).toHaveLength(1);
  });

  it('count as seats while they are pending', async () => {
    expect(await invite(['c@new.test', 'd@new.test', 'e@new.test', 'f@new.test'])).toMatchObject({
      status: 403,
      code: 'organization_membership_quota_exceeded',
    });
    expect(await invite(['c@new.test', 'd@new.test', 'e@new.test'])).toMatchObject({ status: 200 });
    expect(await invite(['f@new.test'])).toMatchObject({ code: 'organization_membership_quota_exceeded' });
  });

  it.each([
    ['a member', ['bob@acme.test'], 'org:member', 400, 'already_a_member_in_organization'],
    ['the same twice', ['c@new.test', 'c@new.test'], 'org:member', 400, 'organization_invitation_not_unique'],
    ['nobody', [], 'org:member', 422, 'form_param_missing'],
    ['no address', ['c'], 'org:member', 422, 'form_param_format_invalid'],
    ['with an unknown role', ['c@new.test'], 'org:none', 404, 'resource_not_found'],
  ])('are refused: %s', async (_what, addresses, role, status, code) => {
    expect(await invite(addresses, role)).toMatchObject({ status, code });
    expect(scene.clerk.state.table('organization_invitations').size).toBe(0);
  });

  it('are accepted once, by a user who verified the address', async () => {
    await invite(['eve@evil.test', 'boss@acme.test']);
    await call(scene.clerk, 'POST', '/v1/email_addresses', { user_id: 'user_eve', email_address: 'boss@acme.test' });
    const pending = '/v1/me/organization_invitations?status=pending&limit=10&offset=0';
    const own = await scene.eve.get(pending);
    expect(itemsOf(own)).toMatchObject([
      { email_address: 'eve@evil.test', public_organization_data: { name: 'Acme' }, url: null },
    ]);
    const events = eventsOf(scene);
    const all = scene.clerk.state.table('organization_invitations').rows();
    const accept = (address: string) => {
      const id = String(all.find((row) => row.email_address === address)?.id);
      return scene.eve.post(`/v1/me/organization_invitations/${id}/accept`);
    };
    expect(await accept('boss@acme.test')).toMatchObject({ status: 404, code: 'organization_invitation_not_found' });
    expect((await accept('eve@evil.test')).response).toMatchObject({ status: 'accepted' });
    expect(events()).toEqual(['organizationMembership.created', 'organizationInvitation.accepted']);
    expect(await accept('eve@evil.test')).toMatchObject({ code: 'organization_invitation_already_accepted' });
    expect(itemsOf(await scene.eve.get(pending))).toEqual([]);
    expect(await scene.eve.get(ACME)).toMatchObject({ status: 200 });
  });
});
