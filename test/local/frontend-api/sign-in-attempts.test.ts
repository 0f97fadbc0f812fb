import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { totpCode } from '../../../packages/local/src/model/users/totp.js';
import { call, instances } from '../support.js';
import { FrontEnd, type Reply } from './front-end.js';
import { payloadOf } from './support.js';

const NOW = 1_800_000_000_000;
const SECRET = 'JBSWY3DPEHPK3PXP';
const start = instances();

let clerk: LocalInstance;
let page: FrontEnd;

beforeEach(async () => {
  clerk = await start({
    now: NOW,
    seed: {
      seed: 'attempts',
      users: [
        {
          id: 'user_ada',
          email_address: 'ada@example.com',
          phone_number: '+15551234567',
          username: 'ada_l',
          password: 'correct horse',
          first_name: 'Ada',
          private_metadata: { canary: 'private-canary' },
          public_metadata: { plan: 'pro' },
        },
        { id: 'user_tess', email_address: 'tess+clerk_test@example.com', password: 'correct horse' },
        { id: 'user_mfa', email_address: 'mfa@example.com', password: 'correct horse' },
      ],
      organizations: [
        {
          id: 'org_acme',
          name: 'Acme',
          private_metadata: { canary: 'private-canary' },
          members: [{ user: 'user_ada', role: 'org:admin' }],
        },
      ],
    },
  });
  await call(clerk, 'PATCH', '/v1/users/user_mfa', { totp_secret: SECRET, backup_codes: ['backup-code-1'] });
  page = new FrontEnd(clerk);
});
afterEach(() => undefined);

const begin = async (identifier = 'ada@example.com'): Promise<string> =>
  (await page.post('/v1/client/sign_ins', { identifier })).response['id'] as string;
const attempt = (id: string, fields: Record<string, string>, factor = 'first'): Promise<Reply> =>
  page.post(`/v1/client/sign_ins/${id}/attempt_${factor}_factor`, fields);
const prepare = (id: string, fields: Record<string, string>, factor = 'first'): Promise<Reply> =>
  page.post(`/v1/client/sign_ins/${id}/prepare_${factor}_factor`, fields);
const sessionsIn = (reply: Reply): unknown[] => (reply.client?.['sessions'] ?? []) as unknown[];

