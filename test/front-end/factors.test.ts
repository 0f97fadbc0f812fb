/** Second factors, passkeys, lockout and reverification with Clerk's own front end, in Chromium. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { totpCode } from '../../packages/local/src/model/users/totp.js';
import { giveCode, givePassword, isHome } from './forms.js';
import { closeChromium, hasChromium, openStage, sayIfSkipped, signInAs, submit, type Stage } from './stage.js';

sayIfSkipped('test/front-end/factors');

const TOTP_SECRET = 'JBSWY3DPEHPK3PXP';
const SEED = {
  seed: 'factors',
  users: [
    {
      id: 'user_ada',
      email_address: 'ada@example.com',
      phone_number: '+12015550101',
      password: 'correct horse',
      first_name: 'Ada',
    },
    { id: 'user_bob', email_address: 'bob@example.com', password: 'correct horse' },
  ],
};
/** Chromium, a bundle and a handful of page loads on a machine that is shared. */
const MINUTES = 120_000;

let stage: Stage;
const open = async (instance: Readonly<Record<string, unknown>> = {}, major: 5 | 6 = 6): Promise<Stage> =>
  (stage = await openStage({ major, instance: { seed: { ...SEED, instance } } }));
const attributes = (...names: string[]) => ({
  user_settings: { attributes: Object.fromEntries(names.map((name) => [name, { enabled: true }])) },
});

afterEach(() => stage.close());
afterAll(closeChromium);

async function begin(address = 'ada@example.com', site = stage.site): Promise<void> {
  await stage.page.goto(`${site}/sign-in`);
  await stage.page.locator('input[name=identifier]').fill(address);
  await submit(stage.page);
}
/** The client opens the application's first page afterwards, by a page load, which ends the script. */
async function signOut(page: Page): Promise<void> {
  const loaded = page.waitForEvent('load');
  await page
    .evaluate(() => (window as unknown as { Clerk: { signOut: () => Promise<void> } }).Clerk.signOut())
    .catch(() => undefined);
  await loaded;
  await page.locator('#user', { hasText: 'nobody' }).waitFor();
}
/** Of the session that the page shows. */
const sessionOf = (userId: string) => stage.clerk.state.table('sessions').by('user_id', userId).at(-1);
const verifiedAt = (userId: string) => sessionOf(userId)?.extras?.verifiedAt;
/** As if the user had signed in so many minutes ago. */
function age(userId: string, first: number, second: number | null): void {
  const { clerk } = stage;
  const ago = (minutes: number): number => clerk.now() - minutes * 60_000;
  const session = sessionOf(userId);
  const extras = { ...session?.extras, verifiedAt: [ago(first), second === null ? null : ago(second)] as const };
  clerk.state.table('sessions').update(session?.id ?? '', { extras });
}

