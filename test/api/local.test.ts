import { BackendApiError, createBackendApi, createBackendClient, type BackendApi } from 'bailiff/api';
import * as users from 'bailiff/api/users';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from './support/collect.js';

/** The client against the offline instance: two readings of one document, by different hands. */
let clerk: LocalInstance;
let api: BackendApi;
beforeAll(async () => {
  clerk = await startLocalInstance();
  api = createBackendApi({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl, retries: 0 }, {});
});
afterAll(() => clerk.close());

const codeOf = (promise: PromiseLike<unknown>) =>
  promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof BackendApiError ? `${error.status} ${error.code}` : String(error)),
  );

describe('users', () => {
  it('live from creation to deletion', async () => {
    const created = await api.users.create({
      email_address: ['ada@example.com'],
      first_name: 'Ada',
      password: 'correct horse battery',
    });
    expect(created.object).toBe('user');
    expect((await api.users.get(created.id)).first_name).toBe('Ada');
    await api.users.update(created.id, { first_name: '', last_name: 'Lovelace' });
    await api.users.updateMetadata(created.id, { public_metadata: { plan: 'pro' } });
    const user = await api.users.get(created.id);
    expect([user.first_name || null, user.last_name, user.public_metadata]).toEqual([
      null,
      'Lovelace',
      { plan: 'pro' },
    ]);
    expect((await api.users.ban(created.id)).banned).toBe(true);
    expect((await api.users.unban(created.id)).banned).toBe(false);
    await api.users.setProfileImage(created.id, { file: new Blob(['png'], { type: 'image/png' }) });
    expect(await api.users.delete(created.id)).toMatchObject({ id: created.id, deleted: true });
    expect(await codeOf(api.users.get(created.id))).toBe('404 resource_not_found');
  });

  it('are iterated over all pages, filtered by false and found by text', async () => {
    for (let index = 0; index < 7; index++)
      await api.users.create({ email_address: [`page${index}@example.com`], skip_password_requirement: true });
    const all = await collect(api.users.list({ query: 'page', limit: 3 }));
    expect(new Set(all.map(({ id }) => id)).size).toBe(7);
    await api.users.ban(all[0]!.id);
    expect(await collect(api.users.list({ query: 'page', banned: false, limit: 2 }))).toHaveLength(6);
    expect((await api.users.count({ query: 'page' })).total_count).toBe(7);
  });

  it('are reachable through their own module', async () => {
    const client = createBackendClient({ secretKey: clerk.secretKey, apiUrl: clerk.apiUrl }, {});
    const created = await users.create(client, { email_address: ['own@example.com'], skip_password_requirement: true });
    expect((await users.get(client, created.id)).id).toBe(created.id);
    expect(await collect(users.list(client, { email_address: ['own@example.com'] }))).toHaveLength(1);
  });
});

it('organizations with members, invitations and a logo', async () => {
  const user = await api.users.create({ email_address: ['founder@example.com'], skip_password_requirement: true });
  const organization = await api.organizations.create({ name: 'Acorn', created_by: user.id });
  expect((await collect(api.organizationMemberships.list(organization.id))).map(({ role }) => role)).toEqual([
    'org:admin',
  ]);
  const invitation = await api.organizationInvitations.create(organization.id, {
    email_address: 'new@example.com',
    role: 'org:member',
    inviter_user_id: user.id,
  });
  expect((await collect(api.organizationInvitations.list(organization.id))).map(({ id }) => id)).toEqual([
    invitation.id,
  ]);
  await api.organizations.uploadLogo(organization.id, {
    file: new Blob(['logo'], { type: 'image/png' }),
    uploader_user_id: user.id,
  });
  expect((await api.organizations.get(organization.id)).has_image).toBe(true);
});