describe('a password', () => {
  it('signs in, and the answer has the session with user and token', async () => {
    const id = await begin();
    const done = await attempt(id, { strategy: 'password', password: 'correct horse' });
    expect(done.response).toMatchObject({
      status: 'complete',
      created_session_id: expect.stringMatching(/^sess_/) as string,
    });
    expect(sessionsIn(done)).toMatchObject([
      {
        status: 'active',
        user: { id: 'user_ada', public_metadata: { plan: 'pro' } },
        last_active_token: { object: 'token' },
      },
    ]);
    // What is complete is gone: it would confuse the next visit.
    expect(done.client).toMatchObject({ sign_in: null, last_authentication_strategy: 'password' });
  });

  it('is refused under its field if wrong, and leaves the attempt open', async () => {
    const id = await begin();
    expect(await attempt(id, { strategy: 'password', password: 'wrong' })).toMatchObject({
      status: 422,
      code: 'form_password_incorrect',
      param: 'password',
    });
    expect((await page.get('/v1/client')).response).toMatchObject({
      sessions: [],
      sign_in: { id, status: 'needs_first_factor' },
    });
  });

  it('may come with the identifier', async () => {
    const fields = { identifier: 'ADA@example.com', password: 'correct horse', strategy: 'password' };
    expect((await page.post('/v1/client/sign_ins', fields)).response).toMatchObject({ status: 'complete' });
    const again = await page.post('/v1/client/sign_ins', fields);
    expect(again).toMatchObject({ status: 400, code: 'session_exists' });
  });

  it('locks the user after ten attempts by default, and counts down to it', async () => {
    const remaining = async () =>
      (await call(clerk, 'GET', '/v1/users/user_ada')).json['verification_attempts_remaining'];
    const id = await begin();
    expect(await remaining()).toBe(10);
    for (let left = 9; left > 0; left -= 1) {
      await attempt(id, { strategy: 'password', password: 'wrong' });
      expect(await remaining()).toBe(left);
    }
    await attempt(id, { strategy: 'password', password: 'wrong' });
    expect(await attempt(id, { strategy: 'password', password: 'correct horse' })).toMatchObject({
      status: 403,
      code: 'user_locked',
    });
  });

  it('tells new users the configured attempts', async () => {
    clerk.configure({ user_settings: { attack_protection: { user_lockout: { max_attempts: 3 } } } });
    const { json } = await call(clerk, 'POST', '/v1/users', { email_address: ['new@example.com'] });
    expect(json['verification_attempts_remaining']).toBe(3);
  });

  it('locks the user after the configured attempts, for the configured time', async () => {
    clerk.configure({
      user_settings: { attack_protection: { user_lockout: { max_attempts: 2, duration_in_minutes: 5 } } },
    });
    const id = await begin();
    await attempt(id, { strategy: 'password', password: 'wrong' });
    await attempt(id, { strategy: 'password', password: 'wrong' });
    const locked = await attempt(id, { strategy: 'password', password: 'correct horse' });
    expect(locked).toMatchObject({ status: 403, code: 'user_locked' });
    expect((await call(clerk, 'GET', '/v1/users/user_ada')).json).toMatchObject({
      locked: true,
      lockout_expires_in_seconds: 300,
    });
    expect(await page.post('/v1/client/sign_ins', { identifier: 'ada@example.com' })).toMatchObject({
      code: 'user_locked',
    });
    clerk.advanceClock('5m');
    expect((await attempt(id, { strategy: 'password', password: 'correct horse' })).response['status']).toBe(
      'complete',
    );
  });

  it('counts wrong codes like wrong passwords, and the Backend API unlocks', async () => {
    clerk.configure({ user_settings: { attack_protection: { user_lockout: { max_attempts: 1 } } } });
    const id = await begin();
    await prepare(id, { strategy: 'email_code' });
    expect(await attempt(id, { strategy: 'email_code', code: '000000' })).toMatchObject({
      code: 'form_code_incorrect',
    });
    expect(await attempt(id, { strategy: 'password', password: 'correct horse' })).toMatchObject({
      code: 'user_locked',
    });
    await call(clerk, 'POST', '/v1/users/user_ada/unlock');
    expect((await attempt(id, { strategy: 'password', password: 'correct horse' })).response['status']).toBe(
      'complete',
    );
  });
});

describe('an identifier', () => {
  it('is reported under its field if unknown', async () => {
    expect(await page.post('/v1/client/sign_ins', { identifier: 'nobody@example.com' })).toMatchObject({
      status: 422,
      code: 'form_identifier_not_found',
      param: 'identifier',
    });
  });

  it('is of a kind that the instance accepts: usernames and numbers only if switched on', async () => {
    for (const identifier of ['ada_l', '+1 555 123 4567'])
      expect((await page.post('/v1/client/sign_ins', { identifier })).code).toBe('form_identifier_not_found');
    clerk.configure({
      user_settings: { attributes: { username: { enabled: true }, phone_number: { enabled: true } } },
    });
    for (const identifier of ['ada_l', '+1 555 123 4567'])
      expect((await page.post('/v1/client/sign_ins', { identifier })).response['status']).toBe('needs_first_factor');
  });

  it('of a banned user is refused', async () => {
    await call(clerk, 'POST', '/v1/users/user_ada/ban');
    expect(await page.post('/v1/client/sign_ins', { identifier: 'ada@example.com' })).toMatchObject({
      code: 'user_banned',
    });
  });
});

