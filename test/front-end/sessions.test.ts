/** Clerk's own front end in Chromium: how a session lives on in tabs, on the application's server and by the clock. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import { backend, givePassword, isHome, type WithClerk } from './forms.js';
import type { AuthenticatorOptions } from 'bailiff';
import {
  closeChromium,
  hasChromium,
  openStage,
  sayIfSkipped,
  serveApplication,
  signInAs,
  submit,
  type Application,
  type Major,
  type Stage,
  isLoaded,
} from './stage.js';

sayIfSkipped('test/front-end/sessions');

const SEED = {
  seed: 'sessions',
  users: [{ id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse' }],
  organizations: [
    { id: 'org_acme', name: 'Acme', slug: 'acme', members: [{ user: 'user_ada', role: 'org:admin' }] },
    { id: 'org_birch', name: 'Birch', slug: 'birch', members: [{ user: 'user_ada', role: 'org:member' }] },
  ],
};
const MINUTES = 120_000;

let stage: Stage;
async function openSignedIn(major: Major = 6): Promise<Stage> {
  stage = await openStage({ major, instance: { seed: SEED } });
  // From the first page on, so that the page's clock can be moved along with the instance's.
  await stage.page.clock.install();
  await signInAs(stage, 'user_ada');
  await isHome(stage, 'user_ada');
  return stage;
}
afterEach(() => stage.close());
afterAll(closeChromium);

const count = (part: string): number => stage.requests.filter((url) => url.includes(part)).length;
const tokenRequests = (): number => stage.requests.filter((url) => /\/sessions\/[^/]+\/tokens/.test(url)).length;

/** Both clocks, as the page about the full stack says. */
async function moveClocks(ms: number): Promise<void> {
  stage.clerk.advanceClock(ms);
  await stage.page.clock.fastForward(ms);
}

async function sessionCookie(): Promise<string> {
  const cookies = await stage.context.cookies();
  return cookies.find(({ name }) => name === '__session')?.value ?? '';
}

const signedOut = (page: Page): Promise<void> => page.locator('#user', { hasText: 'nobody' }).waitFor();

