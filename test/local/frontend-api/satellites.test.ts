/** Satellites: a browser on another host name becomes the one that is signed in on the primary's, and only that. */
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { ADA, Browser, locationOf, startWithPeople } from './support.js';

let clerk: LocalInstance;
afterEach(() => clerk.close());

const PAGE = 'http://localhost:3998/page';
/** The same instance under another name, as a satellite's proxy shows it. */
const satellite = (): string => clerk.frontendApiUrl.replace('127.0.0.1', 'localhost');
const syncUrl = (): string => `${satellite()}/v1/client/sync?${new URLSearchParams({ redirect_url: PAGE }).toString()}`;

async function signIn(browser: Browser, address: string, userId = ADA): Promise<void> {
  expect((await browser.submit(`${address}/sign-in`, { user_id: userId })).status).toBe(303);
}

async function usersAt(browser: Browser, address: string): Promise<string[]> {
  const answer = await browser.request(`${address}/v1/client?_clerk_js_version=6.40.0`);
  const { response } = (await answer.json()) as { response: { sessions: { user: { id: string } }[] } | null };
  return (response?.sessions ?? []).map(({ user }) => user.id);
}

/** From the satellite's address to the primary's and back to the satellite. @returns where the link leads */
async function follow(browser: Browser): Promise<{ readonly link: URL; readonly back: URL }> {
  const toPrimary = locationOf(await browser.request(syncUrl()));
  expect(toPrimary.origin).toBe(clerk.frontendApiUrl);
  const link = locationOf(await browser.request(toPrimary.href));
  return { link, back: locationOf(await browser.request(link.href)) };
}

describe('a satellite in production', () => {
  it('takes over the session of the primary by a link that is valid once', async () => {
    clerk = await startWithPeople({ instanceType: 'production' });
    const browser = new Browser();
    await signIn(browser, clerk.frontendApiUrl);
    expect(await usersAt(browser, satellite())).toEqual([]);
    const { link, back } = await follow(browser);
    expect(link.origin).toBe(satellite());
    expect(back.href).toBe(`${PAGE}?__clerk_synced=true`);
    expect(await usersAt(browser, satellite())).toEqual([ADA]);
    const thief = new Browser();
    expect((await thief.request(link.href)).status).toBe(404);
    expect(await usersAt(thief, satellite())).toEqual([]);
  });

  it('keeps its signed-in user, and redirects to no foreign origin', async () => {
    clerk = await startWithPeople({ instanceType: 'production' });
    const browser = new Browser();
    await signIn(browser, clerk.frontendApiUrl);
    await signIn(browser, satellite(), 'user_bob');
    await follow(browser);
    expect(await usersAt(browser, satellite())).toEqual(['user_bob']);
    for (const query of [
      { redirect_url: 'https://evil.example/' },
      { redirect_url: PAGE, link_domain: 'evil.example' },
      { redirect_url: PAGE, link_domain: 'https://evil.example/x' },
    ]) {
      const url = `${clerk.frontendApiUrl}/v1/client/sync?${new URLSearchParams(query).toString()}`;
      const answer = await browser.request(url);
      expect([answer.status >= 400, answer.headers.get('location')]).toEqual([true, null]);
    }
    const forged = await browser.request(`${satellite()}/v1/client/link?__clerk_token=forged`);
    expect(forged.status).toBe(404);
  });
});

describe("a handshake with a browser's token in its URL", () => {
  it('uses the token if the cookie has no session, and never replaces one', async () => {
    clerk = await startWithPeople();
    const browser = new Browser();
    await signIn(browser, clerk.frontendApiUrl);
    const answer = await fetch(`${clerk.frontendApiUrl}/v1/dev_browser`, {
      method: 'POST',
      headers: { cookie: [...browser.cookies(clerk.frontendApiUrl)].map((pair) => pair.join('=')).join('; ') },
    });
    const { id: token } = (await answer.json()) as { id: string };
    const query = new URLSearchParams({ redirect_url: PAGE, __clerk_db_jwt: token }).toString();
    const handshake = `${satellite()}/v1/client/handshake?${query}`;
    // Known there already, as somebody who is not signed in.
    expect(await usersAt(browser, satellite())).toEqual([]);
    await browser.request(handshake);
    expect(await usersAt(browser, satellite())).toEqual([ADA]);
    const other = new Browser();
    await signIn(other, satellite(), 'user_bob');
    await other.request(handshake);
    expect(await usersAt(other, satellite())).toEqual(['user_bob']);
  });
});