it('sessions and their tokens', async () => {
  const user = await api.users.create({ email_address: ['session@example.com'], skip_password_requirement: true });
  const session = await api.sessions.create({ user_id: user.id });
  const token = await api.sessions.createToken(session.id, { expires_in_seconds: 60 });
  expect(token.jwt?.split('.')).toHaveLength(3);
  expect((await api.sessions.list({ user_id: user.id, paginated: true })).total_count).toBe(1);
  expect((await api.sessions.list({ user_id: user.id })).map(({ id }) => id)).toEqual([session.id]);
  expect(await collect(api.sessions.list({ user_id: user.id }))).toHaveLength(1);
  expect((await api.sessions.revoke(session.id)).status).toBe('revoked');
});

it('machines and their tokens, each with the right key', async () => {
  const machine = await api.machines.create({ name: 'cron' });
  const { secret } = await api.machines.getSecretKey(machine.id);
  const token = await api.m2mTokens.create({ seconds_until_expiration: 600 }, { machineSecretKey: secret });
  expect(await codeOf(api.m2mTokens.create({}))).toMatch(/^4\d\d /);
  expect((await api.m2mTokens.verify({ token: token.token })).id).toBe(token.id);
  expect((await collect(api.m2mTokens.list({ subject: machine.id }))).map(({ id }) => id)).toEqual([token.id]);
  await api.m2mTokens.revoke(token.id, {});
  expect(await codeOf(api.m2mTokens.verify({ token: token.token }))).not.toBe('fine');
});

it('API keys, with their secrets', async () => {
  const user = await api.users.create({ email_address: ['keys@example.com'], skip_password_requirement: true });
  const key = await api.apiKeys.create({ name: 'build server', subject: user.id, scopes: ['read'] });
  expect((await api.apiKeys.verify({ secret: key.secret })).id).toBe(key.id);
  expect((await collect(api.apiKeys.list({ subject: user.id }))).map(({ id }) => id)).toEqual([key.id]);
  await api.apiKeys.revoke(key.id, { revocation_reason: 'done' });
  expect((await api.apiKeys.get(key.id)).revoked).toBe(true);
});

it('keys, templates and settings', async () => {
  expect((await api.jwks.get()).keys).toHaveLength(1);
  const template = await api.jwtTemplates.create({ name: 'reports', claims: { role: 'x' }, lifetime: 60 });
  expect((await api.jwtTemplates.list()).map(({ name }) => name)).toContain('reports');
  expect(await api.jwtTemplates.delete(template.id)).toMatchObject({ deleted: true });
  expect((await api.instanceSettings.get()).object).toBe('instance');
});

describe('failures', () => {
  it('report a wrong key without showing it', async () => {
    const stranger = createBackendApi({ secretKey: 'sk_test_wrong', apiUrl: clerk.apiUrl, retries: 0 }, {});
    const error = await Promise.resolve(stranger.users.list()).catch((reason: unknown) => reason as BackendApiError);
    expect(error).toMatchObject({ status: 401 });
    expect(JSON.stringify(error) + (error as Error).stack).not.toContain('sk_test_wrong');
  });

  it('name the parameter of a refused body', async () => {
    const error = await api.invitations
      .create({ email_address: 'no address' })
      .catch((reason: unknown) => reason as BackendApiError);
    expect(error).toMatchObject({ status: 422, operation: 'invitations.create' });
  });

  it('wait for 429, and repeat a 500 if that is safe', async () => {
    const pauses: number[] = [];
    const patient = createBackendApi(
      { secretKey: clerk.secretKey, apiUrl: clerk.apiUrl, wait: (ms) => (pauses.push(ms), Promise.resolve()) },
      {},
    );
    clerk.fail({ operation: 'GetUserList', status: 429, times: 1, retryAfterSeconds: 3 });
    await patient.users.list();
    clerk.fail({ operation: 'GetUserList', status: 500, times: 2 });
    await patient.users.list();
    clerk.fail({ operation: 'CreateUser', status: 500, times: 1 });
    expect(
      await codeOf(patient.users.create({ email_address: ['once@example.com'], skip_password_requirement: true })),
    ).toMatch(/^500 /);
    expect(pauses).toHaveLength(3);
    expect(pauses[0]).toBe(3_000);
  });
});
