/**
 * The basic scenario with both current majors of Clerk's front end, through an application's proxy and past it: sign up, be known to a guarded
 * route, refresh the token when it has expired, sign out, sign in again.
 */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { closeChromium, hasChromium, openStage, sayIfSkipped, submit, type Stage, type StageOptions } from './stage.js';

sayIfSkipped('test/front-end/majors');

const STAGES: readonly (readonly [title: string, options: StageOptions])[] = [
  ['clerk-js 6 through the proxy of Express', { major: 6, recipe: 'relative', framework: 'Express' }],
  ['clerk-js 6 through the proxy of Hono', { major: 6, recipe: 'relative', framework: 'Hono' }],
  ['clerk-js 6 through the proxy of Fastify', { major: 6, recipe: 'relative', framework: 'Fastify' }],
  ['clerk-js 6 in the bundle of the page', { major: 6, recipe: 'relative', framework: 'Hono', bundled: true }],
  ['clerk-js 6 at the address of the instance', { major: 6, recipe: 'absolute', framework: 'Express' }],
  ['clerk-js 5 through the proxy of Express', { major: 5, recipe: 'relative', framework: 'Express' }],
  ['clerk-js 5 through the proxy of Hono', { major: 5, recipe: 'relative', framework: 'Hono' }],
  ['clerk-js 5 at the address of the instance', { major: 5, recipe: 'absolute', framework: 'Hono' }],
];

let stage: Stage;
afterEach(() => stage.close());
afterAll(closeChromium);

describe.skipIf(!hasChromium).each(STAGES)('%s', (_title, options) => {
  it('signs up, calls the API, refreshes, signs out and in again', async () => {
    stage = await openStage(options);
    const { clerk, page, site, callApi, requests } = stage;
    // Both clocks move on together: what expires in the browser expires on the instance.
    await page.clock.install();

    await page.goto(`${site}/sign-up`);
    await page.getByLabel('Email address').fill('eve@example.com');
    await page.locator('input[name=password]:visible').fill('correct horse');
    await submit(stage.page);
    await page.getByText('Verify your email').first().waitFor();
    // The older major asks twice: what counts is the last code.
    await page.waitForLoadState('networkidle');
    await page
      .locator('input[autocomplete="one-time-code"]')
      .first()
      .pressSequentially(await clerk.lastCode('eve@example.com'));
    await page.waitForURL(`${site}/`);
    await page.locator('#user', { hasText: /^user_/ }).waitFor();
    const first = await callApi();
    expect(first).toMatchObject({ status: 200, userId: expect.stringMatching(/^user_/) as string, orgId: null });

    const tokens = (): number => requests.filter((url) => /\/sessions\/[^/]+\/tokens/.test(url)).length;
    const before = tokens();
    clerk.advanceClock('70s');
    await page.clock.fastForward(70_000);
    expect(await callApi()).toMatchObject({ status: 200, userId: first.userId });
    expect(tokens()).toBeGreaterThan(before);

    await page.evaluate(() => (window as unknown as { Clerk: { signOut: () => Promise<void> } }).Clerk.signOut());
    await page.locator('#user', { hasText: 'nobody' }).waitFor();
    expect(await callApi()).toMatchObject({ status: 401 });

    await page.goto(`${site}/sign-in`);
    await page.getByLabel('Email address').fill('eve@example.com');
    await submit(stage.page);
    await page.locator('input[name=password]:visible').fill('correct horse');
    await submit(stage.page);
    await page.waitForURL(`${site}/`);
    await page.locator('#user', { hasText: first.userId ?? '' }).waitFor();

    const abroad = requests.filter((url) => !/^(https?:\/\/127\.0\.0\.1[:/]|data:|blob:)/.test(url));
    expect(abroad).toEqual([]);
    expect(requests.some((url) => url.includes('/npm/@clerk/'))).toBe(options.bundled !== true);
  }, 120_000);
});
