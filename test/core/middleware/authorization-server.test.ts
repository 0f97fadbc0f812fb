/** The metadata of the authorization server where a runtime drops a request, with all that it has begun (Workers do when a client hangs up). */
import { afterEach, expect, it, vi } from 'vitest';
import { createAuthorizationServerMetadata } from '../../../src/core/middleware/authorization-server.js';

const PATH = '/.well-known/oauth-authorization-server';

afterEach(() => void vi.useRealTimers());

it('asks again at the next request if the runtime has dropped the first call', async () => {
  // Nothing but the clock goes on: no answer comes, and no timer fires.
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const answers = [
    new Promise<never>(() => undefined),
    Promise.resolve(Response.json({ issuer: 'https://x.example' })),
  ];
  const metadata = createAuthorizationServerMetadata({
    authorizationServer: 'https://x.example',
    fetch: () => answers.shift() as Promise<Response>,
  });
  void metadata('GET', PATH);
  vi.setSystemTime(Date.now() + 5_000);
  expect(await metadata('GET', PATH)).toMatchObject({ status: 200, body: '{"issuer":"https://x.example"}' });
  expect((await metadata('HEAD', PATH))?.status).toBe(200);
});

it('asks once a second while the document is not there, however many ask', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  let calls = 0;
  const metadata = createAuthorizationServerMetadata({
    authorizationServer: 'https://x.example',
    fetch: async () => {
      calls++;
      return new Response('', { status: 404 });
    },
  });
  for (let n = 0; n < 10; n++) expect((await metadata('GET', PATH))?.status).toBe(503);
  expect(calls).toBe(1);
  vi.setSystemTime(Date.now() + 1_000);
  expect((await metadata('GET', PATH))?.status).toBe(503);
  expect(calls).toBe(2);
});
