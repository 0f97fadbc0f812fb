/** What the additions brought to operations and events that were there before. */
import { createBackendApi } from 'bailiff/api';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRecordingServer, type RecordingServer } from '../api/support/recording-server.js';

let clerk: LocalInstance;
let endpoint: RecordingServer;
beforeAll(async () => {
  clerk = await startLocalInstance();
  endpoint = await startRecordingServer();
  clerk.webhooks.add(endpoint.url);
});
afterAll(async () => {
  await clerk.close();
  await endpoint.close();
});

const api = () => createBackendApi({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl, retries: 0 }, {});
const events = async (type: string) => {
  await clerk.webhooks.settled();
  return endpoint.requests
    .map(({ body }) => JSON.parse(body.toString()) as { type: string; data: Record<string, unknown> })
    .filter((event) => event.type === type)
    .map(({ data }) => data);
};

describe('users', () => {
  it('can be banned and locked from the start', async () => {
    const banned = await api().users.create({ email_address: ['banned@example.com'], banned: true });
    const locked = await api().users.create({ email_address: ['locked@example.com'], locked: true });
    const free = await api().users.create({ email_address: ['free@example.com'], banned: false, locked: false });
    expect([banned.banned, banned.locked, locked.banned, locked.locked]).toEqual([true, false, false, true]);
    expect([free.banned, free.locked]).toEqual([false, false]);
    await expect(api().sessions.create({ user_id: banned.id })).rejects.toMatchObject({ code: 'user_banned' });
  });

  it('can have addresses that are reserved instead of verified, one status for each', async () => {
    const body = { email_address: ['one@example.com', 'two@example.com'] };
    const user = await api().users.create({ ...body, email_address_identification_status: ['verified', 'reserved'] });
    expect(user.email_addresses.map(({ reserved, verification }) => [reserved, verification?.status])).toEqual([
      [false, 'verified'],
      [true, undefined],
    ]);
    const wrong = api().users.create({ email_address: ['x@example.com'], email_address_identification_status: [] });
    expect((await wrong).email_addresses[0]?.reserved).toBe(false);
    await expect(
      api().users.create({
        email_address: ['y@example.com'],
        email_address_identification_status: ['verified', 'reserved'],
      }),
    ).rejects.toMatchObject({ status: 422 });
  });

  it('are listed from after one of them', async () => {
    const all = await api().users.list({ limit: 500 });
    const after = await api().users.list({ limit: 2, starting_after: all[0]!.id });
    expect(after.map(({ id }) => id)).toEqual(all.slice(1, 3).map(({ id }) => id));
    await expect(api().users.list({ starting_after: 'user_nobody' })).rejects.toMatchObject({ status: 422 });
  });

  it('are notified at the old address of a new primary one, if requested', async () => {
    const { id } = await api().users.create({ email_address: ['old@example.com'] });
    await api().emailAddresses.create({ user_id: id, email_address: 'n1@example.com', verified: true, primary: true });
    expect(await events('email.created')).toEqual([]);
    await api().emailAddresses.replaceForUser(id, {
      email_address: 'n2@example.com',
      notify_primary_email_address_changed: true,
    });
    const [email] = await events('email.created');
    expect(email).toMatchObject({
      to_email_address: 'n1@example.com',
      from_email_name: 'noreply',
      email_address_id: expect.stringMatching(/^idn_/) as string,
      user_id: id,
      body: 'The primary email address has changed to n2@example.com.',
      created_at: expect.any(Number) as number,
    });
    expect(clerk.emails.at(-1)).toMatchObject({ id: email?.['id'], to: 'n1@example.com' });
  });
});

it('may name the active organization in a sign-in token', async () => {
  const user = await api().users.create({ email_address: ['member@example.com'] });
  const stranger = await api().users.create({ email_address: ['stranger@example.com'] });
  const organization = await api().organizations.create({ name: 'Acme', created_by: user.id });
  const { url } = await api().signInTokens.create({ user_id: user.id, org_id: organization.id });
  await fetch(url!, { redirect: 'manual' });
  const [session] = await api().sessions.list({ user_id: user.id });
  expect(session!.last_active_organization_id).toBe(organization.id);
  await expect(api().signInTokens.create({ user_id: stranger.id, org_id: organization.id })).rejects.toMatchObject({
    status: 403,
    code: 'not_a_member_in_organization',
  });
});

describe('webhooks', () => {
  it('of sessions carry the user', async () => {
    const user = await api().users.create({
      email_address: ['session@example.com'],
      password: 'correct horse battery',
    });
    const session = await api().sessions.create({ user_id: user.id });
    await api().sessions.revoke(session.id);
    for (const type of ['session.created', 'session.revoked']) {
      const [data] = (await events(type)).filter(({ id }) => id === session.id);
      expect(data?.['user']).toMatchObject({
        object: 'user',
        id: user.id,
        email_addresses: [{ email_address: 'session@example.com' }],
      });
      expect(JSON.stringify(data)).not.toContain('password_digest');
    }
  });

  it('of accepted invitations name the user and the organization', async () => {
    const owner = await api().users.create({ email_address: ['owner@example.com'] });
    const organization = await api().organizations.create({ name: 'Guild', created_by: owner.id });
    const invitation = await api().organizationInvitations.create(organization.id, {
      email_address: 'guest@example.com',
      role: 'org:member',
    });
    await fetch(invitation.url!, { redirect: 'manual' });
    const [guest] = await api().users.list({ email_address: ['guest@example.com'] });
    const [created] = (await events('organizationInvitation.created')).filter(({ id }) => id === invitation.id);
    expect(created).not.toHaveProperty('data');
    expect(await events('organizationInvitation.accepted')).toMatchObject([
      {
        id: invitation.id,
        user_id: guest!.id,
        data: { public_organization_data: { id: organization.id, name: 'Guild' } },
      },
    ]);
  });
});
