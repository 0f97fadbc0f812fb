import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { LocalInstance, LocalInstanceOptions } from 'bailiff-local';
import { newBrowser } from '../../../packages/local/src/model/sessions/browsers.js';
import { ADA, APP, Browser, locationOf, NOW, payloadOf, redeem, startWithPeople } from './support.js';

let clerk: LocalInstance;
afterEach(() => clerk.close());

const start = async (options?: LocalInstanceOptions) => {
  clerk = await startWithPeople(options);
  return new Browser();
};
const handshakeUrl = (redirectUrl: string, extra: Record<string, string> = {}) =>
  `${clerk.frontendApiUrl}/v1/client/handshake?${new URLSearchParams({ redirect_url: redirectUrl, suffixed_cookies: 'true', ...extra }).toString()}`;
const signIn = (browser: Browser, userId = ADA) =>
  browser.submit(`${clerk.frontendApiUrl}/sign-in`, { user_id: userId });
const cookie = (directives: readonly string[], name: string) => {
  const found = directives.find((directive) => directive.startsWith(`${name}=`));
  return found?.slice(name.length + 1).split(';')[0];
};
const suffixOf = (directives: readonly string[]) => /__client_uat_([\w-]{8})=/.exec(directives.join('\n'))?.[1] ?? '';

describe('a browser without a session', () => {
  it('comes back signed out, with a dev browser in development', async () => {
    const browser = await start();
    const response = await browser.request(handshakeUrl(APP, { format: 'nonce' }));
    expect(response.status).toBe(307);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const location = locationOf(response);
    expect(location.href.startsWith(APP)).toBe(true);
    const directives = await redeem(clerk, location);
    const suffix = suffixOf(directives);
    expect(cookie(directives, '__client_uat')).toBe('0');
    expect(cookie(directives, `__client_uat_${suffix}`)).toBe('0');
    expect(cookie(directives, '__session')).toBe('');
    expect(cookie(directives, `__refresh_${suffix}`)).toBe('');
    expect(cookie(directives, '__clerk_db_jwt')).toMatch(/^dvb_/);
    expect(cookie(directives, `__clerk_db_jwt_${suffix}`)).toBe(cookie(directives, '__clerk_db_jwt'));
  });
});