describe('a code', () => {
  it('is random, sent to webhooks and read by tests, while 424242 works for test addresses only', async () => {
    const id = await begin();
    const prepared = await prepare(id, { strategy: 'email_code' });
    const code = await clerk.lastCode('Ada@example.com');
    expect(code).toMatch(/^\d{6}$/);
    expect(clerk.emails).toMatchObject([{ to: 'ada@example.com', code, channel: 'email' }]);
    // It is nowhere in what the page gets.
    expect(prepared.text).not.toContain(code);
    expect(await attempt(id, { strategy: 'email_code', code: '424242' })).toMatchObject({
      code: 'form_code_incorrect',
      param: 'code',
    });
    expect((await attempt(id, { strategy: 'email_code', code })).response['status']).toBe('complete');
  });

  it('of the test mode is 424242 while the mode is on', async () => {
    const id = await begin('tess+clerk_test@example.com');
    await prepare(id, { strategy: 'email_code' });
    expect((await attempt(id, { strategy: 'email_code', code: '424242' })).response['status']).toBe('complete');
    await call(clerk, 'PATCH', '/v1/instance', { test_mode: false });
    page = new FrontEnd(clerk);
    const next = await begin('tess+clerk_test@example.com');
    await prepare(next, { strategy: 'email_code' });
    expect((await attempt(next, { strategy: 'email_code', code: '424242' })).code).toBe('form_code_incorrect');
  });

  it('is valid for ten minutes and three attempts', async () => {
    const id = await begin();
    await prepare(id, { strategy: 'email_code' });
    clerk.advanceClock('10m');
    const late = { strategy: 'email_code', code: await clerk.lastCode('ada@example.com') };
    expect(await attempt(id, late)).toMatchObject({ status: 400, code: 'verification_expired' });
    await prepare(id, { strategy: 'email_code' });
    for (let index = 0; index < 3; index++) await attempt(id, { strategy: 'email_code', code: '000000' });
    const fourth = { strategy: 'email_code', code: await clerk.lastCode('ada@example.com') };
    expect(await attempt(id, fourth)).toMatchObject({ status: 400, code: 'verification_failed' });
  });

  it('comes by text message if phones are switched on', async () => {
    clerk.configure({ user_settings: { attributes: { phone_number: { enabled: true } } } });
    const id = await begin('+15551234567');
    await prepare(id, { strategy: 'phone_code' });
    expect(clerk.emails).toMatchObject([{ channel: 'sms', to: '+15551234567' }]);
    const code = await clerk.lastCode('+15551234567');
    expect((await attempt(id, { strategy: 'phone_code', code })).response['status']).toBe('complete');
  });

  it('of one browser is refused in another', async () => {
    const id = await begin();
    await prepare(id, { strategy: 'email_code' });
    page = new FrontEnd(clerk);
    const stolen = { strategy: 'email_code', code: await clerk.lastCode('ada@example.com') };
    expect(await attempt(id, stolen)).toMatchObject({ status: 404, code: 'resource_not_found' });
  });
});

describe('a second factor', () => {
  const first = async (): Promise<string> => {
    const id = await begin('mfa@example.com');
    const reply = await attempt(id, { strategy: 'password', password: 'correct horse' });
    expect(reply.response).toMatchObject({ status: 'needs_second_factor' });
    expect(sessionsIn(reply)).toEqual([]);
    return id;
  };

  it('of an app signs in, and sets the factor age', async () => {
    const id = await first();
    expect(await attempt(id, { strategy: 'totp', code: '000000' }, 'second')).toMatchObject({
      code: 'form_code_incorrect',
    });
    const done = await attempt(id, { strategy: 'totp', code: totpCode(SECRET, clerk.now()) }, 'second');
    expect(done.response['status']).toBe('complete');
    expect(sessionsIn(done)).toMatchObject([{ factor_verification_age: [0, 0] }]);
  });

  it('of a backup code signs in once', async () => {
    const id = await first();
    expect((await attempt(id, { strategy: 'backup_code', code: 'backup-code-1' }, 'second')).response['status']).toBe(
      'complete',
    );
    page = new FrontEnd(clerk);
    const again = await first();
    expect((await attempt(again, { strategy: 'backup_code', code: 'backup-code-1' }, 'second')).code).toBe(
      'strategy_for_user_invalid',
    );
  });

  it('cannot replace the first, nor be skipped', async () => {
    const id = await begin('mfa@example.com');
    const early = await attempt(id, { strategy: 'totp', code: totpCode(SECRET, clerk.now()) }, 'second');
    expect(early).toMatchObject({ status: 400, code: 'client_state_invalid' });
    expect(await attempt(id, { strategy: 'totp', code: totpCode(SECRET, clerk.now()) })).toMatchObject({
      code: 'strategy_for_user_invalid',
    });
  });
});

