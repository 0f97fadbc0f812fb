/** The adapter that docs/another-framework.md shows, served as it stands there. */
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import supertest from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blocksOf } from '../support/pages.js';
import { browserCookies, createFixtures, renewSession, SUFFIX, type Fixtures } from './fixtures.js';
import { listening, type Served } from './frameworks.js';
import { bearer } from '../support/requests.js';

type Step = (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;
interface Shown {
  clerkMiddleware(options: object): Step;
  requireAuth(requirement?: object): Step;
  getAuth(req: IncomingMessage, options?: object): { userId?: string; id?: string };
}

/** Its imports are those of a file in this folder's parent. */
const FILE = resolve(import.meta.dirname, '../.another-framework.ts');
const blocks = blocksOf('docs/another-framework.md');
let shown: Shown;
let fixtures: Fixtures;
let served: Served | undefined;

beforeAll(async () => {
  writeFileSync(FILE, blocks[0]?.code ?? '');
  shown = (await import(/* @vite-ignore */ FILE)) as Shown;
});
afterAll(() => rmSync(FILE));
beforeEach(async () => {
  fixtures = await createFixtures();
});
afterEach(() => served?.close());

async function open(requirement?: object, more: object = {}) {
  const middleware = shown.clerkMiddleware({ ...fixtures.options, ...more });
  const guard = shown.requireAuth(requirement);
  const server = createServer((req, res) => {
    void (async () => {
      if (!(await middleware(req, res)) || (req.url !== '/open' && !(await guard(req, res)))) return;
      const { userId, id } = shown.getAuth(req, { acceptsToken: 'any' });
      res.end(JSON.stringify({ userId, id }));
    })().catch(() => res.writeHead(500).end());
  });
  served = await listening(server, []);
  return supertest(served.url);
}
describe('docs/another-framework.md', () => {
  it('shows one adapter, in under 60 lines', () => {
    expect(blocks).toHaveLength(1);
    expect(blocks[0]?.code.split('\n').length).toBeLessThan(60);
  });

  it('lets a signed-in user in and refuses everybody else', async () => {
    const agent = await open();
    const { admin, tampered } = fixtures.tokens;
    const read = async (path: string, token?: string) => {
      const { status, text } = await agent.get(path).set(token === undefined ? {} : bearer(token));
      return [status, status === 200 ? (JSON.parse(text) as unknown) : null];
    };
    expect(await read('/me', admin)).toEqual([200, { userId: 'user_ada' }]);
    expect(await read('/open')).toEqual([200, { userId: null }]);
    expect(await read('/me', tampered)).toEqual([401, null]);
    const denied = await agent.get('/me');
    expect([denied.status, denied.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(denied.body).toMatchObject({ errors: [{ code: 'unauthenticated' }] });
  });

  it('answers 403 for a missing permission, or what `onDenied` answers', async () => {
    const agent = await open({ role: 'org:owner' });
    expect((await agent.get('/me').set(bearer(fixtures.tokens.admin))).status).toBe(403);
    await served?.close();
    const onDenied = (denial: { code: string }, _req: unknown, res: ServerResponse) =>
      res.writeHead(418).end(denial.code);
    const own = await (await open({ role: 'org:owner' }, { onDenied })).get('/me').set(bearer(fixtures.tokens.admin));
    expect([own.status, own.text]).toEqual([418, 'forbidden']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('own answer failed')), 500],
    ['does nothing', () => undefined, 401],
  ])('does not open the route if `onDenied` %s', async (_, onDenied, status) => {
    expect((await (await open({}, { onDenied })).get('/me')).status).toBe(status);
  });

  it('sends a browser to the handshake and renews its cookies when it comes back', async () => {
    const agent = await open();
    const page = { accept: 'text/html', 'sec-fetch-dest': 'document' };
    const cookie = `__client_uat_${SUFFIX}=1; __clerk_db_jwt_${SUFFIX}=dvb`;
    const handshake = await agent.get('/me').set({ ...page, cookie });
    expect(handshake.status).toBe(307);
    expect(handshake.headers['location']).toContain('/v1/client/handshake?');
    const cookies = renewSession(fixtures);
    const renewed = await agent.get('/me').set(browserCookies(fixtures.tokens.expired));
    expect(renewed.headers).toMatchObject({ 'set-cookie': cookies, 'cache-control': 'private, no-store' });
  });

  it('accepts a machine token only on a route that names its kind', async () => {
    const apiKey = bearer(fixtures.tokens.apiKey);
    expect((await (await open()).get('/me').set(apiKey)).status).toBe(401);
    await served?.close();
    const answer = await (await open({ token: 'api_key' })).get('/me').set(apiKey);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ id: expect.stringMatching(/^ak_/) as string });
  });
});
