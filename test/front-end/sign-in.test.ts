/** Clerk's own front end, unchanged from npm, signs in and up on the offline instance, in Chromium. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { closeChromium, hasChromium, openStage, sayIfSkipped, type Stage, type StageOptions } from './stage.js';

sayIfSkipped('test/front-end/sign-in');

const SEED = {
  seed: 'front-end',
  users: [{ id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse', first_name: 'Ada' }],
};

let stage: Stage;
const open = async (options: StageOptions = {}): Promise<Stage> =>
  (stage = await openStage({ instance: { seed: SEED }, ...options }));

afterEach(() => stage.close());
afterAll(closeChromium);

describe.skipIf(!hasChromium)('sign-in by password', () => {
  it('tells of a wrong password under the field, and lets the right one in', async () => {
    const { page, site, callApi } = await open();
    await page.goto(`${site}/sign-in`);
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.locator('input[name=password]:visible').fill('wrong horse');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.locator('#error-password', { hasText: 'Password is incorrect' }).waitFor();
    await page.locator('input[name=password]:visible').fill('correct horse');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.waitForURL(`${site}/`);
    await page.locator('#user', { hasText: 'user_ada' }).waitFor();
    expect(await callApi()).toMatchObject({ status: 200, userId: 'user_ada' });
  }, 60_000);
});
