/**
 * A browser, an offline instance, and an application: from being nobody to signing in, past the token's expiry, over
 * to an organization, and out again. Once with a cookie jar, and once in Chromium where there is one.
 */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { Hono } from 'hono';
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BailiffEvent } from 'bailiff';
import { clerkMiddleware as expressMiddleware, getAuth, requireAuth as expressGuard } from 'bailiff/express';
import { clerkMiddleware as honoMiddleware, requireAuth as honoGuard } from 'bailiff/hono';
import { startLocalInstance } from 'bailiff-local';
import type { LocalInstance } from 'bailiff-local';
import { Browser } from '../local/frontend-api/support.js';
import { hasChromium, launchChromium, sayIfSkipped } from '../support/chromium.js';
import { listen, originOf } from '../support/listen.js';

sayIfSkipped('test/browser/sign-in');

let clerk: LocalInstance;
let site: string;
let events: BailiffEvent[];
let closeSite: () => Promise<unknown>;

const options = () => ({
  secretKey: clerk.secretKey,
  publishableKey: clerk.publishableKey,
  apiUrl: clerk.apiUrl,
  signInUrl: `${clerk.frontendApiUrl}/sign-in`,
  authorizedParties: [site],
  now: clerk.now,
  onEvent: (event: BailiffEvent) => void events.push(event),
});

interface Seen {
  readonly userId: string | null;
  readonly orgId: string | null;
}
const pageOf = ({ userId, orgId }: Seen) => `<h1>${userId ?? 'nobody'}</h1><p>${orgId ?? 'no organization'}</p>`;

type Listener = (request: never, response: never) => unknown;
const FRAMEWORKS: Readonly<Record<string, () => Listener>> = {
  Express() {
    const app = express();
    app.use(expressMiddleware(options()));
    app.get('/me', expressGuard({ redirect: true }), (req, res) => res.send(pageOf(getAuth(req))));
    return app;
  },
  Hono() {
    const app = new Hono();
    app.use(honoMiddleware(options()));
    app.get('/me', honoGuard({ redirect: true }), (c) => c.html(pageOf(c.var.auth)));
    return getRequestListener(app.fetch);
  },
};

async function startSite(framework: string): Promise<void> {
  let listener: Listener = () => undefined;
  const server = createServer((request, response) => listener(request as never, response as never));
  await listen(server);
  site = originOf(server);
  listener = (FRAMEWORKS[framework] as () => Listener)();
  closeSite = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
}

/** @param instanceType a production instance hands over by cookies of the host, a development one through the URL */
async function startInstance(instanceType: LocalInstance['instanceType']): Promise<void> {
  events = [];
  clerk = await startLocalInstance({
    instanceType,
    seed: {
      seed: 'browser',
      users: [{ id: 'user_ada', first_name: 'Ada', last_name: 'Lovelace', email_address: 'ada@example.com' }],
      organizations: [
        { id: 'org_acorn', name: 'Acorn Books', slug: 'acorn', members: [{ user: 'user_ada', role: 'org:admin' }] },
      ],
    },
  });
}

afterEach(async () => {
  await closeSite();
  await clerk.close();
});

describe.each(Object.keys(FRAMEWORKS))('a site on %s', (framework) => {
  describe.each(['development', 'production'] as const)(
    'with a %s instance, in a browser with cookies and redirects only',
    (instanceType) => {
      const NAVIGATION = { accept: 'text/html', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };
      let browser: Browser;
      beforeEach(async () => {
        await startInstance(instanceType);
        await startSite(framework);
        browser = new Browser();
      });

      /** A navigation: follows redirects, and counts them. */
      async function visit(url: string) {
        let response = await browser.request(url, { headers: NAVIGATION });
        let redirects = 0;
        for (; response.status >= 300 && response.status < 400 && redirects < 20; redirects++) {
          const next = new URL(response.headers.get('location') ?? '', response.url).href;
          response = await browser.request(next, { headers: NAVIGATION });
        }
        return { url: new URL(response.url), status: response.status, redirects, text: await response.text() };
      }
      async function submit(path: string, fields: Record<string, string>) {
        const response = await browser.submit(`${clerk.frontendApiUrl}${path}`, {
          ...fields,
          redirect_url: `${site}/me`,
        });
        return visit(new URL(response.headers.get('location') ?? '', response.url).href);
      }

      it('signs in, stays signed in, switches organization, signs out', async () => {
        const first = await visit(`${site}/me`);
        expect(first.url.pathname).toBe('/sign-in');
        expect(new URL(first.url.searchParams.get('redirect_url') ?? '').pathname).toBe('/me');

        const signedIn = await submit('/sign-in', { user_id: 'user_ada' });
        expect(signedIn).toMatchObject({ status: 200, text: pageOf({ userId: 'user_ada', orgId: null }) });
        expect(signedIn.url.href).toBe(`${site}/me`);
        expect(await visit(`${site}/me`)).toMatchObject({ redirects: 0, status: 200 });

        clerk.advanceClock(90_000);
        const renewed = await visit(`${site}/me`);
        expect(renewed).toMatchObject({ redirects: 0, status: 200 });
        expect(events).toContainEqual(expect.objectContaining({ type: 'session.refreshed', ok: true }));

        const switched = await submit('/user/organization', { organization_id: 'org_acorn' });
        expect(switched.text).toBe(pageOf({ userId: 'user_ada', orgId: 'org_acorn' }));

        const out = await submit('/sign-out', {});
        expect(out.url.pathname).toBe('/sign-in');
        expect((await visit(`${site}/me`)).url.pathname).toBe('/sign-in');
      });
    },
  );

  describe.skipIf(!hasChromium)('in Chromium', () => {
    let chrome: Chromium;
    let page: Page;
    beforeAll(async () => {
      chrome = await launchChromium();
    });
    afterAll(() => chrome.close());
    beforeEach(async () => {
      await startInstance('development');
      await startSite(framework);
      page = await (await chrome.newContext()).newPage();
    });
    afterEach(() => page.context().close());

    it('signs in, stays signed in past the expiry, switches organization, signs out', async () => {
      await page.goto(`${site}/me`);
      expect(new URL(page.url()).pathname).toBe('/sign-in');
      await page.getByRole('button', { name: 'Ada Lovelace' }).click();
      await page.waitForURL(`${site}/me`);
      expect(await page.textContent('h1')).toBe('user_ada');
      expect(await page.textContent('p')).toBe('no organization');

      clerk.advanceClock(90_000);
      await page.reload();
      expect(await page.textContent('h1')).toBe('user_ada');
      expect(events).toContainEqual(expect.objectContaining({ type: 'session.refreshed', ok: true }));

      await page.goto(`${clerk.frontendApiUrl}/user?redirect_url=${encodeURIComponent(`${site}/me`)}`);
      await page.getByRole('button', { name: 'Acorn Books' }).click();
      await page.waitForURL(`${site}/me`);
      expect(await page.textContent('p')).toBe('org_acorn');

      await page.goto(`${clerk.frontendApiUrl}/sign-out?redirect_url=${encodeURIComponent(`${site}/me`)}`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(/\/sign-in/);
      await page.goto(`${site}/me`);
      expect(new URL(page.url()).pathname).toBe('/sign-in');
    });
  });
});
