/** The demo's pages as a browser without scripts walks through them: redirects, cookies, forms. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEnvironment, type DemoEnvironment } from '../../examples/demo/environment.js';

let environment: DemoEnvironment;
beforeAll(async () => {
  environment = await openEnvironment();
});
afterAll(() => environment.close());

/** Cookies by name and host; ports do not part them (RFC 6265, section 8.5), and everything here is one host. */
function createBrowser() {
  const cookies = new Map<string, string>();
  const keep = (line: string) => {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const gone = attributes.some((one) => /^\s*max-age=(0|-)/i.test(one) || /^\s*expires=thu, 01 jan 1970/i.test(one));
    if (gone) cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), pair.slice(at + 1));
  };
  async function go(
    url: string,
    form?: Record<string, string>,
  ): Promise<{ url: string; html: string; redirects: number }> {
    let body = form === undefined ? undefined : new URLSearchParams(form).toString();
    for (let redirects = 0; redirects < 10; redirects++) {
      const response = await fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          'sec-fetch-dest': 'document',
          'sec-fetch-mode': 'navigate',
          cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
          ...(body === undefined
            ? {}
            : {
                'content-type': 'application/x-www-form-urlencoded',
                origin: new URL(url).origin,
                'sec-fetch-site': 'same-origin',
              }),
        },
        ...(body === undefined ? {} : { body }),
      });
      response.headers.getSetCookie().forEach(keep);
      const location = response.headers.get('location');
      if (location === null) return { url, html: await response.text(), redirects };
      url = new URL(location, url).href;
      body = undefined;
    }
    throw new Error(`too many redirects, at ${url}`);
  }
  return { go };
}

const field = (html: string, name: string): string => new RegExp(`id="${name}">([^<]*)<`).exec(html)?.[1] ?? '';
const link = (html: string, id: string): string =>
  (new RegExp(`id="${id}" href="([^"]+)"`).exec(html)?.[1] ?? '').replaceAll('&amp;', '&');

describe.each([0, 1])('site %i', (index) => {
  it('sign in, switch organization, stay signed in, sign out', async () => {
    const { url = '' } = environment.sites[index] ?? {};
    const { clerk } = environment;
    const accounts = clerk.frontendApiUrl;
    const browser = createBrowser();

    const signIn = await browser.go(`${url}/dashboard`);
    expect(signIn.url).toMatch(new RegExp(`^${accounts}/sign-in`));
    expect(signIn.html).toContain('Ada Lovelace');

    const target = new URL(signIn.url).searchParams.get('redirect_url') ?? '';
    expect(target).toMatch(new RegExp(`^${url}/dashboard`));
    const dashboard = await browser.go(`${accounts}/sign-in`, { user_id: 'user_ada', redirect_url: target });
    expect(new URL(dashboard.url).pathname).toBe('/dashboard');
    expect(field(dashboard.html, 'user')).toBe('user_ada');

    const account = await browser.go(link(dashboard.html, 'account'));
    expect(account.html).toContain('Oak Press');
    const switched = await browser.go(`${accounts}/user/organization`, {
      organization_id: 'org_oak',
      redirect_url: `${url}/dashboard`,
    });
    expect(field(switched.html, 'organization')).toBe('org_oak');
    expect(field(switched.html, 'role')).toBe('org:member');

    clerk.advanceClock(90_000);
    const later = await browser.go(`${url}/dashboard`);
    expect(field(later.html, 'user')).toBe('user_ada');
    expect(later.redirects).toBeLessThanOrEqual(3);

    const leaving = await browser.go(link(later.html, 'sign-out'));
    expect(leaving.html).toContain('Sign out');
    await browser.go(`${accounts}/sign-out`, { redirect_url: `${url}/dashboard` });
    const after = await browser.go(`${url}/dashboard`);
    expect(after.url).toMatch(new RegExp(`^${accounts}/sign-in`));
  });
});
