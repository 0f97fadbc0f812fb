/** Fixtures for Playwright: an instance and an application for each worker, and pages that are signed in. */
import type {
  BrowserContext,
  Fixtures,
  Page,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
} from '@playwright/test';
import { cookieSuffix } from '../ground/cookie-suffix.js';
import type { LocalInstance } from '../instance/local-instance.js';
import type { SignInOptions } from '../instance/sign-in.js';
import { startLocalInstance, type LocalInstanceOptions } from '../instance/start-local-instance.js';

/** An application that runs. */
export interface RunningApp {
  /** Its address, as pages see it: the `baseURL` of the tests. */
  readonly url: string;
  readonly close?: () => unknown;
}

export interface BailiffOptions extends LocalInstanceOptions {
  /** Starts the application that is tested. It takes its keys from `clerk.env`, and its clock from `clerk.now`. */
  readonly app: (clerk: LocalInstance) => RunningApp | Promise<RunningApp>;
}

/** The instance, whose clock takes those of the test's pages along. */
export type ClerkFixture = Omit<LocalInstance, 'advanceClock'> & {
  readonly advanceClock: (...by: Parameters<LocalInstance['advanceClock']>) => Promise<void>;
};

export interface BailiffFixtures {
  readonly clerk: ClerkFixture;
  /** Signs the pages of a browser in, without forms: by e-mail address or id. A user who does not exist is made. */
  readonly signIn: (page: Page, user: string, options?: Pick<SignInOptions, 'org' | 'role'>) => Promise<void>;
}

export interface BailiffWorkerFixtures {
  readonly clerkWithApp: { readonly clerk: LocalInstance; readonly app: RunningApp };
}

type Own = Fixtures<
  BailiffFixtures,
  BailiffWorkerFixtures,
  PlaywrightTestArgs & PlaywrightTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;

/**
 * Fixtures for `test.extend`. Each worker of Playwright has an instance and an application of its own; after each test, the instance is again as it
 * was at the start.
 *
 * @param options `app`: what starts the application; the rest as for `startLocalInstance`
 * @returns `clerk`, whose `advanceClock` moves the clocks of pages too; `signIn`; and `baseURL`, the address of the application
 *
 * @example
 * ```ts
 * import { test as base } from '@playwright/test';
 * import { bailiff, type BailiffFixtures, type BailiffWorkerFixtures, type RunningApp } from 'bailiff-local/playwright';
 * declare function startApp(env: Readonly<Record<string, string>>): Promise<RunningApp>;
 *
 * const test = base.extend<BailiffFixtures, BailiffWorkerFixtures>(bailiff({ seed: 'tests', app: (clerk) => startApp(clerk.env) }));
 *
 * test('shows the dashboard', async ({ page, signIn }) => {
 *   await signIn(page, 'ada@example.com');
 *   await page.goto('/dashboard');
 * });
 * ```
 */
export function bailiff({ app: start, ...options }: BailiffOptions): Own {
  return {
    clerkWithApp: [
      // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from the pattern
      async ({}, use) => {
        const clerk = await startLocalInstance(options);
        try {
          const app = await start(clerk);
          try {
            await use({ clerk, app });
          } finally {
            await app.close?.();
          }
        } finally {
          await clerk.close();
        }
      },
      { scope: 'worker' },
    ],
    baseURL: async ({ clerkWithApp }, use) => {
      await use(clerkWithApp.app.url);
    },
    clerk: [
      async ({ context, clerkWithApp }, use) => {
        const { clerk } = clerkWithApp;
        // A page whose clock is behind the instance's finds every token of it from the future, one ahead finds it expired.
        await context.clock.install({ time: clerk.now() });
        await use(withPages(clerk, context));
        clerk.reset();
      },
      { auto: true },
    ],
    signIn: async ({ clerkWithApp }, use) => {
      const { clerk, app } = clerkWithApp;
      await use(async (page, user, signInOptions = {}) => {
        const azp = new URL(app.url).origin;
        const { cookies } = await clerk.signIn(userOf(clerk, user), { azp, ...signInOptions });
        await page.context().addCookies(browserCookies(clerk, cookies, [app.url, clerk.frontendApiUrl]));
      });
    },
  };
}

function withPages(clerk: LocalInstance, context: BrowserContext): ClerkFixture {
  const advanceClock: ClerkFixture['advanceClock'] = async (...by) => {
    const before = clerk.now();
    clerk.advanceClock(...by);
    const ms = clerk.now() - before;
    if (ms > 0) await context.clock.fastForward(ms);
  };
  return Object.assign(Object.create(clerk) as LocalInstance, { advanceClock });
}

function userOf(clerk: LocalInstance, user: string): Parameters<LocalInstance['signIn']>[0] {
  if (!user.includes('@')) return user;
  const [row] = clerk.state.table('email_addresses').by('email_address', user);
  return row?.user_id ?? { email_address: [user] };
}

/** The application's cookies, and the one that identifies the browser at the Frontend API. Cookies belong to a host, whatever the port. */
function browserCookies(clerk: LocalInstance, cookies: Readonly<Record<string, string>>, urls: readonly string[]) {
  const own = `__client_${cookieSuffix(clerk.publishableKey)}`;
  const all = { ...cookies, [own]: cookies['__clerk_db_jwt'] ?? '' };
  const origins = new Map(urls.map((url) => [new URL(url).hostname, new URL(url).origin]));
  return [...origins.values()].flatMap((url) =>
    Object.entries(all).map(([name, value]) => ({ name, value, url, httpOnly: name === own })),
  );
}
