/** Requests as clients and attackers write them: bodies, odd targets, odd hosts. */
import { describe, expect, it } from 'vitest';
import { sendRaw, type Framework, type Handle, type Adapter } from '../frameworks.js';
import { createEnvironments, user } from './harness.js';

const echo: Handle = async (tools) => ({ echoed: await tools.json() });

export function requests(framework: Framework): void {
  const environments = createEnvironments(framework);

  describe('bodies stay readable', () => {
    it('JSON and forms', async () => {
      const { served, fixtures } = await environments.open({
        parseBodies: true,
        routes: [{ method: 'post', path: '/echo', guards: [user], handle: echo }],
      });
      const authorization = `Bearer ${fixtures.tokens.admin}`;
      const json = await served.agent
        .post('/echo')
        .set({ authorization })
        .send({ a: [1, 2] });
      expect(json.body).toEqual({ echoed: { a: [1, 2] } });
      const form = await served.agent.post('/echo').set({ authorization }).type('form').send({ a: '1' });
      expect(form.body).toEqual({ echoed: { a: '1' } });
    });

    it('streams are readable after a verification that had to wait', async () => {
      const { served, fixtures } = await environments.open({
        routes: [
          {
            method: 'post',
            path: '/text',
            guards: [(adapter) => adapter.requireAuth({ token: 'api_key' })],
            handle: async (tools) => ({ length: (await tools.text()).length }),
          },
        ],
      });
      const text = 'acorn '.repeat(50_000);
      const answer = await served.agent
        .post('/text')
        .set({ authorization: `Bearer ${fixtures.tokens.apiKey}`, 'content-type': 'application/octet-stream' })
        .send(text);
      expect(answer.body).toEqual({ length: text.length });
    });

    it("keeps the parser's error for a malformed body", async () => {
      const { served, fixtures } = await environments.open({
        parseBodies: true,
        routes: [{ method: 'post', path: '/echo', guards: [user], handle: echo }],
      });
      const answer = await served.agent
        .post('/echo')
        .set({ authorization: `Bearer ${fixtures.tokens.admin}`, 'content-type': 'application/json' })
        .send('{"a":')
        .ok(() => true);
      expect(answer.status).toBe(framework.parsersOfItsOwn ? 400 : 500);
      expect(served.errors).toEqual([expect.objectContaining({ name: framework.parserError })]);
    });

    it("passes an error of a handler to the application's error handler", async () => {
      const { get, served } = await environments.open({
        routes: [
          {
            path: '/fails',
            guards: [user],
            handle: () => {
              throw new Error('own error');
            },
          },
        ],
      });
      expect((await get('/fails', 'admin')).status).toBe(500);
      expect((await get('/fails')).status).toBe(401);
      expect(served.errors).toEqual([expect.objectContaining({ message: 'own error' })]);
    });
  });

  describe("S15, S26: odd requests get 400 or the router's answer, never 500, and never pass a guard", () => {
    const HOST = 'Host: 127.0.0.1';
    const RAW: readonly (readonly [what: string, head: string, expected: readonly number[]])[] = [
      ['TRACE', `TRACE /me HTTP/1.1\r\n${HOST}`, [400, 405]],
      ['//', `GET // HTTP/1.1\r\n${HOST}`, [400, 404]],
      ['//me', `GET //me HTTP/1.1\r\n${HOST}`, [400, 404]],
      ['//evil.example/me', `GET //evil.example/me HTTP/1.1\r\n${HOST}`, [400, 404]],
      ['absolute form', `GET http://evil.example/me HTTP/1.1\r\n${HOST}`, [400, 401, 404]],
      ['absolute form with credentials', `GET http://a:b@evil.example/me HTTP/1.1\r\n${HOST}`, [400]],
      ['not a path', `GET me HTTP/1.1\r\n${HOST}`, [400, 404]],
      ['asterisk form', `OPTIONS * HTTP/1.1\r\n${HOST}`, [200, 400, 404]],
      ['host with a path', 'GET /me HTTP/1.1\r\nHost: h/path?', [400]],
      ['host with a space', 'GET /me HTTP/1.1\r\nHost: a b', [400]],
      ['host with credentials', 'GET /me HTTP/1.1\r\nHost: a:b@evil.example', [400]],
      ['host that is empty', 'GET /me HTTP/1.1\r\nHost: ', [400, 401]],
      ['host with a port beyond ports', 'GET /me HTTP/1.1\r\nHost: a:99999999', [400, 401]],
      ['escaped letters', `GET /%6de HTTP/1.1\r\n${HOST}`, [401, 404]],
      ['a broken escape', `GET /%zz HTTP/1.1\r\n${HOST}`, [400, 404]],
      ['dot segments', `GET /x/../me HTTP/1.1\r\n${HOST}`, [400, 401, 404]],
      [
        'a cookie with broken escapes',
        `GET /me HTTP/1.1\r\n${HOST}\r\nCookie: __session=%E0%A4%A; __client_uat=%zz`,
        [401],
      ],
      ['a hundred cookies', `GET /me HTTP/1.1\r\n${HOST}\r\nCookie: ${'__session=a; '.repeat(100)}`, [401]],
    ];
    it.each(RAW)('%s', async (_, head, expected) => {
      const { served } = await environments.open({ routes: [{ method: 'all', path: '/me', guards: [user] }] });
      const { status } = await sendRaw(served.port, `${head}\r\nConnection: close\r\n\r\n`);
      expect(expected).toContain(status);
      expect(served.errors.filter((error) => !isRouterError(error))).toEqual([]);
    });

    it('S15: refuses every spelling of a guarded path without a credential', async () => {
      const { served } = await environments.open({
        routes: [{ path: '/admin/panel', guards: [user], handle: () => ({ secret: true }) }],
      });
      for (const path of [
        '/admin/panel',
        '//admin/panel',
        '/admin//panel',
        '/%61dmin/panel',
        '/admin%2Fpanel',
        '/ADMIN/panel',
        '/admin/panel/',
        '/admin/panel/.',
        '/./admin/panel',
        '/admin/panel;a=b',
      ]) {
        const { status, text } = await sendRaw(
          served.port,
          `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
        );
        expect([400, 401, 404]).toContain(status);
        expect(text).not.toContain('secret');
      }
    });

    it('serves an ordinary request on the same server', async () => {
      const { get } = await environments.open({ routes: [{ method: 'all', path: '/me', guards: [user] }] });
      expect((await get('/me', 'admin')).status).toBe(200);
    });
  });

  describe('protectedResourceMetadata', () => {
    const resource = 'https://api.acornbooks.example/mcp';
    const open = () =>
      environments.open(
        {
          first: [
            (adapter) =>
              adapter.protectedResourceMetadata({
                resource,
                scopes: ['invoices:read'],
                authorizationServers: ['https://clerk.acornbooks.example'],
              }),
          ],
          routes: [{ path: '/mcp', guards: [user] }],
        },
        ({ options }) => [[options]],
      );

    it.each(['', '/mcp'])(
      'serves the document under the root and under the path of the resource (%j)',
      async (path) => {
        const { get } = await open();
        const answer = await get(`/.well-known/oauth-protected-resource${path}`);
        expect(answer.status).toBe(200);
        expect(answer.headers['access-control-allow-origin']).toBe('*');
        expect(answer.body).toEqual({
          resource,
          authorization_servers: ['https://clerk.acornbooks.example'],
          bearer_methods_supported: ['header'],
          scopes_supported: ['invoices:read'],
        });
      },
    );

    it.each(['', '/mcp', '/mcp/'])(
      'keeps a trailing slash of the resource, and finds its document with and without one (%j)',
      async (path) => {
        const slashed = `${resource}/`;
        const authorizationServers = ['https://clerk.acornbooks.example'];
        const metadata = (adapter: Adapter) =>
          adapter.protectedResourceMetadata({ resource: slashed, authorizationServers });
        const { get } = await environments.open({ first: [metadata], routes: [] }, ({ options }) => [[options]]);
        const answer = await get(`/.well-known/oauth-protected-resource${path}`);
        expect([answer.status, answer.body['resource']]).toEqual([200, slashed]);
      },
    );

    it('leaves other paths and methods to the application', async () => {
      const { get } = await open();
      expect((await get('/.well-known/oauth-protected-resource/other')).status).toBe(404);
      expect((await get('/mcp')).status).toBe(401);
      expect((await get('/mcp', 'admin')).status).toBe(200);
    });
  });
}

/** Express 5 reports a path that does not decode as an error with status 400. */
function isRouterError(error: unknown): boolean {
  return (error as { status?: number }).status === 400;
}
