/** The metadata of the authorization server, handed on: what the instance says, for anybody, and 503 while it says nothing. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Adapter, Framework } from '../frameworks.js';
import { createEnvironments, user } from './harness.js';

const PATH = '/.well-known/oauth-authorization-server';

export function authorizationServer(framework: Framework): void {
  const environments = createEnvironments(framework);

  async function open(fetch?: (input: string, init?: RequestInit) => Promise<Response>) {
    const asked: (readonly [string, unknown])[] = [];
    const document = {
      issuer: 'https://clerk.acornbooks.example',
      token_endpoint: 'https://clerk.acornbooks.example/oauth/token',
    };
    const ask = async (input: string, init?: RequestInit) => {
      asked.push([input, init?.headers]);
      return fetch === undefined ? Response.json(document) : fetch(input, init);
    };
    const first = [
      (adapter: Adapter) =>
        adapter.oauthAuthorizationServerMetadata({
          authorizationServer: 'https://clerk.acornbooks.example/',
          fetch: ask,
        }),
    ];
    const environment = await environments.open({ first, routes: [{ path: '/me', guards: [user] }] });
    return { ...environment, asked, document };
  }

  it('serves what the instance says, to every origin, and asks for it once', async () => {
    const { get, asked, document } = await open();
    for (const path of [PATH, `${PATH}/mcp`, `${PATH}?x=1`]) {
      const answer = await get(path, 'tampered');
      expect([answer.status, answer.body]).toEqual([200, document]);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'content-type': 'application/json',
        'cache-control': 'public, max-age=3600',
      });
    }
    expect(asked).toEqual([[`https://clerk.acornbooks.example${PATH}`, undefined]]);
  });

  it('leaves other paths and methods to the application', async () => {
    const { get, served, asked } = await open();
    expect([(await get('/me')).status, (await get('/me', 'admin')).status]).toEqual([401, 200]);
    const posted = await served.agent.post(PATH).ok(() => true);
    const preflight = await served.agent.options(PATH).ok(() => true);
    expect([posted.status, preflight.status]).toEqual([404, 204]);
    expect((await get(`${PATH}x`)).status).toBe(404);
    expect(asked).toEqual([]);
  });

  describe('answers 503 while the instance', () => {
    afterEach(() => void vi.useRealTimers());

    it.each<[string, () => Promise<Response>]>([
      ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
      ['answers an error', async () => Response.json({ issuer: 'x' }, { status: 500 })],
      ['answers a page', async () => new Response('<html>')],
      ['answers no metadata', async () => Response.json({ keys: [] })],
    ])('%s, and asks again after a second', async (_name, fail) => {
      vi.useFakeTimers({ toFake: ['Date'] });
      let isBroken = true;
      const { get, document } = await open(async () => (isBroken ? fail() : Response.json({ issuer: 'https://x' })));
      const answer = await get(PATH);
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
      expect(document).not.toEqual(answer.body);
      isBroken = false;
      expect((await get(PATH)).status).toBe(503);
      vi.setSystemTime(Date.now() + 1_000);
      expect((await get(PATH)).body).toEqual({ issuer: 'https://x' });
    });
  });
}