describe('browsers that keep no cookies', () => {
  it('are forgotten oldest first, except signed-in and recent ones', async () => {
    const signedIn = await start();
    await signIn(signedIn);
    const tokens = Array.from({ length: 1001 }, () => newBrowser(clerk.state).token);
    const known = clerk.state.table('dev_browsers');
    expect(known.size).toBe(1001);
    expect([tokens[0], tokens[1], tokens[1000]].map((token) => known.get(token ?? '') !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    const directives = await redeem(clerk, locationOf(await signedIn.request(handshakeUrl(APP, { format: 'nonce' }))));
    expect(cookie(directives, '__session')).toMatch(/^ey/);
  });
});

describe('row 8: a signed-in browser', () => {
  it('gets session, uat, refresh and dev browser cookies, plain and suffixed', async () => {
    const browser = await start();
    await signIn(browser);
    const directives = await redeem(clerk, locationOf(await browser.request(handshakeUrl(APP, { format: 'nonce' }))));
    const suffix = suffixOf(directives);
    const token = cookie(directives, '__session') ?? '';
    expect(cookie(directives, `__session_${suffix}`)).toBe(token);
    expect(clerk.state.keys.open(token)?.payload).toMatchObject({
      sub: ADA,
      iss: clerk.frontendApiUrl,
      azp: 'http://127.0.0.1:3999',
      iat: NOW / 1000,
    });
    expect(cookie(directives, '__client_uat')).toBe(String(NOW / 1000));
    expect(cookie(directives, `__refresh_${suffix}`)).toMatch(/^\w{40,}$/);
    const refresh = directives.find((directive) => directive.startsWith('__refresh')) ?? '';
    expect(refresh).toContain('HttpOnly');
    expect(directives.find((directive) => directive.startsWith('__session='))).not.toContain('HttpOnly');
  });

  it('gets the cookies as a signed token without a nonce', async () => {
    const browser = await start();
    await signIn(browser);
    const location = locationOf(await browser.request(handshakeUrl(APP)));
    const opened = clerk.state.keys.open(location.searchParams.get('__clerk_handshake') ?? '');
    expect(opened?.header).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    expect(cookie(opened?.payload['handshake'] as string[], '__session')).toMatch(/^ey/);
    expect(location.searchParams.get('x')).toBe('1');
  });

  it('gets cookies with which the Backend API renews the session', async () => {
    const browser = await start();
    await signIn(browser);
    const directives = await redeem(clerk, locationOf(await browser.request(handshakeUrl(APP, { format: 'nonce' }))));
    const token = cookie(directives, '__session') ?? '';
    const refresh = cookie(directives, `__refresh_${suffixOf(directives)}`);
    clerk.advanceClock(120_000);
    const ask = (refreshToken: unknown) =>
      fetch(`${clerk.apiUrl}/v1/sessions/${String(payloadOf(token)['sid'])}/refresh?suffixed_cookies=true`, {
        method: 'POST',
        headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          format: 'cookie',
          expired_token: token,
          refresh_token: refreshToken,
          request_origin: 'http://127.0.0.1:3999',
          request_headers: {},
        }),
      });
    const renewed = (await (await ask(refresh)).json()) as { cookies: string[] };
    expect(payloadOf(cookie(renewed.cookies, '__session') ?? '')['iat']).toBe(NOW / 1000 + 120);
    expect((await ask('another')).status).toBe(401);
  });

  it('is recognized by its dev browser token if cookies are blocked, but never by an unknown token', async () => {
    const browser = await start();
    await signIn(browser);
    const directives = await redeem(clerk, locationOf(await browser.request(handshakeUrl(APP, { format: 'nonce' }))));
    const token = cookie(directives, '__clerk_db_jwt') ?? '';
    const sessionFor = async (dbJwt: string) => {
      const location = locationOf(
        await new Browser().request(handshakeUrl(APP, { format: 'nonce', __clerk_db_jwt: dbJwt })),
      );
      return cookie(await redeem(clerk, location), '__session');
    };
    expect(await sessionFor(token)).toMatch(/^ey/);
    expect(await sessionFor(`${token}x`)).toBe('');
  });

  it('keeps its client if a link has the dev browser token of another', async () => {
    const mine = await start();
    const other = new Browser();
    await signIn(mine);
    await signIn(other, 'user_bob');
    const theirs = [...other.cookies(clerk.frontendApiUrl)].find(([name]) => name.startsWith('__client_'))?.[1] ?? '';
    const location = locationOf(await mine.request(handshakeUrl(APP, { format: 'nonce', __clerk_db_jwt: theirs })));
    expect(payloadOf(cookie(await redeem(clerk, location), '__session') ?? '')['sub']).toBe(ADA);
  });

  it.each(['revoke', 'ban', 'expire', 'delete'])('is signed out after %s', async (how) => {
    const browser = await start();
    await signIn(browser);
    const { state } = clerk;
    const session = state.table('sessions').by('user_id', ADA).at(-1);
    const acts: Record<string, () => unknown> = {
      revoke: () => state.table('sessions').update(session?.id ?? '', { status: 'revoked' }),
      ban: () => state.table('users').update(ADA, { banned: true }),
      expire: () => {
        clerk.advanceClock(8 * 24 * 3_600_000);
      },
      delete: () => state.table('users').delete(ADA),
    };
    acts[how]?.();
    const directives = await redeem(clerk, locationOf(await browser.request(handshakeUrl(APP, { format: 'nonce' }))));
    expect(cookie(directives, '__client_uat')).toBe('0');
    expect(cookie(directives, '__session')).toBe('');
  });
});

describe('the nonce', () => {
  it('is valid once, and briefly', async () => {
    const browser = await start();
    const first = locationOf(await browser.request(handshakeUrl(APP, { format: 'nonce' })));
    expect(await redeem(clerk, first)).not.toHaveLength(0);
    expect(await redeem(clerk, first)).toHaveLength(0);
    const second = locationOf(await browser.request(handshakeUrl(APP, { format: 'nonce' })));
    clerk.advanceClock(61_000);
    expect(await redeem(clerk, second)).toHaveLength(0);
  });

  it('is not kept if the browser never comes back', async () => {
    const browser = await start();
    const handshakes = clerk.state.table('handshakes');
    const begin = async () => locationOf(await browser.request(handshakeUrl(APP, { format: 'nonce' })));
    await begin();
    clerk.advanceClock(30_000);
    const recent = await begin();
    expect(handshakes.size).toBe(2);
    clerk.advanceClock(30_000);
    await begin();
    expect(handshakes.size).toBe(2);
    expect(await redeem(clerk, recent)).not.toHaveLength(0);
  });
});

