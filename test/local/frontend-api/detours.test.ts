/** Verifications that happen elsewhere: links in e-mails, and the page that stands in for a provider. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { instances } from '../support.js';
import { FrontEnd, PAGE, type Reply } from './front-end.js';

const start = instances();
let clerk: LocalInstance;
let page: FrontEnd;

beforeEach(async () => {
  clerk = await start({
    now: 1_800_000_000_000,
    seed: {
      seed: 'detours',
      users: [{ id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse' }],
      instance: {
        user_settings: {
          attributes: { email_address: { first_factors: ['email_link', 'email_code'], verifications: ['email_link'] } },
          social: { oauth_google: {} },
        },
      },
    },
  });
  page = new FrontEnd(clerk);
});

const sessionsIn = (reply: Reply): unknown[] => (reply.response['sessions'] ?? []) as unknown[];

describe('a link in an email', () => {
  const ask = async (): Promise<string> => {
    const { response } = await page.post('/v1/client/sign_ins', { identifier: 'ada@example.com' });
    await page.post(`/v1/client/sign_ins/${String(response['id'])}/prepare_first_factor`, {
      strategy: 'email_link',
      redirect_url: `${PAGE}/sign-in#/verify`,
    });
    return response['id'] as string;
  };
  const link = (): string => clerk.emails.at(-1)?.link ?? '';
  const follow = async (url: string, browser = page.browser) => {
    const answer = await browser.request(url);
    return { status: answer.status, location: answer.headers.get('location') };
  };

  it('signs in, and redirects to the page that requested it', async () => {
    const id = await ask();
    expect(link()).toMatch(/\/v1\/verify\?token=/);
    const { status, location } = await follow(link());
    expect(status).toBe(303);
    expect(location).toMatch(
      /^http:\/\/127\.0\.0\.1:3999\/sign-in\?__clerk_status=verified&__clerk_created_session=sess_\w+#\/verify$/,
    );
    // The page that waits asks again and again.
    const waiting = await page.get(`/v1/client/sign_ins/${id}`);
    expect(waiting.response).toMatchObject({ status: 'complete', first_factor_verification: { status: 'verified' } });
    expect(sessionsIn(await page.get('/v1/client'))).toHaveLength(1);
    expect((await follow(link())).status).toBe(404);
  });

  it('signs in the browser that requested it if another one follows it, unless the instance requires the same', async () => {
    await ask();
    const other = new FrontEnd(clerk);
    expect((await follow(link(), other.browser)).location).toContain('__clerk_status=verified');
    expect(sessionsIn(await page.get('/v1/client'))).toHaveLength(1);
    expect(sessionsIn(await other.get('/v1/client'))).toHaveLength(0);

    clerk.configure({ user_settings: { attack_protection: { email_link: { require_same_client: true } } } });
    page = new FrontEnd(clerk);
    await ask();
    expect((await follow(link(), other.browser)).location).toContain('__clerk_status=client_mismatch');
    expect(sessionsIn(await page.get('/v1/client'))).toHaveLength(0);
    expect((await follow(link())).location).toContain('__clerk_status=verified');
  });

  it('is valid for ten minutes, and only the newest one', async () => {
    const id = await ask();
    const old = link();
    await page.post(`/v1/client/sign_ins/${id}/prepare_first_factor`, {
      strategy: 'email_link',
      redirect_url: `${PAGE}/`,
    });
    expect((await follow(old)).status).toBe(404);
    clerk.advanceClock('10m');
    expect((await follow(link())).location).toBe(`${PAGE}/?__clerk_status=expired`);
    expect(sessionsIn(await page.get('/v1/client'))).toHaveLength(0);
  });

  it('is not consumed by programs that read it, and leads to no other site', async () => {
    const { response } = await page.post('/v1/client/sign_ins', { identifier: 'ada@example.com' });
    await page.post(`/v1/client/sign_ins/${String(response['id'])}/prepare_first_factor`, {
      strategy: 'email_link',
      redirect_url: 'https://evil.example/',
    });
    await page.browser.request(link(), { method: 'HEAD' });
    expect(sessionsIn(await page.get('/v1/client'))).toHaveLength(0);
    const { status, location } = await follow(link());
    expect({ status, location }).toEqual({ status: 403, location: null });
  });

  it('verifies the address of a sign-up', async () => {
    const begun = await page.post('/v1/client/sign_ups', {
      email_address: 'eve@example.com',
      password: 'correct horse',
    });
    await page.post(`/v1/client/sign_ups/${String(begun.response['id'])}/prepare_verification`, {
      strategy: 'email_link',
      redirect_url: `${PAGE}/sign-up`,
    });
    expect((await follow(link())).location).toContain('__clerk_status=verified');
    expect(sessionsIn(await page.get('/v1/client'))).toMatchObject([
      { user: { email_addresses: [{ email_address: 'eve@example.com' }] } },
    ]);
  });
});

describe('a provider', () => {
  const URLS = { redirect_url: `${PAGE}/sso-callback`, action_complete_redirect_url: `${PAGE}/done` };
  const begin = async (of: 'sign_ins' | 'sign_ups' = 'sign_ins'): Promise<string> => {
    const { response } = await page.post(`/v1/client/${of}`, { strategy: 'oauth_google', ...URLS });
    const holder =
      of === 'sign_ins'
        ? response['first_factor_verification']
        : (response['verifications'] as Record<string, unknown>)['external_account'];
    const url = new URL((holder as { external_verification_redirect_url: string }).external_verification_redirect_url);
    expect(url.origin).toBe(clerk.frontendApiUrl);
    return url.href;
  };
  const answer = (url: string, fields: Record<string, string>, browser = page.browser) => {
    const token = new URL(url).searchParams.get('token') ?? '';
    return browser.submit(`${clerk.frontendApiUrl}/v1/oauth_callback`, { token, ...fields });
  };

  it('shows a page to choose an identity, and signs in the owner of the address', async () => {
    const url = await begin();
    const shown = await (await page.browser.request(url)).text();
    expect(shown).toContain('Who does Google say you are?');
    expect(shown).toContain('ada@example.com');
    const done = await answer(url, { email: 'ada@example.com' });
    expect(done.headers.get('location')).toBe(`${PAGE}/done`);
    const { response } = await page.get('/v1/client');
    expect(response).toMatchObject({
      last_authentication_strategy: 'oauth_google',
      sessions: [
        {
          user: { id: 'user_ada', external_accounts: [{ provider: 'oauth_google', email_address: 'ada@example.com' }] },
        },
      ],
    });
    expect((await answer(url, { email: 'ada@example.com' })).status).toBe(410);
  });

  it('turns the sign-in of an unknown user into a sign-up without a password', async () => {
    const done = await answer(await begin(), { email: 'eve@example.com', first_name: 'Eve' });
    expect(done.headers.get('location')).toBe(`${PAGE}/sso-callback`);
    expect((await page.get('/v1/client')).response).toMatchObject({
      sign_in: { first_factor_verification: { status: 'transferable', error: { code: 'external_account_not_found' } } },
    });
    const up = await page.post('/v1/client/sign_ups', { transfer: 'true' });
    expect(up.response).toMatchObject({ status: 'complete', email_address: 'eve@example.com', first_name: 'Eve' });
    expect(up.client).toMatchObject({ sessions: [{ user: { external_accounts: [{ provider: 'oauth_google' }] } }] });
  });

  it('turns the sign-up of a known user into a sign-in', async () => {
    await answer(await begin('sign_ups'), { email: 'ada@example.com' });
    const { sign_up: signUp } = (await page.get('/v1/client')).response as { sign_up: object };
    expect(signUp).toMatchObject({
      verifications: { external_account: { status: 'transferable', error: { code: 'external_account_exists' } } },
    });
    const done = await page.post('/v1/client/sign_ins', { transfer: 'true' });
    expect(done.response).toMatchObject({ status: 'complete' });
    expect(done.client).toMatchObject({ sessions: [{ user: { id: 'user_ada' } }] });
  });

  it('signs up at once', async () => {
    const done = await answer(await begin('sign_ups'), { email: 'eve@example.com' });
    expect(done.headers.get('location')).toBe(`${PAGE}/done`);
    expect(sessionsIn(await page.get('/v1/client'))).toHaveLength(1);
  });

  it('signs nobody in if it is denied, off, or answers for another browser', async () => {
    await answer(await begin(), { deny: 'true' });
    expect((await page.get('/v1/client')).response).toMatchObject({
      sessions: [],
      sign_in: { first_factor_verification: { error: { code: 'oauth_access_denied' } } },
    });
    expect(await page.post('/v1/client/sign_ins', { strategy: 'oauth_github', ...URLS })).toMatchObject({
      status: 422,
    });
    const url = await begin();
    const victim = new FrontEnd(clerk);
    await victim.post('/v1/client/sign_ins');
    expect((await answer(url, { email: 'ada@example.com' }, victim.browser)).status).toBe(410);
    expect(sessionsIn(await page.get('/v1/client'))).toHaveLength(0);
    expect(await page.post('/v1/client/sign_ups', { transfer: 'true' })).toMatchObject({
      code: 'account_transfer_invalid',
    });
  });
});
