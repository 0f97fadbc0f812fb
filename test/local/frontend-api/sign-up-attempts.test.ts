import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { call, instances } from '../support.js';
import { FrontEnd, type Reply } from './front-end.js';

const start = instances();
let clerk: LocalInstance;
let page: FrontEnd;

beforeEach(async () => {
  clerk = await start({ seed: { seed: 'sign-ups', users: [{ id: 'user_ada', email_address: 'ada@example.com' }] } });
  page = new FrontEnd(clerk);
});

const EVE = { email_address: 'eve@example.com', password: 'correct horse' };
const begin = (fields: Record<string, string> = EVE): Promise<Reply> => page.post('/v1/client/sign_ups', fields);
const on = (reply: Reply, step: string, fields: Record<string, string>): Promise<Reply> =>
  page.post(`/v1/client/sign_ups/${String(reply.response['id'])}/${step}`, fields);

async function verify(reply: Reply, address = 'eve@example.com'): Promise<Reply> {
  await on(reply, 'prepare_verification', { strategy: 'email_code' });
  return on(reply, 'attempt_verification', { strategy: 'email_code', code: await clerk.lastCode(address) });
}

describe('a sign-up', () => {
  it('waits for the verification of its address, then creates and signs in the user', async () => {
    const begun = await begin({ ...EVE, first_name: '', last_name: '', unsafe_metadata: '{"color":"red"}' });
    expect(begun.response).toMatchObject({
      status: 'missing_requirements',
      missing_fields: [],
      unverified_fields: ['email_address'],
      password_enabled: true,
      // No strategy before a code is under way: the form would believe that there is one.
      verifications: { email_address: { status: 'unverified', strategy: '', next_action: 'needs_prepare' } },
    });
    expect(clerk.state.table('users').size).toBe(1);
    const prepared = await on(begun, 'prepare_verification', { strategy: 'email_code' });
    expect(prepared.response).toMatchObject({
      verifications: { email_address: { strategy: 'email_code', next_action: 'needs_attempt' } },
    });
    expect((await on(begun, 'attempt_verification', { strategy: 'email_code', code: '424242' })).code).toBe(
      'form_code_incorrect',
    );
    const code = await clerk.lastCode('eve@example.com');
    const done = await on(begun, 'attempt_verification', { strategy: 'email_code', code });
    expect(done.response).toMatchObject({
      status: 'complete',
      created_user_id: expect.stringMatching(/^user_/) as string,
    });
    expect(done.client).toMatchObject({ sign_up: null, sessions: [{ user: { unsafe_metadata: { color: 'red' } } }] });
    const user = await call(clerk, 'GET', `/v1/users/${String(done.response['created_user_id'])}`);
    expect(user.json).toMatchObject({
      password_enabled: true,
      email_addresses: [
        { email_address: 'eve@example.com', verification: { status: 'verified', strategy: 'email_code' } },
      ],
    });
    page = new FrontEnd(clerk);
    const back = { identifier: 'eve@example.com', password: 'correct horse', strategy: 'password' };
    expect((await page.post('/v1/client/sign_ins', back)).response['status']).toBe('complete');
  });

  it('continues after a page load, also with another address', async () => {
    const begun = await begin();
    expect((await page.get('/v1/client')).response).toMatchObject({ sign_up: { id: begun.response['id'] } });
    const path = `/v1/client/sign_ups/${String(begun.response['id'])}`;
    const changed = await page.call('PATCH', path, { email_address: 'eva@example.com' });
    expect(changed.response).toMatchObject({ email_address: 'eva@example.com', unverified_fields: ['email_address'] });
    expect((await verify(begun, 'eva@example.com')).response['status']).toBe('complete');
  });

  it('asks for the required fields', async () => {
    clerk.configure({
      user_settings: {
        attributes: { username: { enabled: true, required: true }, first_name: { required: true } },
        sign_up: { legal_consent_enabled: true },
      },
    });
    const begun = await begin();
    expect(begun.response['missing_fields']).toEqual(['username', 'first_name', 'legal_accepted']);
    await verify(begun);
    const path = `/v1/client/sign_ups/${String(begun.response['id'])}`;
    const fields = { username: 'eve_x', first_name: 'Eve', legal_accepted: 'true' };
    const done = await page.call('PATCH', path, fields);
    expect(done.response['status']).toBe('complete');
    const user = clerk.state.table('users').get(done.response['created_user_id'] as string);
    expect(user).toMatchObject({ username: 'eve_x', first_name: 'Eve' });
    expect(user?.legal_accepted_at).toEqual(expect.any(Number));
  });

  it('accepts usernames of the configured length', async () => {
    const username = { enabled: true };
    clerk.configure({
      user_settings: { attributes: { username }, username_settings: { min_length: 5, max_length: 7 } },
    });
    for (const wrong of ['eve_', 'eve_long'])
      expect(await begin({ ...EVE, username: wrong })).toMatchObject({
        status: 422,
        code: 'form_username_invalid_length',
        param: 'username',
      });
    for (const right of ['eve_x', 'eve_xyz'])
      expect((await begin({ ...EVE, username: right })).response).toMatchObject({ username: right });
  });

  it('needs no password if the instance has none', async () => {
    clerk.configure({ user_settings: { attributes: { password: { enabled: false } } } });
    const begun = await begin({ email_address: 'eve@example.com' });
    expect(begun.response).toMatchObject({ missing_fields: [] });
    expect((await verify(begun)).response['status']).toBe('complete');
  });

  it.each([
    ['a taken address', { ...EVE, email_address: 'Ada@example.com' }, 'form_identifier_exists', 'email_address'],
    ['no address', { ...EVE, email_address: 'eve' }, 'form_param_format_invalid', 'email_address'],
    ['a short password', { ...EVE, password: 'short' }, 'form_password_length_too_short', 'password'],
    ['metadata that is none', { ...EVE, unsafe_metadata: '[]' }, 'form_param_value_invalid', 'unsafe_metadata'],
    ['an attribute that is off', { ...EVE, username: 'eve_x' }, 'form_param_value_invalid', 'username'],
  ])('is refused for %s', async (_what, fields, code, param) => {
    expect(await begin(fields)).toMatchObject({ status: 422, code, param });
    expect(clerk.state.table('users').size).toBe(1);
  });

  it('cannot set public metadata, a user id or a verified address', async () => {
    const begun = await begin({ ...EVE, public_metadata: '{"admin":true}', id: 'user_ada', verifications: '{}' });
    const done = await verify(begun);
    expect(done.client).toMatchObject({ sessions: [{ user: { public_metadata: {} } }] });
    expect(done.response['created_user_id']).not.toBe('user_ada');
  });

  it('creates one user for two attempts with the same address', async () => {
    const first = await begin();
    const other = page;
    page = new FrontEnd(clerk);
    expect((await verify(await begin())).response['status']).toBe('complete');
    page = other;
    const late = await verify(first);
    expect(late).toMatchObject({ status: 422, code: 'form_identifier_exists' });
  });
});

