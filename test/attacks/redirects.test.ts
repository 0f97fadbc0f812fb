/** Redirects: wherever an attacker points, they lead to the instance's Frontend API and come back to this very host. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey, T0, T0_S } from '../support/tokens.js';
import { HOST, PUBLISHABLE_KEY } from './fixtures.js';
import { sendRaw } from './raw.js';
import { startExpress, startHono } from './servers.js';
import { portOf } from '../support/listen.js';

const key = createKey('RS256', { kid: 'ins_redirects' });
const FRAMEWORKS = [
  ['Express', startExpress],
  ['Hono', startHono],
] as const;
const PAGE = [
  ['accept', 'text/html'],
  ['sec-fetch-dest', 'document'],
] as const;
const DEVELOPMENT = {
  publishableKey: 'pk_test_YnJhdmUtb3R0ZXItNy5jbGVyay5hY2NvdW50cy5kZXYk',
  secretKey: 'sk_test_redirectsredirectsredirects',
};
const PRODUCTION = { publishableKey: PUBLISHABLE_KEY, secretKey: 'sk_live_redirectsredirectsredirects' };
const FRONTEND_APIS = ['clerk.acornbooks.example', 'brave-otter-7.clerk.accounts.dev'];

const HOSTILE_HOSTS = [
  'evil.example',
  'evil.example, inner.example',
  'evil.example/path?query',
  'user:pass@evil.example',
  'evil.example#',
  'evil.example\\',
  'javascript:alert(1)',
  '[::1',
  '..',
  'evil.example:99999',
  'EVIL.example:443',
  'evil example',
  'x'.repeat(5_000),
  '\u00e9vil.example',
  ',',
];
const HOSTILE_SCHEMES = ['javascript', 'https://evil.example', 'data', ' ', 'https,javascript', 'HTTPS', 'file'];
/** Nobody documents that these are believed, so nobody strips them. */
const OTHER_NAMES = ['forwarded', 'x-host', 'x-original-host', 'x-forwarded-server', 'x-rewrite-url', 'x-original-url'];

const forwarded: readonly (readonly [string, string])[] = [
  ...HOSTILE_HOSTS.map((value) => ['x-forwarded-host', value] as const),
  ...HOSTILE_SCHEMES.map((value) => ['x-forwarded-proto', value] as const),
  ...OTHER_NAMES.map(
    (name) => [name, name === 'forwarded' ? 'host=evil.example;proto=https' : 'evil.example'] as const,
  ),
];

describe.each(FRAMEWORKS)('forwarded headers on %s', (_name, start) => {
  describe.each([false, true])('trustProxy: %s', (trustProxy) => {
    let server: Server;
    beforeAll(async () => {
      server = await start({ ...PRODUCTION, jwtKey: key.pem, now: () => T0, trustProxy });
    });
    afterAll(() => server.close());

    it.each(forwarded.map(([name, value]) => [`${name}: ${value.slice(0, 40)}`, name, value]))(
      '%s',
      async (_id, name, value) => {
        const headers = [...PAGE, ['cookie', `__client_uat=${T0_S - 100}`], [name, value]] as const;
        const received = await sendRaw(portOf(server), { target: '/user', headers });
        expect([307, 400, 401, 431]).toContain(received.status);
        const location = received.headers.get('location');
        if (location === undefined) return;
        const url = new URL(location);
        expect(FRONTEND_APIS).toContain(url.host);
        const back = new URL(url.searchParams.get('redirect_url') ?? '');
        expect(['http:', 'https:']).toContain(back.protocol);
        expect([back.username, back.password, back.pathname]).toEqual(['', '', '/user']);
        // Who trusts proxies believes one header, and only a value that is a host.
        if (!trustProxy || name !== 'x-forwarded-host') expect(back.host).toBe(HOST);
      },
    );

    it('an honest proxy is believed if it is trusted', async () => {
      const headers = [
        ...PAGE,
        ['cookie', `__client_uat=${T0_S - 100}`],
        ['x-forwarded-host', 'www.acornbooks.example'],
        ['x-forwarded-proto', 'https'],
      ] as const;
      const received = await sendRaw(portOf(server), { target: '/user?a=1', headers });
      const back = new URL(received.headers.get('location') ?? '').searchParams.get('redirect_url');
      expect(back).toBe(`https://${trustProxy ? 'www.acornbooks.example' : HOST}/user?a=1`);
    });
  });
});

/** Where a link may try to send a browser, together with its dev browser token. */
const HOSTILE_RETURNS = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  'https:evil.example',
  'https://partner.example.evil.example/',
  'https://partner.example@evil.example/',
  'https://user:pass@partner.example/',
  'https://evil.example\\@partner.example/',
  'https://evil.example%2f@partner.example/',
  'https://partner.example:444/',
  'http://partner.example/',
  'https://sub.partner.example/',
  'https://partner.example%00.evil.example/',
  'http://localhost.evil.example/',
  'http://localhost@evil.example/',
  'http://127.0.0.1.evil.example/',
  'http://127.0.0.1@evil.example/',
  'http://[::1].evil.example/',
  'javascript:alert(document.domain)',
  'data:text/html,x',
  'file:///etc/passwd',
  'blob:https://partner.example/x',
  'ftp://partner.example/',
  'partner.example',
  '',
  '%zz',
  'https://',
];

describe.each(FRAMEWORKS)('redirect_url on %s', (_name, start) => {
  let server: Server;
  beforeAll(async () => {
    server = await start({
      ...DEVELOPMENT,
      jwtKey: key.pem,
      now: () => T0,
      allowedRedirectOrigins: ['https://partner.example'],
    });
  });
  afterAll(() => server.close());
  const follow = async (name: string, url: string) => {
    const received = await sendRaw(portOf(server), {
      target: `/user?${name}=${encodeURIComponent(url)}`,
      headers: [...PAGE, ['cookie', '__clerk_db_jwt=dvb_secret']],
    });
    return { status: received.status, location: received.headers.get('location') };
  };

  it.each(['__clerk_redirect_url', 'redirect_url'].flatMap((name) => HOSTILE_RETURNS.map((url) => [name, url])))(
    '%s=%s',
    async (name, url) => {
      const { status, location } = await follow(name ?? '', url ?? '');
      expect([307, 400, 401]).toContain(status);
      if (location !== undefined) expect(FRONTEND_APIS).toContain(new URL(location).host);
    },
  );

  it('an origin on the list gets the token, and cannot be bypassed', async () => {
    const { status, location } = await follow('__clerk_redirect_url', 'https://partner.example/x?y=1#z');
    expect(status).toBe(307);
    const url = new URL(location ?? '');
    expect([url.origin, url.pathname]).toEqual(['https://partner.example', '/x']);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      y: '1',
      __clerk_db_jwt: 'dvb_secret',
      __clerk_synced: 'true',
    });
  });
});