describe.skipIf(!hasChromium)('a token', () => {
  it.each([6, 5] as const)(
    'is renewed in the background by clerk-js %s before it expires, and no more often',
    async (major) => {
      const { page, site } = await openSignedIn(major);
      const first = await sessionCookie();
      await moveClocks(50_000);
      await expect.poll(sessionCookie, { timeout: 20_000 }).not.toBe(first);
      expect(tokenRequests()).toBeLessThanOrEqual(2);
      // Nobody called getToken, and the server needs no handshake.
      await page.goto(`${site}/server`);
      expect(await page.textContent('body')).toBe('user_ada');
      expect(count('/v1/client/handshake')).toBe(0);
    },
    MINUTES,
  );

  it(
    'is renewed by one request after any jump of both clocks',
    async () => {
      const { page, callApi } = await openSignedIn();
      await moveClocks(60 * 60_000);
      expect(await callApi()).toMatchObject({ status: 200, userId: 'user_ada' });
      await page.clock.runFor(20_000);
      expect(tokenRequests()).toBeLessThanOrEqual(2);
    },
    MINUTES,
  );

  it(
    'is requested repeatedly by a page whose clock alone has moved, of which the instance warns once',
    async () => {
      const warnings: string[] = [];
      const note = (warning: Error): unknown =>
        warning.name === 'BailiffLocalWarning' && warnings.push(warning.message);
      process.on('warning', note);
      try {
        const { page } = await openSignedIn();
        await page.clock.fastForward(60 * 60_000);
        const poll = async (): Promise<number> => {
          await page.clock.runFor(10_000);
          return warnings.length;
        };
        await expect.poll(poll, { timeout: 30_000 }).toBe(1);
        const asked = tokenRequests();
        await page.clock.runFor(30_000);
        await expect.poll(tokenRequests, { timeout: 20_000 }).toBeGreaterThan(asked);
        expect(warnings).toEqual([expect.stringMatching(/its clock is ahead/)]);
      } finally {
        process.off('warning', note);
      }
    },
    MINUTES,
  );

  it(
    'is made for a template or an organization without changing the active one',
    async () => {
      const { page, clerk, callApi } = await openSignedIn();
      await backend(clerk, 'POST', '/jwt_templates', {
        name: 'reports',
        claims: { mail: '{{user.primary_email_address}}' },
        lifetime: 60,
      });
      const tokens = await page.evaluate(async () => {
        const { session } = (window as unknown as WithClerk).Clerk;
        return Promise.all([
          session?.getToken({ template: 'reports' }),
          session?.getToken({ organizationId: 'org_birch' }),
          session?.getToken(),
        ]);
      });
      const [template, ofBirch, plain] = tokens.map((token) => decodeJwt(token ?? ''));
      expect(template).toMatchObject({ mail: 'ada@example.com', sub: 'user_ada' });
      expect(ofBirch).toMatchObject({ o: { id: 'org_birch' } });
      expect(plain).not.toHaveProperty('o');
      expect(await callApi()).toMatchObject({ orgId: null });
      const unknown = page.evaluate(() =>
        (window as unknown as WithClerk).Clerk.session?.getToken({ template: 'unknown' }),
      );
      await expect(unknown).rejects.toThrow(/JWT template/);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('a session', () => {
  it(
    'ends in all tabs when one signs out',
    async () => {
      const { page, site, context } = await openSignedIn();
      const tab = await context.newPage();
      await tab.goto(`${site}/`);
      await tab.locator('#user', { hasText: 'user_ada' }).waitFor();
      await page.evaluate(() => (window as unknown as WithClerk).Clerk.signOut());
      await signedOut(page);
      await signedOut(tab);
      expect(stage.clerk.state.table('sessions').by('user_id', 'user_ada')).toMatchObject([{ status: 'ended' }]);
    },
    MINUTES,
  );

  it(
    'ends on an open page with its next token after the Backend API revokes it',
    async () => {
      const { page, clerk, callApi } = await openSignedIn();
      const [session] = clerk.state.table('sessions').by('user_id', 'user_ada');
      await backend(clerk, 'POST', `/sessions/${session?.id ?? ''}/revoke`);
      await moveClocks(50_000);
      await signedOut(page);
      expect(await callApi()).toMatchObject({ status: 401, userId: null });
    },
    MINUTES,
  );

  it(
    'is touched by the page, which reports its use, and by the choice of an organization',
    async () => {
      const { page, clerk } = await openSignedIn();
      const session = () => clerk.state.table('sessions').by('user_id', 'user_ada')[0];
      await moveClocks(20_000);
      await page.evaluate(() => (window as unknown as WithClerk).Clerk.session?.touch());
      expect(session()?.last_active_at).toBeGreaterThanOrEqual(clerk.now() - 15_000);
      await page.evaluate(() => (window as unknown as WithClerk).Clerk.setActive({ organization: 'birch' }));
      await page.locator('#organization', { hasText: 'org_birch' }).waitFor();
      expect(session()?.last_active_organization_id).toBe('org_birch');
      await page.evaluate(() => (window as unknown as WithClerk).Clerk.setActive({ organization: null }));
      await page.locator('#organization', { hasText: 'none' }).waitFor();
      expect(session()?.last_active_organization_id).toBeNull();
    },
    MINUTES,
  );

  it(
    'needs a handshake only if the cookies do not decide',
    async () => {
      const { page, site, context } = await openSignedIn();
      const visit = async (): Promise<readonly [shown: string | null, handshakes: number]> => {
        await page.goto(`${site}/server`);
        return [await page.textContent('body'), count('/v1/client/handshake')];
      };
      expect(await visit()).toEqual(['user_ada', 0]);
      await context.clearCookies({ name: /^__session/ });
      expect(await visit()).toEqual(['user_ada', 1]);
      expect(await visit()).toEqual(['user_ada', 1]);
      await page.goto(`${site}/`);
      await isLoaded(page);
      await page.evaluate(() => (window as unknown as WithClerk).Clerk.signOut());
      await signedOut(page);
      await page.goto(`${site}/server`);
      expect(new URL(page.url()).pathname).toBe('/sign-in');
      expect(count('/v1/client/handshake')).toBe(1);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('settings', () => {
  it(
    'apply at the next request in every tab: a factor is switched off and on',
    async () => {
      stage = await openStage({ instance: { seed: SEED } });
      const { page, site, clerk, context } = stage;
      const tab = await context.newPage();
      const asksForPassword = async (in_: Page): Promise<boolean> => {
        await in_.goto(`${site}/sign-in`);
        await in_.getByLabel('Email address').fill('ada@example.com');
        await in_.getByRole('button', { name: 'Continue', exact: true }).click();
        const password = in_.locator('input[name=password]:visible');
        const code = in_.locator('input[autocomplete="one-time-code"]');
        await password.or(code).first().waitFor();
        return (await password.count()) > 0;
      };
      expect(await asksForPassword(page)).toBe(true);
      clerk.configure({ user_settings: { attributes: { password: { enabled: false } } } });
      expect(await asksForPassword(tab)).toBe(false);
      expect(await asksForPassword(page)).toBe(false);
      clerk.configure({ user_settings: { attributes: { password: { enabled: true } } } });
      expect(await asksForPassword(tab)).toBe(true);
    },
    MINUTES,
  );
});

describe.skipIf(!hasChromium)('a satellite', () => {
  /** On another host name, which shares no cookies with the primary. */
  async function openSatellite(middleware: AuthenticatorOptions = {}): Promise<string> {
    // The primary says to which other origins its sign-in page may lead back.
    const provider = { allowedRedirectOrigins: ['http://localhost:*'] };
    stage = await openStage({ instance: { seed: SEED }, application: { guardsPages: true, provider } });
    const signInUrl = `${stage.site}/sign-in`;
    satellite = await serveApplication(stage.clerk, {
      application: {
        hostname: 'localhost',
        guardsPages: true,
        provider: { isSatellite: true, signInUrl, domain: '' },
        middleware: { isSatellite: true, proxyUrl: '/__clerk', signInUrl, ...middleware },
      },
    });
    return satellite.site;
  }
  let satellite: Application;
  afterEach(() => satellite.close());

  it(
    'takes over the signed-in user of the primary',
    async () => {
      const other = await openSatellite();
      const { page } = stage;
      await signInAs(stage, 'user_ada');
      await isHome(stage, 'user_ada');
      // It asks where it is told to, or once a page of it is guarded.
      await page.goto(`${other}/`);
      await signedOut(page);
      await page.goto(`${other}/?__clerk_synced=false`);
      await page.locator('#user', { hasText: 'user_ada' }).waitFor();
      expect(new URL(page.url()).origin).toBe(other);
      await page.goto(`${other}/server`);
      expect(await page.textContent('body')).toBe('user_ada');
      // One session, so that leaving here is leaving there.
      await page.goto(`${other}/`);
      await isLoaded(page);
      await page.evaluate(() => (window as unknown as WithClerk).Clerk.signOut());
      await signedOut(page);
      await page.goto(`${stage.site}/`);
      await signedOut(page);
    },
    MINUTES,
  );

  it(
    'sends users to the primary to sign in, and signs them in when they come back',
    async () => {
      const other = await openSatellite({ satelliteAutoSync: true });
      const { page } = stage;
      await page.goto(`${other}/server`);
      await page.waitForURL(`${stage.site}/sign-in**`);
      await page.getByLabel('Email address').fill('ada@example.com');
      await submit(page);
      await givePassword(page, 'correct horse');
      await page.waitForURL(`${other}/server**`);
      expect(await page.textContent('body')).toBe('user_ada');
    },
    MINUTES,
  );
});
