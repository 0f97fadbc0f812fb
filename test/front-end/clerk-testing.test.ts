/** Clerk's own helpers for Playwright, unchanged from npm, on the offline instance. */
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { closeChromium, hasChromium, openStage, sayIfSkipped, type Stage } from './stage.js';

sayIfSkipped('test/front-end/clerk-testing');

const SEED = {
  users: [
    {
      id: 'user_ada',
      email_address: 'ada+clerk_test@example.com',
      phone_number: '+12015550100',
      password: 'correct horse',
    },
  ],
  instance: { user_settings: { attributes: { phone_number: { enabled: true } } } },
};
let stage: Stage;
afterEach(async () => {
  await stage.close();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
afterAll(closeChromium);

/** The helpers, set up for the stage's instance as a global setup of Playwright does. */
async function helpers() {
  stage = await openStage({ instance: { seed: SEED } });
  const { clerk, page, site } = stage;
  for (const [name, value] of Object.entries(clerk.env)) vi.stubEnv(name, value);
  vi.stubEnv('CLERK_FAPI', undefined);
  vi.stubEnv('CLERK_TESTING_TOKEN', undefined);
  const testing = await import('@clerk/testing/playwright');
  await testing.clerkSetup({ dotenv: false });
  expect(process.env['CLERK_TESTING_TOKEN']).toBeTruthy();
  await testing.setupClerkTestingToken({ page });
  await page.goto(`${site}/`);
  return testing.clerk;
}

const SIGN_INS = [
  ['password', { strategy: 'password', identifier: 'ada+clerk_test@example.com', password: 'correct horse' }],
  ['email_code', { strategy: 'email_code', identifier: 'ada+clerk_test@example.com' }],
  ['phone_code', { strategy: 'phone_code', identifier: '+12015550100' }],
] as const;

describe.skipIf(!hasChromium)('@clerk/testing', () => {
  it.each(SIGN_INS)(
    'signs in by %s, and signs out',
    async (_strategy, signInParams) => {
      const clerk = await helpers();
      const { page, site } = stage;
      await clerk.signIn({ page, signInParams });
      await page.goto(`${site}/`);
      await page.locator('#user', { hasText: 'user_ada' }).waitFor();
      expect(await stage.callApi()).toMatchObject({ status: 200, userId: 'user_ada' });
      // It navigates at once, and so may lose the page in which it waits.
      await clerk.signOut({ page }).catch((error: unknown) => expect(String(error)).toContain('context was destroyed'));
      await page.locator('#user', { hasText: 'nobody' }).waitFor();
      expect(await stage.callApi()).toMatchObject({ status: 401 });
    },
    120_000,
  );

  it('signs in by ticket', async () => {
    const clerk = await helpers();
    const { page, site } = stage;
    const made = await fetch(`${stage.clerk.apiUrl}/v1/sign_in_tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.clerk.secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: 'user_ada' }),
    });
    const { token: ticket } = (await made.json()) as { token: string };
    await clerk.signIn({ page, signInParams: { strategy: 'ticket', ticket } });
    await page.goto(`${site}/`);
    await page.locator('#user', { hasText: 'user_ada' }).waitFor();
  }, 120_000);

  it('signs in by an email address only, if the process calls the instance instead of api.clerk.com', async () => {
    const real = globalThis.fetch;
    vi.stubGlobal('fetch', (url: string | URL, init?: RequestInit) =>
      real(String(url).replace('https://api.clerk.com', stage.clerk.apiUrl), init),
    );
    const clerk = await helpers();
    const { page, site } = stage;
    await clerk.signIn({ page, emailAddress: 'ada+clerk_test@example.com' });
    await page.goto(`${site}/`);
    await page.locator('#user', { hasText: 'user_ada' }).waitFor();
  }, 120_000);
});
