/** The example with a page and two APIs, from sign-up to sign-out, as somebody uses it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { startLocalInstance } from 'bailiff-local';
import { startFullStack } from '../../examples/full-stack/start.js';
import { closeChromium, hasChromium, launched, sayIfSkipped } from './stage.js';

sayIfSkipped('test/front-end/full-stack');

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
  vi.unstubAllEnvs();
});
afterAll(closeChromium);

async function start() {
  const clerk = await startLocalInstance();
  cleanups.push(() => clerk.close());
  for (const [name, value] of Object.entries({ ...clerk.env, ...clerk.frontEndEnv('vite') })) vi.stubEnv(name, value);
  const cacheDir = mkdtempSync(join(tmpdir(), 'bailiff-vite-'));
  cleanups.push(() => rmSync(cacheDir, { recursive: true, force: true }));
  const { frontendApiUrl, now } = clerk;
  const stack = await startFullStack({ frontendApiUrl, now, cacheDir });
  cleanups.push(() => stack.close());
  const context = await (await launched()).newContext();
  cleanups.push(() => context.close());
  const requests: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  return { clerk, site: stack.page, page: await context.newPage(), requests };
}

describe.skipIf(!hasChromium)('examples/full-stack', () => {
  it('signs up, makes an organization, calls both APIs, outlives its token, signs out', async () => {
    const { clerk, site, page, requests } = await start();
    // Both clocks move on together.
    await page.clock.install();
    await page.goto(site);
    await page.getByRole('link', { name: 'Sign up' }).click();
    await page.getByLabel('Email address').fill('eve@example.com');
    await page.locator('input[name=password]:visible').fill('correct horse');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText('Verify your email').first().waitFor();
    await page.waitForLoadState('networkidle');
    const code = await clerk.lastCode('eve@example.com');
    await page.locator('input[autocomplete="one-time-code"]').first().pressSequentially(code);

    await page.getByRole('heading', { name: 'My shelf' }).waitFor();
    await page.getByLabel('Title').fill('Emma');
    await page.getByRole('button', { name: 'Add a book' }).click();
    await page.getByRole('listitem').filter({ hasText: 'Emma' }).waitFor();
    await page.getByRole('button', { name: 'Who else is here?' }).click();
    await page.getByText('Only for administrators of an organization (403).').waitFor();

    await page.getByRole('button', { name: /organization switcher/i }).click();
    await page.getByRole('button', { name: 'Create organization' }).click();
    await page.getByLabel('Name').fill('Acorn Books');
    await page.locator('form').getByRole('button', { name: 'Create organization' }).click();
    await page.getByRole('button', { name: 'Skip' }).click();
    // The organization has a shelf of its own, and whoever made it is its administrator.
    await page.getByRole('heading', { name: 'Our shelf' }).waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: 'Emma' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Who else is here?' }).click();
    await page.locator('#members p', { hasText: 'eve@example.com' }).waitFor();

    const tokens = (): number => requests.filter((url) => /\/sessions\/[^/]+\/tokens/.test(url)).length;
    const before = tokens();
    clerk.advanceClock('2m');
    await page.clock.fastForward(120_000);
    await page.getByLabel('Title').fill('Persuasion');
    await page.getByRole('button', { name: 'Add a book' }).click();
    await page.getByRole('listitem').filter({ hasText: 'Persuasion' }).waitFor();
    await page.getByRole('button', { name: 'Who else is here?' }).click();
    await page.locator('#members p', { hasText: 'eve@example.com' }).waitFor();
    expect(tokens()).toBeGreaterThan(before);

    await page.getByRole('button', { name: 'Open user menu' }).click();
    await page.getByText('Sign out', { exact: true }).click();
    await page.getByText('What are you reading?').waitFor();
    expect(await page.evaluate(async () => (await fetch('/api/shelf')).status)).toBe(401);

    expect(requests.filter((url) => !/^((https?|wss?):\/\/127\.0\.0\.1[:/]|data:|blob:)/.test(url))).toEqual([]);
  }, 120_000);
});
