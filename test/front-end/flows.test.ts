/** Clerk's own front end in Chromium: the less usual ways to sign in, and the ways in which one is kept out. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { asksForCode, backend, codeSentTo, giveCode, givePassword, identifyAs, isHome, otherThan } from './forms.js';
import { closeChromium, hasChromium, openStage, sayIfSkipped, signInAs, submit, type Stage } from './stage.js';

sayIfSkipped('test/front-end/flows');

const SEED = {
  seed: 'flows',
  users: [
    {
      id: 'user_ada',
      email_address: 'ada@example.com',
      phone_number: '+12125551234',
      password: 'correct horse',
      first_name: 'Ada',
    },
    { id: 'user_bob', email_address: 'bob@example.com', password: 'correct horse', first_name: 'Bob' },
    { id: 'user_tess', phone_number: '+12015550100' },
  ],
};
const MINUTES = 120_000;

let stage: Stage;
const open = async (settings: Readonly<Record<string, unknown>> = {}): Promise<Stage> =>
  (stage = await openStage({ instance: { seed: { ...SEED, instance: settings } } }));

afterEach(() => stage.close());
afterAll(closeChromium);

const PHONES = { user_settings: { attributes: { phone_number: { enabled: true } } } };

async function identifyByPhone(national: string): Promise<void> {
  const { page, site } = stage;
  await page.goto(`${site}/sign-in`);
  await page.getByText('Use phone').click();
  await page.locator('input[type=tel]').fill(national);
  await submit(page);
}

describe.skipIf(!hasChromium)('a code', () => {
  it(
    'arrives by text message, is refused if wrong, and is sent anew after its expiration',
    async () => {
      const { page, clerk } = await open(PHONES);
      await page.clock.install();
      await identifyByPhone('2125551234');
      await page.getByText('Use another method').click();
      await page.getByRole('button', { name: /SMS code to/ }).click();
      await asksForCode(page);
      const late = await codeSentTo(stage, '+12125551234');
      await giveCode(page, '424242');
      await page.getByText('Incorrect code').first().waitFor();
      clerk.advanceClock('10m');
      await page.clock.fastForward('10:00');
      await giveCode(page, late);
      await page
        .getByText(/expired/i)
        .first()
        .waitFor();
      // A new one may be asked for after half a minute.
      await page.clock.runFor(31_000);
      await page.getByText(/Resend/).click();
      await giveCode(page, await codeSentTo(stage, '+12125551234', 2));
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );
});

const ticketOf = ({ url }: Record<string, unknown>): string =>
  new URL(String(url)).searchParams.get('ticket') ?? 'no ticket';

describe.skipIf(!hasChromium)('a ticket in the address of the page', () => {
  it(
    'signs in once by a sign-in token',
    async () => {
      const { page, site, clerk } = await open();
      const ticket = ticketOf(await backend(clerk, 'POST', '/sign_in_tokens', { user_id: 'user_ada' }));
      await page.goto(`${site}/sign-in?__clerk_ticket=${ticket}`);
      await isHome(stage, 'user_ada');
      await page.context().clearCookies();
      await page.goto(`${site}/sign-in?__clerk_ticket=${ticket}`);
      await page.getByText('This link has been used already.').waitFor();
      expect(await stage.callApi()).toMatchObject({ status: 401 });
    },
    MINUTES,
  );

  it(
    'signs an impersonator in by an actor token, and shows both to the server',
    async () => {
      const { page, site, clerk } = await open();
      const made = await backend(clerk, 'POST', '/actor_tokens', {
        user_id: 'user_ada',
        actor: { sub: 'user_bob' },
      });
      await page.goto(`${site}/sign-in?__clerk_ticket=${ticketOf(made)}`);
      await isHome(stage, 'user_ada');
      expect(await stage.callApi()).toMatchObject({ userId: 'user_ada', actor: { sub: 'user_bob' } });
    },
    MINUTES,
  );

  it(
    'of an invitation signs in a user who has an account by now',
    async () => {
      const { page, site, clerk } = await open();
      const invitation = await backend(clerk, 'POST', '/invitations', { email_address: 'eve@example.com' });
      await backend(clerk, 'POST', '/users', { email_address: ['eve@example.com'], password: 'correct horse' });
      await page.goto(`${site}/sign-in?__clerk_ticket=${ticketOf(invitation)}`);
      await isHome(stage, /^user_/);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('a refused user', () => {
  it(
    'is banned, before signing in and while signed in',
    async () => {
      const { page, site, clerk } = await open();
      await backend(clerk, 'POST', '/users/user_ada/ban');
      await identifyAs(stage, 'ada@example.com');
      await page
        .getByText(/banned/)
        .first()
        .waitFor();
      await backend(clerk, 'POST', '/users/user_ada/unban');
      await identifyAs(stage, 'ada@example.com');
      await givePassword(page, 'correct horse');
      await isHome(stage, 'user_ada');
      await backend(clerk, 'POST', '/users/user_ada/ban');
      await page.goto(`${site}/`);
      await page.locator('#user', { hasText: 'nobody' }).waitFor();
      expect(await stage.callApi()).toMatchObject({ status: 401 });
    },
    MINUTES,
  );

  it(
    'gave three wrong codes, after which the right one is refused and a new one accepted',
    async () => {
      const { page } = await open({ user_settings: { attributes: { password: { enabled: false } } } });
      await identifyAs(stage, 'bob@example.com');
      await asksForCode(page);
      const right = await codeSentTo(stage, 'bob@example.com');
      const attempt = async (code: string): Promise<void> => {
        const answered = page.waitForResponse(/attempt_first_factor/);
        await giveCode(page, code);
        await answered;
      };
      for (let count = 0; count < 3; count++) {
        await attempt(otherThan(right));
        await page.getByText('Incorrect code').first().waitFor();
      }
      await attempt(right);
      await page
        .getByText(/Too many/)
        .first()
        .waitFor();
      await page.goto(`${stage.site}/sign-in`);
      await identifyAs(stage, 'bob@example.com');
      await asksForCode(page);
      await giveCode(page, await codeSentTo(stage, 'bob@example.com', 2));
      await isHome(stage, 'user_bob');
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('a provider', () => {
  it.each(['oauth_github', 'oauth_custom_acorn'])(
    '%s is played by the instance as well',
    async (strategy) => {
      const { page, site } = await open({ user_settings: { social: { [strategy]: {} } } });
      await page.goto(`${site}/sign-in`);
      await page.getByRole('button', { name: /GitHub|Acorn/i }).click();
      await page.getByText(/Who does \w+ say you are\?/i).waitFor();
      await page.getByRole('button', { name: /ada@example\.com/ }).click();
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('one browser', () => {
  it(
    'has two users if the instance allows it, who are switched in the user button and sign out one by one',
    async () => {
      const { page } = await open({ auth_config: { single_session_mode: false } });
      await signInAs(stage, 'user_ada');
      await isHome(stage, 'user_ada');
      await page.getByLabel('Open user menu').click();
      await page.getByText('Add account').click();
      await page.waitForURL(/sign-in/);
      await page.getByLabel('Email address').fill('bob@example.com');
      await submit(page);
      await givePassword(page, 'correct horse');
      await isHome(stage, 'user_bob');
      // To the other one, and back to see that both are there.
      await page.getByLabel('Open user menu').click();
      await page.getByText('ada@example.com').click();
      await page.locator('#user', { hasText: 'user_ada' }).waitFor();
      expect(await stage.callApi()).toMatchObject({ userId: 'user_ada' });
      await page.getByLabel('Open user menu').click();
      await page.getByText('bob@example.com').first().waitFor();
      await page.getByText('Sign out', { exact: true }).click();
      // The one who is left is chosen.
      await page.getByText('Choose an account').waitFor();
      expect(await page.getByText('ada@example.com').count()).toBe(0);
      await page.getByText('bob@example.com').click();
      await isHome(stage, 'user_bob');
    },
    MINUTES,
  );

  it(
    'has one user otherwise, whom the sign-in page sends home',
    async () => {
      const { page, site } = await open();
      await signInAs(stage, 'user_ada');
      await page.goto(`${site}/sign-in`);
      await isHome(stage, 'user_ada');
      await page.getByLabel('Open user menu').click();
      await page.getByText('Sign out').waitFor();
      expect(await page.getByText('Add account').count()).toBe(0);
    },
    MINUTES,
  );
});
