/** Password, two-step verification and accounts at providers of the user who is signed in. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { totpCode } from '../../../packages/local/src/model/users/totp.js';
import { call, instances } from '../support.js';
import { FrontEnd, PAGE } from './front-end.js';
import { eventsOf, pageOf, PEOPLE } from './people.js';

const start = instances();
let clerk: LocalInstance;
let page: FrontEnd;
let events: () => readonly string[];

beforeEach(async () => {
  clerk = await start(PEOPLE);
  page = await pageOf(clerk, 'ada');
  events = eventsOf(clerk);
});

const verifies = async (password: string): Promise<boolean> =>
  (await call(clerk, 'POST', '/v1/users/user_ada/verify_password', { password })).status === 200;

describe('the password', () => {
  const change = (fields: Record<string, string>) => page.post('/v1/me/change_password', fields);
  const GOOD = { current_password: 'correct horse', new_password: 'a better horse' };

  it('is changed with the current one, and ends other sessions if requested', async () => {
    const other = await pageOf(clerk, 'ada');
    expect((await change(GOOD)).response).toMatchObject({ id: 'user_ada', password_enabled: true });
    expect(await verifies('a better horse')).toBe(true);
    expect((await other.get('/v1/me')).status).toBe(200);
    events();
    const again = {
      current_password: 'a better horse',
      new_password: 'the best horse',
      sign_out_of_other_sessions: 'true',
    };
    const changed = await change(again);
    expect(events()).toEqual(['user.updated', 'session.revoked']);
    expect((await other.get('/v1/me')).status).toBe(401);
    expect((await page.get('/v1/me')).status).toBe(200);
    expect(changed.text).not.toMatch(/horse|digest/);
  });

  it.each([
    [{ current_password: 'wrong' }, 'form_password_incorrect', 'current_password'],
    [{ new_password: '' }, 'form_param_missing', 'new_password'],
    [{ new_password: 'short' }, 'form_password_length_too_short', 'new_password'],
    [{ new_password: 'correct horse' }, 'form_new_password_matches_current', 'new_password'],
    [{ new_password: 'ä'.repeat(60) }, 'form_password_size_in_bytes_exceeded', 'new_password'],
  ])('stays unchanged for %j', async (fields, code, param) => {
    expect(await change({ ...GOOD, ...fields })).toMatchObject({ status: 422, code, param });
    expect(await verifies('correct horse')).toBe(true);
    expect(events()).toEqual([]);
  });

  it('needs no current one in a freshly verified session, unless the instance requires it', async () => {
    const { new_password } = GOOD;
    clerk.configure({ user_settings: { password_settings: { disable_password_reverification: false } } });
    clerk.configure({ auth_config: { reverification: false } });
    expect(await change({ new_password })).toMatchObject({ status: 422, param: 'current_password' });
    clerk.configure({ auth_config: { reverification: true } });
    clerk.advanceClock('10m');
    expect((await change({ new_password })).status).toBeGreaterThanOrEqual(400);
    expect(await verifies('correct horse')).toBe(true);
    page = await pageOf(clerk, 'ada');
    expect((await change({ new_password })).status).toBe(200);
  });

  it('is removed if users need none, and a first one needs no current one', async () => {
    const remove = (current_password: string) => page.post('/v1/me/remove_password', { current_password });
    expect(await remove('wrong')).toMatchObject({ status: 422, code: 'form_password_incorrect' });
    expect((await remove('correct horse')).response).toMatchObject({ password_enabled: false });
    expect(await remove('correct horse')).toMatchObject({ status: 400, code: 'no_password_set' });
    expect((await change({ new_password: 'a first horse' })).response).toMatchObject({ password_enabled: true });
    clerk.configure({ user_settings: { attributes: { password: { required: true } } } });
    expect(await remove('a first horse')).toMatchObject({ status: 400, code: 'password_required' });
    clerk.configure({ user_settings: { attributes: { password: { enabled: false } } } });
    expect(await change(GOOD)).toMatchObject({ status: 403, code: 'feature_not_enabled' });
  });
});

describe('two-step verification', () => {
  const verify = (code: string) => page.post('/v1/me/totp/attempt_verification', { code });

  it('by an authenticator app starts with its first code, which gives backup codes', async () => {
    const { response } = await page.post('/v1/me/totp');
    const secret = String(response['secret']);
    expect(response).toMatchObject({ object: 'totp', verified: false, backup_codes: null });
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const uri = new URL(String(response['uri']));
    expect(decodeURIComponent(uri.pathname)).toMatch(/:ada@example\.com$/);
    expect(uri.searchParams.get('secret')).toBe(secret);
    expect(await page.me()).toMatchObject({ totp_enabled: false, two_factor_enabled: false });
    expect(await verify('000000')).toMatchObject({ status: 422, code: 'form_code_incorrect', param: 'code' });
    const done = await verify(totpCode(secret, clerk.now()));
    expect(done.response).toMatchObject({ verified: true, secret: null, uri: null });
    expect(new Set(done.response['backup_codes'] as string[]).size).toBe(10);
    expect(done.client).toMatchObject({ sessions: [{ user: { totp_enabled: true, backup_code_enabled: true } }] });
    expect(events()).toEqual(['user.updated']);
    expect(await page.post('/v1/me/totp')).toMatchObject({ status: 400, code: 'totp_already_enabled' });
    // It is asked for from now on.
    const next = new FrontEnd(clerk);
    const signIn = await next.post('/v1/client/sign_ins', { identifier: 'ada@example.com', password: 'correct horse' });
    expect(signIn.response['status']).toBe('needs_second_factor');
  });

  it('ends with its last factor, together with the backup codes', async () => {
    expect(await page.call('DELETE', '/v1/me/totp')).toMatchObject({ status: 404 });
    expect(await verify('123456')).toMatchObject({ status: 404 });
    const secret = String((await page.post('/v1/me/totp')).response['secret']);
    await verify(totpCode(secret, clerk.now()));
    expect((await page.call('DELETE', '/v1/me/totp')).response).toMatchObject({ object: 'totp', deleted: true });
    expect(await page.me()).toMatchObject({
      two_factor_enabled: false,
      totp_enabled: false,
      backup_code_enabled: false,
    });
    expect((await page.me())['mfa_disabled_at']).toBe(clerk.now());
  });

  it('gives backup codes repeatedly, beside another factor only', async () => {
    expect(await page.post('/v1/me/backup_codes/')).toMatchObject({ status: 400, code: 'backup_codes_not_available' });
    const secret = String((await page.post('/v1/me/totp')).response['secret']);
    const first = (await verify(totpCode(secret, clerk.now()))).response['backup_codes'] as string[];
    const again = await page.post('/v1/me/backup_codes/');
    expect(again.response).toMatchObject({ object: 'backup_code' });
    const codes = again.response['codes'] as string[];
    expect(codes).toHaveLength(10);
    expect(codes.filter((code) => first.includes(code))).toEqual([]);
    const attempt = async (code: string) => {
      const next = new FrontEnd(clerk);
      const { response } = await next.post('/v1/client/sign_ins', {
        identifier: 'ada@example.com',
        password: 'correct horse',
      });
      const path = `/v1/client/sign_ins/${String(response['id'])}/attempt_second_factor`;
      return (await next.post(path, { strategy: 'backup_code', code })).status;
    };
    expect(await attempt(first[0] ?? '')).toBe(422);
    expect(await attempt(codes[0] ?? '')).toBe(200);
    expect(await attempt(codes[0] ?? '')).toBe(422);
  });

  it('is absent if it is switched off, and cannot be removed if required', async () => {
    const secret = String((await page.post('/v1/me/totp')).response['secret']);
    await verify(totpCode(secret, clerk.now()));
    clerk.configure({ user_settings: { sign_up: { mfa: { required: true } } } });
    expect(await page.call('DELETE', '/v1/me/totp')).toMatchObject({ code: 'second_factor_deletion_not_allowed' });
    clerk.configure({
      user_settings: { attributes: { authenticator_app: { enabled: false }, backup_code: { enabled: false } } },
    });
    const off = { status: 403, code: 'feature_not_enabled' };
    expect(await page.post('/v1/me/totp')).toMatchObject(off);
    expect(await page.post('/v1/me/backup_codes')).toMatchObject(off);
  });
});

describe('an account at a provider', () => {
  const ACCOUNTS = '/v1/me/external_accounts';
  const connect = (strategy = 'oauth_google') =>
    page.post(ACCOUNTS, { strategy, redirect_url: `${PAGE}/profile`, additional_scope: 'calendar' });
  const tokenIn = (response: Record<string, unknown>): string => {
    const { external_verification_redirect_url: url } = response['verification'] as Record<string, string>;
    return new URL(url ?? '').searchParams.get('token') ?? '';
  };
  const answer = (token: string, fields: Record<string, string>, who = page) =>
    who.browser.submit(`${clerk.frontendApiUrl}/v1/oauth_callback`, { token, ...fields });
  const accounts = async () => (await page.me())['external_accounts'];
  const SAYS = { email: 'ada@gmail.test', first_name: 'Ada', last_name: 'L' };

  it("is connected by the provider's answer, and signs its user in afterwards", async () => {
    const { response } = await connect();
    expect(response).toMatchObject({ provider: 'oauth_google', verification: { status: 'unverified' } });
    events();
    const followed = await answer(tokenIn(response), SAYS);
    expect(followed.headers.get('location')).toBe(`${PAGE}/profile`);
    expect(events()).toEqual(['user.updated']);
    expect(await accounts()).toMatchObject([
      {
        email_address: 'ada@gmail.test',
        approved_scopes: 'email profile calendar',
        verification: { status: 'verified' },
      },
    ]);
    expect(await connect()).toMatchObject({ status: 400, code: 'oauth_account_already_connected' });
    const next = new FrontEnd(clerk);
    const begun = await next.post('/v1/client/sign_ins', { strategy: 'oauth_google', redirect_url: `${PAGE}/sso` });
    await answer(tokenIn({ verification: begun.response['first_factor_verification'] }), SAYS, next);
    expect((await next.get('/v1/me')).response['id']).toBe('user_ada');
  });

  it("is not connected without a session, by another browser, or to another user's account", async () => {
    const denied = await connect();
    await answer(tokenIn(denied.response), { deny: 'true' });
    expect(await accounts()).toMatchObject([
      { verification: { status: 'failed', error: { code: 'oauth_access_denied' } } },
    ]);
    const link = tokenIn((await connect()).response);
    const bob = await pageOf(clerk, 'bob');
    expect((await answer(link, SAYS, bob)).status).toBe(410);
    expect((await answer(link, SAYS, new FrontEnd(clerk))).status).toBe(410);
    await answer(link, { email: 'bob@example.com' });
    expect(await accounts()).toMatchObject([
      { provider_user_id: '', verification: { error: { code: 'oauth_identification_claimed' } } },
    ]);
    expect(await connect('oauth_other')).toMatchObject({ status: 400, code: 'oauth_provider_not_enabled' });
    expect(await page.post(ACCOUNTS)).toMatchObject({ status: 422, param: 'strategy' });
  });

  it('is renewed and removed by its user only', async () => {
    const { response } = await connect();
    await answer(tokenIn(response), SAYS);
    const path = `${ACCOUNTS}/${String(response['id'])}`;
    const again = await page.call('PATCH', `${path}/reauthorize`, {
      redirect_url: `${PAGE}/profile`,
      additional_scope: 'drive',
    });
    await answer(tokenIn(again.response), { ...SAYS, email: 'other@gmail.test' });
    expect(await accounts()).toMatchObject([{ email_address: 'ada@gmail.test', verification: { status: 'verified' } }]);
    const once = await page.call('PATCH', `${path}/reauthorize`, { redirect_url: `${PAGE}/profile` });
    await answer(tokenIn(once.response), { ...SAYS, first_name: 'Augusta' });
    expect(await accounts()).toMatchObject([{ first_name: 'Augusta' }]);
    const bob = await pageOf(clerk, 'bob');
    const missing = { status: 404, code: 'external_account_not_found' };
    expect(await bob.call('DELETE', path)).toMatchObject(missing);
    expect(await bob.call('PATCH', `${path}/reauthorize`, { redirect_url: PAGE })).toMatchObject(missing);
    expect((await page.call('DELETE', `${path}/tokens`)).response).toMatchObject({ id: 'user_ada' });
    expect((await page.call('DELETE', path)).response).toMatchObject({ object: 'external_account', deleted: true });
    expect(await accounts()).toEqual([]);
  });
});
