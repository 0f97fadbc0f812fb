/** Headers that go with a decision, and the public URL that browsers are sent back to. */
import { describe, expect, it } from 'vitest';
import type { Framework, Handle, Adapter } from '../frameworks.js';
import { createEnvironments } from './harness.js';

const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document' };

export function headers(framework: Framework): void {
  const environments = createEnvironments(framework);
  const setsOwn: Handle = (tools) => {
    tools.header('set-cookie', 'own=1');
    tools.header('vary', 'accept');
    return {};
  };
  const routes = [
    { path: '/open', handle: setsOwn },
    { path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] },
    { path: '/key', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'api_key' })] },
  ];

  describe('of the decision', () => {
    it('say why nobody is signed in, and nothing about the caller', async () => {
      const { get } = await environments.open({ routes });
      expect((await get('/open')).headers).toMatchObject({
        'x-clerk-auth-status': 'signed-out',
        'x-clerk-auth-reason': expect.any(String) as string,
      });
      const signedIn = await get('/me', 'admin');
      expect(Object.keys(signedIn.headers).filter((name) => name.startsWith('x-clerk'))).toEqual([]);
    });

    it('are those of the last decision after a guard has verified a machine', async () => {
      const { get } = await environments.open({ routes });
      const answer = await get('/key', 'apiKey');
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-clerk'))).toEqual([]);
      expect((await get('/key', 'revokedApiKey')).headers['x-clerk-auth-reason']).toBe('token-invalid');
    });

    it('leave the headers of a handler unchanged', async () => {
      const { get } = await environments.open({ routes });
      const { headers: sent } = await get('/open');
      expect(sent['set-cookie']).toEqual(['own=1']);
      expect(sent['vary']).toBe('accept');
    });

    it('send a page to the handshake once, with 307 and no-store', async () => {
      const { get, served } = await environments.open({ routes });
      const answer = await get('/open?a=1', null, PAGE);
      expect(answer.status).toBe(307);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['x-clerk-auth-status']).toBe('handshake');
      const location = new URL(answer.headers['location'] ?? '');
      expect(location.origin).toBe('https://clerk.acornbooks.example');
      expect(location.searchParams.get('redirect_url')).toBe(`${served.url}/open?a=1`);
      // Each cookie stands in a header of its own.
      for (const cookie of [answer.headers['set-cookie'] ?? []].flat()) expect(cookie).not.toMatch(/, \w+=/);
    });
  });

  describe('forwarded', () => {
    const FORWARDED = { ...PAGE, 'x-forwarded-host': 'app.acornbooks.example', 'x-forwarded-proto': 'https' };
    const returnTo = (location: string | undefined) => new URL(location ?? '').searchParams.get('redirect_url');

    const believes = framework.proxyTrust !== 'nobody';
    it(believes ? 'are believed where the proxy is trusted' : 'are nothing, whatever the option says', async () => {
      const { get, served } = await environments.open({ routes, trustProxy: true }, ({ options }) => [
        [{ ...options, trustProxy: true }],
      ]);
      const answer = await get('/open', null, FORWARDED);
      const origin = believes ? 'https://app.acornbooks.example' : served.url;
      expect(returnTo(answer.headers['location'])).toBe(`${origin}/open`);
    });

    it('are ignored if no option trusts a proxy', async () => {
      const { get, served } = await environments.open({ routes });
      const answer = await get('/open', null, FORWARDED);
      expect(returnTo(answer.headers['location'])).toBe(`${served.url}/open`);
    });

    if (framework.proxyTrust === 'setting') {
      it("are trusted by the framework's own setting, not by the option", async () => {
        const { get, served } = await environments.open({ routes }, ({ options }) => [
          [{ ...options, trustProxy: true }],
        ]);
        const answer = await get('/open', null, FORWARDED);
        expect(returnTo(answer.headers['location'])).toBe(`${served.url}/open`);
      });
    }

    it('never turn the path into a host', async () => {
      const { get } = await environments.open({ routes, trustProxy: true }, ({ options }) => [
        [{ ...options, trustProxy: true }],
      ]);
      const answer = await get('//evil.example/open', null, FORWARDED);
      // Hono sees a URL like any other, and sends the browser back to this very server.
      expect([307, 400, 404]).toContain(answer.status);
      const location = answer.headers['location'] ?? 'https://x?redirect_url=https://app.acornbooks.example';
      expect(new URL(location).host).not.toBe('evil.example');
      expect(new URL(returnTo(location) ?? '').host).toBe('app.acornbooks.example');
    });
  });
}
