/** Clerk's own front end in Chromium: signing up by the instance's rules, and what a new session still has to do. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { totpCode } from '../../packages/local/src/model/users/totp.js';
import { asksForCode, backend, codeSentTo, giveCode, givePassword, identifyAs, isHome } from './forms.js';
import {
  closeChromium,
  hasChromium,
  openStage,
  sayIfSkipped,
  submit,
  type ApplicationOptions,
  type Stage,
} from './stage.js';

sayIfSkipped('test/front-end/sign-up');

const SEED = {
  seed: 'sign-up',
  users: [{ id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse', first_name: 'Ada' }],
  organizations: [{ id: 'org_acme', name: 'Acme', slug: 'acme', members: [{ user: 'user_ada', role: 'org:admin' }] }],
};
const MINUTES = 120_000;

let stage: Stage;
async function open(
  instance: Readonly<Record<string, unknown>> = {},
  application: ApplicationOptions = {},
): Promise<Stage> {
  stage = await openStage({ instance: { seed: { ...SEED, instance } }, application });
  return stage;
}

afterEach(() => stage.close());
afterAll(closeChromium);

async function signUpAs(address: string, password = 'correct horse'): Promise<void> {
  const { page, site } = stage;
  await page.goto(`${site}/sign-up`);
  await page.getByLabel('Email address').fill(address);
  await page.locator('input[name=password]:visible').fill(password);
}

const userWith = (address: string) => {
  const { state } = stage.clerk;
  const [row] = state.table('email_addresses').by('email_address', address);
  return state.table('users').get(row?.user_id ?? '');
};

describe.skipIf(!hasChromium)('signing up', () => {
  it(
    "sends required and optional fields, with consent and the page's metadata",
    async () => {
      const { page } = await open(
        {
          user_settings: {
            attributes: { username: { enabled: true, required: true }, first_name: { required: true } },
            sign_up: { legal_consent_enabled: true },
          },
          display_config: { terms_url: 'http://127.0.0.1:9/terms', privacy_policy_url: 'http://127.0.0.1:9/privacy' },
        },
        {
          signUp: { unsafeMetadata: { came: 'by bus' }, appearance: { options: { showOptionalFields: true } } },
        },
      );
      await signUpAs('eve@example.com', 'short');
      await page.getByLabel('Username').fill('eve_x');
      await page.getByLabel('First name').fill('Eve');
      await page.getByLabel('Last name').fill('Ning');
      await page.getByRole('checkbox').check();
      await submit(page);
      await page
        .getByText(/8 or more characters/)
        .first()
        .waitFor();
      await page.locator('input[name=password]:visible').fill('correct horse');
      await submit(page);
      await asksForCode(page);
      await giveCode(page, await codeSentTo(stage, 'eve@example.com'));
      await isHome(stage, /^user_/);
      expect(userWith('eve@example.com')).toMatchObject({
        username: 'eve_x',
        first_name: 'Eve',
        last_name: 'Ning',
        unsafe_metadata: { came: 'by bus' },
        legal_accepted_at: expect.any(Number) as number,
      });
    },
    MINUTES,
  );

  it(
    'asks for fields that an earlier step did not give',
    async () => {
      const { page, clerk } = await open();
      await signUpAs('eve@example.com');
      await submit(page);
      await asksForCode(page);
      // The instance changes its mind in between.
      clerk.configure({ user_settings: { attributes: { username: { enabled: true, required: true } } } });
      await giveCode(page, await codeSentTo(stage, 'eve@example.com'));
      await page.getByText('Fill in missing fields').waitFor();
      // The form asks for the password again whenever it asks for something.
      await page.locator('input[name=password]:visible').fill('correct horse');
      await page.getByLabel('Username').fill('ev');
      await submit(page);
      await page.locator('#error-username').waitFor();
      await page.getByLabel('Username').fill('eve_x');
      await submit(page);
      await isHome(stage, /^user_/);
    },
    MINUTES,
  );

  it(
    'is for invited users only in the restricted mode',
    async () => {
      const { page, site, clerk } = await open({ user_settings: { sign_up: { mode: 'restricted' } } });
      await page.goto(`${site}/sign-up`);
      await page.getByText('Access restricted').waitFor();
      const { url } = await backend(clerk, 'POST', '/invitations', {
        email_address: 'eve@example.com',
        public_metadata: { plan: 'pro' },
      });
      const ticket = new URL(String(url)).searchParams.get('ticket') ?? '';
      await page.goto(`${site}/sign-up?__clerk_ticket=${ticket}`);
      await page.locator('input[name=password]:visible').fill('correct horse');
      await submit(page);
      await isHome(stage, /^user_/);
      expect(userWith('eve@example.com')).toMatchObject({ public_metadata: { plan: 'pro' } });
    },
    MINUTES,
  );

  it(
    'continues after an invitation with the other required fields',
    async () => {
      const { page, site, clerk } = await open({
        user_settings: { attributes: { first_name: { required: true } } },
      });
      const { url } = await backend(clerk, 'POST', '/organizations/org_acme/invitations', {
        email_address: 'eve@example.com',
        role: 'org:member',
      });
      const ticket = new URL(String(url)).searchParams.get('ticket') ?? '';
      await page.goto(`${site}/sign-up?__clerk_ticket=${ticket}`);
      await page.getByLabel('First name').fill('Eve');
      await page.locator('input[name=password]:visible').fill('correct horse');
      await submit(page);
      await isHome(stage, /^user_/);
      expect(await stage.callApi()).toMatchObject({ orgId: 'org_acme' });
      expect(userWith('eve@example.com')).toMatchObject({ first_name: 'Eve' });
    },
    MINUTES,
  );

  it(
    'leads to the waitlist if one is on',
    async () => {
      const { page, site } = await open({ user_settings: { sign_up: { mode: 'waitlist' } } });
      await page.goto(`${site}/sign-up`);
      await page
        .getByText(/waitlist/i)
        .first()
        .waitFor();
    },
    MINUTES,
  );
});

/** Pages of their own: a page without a router cannot go on to a step of `<SignIn/>` in time. */
const TASKS = {
  provider: {
    taskUrls: {
      'choose-organization': '/choose-organization',
      'reset-password': '/reset-password',
      'setup-mfa': '/setup-mfa',
    },
  },
};

