/** Tests as an application has them, run by `test/playwright/fixture.test.ts`. */
import { test as base, expect } from '@playwright/test';
import { bailiff, type BailiffFixtures, type BailiffWorkerFixtures } from 'bailiff-local/playwright';
import { startFullStack } from '../../../examples/full-stack/start.js';

const test = base.extend<BailiffFixtures, BailiffWorkerFixtures>(
  bailiff({
    seed: {
      users: [{ id: 'user_ada', email_address: 'ada@example.com', first_name: 'Ada' }],
      organizations: [
        { id: 'org_acorn', name: 'Acorn Books', slug: 'acorn', members: [{ user: 'user_ada', role: 'org:admin' }] },
      ],
    },
    app: async (clerk) => {
      Object.assign(process.env, clerk.env, clerk.frontEndEnv('vite'));
      const cacheDir = `${process.env['OUTPUT_DIR'] ?? ''}/vite-${new URL(clerk.apiUrl).port}`;
      const { frontendApiUrl, now } = clerk;
      const { page, close } = await startFullStack({ frontendApiUrl, now, cacheDir });
      return { url: page, close };
    },
  }),
);

test('a page is signed in by one line', async ({ page, signIn }) => {
  await signIn(page, 'ada@example.com', { org: 'org_acorn' });
  await page.goto('/');
  await page.getByRole('heading', { name: 'Our shelf' }).waitFor();
  await page.getByRole('button', { name: 'Who else is here?' }).click();
  await page.locator('#members p', { hasText: 'ada@example.com' }).waitFor();
});

test('is signed out without it', async ({ page }) => {
  await page.goto('/');
  await page.getByText('What are you reading?').waitFor();
});

test('both clocks advance together', async ({ page, clerk, signIn }) => {
  await signIn(page, 'user_ada');
  await page.goto('/');
  await page.getByRole('heading', { name: 'My shelf' }).waitFor();
  await clerk.advanceClock('10m');
  await page.getByLabel('Title').fill('Emma');
  const refreshed = page.waitForResponse(/\/sessions\/[^/]+\/tokens/);
  await page.getByRole('button', { name: 'Add a book' }).click();
  await page.getByRole('listitem').filter({ hasText: 'Emma' }).waitFor();
  expect((await refreshed).status()).toBe(200);
  const ahead = await page.evaluate(() => Date.now());
  expect(Math.abs(ahead - clerk.now())).toBeLessThan(60_000);
});

test.describe('changes of one test', () => {
  test.describe.configure({ mode: 'serial' });
  test('exist for it: a new user, a code', async ({ page, clerk, signIn }) => {
    await signIn(page, 'eve@example.com');
    await page.goto('/sign-up');
    expect(clerk.state.table('users').rows()).toHaveLength(2);
  });
  test('are gone for the next', ({ clerk }) => {
    expect(clerk.state.table('users').rows()).toHaveLength(1);
    expect(clerk.emails).toEqual([]);
  });
});
