/** Clerk's own front end, unchanged from npm, signs in on the offline instance, in Chromium: each way of proving who one is. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { totpCode } from '../../packages/local/src/model/users/totp.js';
import { codeSentTo, giveCode, givePassword, identifyAs, isHome } from './forms.js';
import { closeChromium, hasChromium, openStage, sayIfSkipped, signInAs, type Stage } from './stage.js';

sayIfSkipped('test/front-end/sign-in');

const TOTP_SECRET = 'JBSWY3DPEHPK3PXP';
const SEED = {
  seed: 'front-end',
  users: [
    { id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse', first_name: 'Ada' },
    { id: 'user_tess', email_address: 'tess+clerk_test@example.com' },
  ],
  organizations: [{ id: 'org_acme', name: 'Acme', slug: 'acme', members: [{ user: 'user_ada', role: 'org:admin' }] }],
};
/** Chromium, a bundle and a handful of page loads on a machine that is shared. */
const MINUTES = 120_000;

let stage: Stage;
const open = async (instance: Readonly<Record<string, unknown>> = {}): Promise<Stage> =>
  (stage = await openStage({ instance: { seed: { ...SEED, instance } } }));

afterEach(() => stage.close());
afterAll(closeChromium);

describe.skipIf(!hasChromium)('signing in', () => {
  it(
    'by password shows a wrong one under its field and accepts the right one',
    async () => {
      const { page } = await open();
      await identifyAs(stage, 'ada@example.com');
      await givePassword(stage.page, 'wrong horse');
      await page.locator('#error-password', { hasText: 'Password is incorrect' }).waitFor();
      await givePassword(stage.page, 'correct horse');
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );

  it(
    'by a code in an email, which reports a wrong one',
    async () => {
      const { page } = await open();
      await identifyAs(stage, 'ada@example.com');
      await page.getByText('Use another method').click();
      await page.getByRole('button', { name: /Email code to/ }).click();
      await page.locator('input[autocomplete="one-time-code"]').first().waitFor();
      const code = await codeSentTo(stage, 'ada@example.com');
      await giveCode(stage.page, code === '000000' ? '000001' : '000000');
      await page.getByText('Incorrect code').first().waitFor();
      await page.locator('input[autocomplete="one-time-code"]').first().fill('');
      await giveCode(stage.page, code);
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );

  it(
    'by 424242 for a test address',
    async () => {
      const { page } = await open();
      await identifyAs(stage, 'tess+clerk_test@example.com');
      await page.locator('input[autocomplete="one-time-code"]').first().waitFor();
      await giveCode(stage.page, '424242');
      await isHome(stage, 'user_tess');
    },
    MINUTES,
  );

  it(
    'by an authenticator app after the password',
    async () => {
      const { page, clerk } = await open();
      clerk.state.table('users').update('user_ada', { totp_secret: TOTP_SECRET });
      await identifyAs(stage, 'ada@example.com');
      await givePassword(stage.page, 'correct horse');
      await page.locator('input[autocomplete="one-time-code"]').first().waitFor();
      await giveCode(stage.page, totpCode(TOTP_SECRET, clerk.now()));
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );

  it(
    'with a forgotten password',
    async () => {
      const { page } = await open();
      await identifyAs(stage, 'ada@example.com');
      await page.getByText('Forgot password?').click();
      await page.getByText('Reset your password').click();
      await page.locator('input[autocomplete="one-time-code"]').first().waitFor();
      await giveCode(stage.page, await codeSentTo(stage, 'ada@example.com'));
      await page.locator('input[name=password]:visible').fill('a better horse');
      await page.locator('input[name=confirmPassword]:visible').fill('a better horse');
      await page.getByRole('button', { name: 'Reset Password' }).click();
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );

  it(
    'by a provider, which the instance plays',
    async () => {
      const { page } = await open({ user_settings: { social: { oauth_google: {} } } });
      await page.goto(`${stage.site}/sign-in`);
      await page.getByRole('button', { name: /Google/ }).click();
      await page.getByText('Who does Google say you are?').waitFor();
      await page.getByRole('button', { name: /ada@example\.com/ }).click();
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );

  it(
    'by a provider signs an unknown user up',
    async () => {
      const { page, clerk } = await open({ user_settings: { social: { oauth_google: {} } } });
      await page.goto(`${stage.site}/sign-in`);
      await page.getByRole('button', { name: /Google/ }).click();
      await page.getByLabel('Email').fill('eve@example.com');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(`${stage.site}/`);
      await page.locator('#user', { hasText: /^user_/ }).waitFor();
      const id = clerk.state.table('email_addresses').by('email_address', 'eve@example.com')[0]?.user_id ?? 'nobody';
      expect(await stage.callApi()).toMatchObject({ status: 200, userId: id });
    },
    MINUTES,
  );

  it(
    'by the link in an e-mail, in another tab',
    async () => {
      const methods = { first_factors: ['email_link'], verifications: ['email_link'] };
      const attributes = { email_address: methods, password: { enabled: false } };
      const { page, clerk, context } = await open({ user_settings: { attributes } });
      await identifyAs(stage, 'ada@example.com');
      await page
        .getByText(/Check your email/)
        .first()
        .waitFor();
      await expect.poll(() => clerk.emails.at(-1)?.link, { timeout: 20_000 }).toBeTruthy();
      const tab = await context.newPage();
      await tab.goto(clerk.emails.at(-1)?.link ?? '');
      // The new tab goes on; the one that asked says that it can be closed.
      await tab.waitForURL(`${stage.site}/`);
      await tab.locator('#user', { hasText: 'user_ada' }).waitFor();
    },
    MINUTES,
  );

  it(
    'by a ticket puts the active organization into the tokens, which a page of the server knows too',
    async () => {
      const { page, clerk, requests } = await open();
      await signInAs(stage, 'user_ada');
      expect(await stage.callApi()).toMatchObject({ userId: 'user_ada', orgId: null });
      await page.evaluate(() =>
        (window as unknown as { Clerk: { setActive: (with_: object) => Promise<void> } }).Clerk.setActive({
          organization: 'org_acme',
        }),
      );
      await page.locator('#organization', { hasText: 'org_acme' }).waitFor();
      expect(await stage.callApi()).toMatchObject({ userId: 'user_ada', orgId: 'org_acme' });

      // Cookies and token agree, so no handshake is needed.
      await page.goto(`${stage.site}/server`);
      expect(await page.textContent('body')).toBe('user_ada');
      expect(requests.filter((url) => url.includes('/v1/client/handshake'))).toEqual([]);

      // What the Backend API revokes is over at the next token.
      const [session] = clerk.state.table('sessions').by('user_id', 'user_ada');
      const headers = { authorization: `Bearer ${clerk.secretKey}` };
      await fetch(`${clerk.apiUrl}/v1/sessions/${session?.id ?? ''}/revoke`, { method: 'POST', headers });
      await page.goto(`${stage.site}/`);
      await page.locator('#user', { hasText: 'nobody' }).waitFor();
    },
    MINUTES,
  );
});