describe.skipIf(!hasChromium)('a session with pending tasks', () => {
  const isPending = async (): Promise<void> => {
    expect(await stage.callApi()).toMatchObject({ status: 401 });
  };

  it(
    'waits until an organization is chosen',
    async () => {
      const { page } = await open({ organization_settings: { force_organization_selection: true } }, TASKS);
      await identifyAs(stage, 'ada@example.com');
      await givePassword(page, 'correct horse');
      await page.waitForURL(/choose-organization/);
      await isPending();
      await page.getByText('Acme').click();
      await isHome(stage, 'user_ada');
      expect(await stage.callApi()).toMatchObject({ orgId: 'org_acme' });
    },
    MINUTES,
  );

  it(
    'waits until a compromised password is replaced',
    async () => {
      const { page, clerk } = await open({}, TASKS);
      await backend(clerk, 'POST', '/users/user_ada/password/set_compromised');
      await identifyAs(stage, 'ada@example.com');
      await givePassword(page, 'correct horse');
      await page.waitForURL(/reset-password/);
      await isPending();
      await page.locator('input[name=newPassword]:visible').fill('a better horse');
      await page.locator('input[name=confirmPassword]:visible').fill('a better horse');
      await page.getByRole('button', { name: /Reset password/i }).click();
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );

  it(
    'waits until a second factor is set up',
    async () => {
      const { page, clerk } = await open({ user_settings: { sign_up: { mfa: { required: true } } } }, TASKS);
      await identifyAs(stage, 'ada@example.com');
      await givePassword(page, 'correct horse');
      await page.waitForURL(/setup-mfa/);
      await isPending();
      const enrolled = page.waitForResponse(/\/v1\/me\/totp\?/);
      await page
        .getByText(/authenticator/i)
        .first()
        .click();
      // What the code to scan says.
      const { response } = (await (await enrolled).json()) as { response: { secret: string } };
      await submit(page);
      await giveCode(page, totpCode(response.secret, clerk.now()));
      await page.getByText('Backup codes', { exact: true }).waitFor();
      await submit(page);
      await isHome(stage, 'user_ada');
    },
    MINUTES,
  );
});
