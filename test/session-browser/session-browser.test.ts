/** A simulated browser, an application behind Bailiff and the offline instance's Frontend API: no loop, whatever is wrong. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuthenticator } from 'bailiff';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import type { AuthenticatorOptions } from '../../src/types.js';
import { Browser, type Answer, type Page } from './browser.js';

/** In production an application shares a domain with its Frontend API, in development it does not. */
const HOSTS = { development: 'localhost', production: '127.0.0.1' } as const;
let HOST: string;
let APP: string;
const INSTANCE_TYPES = ['development', 'production'] as const;

let clerk: LocalInstance;
const opened: LocalInstance[] = [];

async function start(instanceType: 'development' | 'production', seed = 1): Promise<LocalInstance> {
  const instance = await startLocalInstance({ instanceType, seed });
  opened.push(instance);
  return instance;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((instance) => instance.close()));
});

/** An application that says who is there. Redirects as the adapters do: 307 for any Location. */
function application(options: AuthenticatorOptions = {}): Answer {
  const authenticator = createAuthenticator(
    {
      publishableKey: clerk.publishableKey,
      secretKey: clerk.secretKey,
      apiUrl: clerk.apiUrl,
      now: clerk.now,
      ...options,
    },
    {},
  );
  return async (request) => {
    const state = await authenticator.authenticateRequest(request);
    const status = state.headers.has('location')
      ? 307
      : { 'signed-in': 200, 'signed-out': 401, handshake: 500, unavailable: 503 }[state.status];
    const { userId, orgId } = { userId: null, orgId: null, ...state.auth };
    return Response.json(
      { userId, orgId, reason: state.reason, message: state.message },
      { status, headers: state.headers },
    );
  };
}

function browserFor(app: Answer, blocked: readonly string[] = []): Browser {
  return new Browser({ sites: { [APP]: app }, now: clerk.now, blocked });
}

const handshakes = ({ visited }: Page) => visited.filter(({ pathname }) => pathname === '/v1/client/handshake').length;
/** Redirects that the application itself asked for. */
const sentAway = ({ visited }: Page) => visited.slice(0, -1).filter(({ origin }) => origin === APP).length;

async function signIn(browser: Browser, userId: string): Promise<Page> {
  return browser.submit(`${clerk.frontendApiUrl}/sign-in`, { user_id: userId, redirect_url: `${APP}/welcome` });
}

/** A browser that has been here before and is signed in. */
async function signedIn(app: Answer): Promise<{ browser: Browser; userId: string }> {
  const { userId } = await newUser();
  const browser = browserFor(app);
  await browser.open(`${APP}/`);
  const page = await signIn(browser, userId);
  expect(page).toMatchObject({ status: 200, url: `${APP}/welcome`, body: { userId } });
  return { browser, userId };
}

let users = 0;
async function newUser(): Promise<{ userId: string }> {
  users += 1;
  const userId = `user_visitor${users}`;
  await clerk.createSessionToken({ userId });
  return { userId };
}