describe('a restricted sign-up', () => {
  it.each([
    ['restricted', 'sign_up_mode_restricted'],
    ['waitlist', 'sign_up_restricted_waitlist'],
  ])('is refused in the mode %s, except for invited users', async (mode, code) => {
    clerk.configure({ user_settings: { sign_up: { mode } } });
    expect(await begin()).toMatchObject({ status: 403, code });
    await call(clerk, 'POST', '/v1/invitations', {
      email_address: 'eve@example.com',
      public_metadata: { plan: 'pro' },
    });
    const [invitation] = clerk.state.table('invitations').rows();
    const ticket = new URL(invitation?.url ?? '').searchParams.get('ticket') ?? '';
    const begun = await begin({ strategy: 'ticket', ticket, first_name: 'Eve' });
    // The address was invited, so it need not be verified; what else the instance asks for is still to be given.
    expect(begun.response).toMatchObject({
      status: 'missing_requirements',
      email_address: 'eve@example.com',
      missing_fields: ['password'],
      unverified_fields: [],
    });
    const path = `/v1/client/sign_ups/${String(begun.response['id'])}`;
    const done = await page.call('PATCH', path, { password: 'correct horse' });
    expect(done.response).toMatchObject({ status: 'complete' });
    expect(done.client).toMatchObject({
      sessions: [{ user: { first_name: 'Eve', public_metadata: { plan: 'pro' } } }],
    });
    expect(clerk.state.table('invitations').get(invitation?.id)?.status).toBe('accepted');
    page = new FrontEnd(clerk);
    expect(await begin({ strategy: 'ticket', ticket })).toMatchObject({ status: 400 });
  });

  it('is refused for an address on the blocklist', async () => {
    await call(clerk, 'PATCH', '/v1/instance/restrictions', { blocklist: true });
    await call(clerk, 'POST', '/v1/blocklist_identifiers', { identifier: 'eve@example.com' });
    expect(await begin()).toMatchObject({ status: 403, code: 'not_allowed_access' });
  });
});
