/**
 * The example applications in Chromium: from the sign-in page to the dashboard, past the token's expiry, over to another organization, and out.
 * With BAILIFF_SCREENSHOTS=1 it takes the pictures in docs/images.
 */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openEnvironment, type DemoEnvironment } from '../../examples/demo/environment.js';
import { hasChromium, launchChromium, sayIfSkipped } from '../support/chromium.js';

sayIfSkipped('test/browser/examples');

const images = join(import.meta.dirname, '../../docs/images');
const takesScreenshots = process.env['BAILIFF_SCREENSHOTS'] === '1';

async function screenshot(page: Page, name: string): Promise<void> {
  if (takesScreenshots) await page.screenshot({ path: join(images, `${name}.png`) });
}

describe.skipIf(!hasChromium)('row 9: the examples in Chromium', () => {
  let chrome: Browser;
  let environment: DemoEnvironment;
  let page: Page;
  beforeAll(async () => {
    chrome = await launchChromium();
    environment = await openEnvironment();
  });
  afterAll(async () => {
    await chrome.close();
    await environment.close();
  });
  beforeEach(async () => {
    page = await chrome.newPage({ viewport: { width: 820, height: 660 }, deviceScaleFactor: 1.5 });
  });
  afterEach(() => page.context().close());

  const refreshes = () => environment.clerk.requests.filter(({ path }) => path.endsWith('/refresh')).length;
  const shown = async (field: string) => page.textContent(`#${field}`);

  it.each([
    ['Express', 0],
    ['Hono', 1],
  ] as const)('%s: sign in, stay signed in, switch organization, sign out', { timeout: 60_000 }, async (_, index) => {
    const { url = '' } = environment.sites[index] ?? {};
    const { clerk } = environment;
    const dashboard = `${url}/dashboard`;

    await page.goto(dashboard);
    expect(page.url()).toContain(`${clerk.frontendApiUrl}/sign-in`);
    await screenshot(page, 'sign-in');
    await page.getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.waitForURL(dashboard);
    expect(await shown('user')).toBe('user_ada');
    expect(await shown('role')).toBe('none');

    const before = refreshes();
    clerk.advanceClock('90s');
    await page.reload();
    expect(page.url()).toBe(dashboard);
    expect(await shown('user')).toBe('user_ada');
    expect(refreshes()).toBe(before + 1);

    await page.locator('#account').click();
    await page.getByRole('button', { name: 'Acorn Books' }).click();
    await page.waitForURL(dashboard);
    expect(await shown('organization')).toBe('org_acorn');
    expect(await shown('role')).toBe('org:admin');
    await screenshot(page, 'dashboard');

    await page.locator('#account').click();
    expect(await page.locator('.row.on').textContent()).toContain('Acorn Books');
    await screenshot(page, 'organizations');
    await page.getByRole('button', { name: 'Oak Press' }).click();
    await page.waitForURL(dashboard);
    expect([await shown('organization'), await shown('role')]).toEqual(['org_oak', 'org:member']);

    await page.locator('#sign-out').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/sign-in/);
    await page.goto(dashboard);
    expect(page.url()).toContain('/sign-in');
  });

  it('an invitation in the mail leads to the dashboard of a new member', { timeout: 60_000 }, async () => {
    const { url = '' } = environment.sites[0] ?? {};
    const { clerk } = environment;
    const answer = await fetch(`${clerk.apiUrl}/v1/organizations/org_acorn/invitations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        email_address: 'dora@acornbooks.example',
        role: 'org:member',
        redirect_url: `${url}/dashboard`,
      }),
    });
    const invitation = (await answer.json()) as { url: string };
    await page.goto(invitation.url);
    expect(page.url()).toBe(`${url}/dashboard`);
    expect([await shown('organization'), await shown('role')]).toEqual(['org_acorn', 'org:member']);
    await page.context().clearCookies();
    await page.goto(invitation.url);
    expect(await page.textContent('h1')).toBe('This link is no longer good');
  });
});
