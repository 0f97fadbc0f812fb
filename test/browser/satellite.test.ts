/** A development satellite: another host, where a visitor who signed in elsewhere is signed in too. */
import { createServer, type Server } from 'node:http';
import express from 'express';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clerkMiddleware, getAuth } from 'bailiff/express';
import { startLocalInstance } from 'bailiff-local';
import type { LocalInstance } from 'bailiff-local';
import { Browser } from '../local/frontend-api/support.js';
import { listen, portOf } from '../support/listen.js';

const NAVIGATION = { accept: 'text/html', 'sec-fetch-dest': 'document' };

let clerk: LocalInstance;
let server: Server;
let satellite: string;

beforeEach(async () => {
  clerk = await startLocalInstance({ seed: { users: [{ id: 'user_ada', email_address: 'ada@example.com' }] } });
  server = createServer();
  await listen(server);
  // Another host than the instance's, as far as cookies go.
  const host = `localhost:${portOf(server)}`;
  satellite = `http://${host}`;
  const app = express();
  const signInUrl = `${clerk.frontendApiUrl}/sign-in`;
  const { secretKey, publishableKey, apiUrl } = clerk;
  app.use(
    clerkMiddleware({
      secretKey,
      publishableKey,
      apiUrl,
      isSatellite: true,
      domain: host,
      signInUrl,
      satelliteAutoSync: true,
    }),
  );
  app.get('/', (req, res) => {
    const auth = getAuth(req);
    res.json({ userId: auth.userId, reason: auth.reason });
  });
  server.on('request', app);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await clerk.close();
});

async function visit(browser: Browser, url: string): Promise<{ path: string[]; body: unknown }> {
  const path: string[] = [];
  for (;;) {
    const response = await browser.request(url, { headers: NAVIGATION });
    const location = response.headers.get('location');
    path.push(new URL(url).host === new URL(satellite).host ? 'satellite' : new URL(url).pathname);
    if (location === null || path.length > 10) return { path, body: await response.json() };
    url = new URL(location, url).href;
  }
}

it('learns of a sign-in on the primary in one round', async () => {
  const browser = new Browser();
  await browser.submit(`${clerk.frontendApiUrl}/sign-in`, { user_id: 'user_ada' });
  const { path, body } = await visit(browser, `${satellite}/`);
  expect(path).toEqual(['satellite', '/sign-in', 'satellite', '/v1/client/handshake', 'satellite', 'satellite']);
  expect(body).toEqual({ userId: 'user_ada', reason: null });
});

it('learns that nobody is signed in, and asks no further', async () => {
  const { path, body } = await visit(new Browser(), `${satellite}/`);
  expect(path.filter((step) => step === '/v1/client/handshake')).toHaveLength(1);
  expect(body).toMatchObject({ userId: null, reason: expect.stringMatching(/^session-token/) as string });
});
