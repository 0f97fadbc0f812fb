/** The option `publicUrl`: behind API Gateway with a stage, a CDN with another host, or anything else that rewrites addresses. */
import { describe, expect, it } from 'vitest';
import { SUFFIX, type Fixtures } from '../fixtures.js';
import type { Framework, Adapter } from '../frameworks.js';
import { createEnvironments } from './harness.js';

const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document' };
const STAGE = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod';
const CDN = 'https://d111111abcdef8.cloudfront.net';

export function publicUrls(framework: Framework): void {
  const environments = createEnvironments(framework);
  const routes = [
    { path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] },
    { path: '/prod/me', guards: [(adapter: Adapter) => adapter.requireAuth()] },
    { path: '/page', guards: [(adapter: Adapter) => adapter.requireAuth({ redirect: true })] },
    { path: '/open' },
  ];
  const open = (publicUrl: string | null, more: object = {}) =>
    environments.open({ routes, trustProxy: true }, ({ options }) => [
      [{ ...options, trustProxy: true, publicUrl, ...more }],
    ]);
  const handshakeOf = (answer: { headers: Record<string, string> }) => new URL(answer.headers['location'] ?? '');
  const returnTo = (url: URL) => url.searchParams.get('redirect_url');

  describe('the URL to come back to from a handshake', () => {
    it.each([
      [STAGE, '/open?a=1', `${STAGE}/open?a=1`],
      [`${STAGE}/`, '/open', `${STAGE}/open`],
      [STAGE, '/', `${STAGE}/`],
      [STAGE, '/prod/me', `${STAGE}/me`],
      [STAGE, '/prod?x=1', `${STAGE}?x=1`],
      [STAGE, '/production', `${STAGE}/production`],
      [CDN, '/open', `${CDN}/open`],
      ['http://localhost:8080', '/open', 'http://localhost:8080/open'],
    ])('is below the publicUrl %s for a request to %s', async (publicUrl, path, seen) => {
      const { get } = await open(publicUrl);
      const forwarded = { ...PAGE, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
      for (const headers of [PAGE, forwarded]) {
        const answer = await get(path, null, headers);
        expect([answer.status, returnTo(handshakeOf(answer))]).toEqual([307, seen]);
      }
    });
  });

  it('is used for a Frontend API under a path of this server', async () => {
    for (const proxyUrl of ['/__clerk', '/prod/__clerk']) {
      const answer = await (await open(STAGE, { proxyUrl })).get('/open', null, PAGE);
      expect(handshakeOf(answer).href.split('?')[0]).toBe(`${STAGE}/__clerk/v1/client/handshake`);
    }
    const answer = await (await open(STAGE, { frontendApiProxy: { enabled: true } })).get('/open', null, PAGE);
    expect(handshakeOf(answer).href.split('?')[0]).toBe(`${STAGE}/__clerk/v1/client/handshake`);
  });

  it('is what the proxy of the Frontend API sends to Clerk, with the base path on or off', async () => {
    for (const path of ['/__clerk/v1/client?a=b', '/prod/__clerk/v1/client?a=b']) {
      const asked: { url: string; headers: Headers }[] = [];
      const fetch = (input: string | URL | Request, init?: RequestInit) => {
        const url = input instanceof Request ? input.url : String(input);
        asked.push({ url, headers: new Headers(init?.headers) });
        return Promise.resolve(new Response('{}', { headers: { 'content-type': 'application/json' } }));
      };
      const proxy = { enabled: true, fapiUrl: 'https://frontend-api.clerk.dev' };
      const { get } = await open(STAGE, { frontendApiProxy: proxy, fetch });
      expect((await get(path)).status).toBe(200);
      expect(asked.map(({ url }) => url)).toEqual(['https://frontend-api.clerk.dev/v1/client?a=b']);
      expect(asked[0]?.headers.get('clerk-proxy-url')).toBe(`${STAGE}/__clerk`);
      expect(asked[0]?.headers.get('x-forwarded-host')).toBe(new URL(STAGE).host);
    }
  });

  it('is used for the sign-in page and for the way back from it', async () => {
    for (const signInUrl of ['/sign-in', '/prod/sign-in']) {
      const { get } = await open(STAGE, { signInUrl, publishableKey: null });
      const answer = await get('/page', null, PAGE);
      expect(answer.status).toBe(302);
      expect(handshakeOf(answer).href.split('?')[0]).toBe(`${STAGE}/sign-in`);
      expect(returnTo(handshakeOf(answer))).toBe(`${STAGE}/page`);
    }
  });

  it("is the origin that counts as the application's own", async () => {
    const cookies = ({ tokens }: Fixtures) =>
      `__session_${SUFFIX}=${tokens.admin}; __client_uat_${SUFFIX}=1; __clerk_db_jwt_${SUFFIX}=dvb`;
    const from = async (publicUrl: string | null, referer: string) => {
      const { get, fixtures } = await open(publicUrl, { isSatellite: false });
      return (await get('/me', null, { ...PAGE, cookie: cookies(fixtures), referer })).status;
    };
    expect(await from(CDN, `${CDN}/list`)).toBe(200);
    // A development page that comes from elsewhere looks whether the browser has signed in there meanwhile.
    expect(await from(CDN, 'https://elsewhere.example/list')).toBe(307);
    expect(await from(null, `${CDN}/list`)).toBe(307);
  });

  it('is put before a path that names resource metadata', async () => {
    for (const resourceMetadata of [
      '/.well-known/oauth-protected-resource',
      () => '/prod/.well-known/oauth-protected-resource',
    ]) {
      const { get } = await open(STAGE, { resourceMetadata });
      const answer = await get('/me');
      expect(answer.headers['www-authenticate']).toBe(
        `Bearer resource_metadata="${STAGE}/.well-known/oauth-protected-resource"`,
      );
    }
  });

  it('does not change the patterns of organizations', async () => {
    const { get } = await open(STAGE, { organizationSync: { organizationPatterns: ['/:slug'] } });
    const url = handshakeOf(await get('/open', null, PAGE));
    expect([url.searchParams.get('organization_id'), returnTo(url)]).toEqual(['open', `${STAGE}/open`]);
  });

  it('serves resource metadata with the base path on or off', async () => {
    const resource = `${STAGE}/mcp`;
    const given = { resource, publicUrl: STAGE, publishableKey: `pk_test_${btoa('clerk.acornbooks.example$')}` };
    const { get } = await environments.open({ first: [(adapter) => adapter.protectedResourceMetadata(given)], routes });
    for (const path of ['', '/mcp', '/prod/mcp']) {
      const answer = await get(`/.well-known/oauth-protected-resource${path}`);
      expect([answer.status, answer.body['resource']]).toEqual([200, resource]);
    }
    expect((await get('/.well-known/oauth-protected-resource/other')).status).toBe(404);
  });
}
