/** Clerk's `<UserProfile/>` and `<UserButton/>`, unchanged from npm, on the offline instance, in Chromium: each section does what it says. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Locator } from 'playwright-core';
import { totpCode } from '../../packages/local/src/model/users/totp.js';
import { codeSentTo, confirmRemoval, giveCode } from './forms.js';
import { closeChromium, hasChromium, openStage, sayIfSkipped, signInAs, type Major, type Stage } from './stage.js';

sayIfSkipped('test/front-end/user-profile');

const SEED = {
  seed: 'user-profile',
  users: [{ id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse', first_name: 'Ada' }],
  instance: {
    user_settings: {
      attributes: { phone_number: { enabled: true }, username: { enabled: true } },
      social: { oauth_google: {} },
    },
  },
};
/** Chromium, a bundle and a handful of page loads on a machine that is shared. */
const MINUTES = 120_000;
/** For what the page does on its own time. */
const PATIENTLY = { timeout: 20_000 };
/** One pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

let stage: Stage;
afterEach(() => stage.close());
afterAll(closeChromium);

async function open(path = '', major: Major = 6): Promise<Stage> {
  stage = await openStage({ instance: { seed: SEED }, major });
  await signInAs(stage, 'user_ada');
  await show(path);
  return stage;
}
const show = (path = '') => stage.page.goto(`${stage.site}/user-profile${path}`);

const button = (name: string | RegExp): Locator =>
  stage.page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) });
const item = (name: string | RegExp): Locator => stage.page.getByRole('menuitem', { name });
const text = (words: string | RegExp): Locator => stage.page.getByText(words).first();
const field = (name: string): Locator => stage.page.locator(`input[name=${name}]:visible`);

/** From a menu, which closes when the list around it is drawn anew: then it is opened again. */
async function choose(opener: Locator, name: string | RegExp): Promise<void> {
  for (let isChosen = false; !isChosen;) {
    await opener.click();
    isChosen = await item(name)
      .click({ timeout: 3_000 })
      .then(
        () => true,
        () => false,
      );
  }
}

const ada = () => stage.clerk.state.table('users').get('user_ada');

async function addEmail(address: string): Promise<void> {
  await button('Add email address').click();
  await field('emailAddress').fill(address);
  await button('Add').click();
  const code = await codeSentTo(stage, address);
  await text('Enter the verification code').waitFor();
  await giveCode(stage.page, code === '000000' ? '000001' : '000000');
  await text('Incorrect code').waitFor();
  await giveCode(stage.page, code);
  await text('Enter the verification code').waitFor({ state: 'detached' });
}