describe('a forgotten password', () => {
  it('is replaced after a code by an acceptable one, and ends other sessions if requested', async () => {
    const elsewhere = await clerk.signIn('user_ada');
    const id = await begin();
    await prepare(id, { strategy: 'reset_password_email_code' });
    const code = await clerk.lastCode('ada@example.com');
    expect((await attempt(id, { strategy: 'reset_password_email_code', code })).response['status']).toBe(
      'needs_new_password',
    );
    const reset = (password: string) =>
      page.post(`/v1/client/sign_ins/${id}/reset_password`, { password, sign_out_of_other_sessions: 'true' });
    expect(await reset('short')).toMatchObject({
      status: 422,
      code: 'form_password_length_too_short',
      param: 'password',
    });
    expect((await reset('a better horse')).response['status']).toBe('complete');
    expect(clerk.state.table('sessions').get(elsewhere.session.id)?.status).toBe('revoked');
    page = new FrontEnd(clerk);
    const fields = { identifier: 'ada@example.com', password: 'correct horse', strategy: 'password' };
    expect((await page.post('/v1/client/sign_ins', fields)).code).toBe('form_password_incorrect');
  });

  it('is not replaced without the code', async () => {
    const id = await begin();
    expect(await page.post(`/v1/client/sign_ins/${id}/reset_password`, { password: 'a better horse' })).toMatchObject({
      code: 'client_state_invalid',
    });
  });
});

describe('a ticket', () => {
  const token = async (): Promise<string> =>
    (await call(clerk, 'POST', '/v1/sign_in_tokens', { user_id: 'user_mfa' })).json['token'] as string;

  it('of a sign-in token signs in once', async () => {
    const ticket = await token();
    const done = await page.post('/v1/client/sign_ins', { strategy: 'ticket', ticket });
    expect(done.response['status']).toBe('complete');
    expect(sessionsIn(done)).toMatchObject([{ user: { id: 'user_mfa' } }]);
    page = new FrontEnd(clerk);
    expect(await page.post('/v1/client/sign_ins', { strategy: 'ticket', ticket })).toMatchObject({
      status: 400,
      code: 'sign_in_token_already_used_code',
    });
  });

  it('is refused if made up', async () => {
    const { token: session } = await clerk.signIn('user_ada');
    for (const ticket of ['x', session, `${await token()}x`])
      expect(await page.post('/v1/client/sign_ins', { strategy: 'ticket', ticket })).toMatchObject({ status: 400 });
  });
});

