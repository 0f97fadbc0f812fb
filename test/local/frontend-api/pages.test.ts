import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { LocalInstance } from 'bailiff-local';
import { ADA, APP, Browser, locationOf, payloadOf, redeem, startWithPeople } from './support.js';

let clerk: LocalInstance;
afterEach(() => clerk.close());

const start = async () => {
  clerk = await startWithPeople();
  return new Browser();
};
const at = (path: string, query: Record<string, string> = {}) =>
  `${clerk.frontendApiUrl}${path}?${new URLSearchParams(query).toString()}`;
/** Who the application sees after a redirect of ours: it runs the handshake and reads the session cookie. */
async function follow(browser: Browser, response: Response) {
  const back = locationOf(await browser.request(locationOf(response).href));
  const directives = await redeem(clerk, back);
  const token =
    directives
      .find((directive) => directive.startsWith('__session='))
      ?.slice(10)
      .split(';')[0] ?? '';
  const claims = token === '' ? null : payloadOf(token);
  return {
    url: back,
    userId: claims?.['sub'] ?? null,
    orgId: (claims?.['o'] as { id: string } | undefined)?.id ?? null,
  };
}

describe('row 9: the sign-in page', () => {
  it('lists the users, and signs in the clicked one', async () => {
    const browser = await start();
    const page = await browser.request(at('/sign-in', { redirect_url: APP }));
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const text = await page.text();
    for (const part of ['Ada Lovelace', 'ada@example.com', 'user_bob', '127.0.0.1:3999', '2 orgs'])
      expect(text).toContain(part);

    const response = await browser.submit(at('/sign-in'), { user_id: ADA, redirect_url: APP });
    expect(response.status).toBe(303);
    const seen = await follow(browser, response);
    expect(seen).toMatchObject({ userId: ADA, orgId: null });
    expect(seen.url.href.startsWith(APP)).toBe(true);
  });

  it('replaces the session of the browser', async () => {
    const browser = await start();
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const before = clerk.state.table('sessions').by('user_id', ADA).at(-1);
    const response = await browser.submit(at('/sign-in'), { user_id: 'user_bob', redirect_url: APP });
    expect((await follow(browser, response)).userId).toBe('user_bob');
    expect(clerk.state.table('sessions').get(before?.id ?? '')?.['status']).toBe('ended');
  });

  it.each([
    ['cross-site', 'https://evil.example', 403],
    ['same-site', 'http://127.0.0.1:3999', 403],
    [undefined, 'https://evil.example', 403],
    [undefined, 'null', 403],
    ['same-origin', undefined, 303],
    ['none', undefined, 303],
    [undefined, undefined, 303],
  ])('accepts forms from itself only: Sec-Fetch-Site %s, Origin %s -> %d', async (site, origin, status) => {
    const browser = await start();
    for (const [path, fields] of [
      ['/sign-in', { user_id: ADA }],
      ['/user/organization', {}],
      ['/sign-out', {}],
      ['/sign-up', { email: 'x@example.com' }],
    ] as const) {
      const headers = { ...(site ? { 'sec-fetch-site': site } : {}), ...(origin ? { origin } : {}) };
      const response = await browser.request(at(path), { method: 'POST', headers, body: new URLSearchParams(fields) });
      expect(response.status, path).toBe(status);
    }
  });

  it('refuses users that cannot sign in', async () => {
    const browser = await start();
    const users = clerk.state.table('users');
    users.update('user_bob', { banned: true });
    users.update(ADA, { locked_until: clerk.now() + 1000 });
    expect(await (await browser.request(at('/sign-in'))).text()).not.toContain('name="user_id"');
    for (const id of ['user_bob', ADA])
      expect((await browser.submit(at('/sign-in'), { user_id: id })).status).toBe(403);
    expect((await browser.submit(at('/sign-in'), { user_id: 'user_none' })).status).toBe(404);
  });

  it.each(['https://evil.example/', 'javascript:alert(1)', '//evil.example'])(
    'redirects nowhere else: %s',
    async (url) => {
      const browser = await start();
      for (const path of ['/sign-in', '/sign-up', '/sign-out']) {
        const shown = await browser.request(at(path, { redirect_url: url }));
        expect(shown.status).toBe(403);
        expect(await shown.text()).not.toContain('evil.example');
        expect((await browser.submit(at(path), { user_id: ADA, redirect_url: url })).status).toBe(403);
      }
      expect((await browser.request(at('/sign-in', { __clerk_redirect_url: url }))).status).toBe(403);
    },
  );

  it('searches users by name and address if they are many', async () => {
    const browser = await start();
    for (let i = 0; i < 60; i++) await clerk.createSessionToken({ userId: `user_extra${String(i)}` });
    const all = await (await browser.request(at('/sign-in'))).text();
    expect(all).toContain('12 more');
    const found = await (await browser.request(at('/sign-in', { q: 'ADA@' }))).text();
    expect(found).toContain('Ada Lovelace');
    expect(found).not.toContain('user_extra');
    expect(await (await browser.request(at('/sign-in', { q: 'zz' }))).text()).toContain('Nobody matches');
  });

  it('names the signed-in user, and continues', async () => {
    const browser = await start();
    expect(await (await browser.request(at('/sign-in'))).text()).not.toContain('You are signed in');
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const text = await (await browser.request(at('/sign-in'))).text();
    expect(text).toMatch(/You are signed in as Ada Lovelace\.\s*<a href="[^"]*\/user">/);
  });

  it('shows an address without an id, and an icon without a request', async () => {
    const browser = await start();
    const { id } = await (async () => {
      const headers = { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ email_address: ['nameless@example.com'] });
      return (await fetch(`${clerk.apiUrl}/v1/users`, { method: 'POST', headers, body })).json() as Promise<{
        id: string;
      }>;
    })();
    const response = await browser.request(at('/sign-in'));
    const text = await response.text();
    expect(text).toMatch(new RegExp(`<b>nameless@example\\.com</b>\\s*<small>${id}</small>`));
    expect(text).not.toContain(`<b>${id}</b>`);
    expect(text).toContain('<link rel="icon" href="data:image/svg+xml,');
    expect(response.headers.get('content-security-policy')).toContain('img-src data:;');
  });

  it('has a link back on each error page', async () => {
    const browser = await start();
    const back = 'href="/sign-in"';
    for (const response of [
      await browser.request(at('/sign-in', { redirect_url: 'https://evil.example/' })),
      await browser.submit(at('/sign-in'), { user_id: 'user_none' }),
      await browser.request(at('/sign-in', { q: 'zz' })),
    ])
      expect(await response.text()).toContain(back);
  });

  it('S32: escapes values of users and requests', async () => {
    const browser = await start();
    const hostile = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&`;
    clerk.state.table('users').update(ADA, { first_name: hostile });
    clerk.state.table('organizations').update('org_acorn', { name: hostile });
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const target = `http://127.0.0.1:3999/?x="><script>alert(1)</script>`;
    const pages = [
      at('/sign-in', { q: hostile, redirect_url: target }),
      at('/user', { redirect_url: target }),
      at('/sign-out', { redirect_url: target }),
      at('/sign-up', { redirect_url: target }),
    ];
    for (const url of [...pages, at('/sign-in', { q: hostile })]) {
      const response = await browser.request(url);
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text).not.toMatch(/<script|<img|onerror='/);
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    }
  });

  it('S32: escapes any text at all', async () => {
    const browser = await start();
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), async (name) => {
        clerk.state.table('users').update('user_bob', { first_name: `<${name}` });
        const text = await (await browser.request(at('/sign-in'))).text();
        expect(text).toContain('&lt;');
        expect(text).not.toContain(`<b><`);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the account page', () => {
  it('switches the organization, which the application sees', async () => {
    const browser = await start();
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const page = await (await browser.request(at('/user', { redirect_url: APP }))).text();
    for (const part of ['Acorn Books', 'Birch &amp; Co', 'Personal account', 'admin']) expect(page).toContain(part);

    const choose = (organization_id: string) =>
      browser.submit(at('/user/organization'), { organization_id, redirect_url: APP });
    expect((await follow(browser, await choose('org_acorn'))).orgId).toBe('org_acorn');
    expect((await follow(browser, await choose('org_elsewhere'))).orgId).toBe('org_acorn');
    expect((await follow(browser, await choose(''))).orgId).toBeNull();
  });

  it('makes earlier tokens stale by a switch', async () => {
    const browser = await start();
    await browser.submit(at('/sign-in'), { user_id: ADA });
    clerk.advanceClock(30_000);
    const response = await browser.submit(at('/user/organization'), {
      organization_id: 'org_acorn',
      redirect_url: APP,
    });
    const directives = await redeem(clerk, locationOf(await browser.request(locationOf(response).href)));
    expect(directives).toContainEqual(expect.stringContaining(`__client_uat=${String(clerk.now() / 1000)};`));
  });

  it('asks signed-out users to sign in', async () => {
    const browser = await start();
    expect(locationOf(await browser.request(at('/user'))).pathname).toBe('/sign-in');
    expect(locationOf(await browser.submit(at('/user/organization'), {})).pathname).toBe('/sign-in');
  });
});

describe('signing out', () => {
  it('asks first, then ends the session and notifies the application', async () => {
    const browser = await start();
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const asked = await browser.request(at('/sign-out', { redirect_url: APP }));
    expect(await asked.text()).toContain('Sign out?');
    expect((await follow(browser, await browser.submit(at('/user/organization'), { redirect_url: APP }))).userId).toBe(
      ADA,
    );

    const response = await browser.submit(at('/sign-out'), { redirect_url: APP });
    expect((await follow(browser, response)).userId).toBeNull();
    expect(locationOf(await browser.request(at('/user'))).pathname).toBe('/sign-in');
  });
});

describe('signing up', () => {
  it('keeps typed values after a refusal, and focuses the wrong field', async () => {
    const browser = await start();
    const response = await browser.submit(at('/sign-up'), {
      first_name: 'A"da',
      last_name: 'L',
      email: 'ada@example.com',
    });
    expect(response.status).toBe(422);
    const text = (await response.text()).replace(/\s+/g, ' ');
    expect(text).toContain('name="first_name" value="A&quot;da"');
    expect(text).toMatch(
      /name="email" type="email" value="ada@example\.com"[^>]* autofocus aria-invalid="true" aria-describedby="error"/,
    );
    expect(text).toContain('id="error" role="alert"');
    expect(text.match(/autofocus/g)).toHaveLength(1);
  });

  it('creates a user and signs them in', async () => {
    const browser = await start();
    expect(await (await browser.request(at('/sign-up'))).text()).toContain('Create a user');
    const response = await browser.submit(at('/sign-up'), {
      email: 'new@example.com',
      first_name: 'New',
      redirect_url: APP,
    });
    expect(response.status).toBe(303);
    const { userId } = await follow(browser, response);
    expect(clerk.state.table('users').get(userId as string)?.['first_name']).toBe('New');
  });

  it('reports errors', async () => {
    const browser = await start();
    const response = await browser.submit(at('/sign-up'), { email: 'nonsense' });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain('role="alert"');
  });
});

describe('a development satellite', () => {
  it('learns the browser from the sign-in page, then the session by its own handshake', async () => {
    const browser = await start();
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const satellite = 'http://satellite.localhost:4100/x';
    const back = locationOf(await browser.request(at('/sign-in', { __clerk_redirect_url: satellite })));
    expect(back.host).toBe('satellite.localhost:4100');
    expect(back.searchParams.get('__clerk_synced')).toBe('true');
    const dbJwt = back.searchParams.get('__clerk_db_jwt') ?? '';
    const url = at('/v1/client/handshake', { redirect_url: satellite, format: 'nonce', __clerk_db_jwt: dbJwt });
    const directives = await redeem(clerk, locationOf(await new Browser().request(url)));
    expect(directives).toContainEqual(expect.stringMatching(/^__session=ey/));
  });
});

describe('the JSON operations', () => {
  it('show the client, make tokens for the page, and end sessions', async () => {
    const browser = await start();
    expect(await (await browser.request(at('/v1/client'))).json()).toEqual({ response: null, client: null });
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const headers = { origin: 'http://127.0.0.1:3999' };
    const shown = await browser.request(at('/v1/client'), { headers });
    expect(shown.headers.get('access-control-allow-origin')).toBe(headers.origin);
    const { response } = (await shown.json()) as { response: { sessions: { id: string; user_id: string }[] } };
    expect(response.sessions).toMatchObject([{ user_id: ADA, status: 'active' }]);
    expect(response.sessions[0]).not.toHaveProperty('extras');

    const path = `/v1/client/sessions/${response.sessions[0]?.id ?? ''}`;
    const token = await browser.request(at(`${path}/tokens`), {
      method: 'POST',
      headers,
      body: new URLSearchParams({ organization_id: 'acorn' }),
    });
    const claims = payloadOf(((await token.json()) as { jwt: string }).jwt);
    expect(claims).toMatchObject({ sub: ADA, azp: headers.origin, o: { id: 'org_acorn', slg: 'acorn', rol: 'admin' } });

    expect((await browser.request(at(`${path}/end`), { method: 'POST', headers })).status).toBe(200);
    // The client of browsers looks who is signed in after a 401, and after nothing else.
    expect((await browser.request(at(`${path}/tokens`), { method: 'POST', headers })).status).toBe(401);
  });

  it('are closed to other sites, other sessions and unknown browsers', async () => {
    const browser = await start();
    await browser.submit(at('/sign-in'), { user_id: ADA });
    const foreign = await browser.request(at('/v1/client'), { headers: { origin: 'https://evil.example' } });
    expect(foreign.status).toBe(400);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    const bobs = clerk.state.table('sessions').by('user_id', 'user_bob')[0]?.id ?? '';
    expect((await browser.request(at(`/v1/client/sessions/${bobs}/tokens`), { method: 'POST' })).status).toBe(404);
    expect((await new Browser().request(at(`/v1/client/sessions/${bobs}/tokens`), { method: 'POST' })).status).toBe(
      401,
    );
  });

  it('give a browser one dev browser token', async () => {
    const browser = await start();
    const ask = async () =>
      ((await (await browser.request(at('/v1/dev_browser'), { method: 'POST' })).json()) as { token: string }).token;
    expect(await ask()).toBe(await ask());
  });

  it('answer preflights of known origins only, and refuse unknown paths and methods', async () => {
    const browser = await start();
    const preflight = (origin: string) => browser.request(at('/v1/client'), { method: 'OPTIONS', headers: { origin } });
    expect((await preflight('http://localhost:3000')).status).toBe(204);
    expect((await preflight('https://evil.example')).status).toBe(400);
    expect((await browser.request(at('/v1/client/nothing'))).status).toBe(404);
    expect((await browser.request(at('/user'), { method: 'DELETE' })).status).toBe(405);
  });
});