describe.each(INSTANCE_TYPES)('%s', (type) => {
  beforeEach(async () => {
    HOST = HOSTS[type];
    APP = `http://${HOST}:3100`;
    clerk = await start(type);
  });

  test('signs a new visitor out after one handshake at most', async () => {
    const page = await browserFor(application()).open(`${APP}/page?a=1`);
    expect(page).toMatchObject({
      status: 401,
      url: `${APP}/page?a=1`,
      body: { reason: 'session-token-and-uat-missing' },
    });
    expect(handshakes(page)).toBe(type === 'development' ? 1 : 0);
  });

  test('signs in on the page of the instance, and stays signed in without a redirect', async () => {
    const { browser, userId } = await signedIn(application());
    for (const path of ['/', '/page', '/welcome']) {
      const page = await browser.open(APP + path);
      expect(page).toMatchObject({ status: 200, body: { userId } });
      expect(page.visited).toHaveLength(1);
    }
  });

  test('stays signed in past the end of the token: refreshed in place, for pages and fetches', async () => {
    const { browser, userId } = await signedIn(application());
    for (const load of ['open', 'fetch'] as const) {
      const before = browser.cookies(HOST)['__session'];
      clerk.advanceClock('10m');
      const page = await browser[load](`${APP}/page`);
      expect(page).toMatchObject({ status: 200, body: { userId } });
      expect(page.visited).toHaveLength(1);
      expect(browser.cookies(HOST)['__session']).not.toBe(before);
    }
  });

  test('takes one handshake without its refresh token', async () => {
    const { browser, userId } = await signedIn(application());
    clerk.advanceClock('10m');
    browser.loseCookies(HOST, '__refresh');
    const page = await browser.open(`${APP}/page`);
    expect(page).toMatchObject({ status: 200, url: `${APP}/page`, body: { userId } });
    expect(handshakes(page)).toBe(1);
  });

  test('signs out everywhere', async () => {
    const { browser } = await signedIn(application());
    await browser.submit(`${clerk.frontendApiUrl}/sign-out`, { redirect_url: `${APP}/bye` });
    const page = await browser.open(`${APP}/page`);
    expect(page.status).toBe(401);
    expect(handshakes(page)).toBeLessThanOrEqual(1);
  });

  test.each(['__client_uat', '__session', '__clerk_db_jwt'])(
    'signs in again after one handshake at most if it lost %s',
    async (name) => {
      const { browser, userId } = await signedIn(application());
      browser.loseCookies(HOST, name);
      const page = await browser.open(`${APP}/page`);
      expect(page).toMatchObject({ status: 200, body: { userId } });
      expect(handshakes(page)).toBeLessThanOrEqual(1);
    },
  );

  test('signs in again if it lost all cookies of the application', async () => {
    const { browser, userId } = await signedIn(application());
    browser.loseCookies(HOST, '');
    const page = await browser.open(`${APP}/page`);
    expect(handshakes(page)).toBe(type === 'development' ? 1 : 0);
    expect(page.body).toMatchObject(type === 'development' ? { userId } : { reason: 'session-token-and-uat-missing' });
  });

  test.each(['__clerk_handshake', '__clerk_handshake_nonce'])('ignores a foreign %s cookie', async (name) => {
    const other = await start(type, 2);
    const { browser, userId } = await signedIn(application());
    const foreign = await other.createSessionToken({ userId: 'user_foreign' });
    browser.setCookie(HOST, name, foreign);
    const page = await browser.open(`${APP}/page`);
    expect(page).toMatchObject({ status: 200, body: { userId } });
    expect(page.visited).toHaveLength(1);
  });

  test.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])("answers after three handshakes at most if the application's clock is %s, and says so", async (_, offset) => {
    const { browser, userId } = await signedIn(application());
    const wrong = new Browser({ sites: { [APP]: application({ now: () => clerk.now() + offset }) }, now: clerk.now });
    for (const host of Object.values(HOSTS)) {
      for (const [name, value] of Object.entries(browser.cookies(host))) wrong.setCookie(host, name, value);
    }
    const page = await wrong.open(`${APP}/page`);
    expect(handshakes(page)).toBeLessThanOrEqual(3);
    expect(page.status).toBe(401);
    expect(page.body).toMatchObject({
      reason: expect.stringMatching(/^session-token-(expired-refresh-|nbf|iat-in-the-future)/) as string,
      message: expect.stringContaining('clock') as string,
    });
    expect(userId).not.toBe('');
  });

  test.each<[string, (other: LocalInstance) => AuthenticatorOptions, readonly number[]]>([
    ['the PEM of another instance', (other) => ({ jwtKey: other.jwtKey }), [401]],
    // What the instance of the secret key says is true, whatever the cookies are called.
    ['the publishable key of another instance', (other) => ({ publishableKey: other.publishableKey }), [200, 401]],
  ])('%s: answers with a reason after three handshakes at most', async (_, wrong, statuses) => {
    const other = await start(type, 2);
    const { userId } = await newUser();
    const app = application(wrong(other));
    const browser = browserFor(app);
    const first = await browser.open(`${APP}/`);
    const entered = await signIn(browser, userId);
    const page = await browser.open(`${APP}/page`);
    for (const each of [first, entered, page]) {
      expect(handshakes(each)).toBeLessThanOrEqual(4);
      expect(statuses).toContain(each.status);
      expect(each.body).toMatchObject(each.status === 200 ? { userId } : { reason: expect.any(String) as string });
    }
  });

  test('answers 503, without a loop, with the secret key of another instance', async () => {
    const other = await start(type, 2);
    const { userId } = await newUser();
    const browser = browserFor(application({ secretKey: other.secretKey }));
    const pages = [await browser.open(`${APP}/`), await signIn(browser, userId), await browser.open(`${APP}/page`)];
    for (const page of pages) {
      expect(handshakes(page)).toBeLessThanOrEqual(4);
      expect([401, 503]).toContain(page.status);
    }
  });

  test('answers 503 at once while the JWKS cannot be loaded, and recovers', async () => {
    const { browser, userId } = await signedIn(application());
    let now = clerk.now();
    const app = application({ now: () => now });
    const cold = new Browser({ sites: { [APP]: app }, now: clerk.now });
    for (const [name, value] of Object.entries(browser.cookies(HOST))) cold.setCookie(HOST, name, value);
    const fault = clerk.fail({ operation: 'GetJWKS', status: 500 });
    const page = await cold.open(`${APP}/page`);
    expect(page).toMatchObject({ status: 503 });
    expect(page.visited).toHaveLength(1);
    fault.stop();
    now += 31_000;
    expect(await cold.open(`${APP}/page`)).toMatchObject({ status: 200, body: { userId } });
  });

  test.each([
    ['the application', [HOSTS[type]]],
    ['everyone', Object.values(HOSTS)],
  ])('answers after three redirects at most if cookies of %s are blocked', async (_, blocked) => {
    const { userId } = await newUser();
    const browser = browserFor(application(), blocked);
    const first = await browser.open(`${APP}/page`);
    expect(sentAway(first)).toBeLessThanOrEqual(3);
    expect(first).toMatchObject({ status: 401, body: { userId: null } });
    const entered = await signIn(browser, userId);
    expect(sentAway(entered)).toBeLessThanOrEqual(3);
    expect([200, 401]).toContain(entered.status);
  });

  test('activates the organization of the address by one handshake', async () => {
    const app = application({
      organizationSync: { organizationPatterns: ['/orgs/:id'], personalAccountPatterns: ['/me'] },
    });
    const { browser, userId } = await signedIn(app);
    await clerk.createSessionToken({ userId, orgId: 'org_birch' });
    const page = await browser.open(`${APP}/orgs/org_birch`);
    expect(page).toMatchObject({ status: 200, url: `${APP}/orgs/org_birch`, body: { userId, orgId: 'org_birch' } });
    expect(handshakes(page)).toBe(1);
    const personal = await browser.open(`${APP}/me`);
    expect(personal).toMatchObject({ status: 200, body: { userId, orgId: null } });
    expect(handshakes(personal)).toBe(1);
  });

  test('keeps the session without a loop if the user is no member of the organization', async () => {
    const { browser, userId } = await signedIn(
      application({ organizationSync: { organizationPatterns: ['/orgs/:id'] } }),
    );
    const page = await browser.open(`${APP}/orgs/org_nowhere`);
    expect(page).toMatchObject({ status: 200, body: { userId, orgId: null } });
    expect(handshakes(page)).toBeLessThanOrEqual(3);
    expect(handshakes(page)).toBeGreaterThan(0);
  });
});