describe('sessions of a browser', () => {
  const signIn = (identifier: string): Promise<Reply> =>
    page.post('/v1/client/sign_ins', { identifier, password: 'correct horse', strategy: 'password' });

  it('may be several if the instance says so, and end one by one', async () => {
    clerk.configure({ auth_config: { single_session_mode: false } });
    await signIn('ada@example.com');
    expect((await signIn('ada@example.com')).code).toBe('identifier_already_signed_in');
    const two = await signIn('tess+clerk_test@example.com');
    const sessions = two.client?.['sessions'] as { id: string; user: { id: string } }[];
    expect(sessions.map(({ user }) => user.id)).toEqual(['user_ada', 'user_tess']);
    const [ada, tess] = sessions;
    expect(two.client).toMatchObject({ last_active_session_id: tess?.id });
    const touched = await page.post(`/v1/client/sessions/${ada?.id ?? ''}/touch`, { intent: 'select_session' });
    expect(touched.client).toMatchObject({ last_active_session_id: ada?.id });
    const left = await page.post(`/v1/client/sessions/${ada?.id ?? ''}/remove`);
    expect(left.client).toMatchObject({ last_active_session_id: tess?.id, sessions: [{ id: tess?.id }] });
    const none = await page.call('DELETE', '/v1/client/sessions');
    expect(none.client).toMatchObject({ sessions: [], last_active_session_id: null });
  });

  it('get tokens for an organization without activating it', async () => {
    const { client } = await signIn('ada@example.com');
    const [{ id }] = client?.['sessions'] as [{ id: string }];
    const mint = async (fields: Record<string, string>) => {
      const { jwt } = (await page.post(`/v1/client/sessions/${id}/tokens`, fields)).body as { jwt: string };
      return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as {
        o?: { id: string };
        azp: string;
      };
    };
    expect((await mint({ organization_id: 'org_acme' })).o?.id).toBe('org_acme');
    expect((await mint({})).o).toBeUndefined();
    expect((await mint({ organization_id: 'org_of_others' })).o).toBeUndefined();
    const touched = await page.post(`/v1/client/sessions/${id}/touch`, { active_organization_id: 'org_acme' });
    expect(touched.response).toMatchObject({ last_active_organization_id: 'org_acme' });
    expect((await mint({})).o?.id).toBe('org_acme');
    expect((await mint({ organization_id: '' })).o).toBeUndefined();
    expect((await mint({})).azp).toBe('http://127.0.0.1:3999');
  });

  it('stay in an organization if one is required', async () => {
    clerk.configure({ organization_settings: { force_organization_selection: true } });
    const { client } = await signIn('ada@example.com');
    const [{ id }] = client?.['sessions'] as [{ id: string }];
    const touch = (organization: string): Promise<Reply> =>
      page.post(`/v1/client/sessions/${id}/touch`, { active_organization_id: organization });
    expect((await touch('')).response).toMatchObject({ status: 'pending', tasks: [{ key: 'choose-organization' }] });
    expect((await touch('org_acme')).response).toMatchObject({ status: 'active', tasks: null });
    expect((await touch('')).response).toMatchObject({ status: 'active', last_active_organization_id: 'org_acme' });
    const { jwt } = (await page.post(`/v1/client/sessions/${id}/tokens`, { organization_id: '' })).body as {
      jwt: string;
    };
    expect(payloadOf(jwt)).toMatchObject({ o: { id: 'org_acme' }, sts: 'active' });
  });

  it('cause one report if a page asks for tokens repeatedly, unlike a script', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): unknown => warning.name === 'BailiffLocalWarning' && warnings.push(warning.message);
    process.on('warning', note);
    const { client } = await signIn('ada@example.com');
    const [{ id }] = client?.['sessions'] as [{ id: string }];
    const ask = async (times: number, query = '', apart = 0): Promise<readonly string[]> => {
      for (let index = 0; index < times; index++) {
        clerk.advanceClock(apart);
        await page.post(`/v1/client/sessions/${id}/tokens${query}`);
      }
      return warnings;
    };
    expect(await ask(20, '?debug=skip_cache')).toEqual([]);
    expect(await ask(20, '', 45_000)).toEqual([]);
    expect(await ask(20)).toEqual([expect.stringMatching(/page\.clock\.fastForward/)]);
    process.off('warning', note);
  });

  it('give 401 if revoked elsewhere, and then nobody is signed in', async () => {
    const { client } = await signIn('ada@example.com');
    const [{ id }] = client?.['sessions'] as [{ id: string }];
    await call(clerk, 'POST', `/v1/sessions/${id}/revoke`);
    expect(await page.post(`/v1/client/sessions/${id}/tokens`)).toMatchObject({
      status: 401,
      code: 'authentication_invalid',
    });
    expect((await page.get('/v1/client')).response).toMatchObject({ sessions: [] });
  });

  it('never show private fields', async () => {
    const done = await signIn('ada@example.com');
    const digest = clerk.state.table('users').get('user_ada')?.password_digest ?? '';
    for (const { text } of [done, await page.get('/v1/client')]) {
      expect(text).toContain('user_ada');
      expect(text).toContain('org:admin');
      for (const secret of ['private-canary', digest, 'correct horse', 'private_metadata', 'password_digest'])
        expect(text).not.toContain(secret);
    }
  });
});