describe.skipIf(!hasChromium)('the profile', () => {
  it(
    'has name, username and picture, which the instance serves',
    async () => {
      const { page, clerk } = await open();
      await button('Update profile').click();
      await field('firstName').fill('Augusta');
      await field('lastName').fill('King');
      await button('Save').click();
      await text('Augusta King').waitFor();
      await button('Set username').click();
      await field('username').fill('abc');
      await button('Save').click();
      await text(/between 4 and 64 characters|4 to 64 characters/).waitFor();
      await field('username').fill('countess');
      await button('Save').click();
      await text('countess').waitFor();
      expect(ada()).toMatchObject({ first_name: 'Augusta', last_name: 'King', username: 'countess' });

      await button('Update profile').click();
      await page.locator('input[type=file]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: PNG });
      const served = page.locator(`img[src^="${clerk.frontendApiUrl}/images/users/user_ada"]`).first();
      await served.waitFor();
      expect(await served.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(1);
      await button('Update profile').click();
      await confirmRemoval(stage.page);
      await served.waitFor({ state: 'detached' });
      expect(ada()?.image_url).toBeNull();
    },
    MINUTES,
  );

  it(
    'adds, verifies and promotes an email address and removes the other, but never the last one',
    async () => {
      await open();
      await addEmail('ada@lovelace.test');
      await choose(button('Open menu').nth(1), 'Set as primary');
      await expect
        .poll(
          () => stage.clerk.state.table('email_addresses').get(ada()?.primary_email_address_id)?.email_address,
          PATIENTLY,
        )
        .toBe('ada@lovelace.test');
      const menu = stage.page.locator('.cl-profileSectionItem__emailAddresses', { hasText: 'ada@example.com' });
      await choose(menu.getByRole('button', { name: 'Open menu' }), 'Remove email');
      await text('ada@example.com will be removed').waitFor();
      await confirmRemoval(stage.page);
      await text('ada@example.com').waitFor({ state: 'detached' });
      await choose(button('Open menu').first(), 'Remove email');
      await text('ada@lovelace.test will be removed').waitFor();
      await button('Remove').click();
      await text(/last identification|cannot be deleted/i).waitFor();
      expect(stage.clerk.state.table('email_addresses').size).toBe(1);
    },
    MINUTES,
  );

  it(
    'verifies an email address by a link',
    async () => {
      const { clerk, context, page } = await open();
      clerk.configure({ user_settings: { attributes: { email_address: { verifications: ['email_link'] } } } });
      await show();
      await button('Add email address').click();
      await field('emailAddress').fill('ada@lovelace.test');
      await button('Add').click();
      await expect.poll(() => clerk.emails.at(-1)?.link ?? null, PATIENTLY).not.toBeNull();
      const mail = await context.newPage();
      await mail.goto(clerk.emails.at(-1)?.link ?? '');
      await mail
        .getByText(/Success|verified/i)
        .first()
        .waitFor();
      await page.bringToFront();
      await text('Unverified').waitFor({ state: 'detached' });
      expect(clerk.state.table('email_addresses').by('email_address', 'ada@lovelace.test')).toMatchObject([
        { verification: { status: 'verified', strategy: 'email_link' } },
      ]);
    },
    MINUTES,
  );

  it(
    'adds and removes a phone number',
    async () => {
      const { page } = await open();
      await button('Add phone number').click();
      await page.locator('input[type=tel]').fill('2015550123');
      await button('Add').click();
      await text('Enter the verification code sent to +12015550123').waitFor();
      await giveCode(stage.page, '424242');
      await text('Enter the verification code').waitFor({ state: 'detached' });
      expect(stage.clerk.state.table('phone_numbers').rows()).toMatchObject([
        { phone_number: '+12015550123', verification: { status: 'verified' } },
      ]);
      await choose(button('Open menu').nth(1), 'Remove phone number');
      await confirmRemoval(stage.page);
      await text('+1 (201) 555-0123').waitFor({ state: 'detached' });
      expect(stage.clerk.state.table('phone_numbers').size).toBe(0);
    },
    MINUTES,
  );

  it(
    'connects an account at a provider, and removes it',
    async () => {
      const { page, site } = await open();
      await button('Connect account').click();
      await item(/Google/).click();
      await text('Who does Google say you are?').waitFor();
      await button('Deny access').click();
      await text('You did not grant access').waitFor();
      await page.waitForURL((url) => url.href.startsWith(`${site}/user-profile`));
      await show();
      await button('Connect account').click();
      await item(/Google/).click();
      await page.getByLabel('Email').fill('ada@gmail.test');
      await button('Continue').click();
      await text('ada@gmail.test').waitFor();
      await choose(button('Open menu').last(), 'Remove');
      await confirmRemoval(stage.page);
      await text('ada@gmail.test').waitFor({ state: 'detached' });
      expect(stage.clerk.state.table('external_accounts').size).toBe(0);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('the security page', () => {
  it(
    'changes the password, and ends the sessions of other devices',
    async () => {
      const { clerk, page } = await open('/security');
      await clerk.createSessionToken({ userId: 'user_ada' });
      await button('Update password').click();
      await field('newPassword').fill('short');
      await field('confirmPassword').fill('short');
      await text(/8 or more characters/).waitFor();
      await field('newPassword').fill('a better horse');
      await field('confirmPassword').fill('a better horse');
      await button('Save').click();
      await field('newPassword').waitFor({ state: 'detached' });
      await expect
        .poll(
          () =>
            clerk.state
              .table('sessions')
              .rows()
              .map(({ status }) => status),
          PATIENTLY,
        )
        .toEqual(['active', 'revoked']);
      // Without reverification the form asks for the current one.
      clerk.configure({ auth_config: { reverification: false } });
      await page.reload();
      await button('Update password').click();
      await field('currentPassword').fill('correct horse');
      await field('newPassword').fill('the best horse');
      await field('confirmPassword').fill('the best horse');
      await button('Save').click();
      await text(/Password is incorrect/).waitFor();
      await field('currentPassword').fill('a better horse');
      await button('Save').click();
      await field('newPassword').waitFor({ state: 'detached' });
    },
    MINUTES,
  );

  it(
    'sets up an authenticator app with backup codes, and removes it',
    async () => {
      const { page, clerk } = await open('/security');
      await button(/Add two-step/).click();
      await item('Authenticator application').click();
      await button(/scan QR code/).click();
      const secret = await page.locator('input[readonly]').first().inputValue();
      await button('Continue').click();
      await giveCode(stage.page, totpCode(secret, clerk.now()));
      await text(/Backup codes? (is|are) now enabled|Backup codes/).waitFor();
      const [first = ''] = ada()?.backup_codes ?? [];
      await text(first).waitFor();
      expect(ada()).toMatchObject({ totp_secret: secret, pending_totp: null });
      await show('/security');
      const section = (name: string) => page.locator('.cl-profileSectionItem__mfa', { hasText: name });
      await choose(section('Backup codes').getByRole('button', { name: 'Open menu' }), 'Regenerate');
      await expect.poll(() => ada()?.backup_codes?.includes(first), PATIENTLY).toBe(false);
      await show('/security');
      await choose(section('Authenticator application').getByRole('button', { name: 'Open menu' }), 'Remove');
      await confirmRemoval(stage.page);
      await expect.poll(() => ada()?.totp_secret, PATIENTLY).toBeNull();
      expect(ada()?.backup_codes).toBeNull();
    },
    MINUTES,
  );

  it(
    'sets up a text message as the second factor',
    async () => {
      const { page, clerk } = await open('/security');
      await button(/Add two-step/).click();
      await item('SMS code').click();
      await button('Add phone number').click();
      await page.locator('input[type=tel]').fill('2015550123');
      await button('Continue').or(button('Add')).click();
      await giveCode(stage.page, '424242');
      const number = () => clerk.state.table('phone_numbers').rows()[0];
      await expect.poll(() => number()?.reserved_for_second_factor, PATIENTLY).toBe(true);
      expect(number()).toMatchObject({ default_second_factor: true });
      await text(ada()?.backup_codes?.[0] ?? '-').waitFor();
    },
    MINUTES,
  );

  it(
    'names devices, and signs another one out',
    async () => {
      const { clerk } = await open('/security');
      const phone = await stage.context.browser()?.newContext({
        userAgent:
          'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
      });
      if (phone === undefined) throw new Error('Chromium has gone');
      await signInAs({ ...stage, context: phone, page: await phone.newPage() }, 'user_ada');
      await show('/security');
      await text(/Chrome/).waitFor();
      await text('This device').waitFor();
      await text('iPhone').waitFor();
      await text('Safari 19.0').waitFor();
      await choose(button('Open menu').last(), /Sign out of device/);
      await text('iPhone').waitFor({ state: 'detached' });
      expect(
        clerk.state
          .table('sessions')
          .rows()
          .map(({ status }) => status),
      ).toEqual(['active', 'revoked']);
      await phone.close();
    },
    MINUTES,
  );

  it(
    'deletes the account',
    async () => {
      const { clerk, page } = await open('/security');
      await button('Delete account').click();
      await field('deleteConfirmation').fill('Delete account');
      await button('Delete account').last().click();
      await expect.poll(() => ada(), PATIENTLY).toBeUndefined();
      await page.waitForURL(`${stage.site}/`);
      await page.locator('#user', { hasText: 'nobody' }).waitFor();
      expect(clerk.state.table('sessions').size).toBe(0);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('the button', () => {
  it(
    'opens the profile, and signs out',
    async () => {
      const { page, site } = await open();
      await page.goto(`${site}/`);
      await button('Open user menu').click();
      await text('ada@example.com').waitFor();
      await button('Manage account').click();
      await text('Profile details').waitFor();
      await button('Close modal').click();
      await button('Open user menu').click();
      await button('Sign out').click();
      await page.locator('#user', { hasText: 'nobody' }).waitFor();
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('of the previous major', () => {
  it(
    'changes the name, an address and the password in the profile',
    async () => {
      await open('', 5);
      await button('Update profile').click();
      await field('firstName').fill('Augusta');
      await button('Save').click();
      await text('Augusta').waitFor();
      await addEmail('ada@lovelace.test');
      await show('/security');
      await text('This device').waitFor();
      await button('Update password').click();
      await field('newPassword').fill('a better horse');
      await field('confirmPassword').fill('a better horse');
      await button('Save').click();
      await field('newPassword').waitFor({ state: 'detached' });
      expect(ada()).toMatchObject({ first_name: 'Augusta' });
    },
    MINUTES,
  );
});