describe.skipIf(!hasChromium)('the second step of signing in', () => {
  it(
    'accepts a text message or a backup code, which works once, and both count in the token',
    async () => {
      const { page, clerk } = await open(attributes('phone_number'));
      const [phone] = clerk.state.table('phone_numbers').by('user_id', 'user_ada');
      clerk.state.table('phone_numbers').update(phone?.id ?? '', { reserved_for_second_factor: true });
      clerk.state.table('users').update('user_ada', { backup_codes: ['backup-one'] });
      await begin();
      await givePassword(stage.page, 'correct horse');
      await page.locator('input[autocomplete="one-time-code"]').first().waitFor();
      await giveCode(stage.page, '000000');
      await page.getByText('Incorrect code').first().waitFor();
      await page.locator('input[autocomplete="one-time-code"]').first().fill('');
      await giveCode(stage.page, '424242');
      await isHome(stage, 'user_ada');
      expect(verifiedAt('user_ada')).toEqual([expect.any(Number), expect.any(Number)]);

      await signOut(page);
      await begin();
      await givePassword(stage.page, 'correct horse');
      await page.getByRole('link', { name: 'Use another method' }).click();
      await page.getByText('Use a backup code').click();
      await page.locator('input[name=code]').fill('backup-two');
      await submit(page);
      await page.getByText('Incorrect code').first().waitFor();
      await page.locator('input[name=code]').fill('backup-one');
      await submit(page);
      await isHome(stage, 'user_ada');
      expect(clerk.state.table('users').get('user_ada')?.backup_codes).toEqual([]);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('a user who gives wrong passwords too often', () => {
  it(
    'is locked out until the time is over or the Backend API unlocks',
    async () => {
      const lockout = { enabled: true, max_attempts: 2, duration_in_minutes: 30 };
      const { page, clerk } = await open({ user_settings: { attack_protection: { user_lockout: lockout } } });
      const user = async () => {
        const headers = { authorization: `Bearer ${clerk.secretKey}` };
        return (await fetch(`${clerk.apiUrl}/v1/users/user_ada`, { headers })).json();
      };
      const lockOut = async (): Promise<void> => {
        await begin();
        for (const wrong of ['wrong horse', 'wronger horse']) {
          const answered = page.waitForResponse(/attempt_first_factor/);
          await givePassword(stage.page, wrong);
          expect((await answered).status()).toBe(422);
          await page.locator('#error-password', { hasText: 'Password is incorrect' }).waitFor();
        }
        // The form gives up, and goes one level up. Whoever begins anew is told.
        const answered = page.waitForResponse(/attempt_first_factor/);
        await givePassword(stage.page, 'correct horse');
        expect((await answered).status()).toBe(403);
        await page.locator('#user', { hasText: 'nobody' }).waitFor();
        await begin();
        await page.getByText('Your account is locked').first().waitFor();
        expect(await user()).toMatchObject({ locked: true });
      };

      await lockOut();
      clerk.advanceClock(30 * 60_000);
      expect(await user()).toMatchObject({ locked: false });
      await begin();
      await givePassword(stage.page, 'correct horse');
      await isHome(stage, 'user_ada');
      await signOut(page);

      await lockOut();
      const headers = { authorization: `Bearer ${clerk.secretKey}` };
      await fetch(`${clerk.apiUrl}/v1/users/user_ada/unlock`, { method: 'POST', headers });
      expect(await user()).toMatchObject({ locked: false });
      await begin();
      await givePassword(stage.page, 'correct horse');
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('a route that asks for a fresh verification', () => {
  const answer = (text: RegExp): Promise<void> => stage.page.locator('output', { hasText: text }).waitFor();
  const ask = (level: string): Promise<void> => stage.page.getByRole('button', { name: level, exact: true }).click();

  it.each([6, 5] as const)(
    'answers after the password was typed into the dialog (clerk-js %i)',
    async (major) => {
      const { page, site } = await open({}, major);
      await signInAs(stage, 'user_ada');
      await page.goto(`${site}/reverification`);
      await ask('strict');
      await answer(/"userId":"user_ada"/);

      age('user_ada', 20, null);
      await page.goto(`${site}/reverification`);
      await ask('strict');
      await page.getByText('Verification required').first().waitFor();
      await givePassword(stage.page, 'wrong horse');
      await page.locator('#error-password', { hasText: 'Password is incorrect' }).waitFor();
      await givePassword(stage.page, 'correct horse');
      await answer(/"userId":"user_ada"/);
      expect(await page.getByText('Verification required').count()).toBe(0);
    },
    MINUTES,
  );

  it(
    'asks a user with two factors for the code too, and does not answer if the dialog is closed',
    async () => {
      const { page, site, clerk } = await open();
      await signInAs(stage, 'user_ada');
      clerk.state.table('users').update('user_ada', { totp_secret: TOTP_SECRET });
      age('user_ada', 20, 20);
      await page.goto(`${site}/reverification`);
      await ask('strict_mfa');
      await page.getByText('Verification required').first().waitFor();
      await page.getByRole('button', { name: 'Close modal' }).click();
      await answer(/reverification_cancelled|cancel/i);

      await ask('strict_mfa');
      await givePassword(stage.page, 'correct horse');
      await giveCode(stage.page, totpCode(TOTP_SECRET, clerk.now()));
      await answer(/"userId":"user_ada"/);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('with enumeration protection', () => {
  it(
    'an unknown address sees the same as a known one, and never signs in',
    async () => {
      const protection = { enumeration_protection: { enabled: true } };
      const { page, clerk } = await open({ user_settings: { attack_protection: protection } });
      const card = async (address: string): Promise<string> =>
        (await page.locator('.cl-card').first().innerText()).replaceAll(address, 'ADDRESS');
      const seenBy = async (address: string): Promise<string[]> => {
        await begin(address);
        await page.locator('input[name=password]:visible').first().waitFor();
        const asked = await card(address);
        await givePassword(stage.page, 'wrong horse');
        await page.locator('#error-password', { hasText: 'Password is incorrect' }).waitFor();
        await page.getByRole('link', { name: 'Use another method' }).click();
        await page.getByRole('button', { name: /Email code to/ }).waitFor();
        const methods = await card(address);
        await page.getByRole('button', { name: /Email code to/ }).click();
        await giveCode(stage.page, '000000');
        await page.getByText('Incorrect code').first().waitFor();
        return [asked, methods];
      };
      const known = await seenBy('bob@example.com');
      expect(known[0]).toContain('ADDRESS');
      expect(await seenBy('eve@example.com')).toEqual(known);
      expect(clerk.emails.map(({ to }) => to)).toEqual(['bob@example.com']);
      expect(clerk.state.table('sessions').size).toBe(0);

      await begin('bob@example.com');
      await givePassword(stage.page, 'correct horse');
      await isHome(stage, 'user_bob');
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('a sensitive operation of the profile', () => {
  it(
    'asks for the password if the session is old, and is then carried out',
    async () => {
      const { page, site, clerk } = await open();
      await signInAs(stage, 'user_ada');
      age('user_ada', 20, null);
      await page.goto(`${site}/user-profile`);
      await page.getByRole('button', { name: 'Add email address' }).click();
      await page.locator('input[name=emailAddress]').fill('second+clerk_test@example.com');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByText('Verification required').first().waitFor();
      expect(clerk.state.table('email_addresses').by('user_id', 'user_ada')).toHaveLength(1);
      await givePassword(stage.page, 'correct horse');
      await giveCode(stage.page, '424242');
      await page.getByText('second+clerk_test@example.com').first().waitFor();
      expect(clerk.state.table('email_addresses').by('user_id', 'user_ada')).toHaveLength(2);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('an address of an enterprise connection', () => {
  const connection = {
    id: 'ec_corp',
    object: 'enterprise_connection' as const,
    name: 'Corp',
    provider: 'saml_custom',
    active: true,
    domains: ['corp.example'],
  };

  it.each([6, 5] as const)(
    'is sent to the provider, which the instance plays, and signs in, known or not (clerk-js %i)',
    async (major) => {
      const { page, clerk } = await open({}, major);
      clerk.state.table('enterprise_connections').insert(connection);
      for (const address of ['grace@corp.example', 'grace@corp.example', 'linus@corp.example']) {
        await begin(address);
        await page.getByText('Who does Corp say you are?').waitFor();
        await page.getByLabel('Email').fill(address);
        await page.getByLabel('First name').fill('Grace');
        await page.getByRole('button', { name: 'Continue' }).click();
        await page.waitForURL(`${stage.site}/`);
        await page.locator('#user', { hasText: /^user_/ }).waitFor();
        const userId = clerk.state.table('email_addresses').by('email_address', address)[0]?.user_id ?? 'nobody';
        expect(await stage.callApi()).toMatchObject({ status: 200, userId });
        const accounts = clerk.state.table('enterprise_accounts').by('user_id', userId);
        expect(accounts).toMatchObject([{ email_address: address, enterprise_connection_id: 'ec_corp' }]);
        await signOut(page);
      }
    },
    MINUTES,
  );
});

/** Passkeys are for names: browsers know none for IP addresses. */
describe.skipIf(!hasChromium)('a passkey', () => {
  it(
    'is created, signs in by the button, and is refused after its deletion',
    async () => {
      const { page, clerk, context } = await open(attributes('passkey'));
      const site = stage.site.replace('127.0.0.1', 'localhost');
      // The client takes no passkeys from browsers that say that a program drives them.
      await context.addInitScript(() => Object.defineProperty(navigator, 'webdriver', { get: () => false }));
      const devtools = await context.newCDPSession(page);
      await devtools.send('WebAuthn.enable');
      await devtools.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      });
      await begin('ada@example.com', site);
      await givePassword(stage.page, 'correct horse');
      await isHome({ ...stage, site }, 'user_ada');
      await page.goto(`${site}/user-profile/security`);
      await page.getByRole('button', { name: 'Add a passkey' }).click();
      await page.getByText('Created:').waitFor();
      await page.goto(`${site}/`);
      await page.locator('#user', { hasText: 'user_ada' }).waitFor();

      await signOut(page);
      await page.goto(`${site}/sign-in`);
      await page.getByText('Use passkey instead').click();
      await isHome({ ...stage, site }, 'user_ada');
      const [row] = clerk.state.table('passkeys').by('user_id', 'user_ada');
      expect(row).toMatchObject({ name: 'Passkey', rp_id: 'localhost', sign_count: 2 });

      await page.evaluate(async () => {
        const { Clerk } = window as unknown as { Clerk: { user: { passkeys: { delete: () => Promise<void> }[] } } };
        await Clerk.user.passkeys[0]?.delete();
      });
      await signOut(page);
      await page.goto(`${site}/sign-in`);
      await page.getByText('Use passkey instead').click();
      await page
        .getByText(/not registered/)
        .first()
        .waitFor();
    },
    MINUTES,
  );
});