describe('organization_id', () => {
  it.each([
    ['org_acorn', 'org_acorn'],
    ['birch', 'org_birch'],
    ['org_foreign', undefined],
    ['', undefined],
  ])('%j activates %s', async (asked, active) => {
    const browser = await start();
    await clerk.createSessionToken({ userId: 'user_bob', orgId: 'org_foreign' });
    await signIn(browser);
    const location = locationOf(await browser.request(handshakeUrl(APP, { format: 'nonce', organization_id: asked })));
    const claims = payloadOf(cookie(await redeem(clerk, location), '__session') ?? '');
    expect((claims['o'] as { id: string } | undefined)?.id).toBe(active);
  });

  it('that is not allowed keeps the current one, and an empty one clears it', async () => {
    const browser = await start();
    await signIn(browser);
    const active = async (asked: string) => {
      const location = locationOf(
        await browser.request(handshakeUrl(APP, { format: 'nonce', organization_id: asked })),
      );
      return (payloadOf(cookie(await redeem(clerk, location), '__session') ?? '')['o'] as { id: string } | undefined)
        ?.id;
    };
    expect(await active('acorn')).toBe('org_acorn');
    expect(await active('org_nowhere')).toBe('org_acorn');
    expect(await active('')).toBeUndefined();
  });
});

describe('production', () => {
  it.each(['nonce', 'token'])('carries the %s in a cookie of the host and leaves the URL unchanged', async (format) => {
    const browser = await start({ instanceType: 'production' });
    const response = await browser.request(handshakeUrl(APP, format === 'nonce' ? { format } : {}));
    expect(locationOf(response).href).toBe(APP);
    const name = format === 'nonce' ? '__clerk_handshake_nonce' : '__clerk_handshake';
    expect(browser.cookies(APP).get(name)).toMatch(/^\S{40,}$/);
  });

  it('has no dev browsers', async () => {
    const browser = await start({ instanceType: 'production' });
    const response = await browser.request(handshakeUrl('http://localhost:3999/', {}));
    const token = locationOf(response).searchParams.get('__clerk_handshake') ?? '';
    expect(payloadOf(token)['handshake']).not.toContainEqual(expect.stringContaining('__clerk_db_jwt'));
    const post = await browser.request(`${clerk.frontendApiUrl}/v1/dev_browser`, { method: 'POST' });
    expect(post.status).toBe(404);
  });
});

describe('redirect_url', () => {
  const refused = [
    'https://evil.example/',
    '//evil.example/x',
    'http://127.0.0.1.evil.example/',
    'http://127.0.0.1@evil.example/',
    'http://user@127.0.0.1/',
    'http://evil.example#127.0.0.1',
    'http://evil.example\\@127.0.0.1/',
    'javascript:alert(1)//127.0.0.1',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    '/relative',
    'nonsense',
    'http://[::1',
  ];

  it('may be loopback and known origins only', async () => {
    const browser = await start();
    for (const url of refused) {
      const response = await browser.request(handshakeUrl(url));
      expect(response.status, url).toBe(422);
      expect(response.headers.get('location')).toBeNull();
    }
    expect((await browser.request(`${clerk.frontendApiUrl}/v1/client/handshake`)).status).toBe(422);
    for (const url of [
      'http://localhost:3000/',
      'http://app.localhost:3000/',
      'https://127.0.0.9/',
      'http://[::1]:8080/',
    ]) {
      expect((await browser.request(handshakeUrl(url))).status, url).toBe(307);
    }
  });

  it('may be an origin that the instance lists', async () => {
    const browser = await start();
    expect((await browser.request(handshakeUrl('https://app.example.com/x'))).status).toBe(422);
    clerk.state.table('redirect_urls').insert({ id: 'ru_1', url: 'https://app.example.com/callback' });
    const response = await browser.request(handshakeUrl('https://app.example.com/x'));
    expect(locationOf(response).origin).toBe('https://app.example.com');
    expect((await browser.request(handshakeUrl('http://app.example.com/x'))).status).toBe(422);
  });

  it('never carries cookies to a host that only resembles loopback', async () => {
    await start();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.domain().map((domain) => `http://127.0.0.1.${domain}`),
        ),
        async (url) => {
          const response = await clerk.fetch(handshakeUrl(url), { redirect: 'manual' });
          expect(response.status).not.toBe(307);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is answered for GET only', async () => {
    const browser = await start();
    const response = await browser.request(handshakeUrl(APP), { method: 'POST' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
  });
});
