/** `@clerk/express`, unchanged, in front of the offline instance. */
import { createServer, type Server } from 'node:http';
import { clerkMiddleware, getAuth } from '@clerk/express';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { listen, originOf } from '../support/listen.js';
import { bearer } from '../support/requests.js';

let clerk: LocalInstance;
let server: Server;
let url: string;
beforeAll(async () => {
  clerk = await startLocalInstance();
  const { secretKey, publishableKey, apiUrl } = clerk;
  const app = express();
  app.use(
    clerkMiddleware({ secretKey, publishableKey, apiUrl, machineSecretKey: await clerk.machineSecretKey('mch_here') }),
  );
  app.get('/', (req, res) => {
    const auth = getAuth(req, { acceptsToken: 'any' });
    const { tokenType, isAuthenticated } = auth;
    const has =
      'has' in auth && auth.tokenType === 'session_token' ? auth.has({ permission: 'org:invoices:read' }) : null;
    const [userId, orgId] = [('userId' in auth && auth.userId) || null, ('orgId' in auth && auth.orgId) || null];
    res.json({ tokenType, isAuthenticated, userId, orgId, has });
  });
  server = createServer(app);
  await listen(server);
  url = `${originOf(server)}/`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await clerk.close();
});

const ask = async (headers: Record<string, string>) => (await fetch(url, { headers })).json();
describe('row 2: @clerk/express', () => {
  const member = { role: 'org:editor', permissions: ['org:invoices:read'] };

  it('accepts session tokens, from the header and from cookies', async () => {
    const { headers, cookieHeader } = await clerk.signIn('user_ada', { org: 'org_acorn', ...member });
    const seen = {
      tokenType: 'session_token',
      isAuthenticated: true,
      userId: 'user_ada',
      orgId: 'org_acorn',
      has: true,
    };
    expect(await ask(headers)).toEqual(seen);
    expect(await ask({ cookie: cookieHeader })).toEqual(seen);
  });

  it('accepts machine tokens', async () => {
    const { secret } = await clerk.createApiKey({ subject: 'user_ada' });
    const oauth = await clerk.createOAuthToken({ userId: 'user_ada' });
    const m2m = await clerk.createM2MToken({ machineId: 'mch_there', scopes: ['mch_here'] });
    expect(await ask(bearer(secret))).toMatchObject({ tokenType: 'api_key', isAuthenticated: true });
    expect(await ask(bearer(oauth.token))).toMatchObject({ tokenType: 'oauth_token', isAuthenticated: true });
    expect(await ask(bearer(m2m.token))).toMatchObject({ tokenType: 'm2m_token', isAuthenticated: true });
  });

  it('refuses expired tokens and tokens of another instance', async () => {
    const expired = await clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: -60 });
    const other = await startLocalInstance({ listen: false });
    const foreign = await other.createSessionToken({ userId: 'user_ada' });
    for (const token of [expired, foreign]) expect(await ask(bearer(token))).toMatchObject({ userId: null });
    const { secret } = await other.createApiKey({ subject: 'user_ada' });
    expect(await ask(bearer(secret))).toMatchObject({ isAuthenticated: false });
    await other.close();
  });
});
