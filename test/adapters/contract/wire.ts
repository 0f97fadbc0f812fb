/** What reaches a server byte for byte, and what two frameworks could read differently. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sendRaw, type Framework } from '../frameworks.js';
import { PRODUCTION, PUBLISHABLE_KEY } from '../fixtures.js';
import { createEnvironments, user } from './harness.js';

/** The suffix of this instance's cookies. */
const SUFFIX = createHash('sha1').update(PUBLISHABLE_KEY).digest('base64url').slice(0, 8);

export function wire(framework: Framework): void {
  const environments = createEnvironments(framework);
  const routes = [{ method: 'all' as const, path: '/me', guards: [user] }];
  const send = (port: number, lines: readonly string[], target = '/me', method = 'GET') =>
    sendRaw(port, `${[`${method} ${target} HTTP/1.1`, ...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);

  describe('a duplicate of a header that may occur once', () => {
    const HOST = 'Host: 127.0.0.1';
    const TWICE: readonly (readonly [what: string, lines: (token: string) => readonly string[], status: number])[] = [
      ['one token', (token) => [HOST, `Authorization: Bearer ${token}`], 200],
      [
        'a good token, then another',
        (token) => [HOST, `Authorization: Bearer ${token}`, 'Authorization: Bearer x'],
        401,
      ],
      [
        'another, then a good token',
        (token) => [HOST, 'Authorization: Bearer x', `Authorization: Bearer ${token}`],
        401,
      ],
      ['the same token twice', (token) => [HOST, ...Array<string>(2).fill(`Authorization: Bearer ${token}`)], 401],
      ['in another case', (token) => [HOST, `authorization: Bearer ${token}`, 'AUTHORIZATION: Bearer x'], 401],
      ['an empty one, then a good token', (token) => [HOST, 'Authorization:', `Authorization: Bearer ${token}`], 401],
      ['a good token, then an empty one', (token) => [HOST, `Authorization: Bearer ${token}`, 'Authorization: '], 401],
      [
        'another scheme, then a good token',
        (token) => [HOST, 'Authorization: Basic eDp5', `Authorization: Bearer ${token}`],
        401,
      ],
      ['two hosts', (token) => [HOST, 'Host: evil.example', `Authorization: Bearer ${token}`], 400],
      ['the same host twice', (token) => [HOST, HOST, `Authorization: Bearer ${token}`], 400],
    ];
    it.each(TWICE)('%s', async (_, lines, status) => {
      const { served, fixtures } = await environments.open({ routes });
      expect((await send(served.port, lines(fixtures.tokens.admin))).status).toBe(status);
      expect(served.errors).toEqual([]);
    });

    it('does not let the cookies decide', async () => {
      const { served, fixtures } = await environments.open({ routes });
      const cookie = `Cookie: __client_uat_${SUFFIX}=1; __clerk_db_jwt_${SUFFIX}=x; __session_${SUFFIX}=${fixtures.tokens.admin}`;
      expect((await send(served.port, [HOST, cookie])).status).toBe(200);
      expect((await send(served.port, [HOST, cookie, 'Authorization: Basic eDp5'])).status).toBe(200);
      for (const second of ['Authorization:', 'Authorization: Basic eDp5']) {
        expect((await send(served.port, [HOST, cookie, second, 'Authorization: Bearer x'])).status).toBe(401);
      }
    });

    it('reads all lines of cookies', async () => {
      const { served, fixtures } = await environments.open({ routes });
      const lines = [
        `Cookie: __client_uat_${SUFFIX}=1`,
        `Cookie: __clerk_db_jwt_${SUFFIX}=x`,
        `Cookie: __session_${SUFFIX}=${fixtures.tokens.admin}`,
      ];
      expect((await send(served.port, [HOST, ...lines])).status).toBe(200);
      expect((await send(served.port, [HOST, ...lines.slice(0, 2)])).status).toBe(401);
    });
  });

  describe('S15, S26: a path that begins with two slashes gets 400 from every caller', () => {
    it.each(['//me', '//evil.example/me', '/\\me', 'http://127.0.0.1//me', 'http://evil.example//me'])(
      '%s',
      async (target) => {
        const { served, fixtures } = await environments.open({ routes });
        const lines = ['Host: 127.0.0.1', `Authorization: Bearer ${fixtures.tokens.admin}`];
        // The second and third time, what the first has left behind is used.
        expect((await send(served.port, lines)).status).toBe(200);
        expect((await send(served.port, lines, target)).status).toBe(400);
        expect((await send(served.port, lines, target)).status).toBe(400);
        expect((await send(served.port, lines)).status).toBe(200);
      },
    );

    it.each(['TRACE', 'TRACK'])('%s gets 400 too', async (method) => {
      const { served, fixtures } = await environments.open({ routes });
      const lines = ['Host: 127.0.0.1', `Authorization: Bearer ${fixtures.tokens.admin}`];
      expect((await send(served.port, lines, '/me', method)).status).toBe(400);
    });
  });

  describe('the origin that browsers see', () => {
    const HOST = 'inner.example:8080';
    const inner = `http://${HOST}`;
    const secure = `https://${HOST}`;
    const app = 'app.acornbooks.example';
    /** What is seen with trust in the proxy, of a development and of a production instance; without trust nothing counts. */
    const ROWS: readonly (readonly [what: string, headers: readonly string[], seen: string, production: string])[] = [
      ['nothing forwarded', [], inner, secure],
      ['host and scheme', [`X-Forwarded-Host: ${app}`, 'X-Forwarded-Proto: https'], `https://${app}`, `https://${app}`],
      ['a host alone', [`X-Forwarded-Host: ${app}`], `http://${app}`, `https://${app}`],
      ['a scheme alone', ['X-Forwarded-Proto: https'], secure, secure],
      ['the scheme http', ['X-Forwarded-Proto: http'], inner, inner],
      ['upper case', ['X-Forwarded-Proto: HTTPS'], secure, secure],
      [
        'several values',
        [`X-Forwarded-Host: ${app}, b.example`, 'X-Forwarded-Proto: http, https'],
        `http://${app}`,
        `http://${app}`,
      ],
      [
        'several lines',
        [
          `X-Forwarded-Host: ${app}`,
          'X-Forwarded-Host: b.example',
          'X-Forwarded-Proto: http',
          'X-Forwarded-Proto: https',
        ],
        `http://${app}`,
        `http://${app}`,
      ],
      ['an empty host', ['X-Forwarded-Host:', 'X-Forwarded-Proto: https'], secure, secure],
      ['an empty first host', [`X-Forwarded-Host: , ${app}`], inner, secure],
      ['an empty scheme', [`X-Forwarded-Host: ${app}`, 'X-Forwarded-Proto:'], `http://${app}`, `https://${app}`],
      ['a host with a path', [`X-Forwarded-Host: ${app}/x?`, 'X-Forwarded-Proto: https'], secure, secure],
      ['a host with credentials', [`X-Forwarded-Host: a:b@${app}`], inner, secure],
      ['a host with a blank', ['X-Forwarded-Host: a b'], inner, secure],
      ['a host that is a URL', [`X-Forwarded-Host: https://${app}`], inner, secure],
      ['a host with a port', [`X-Forwarded-Host: ${app}:8443`], `http://${app}:8443`, `https://${app}:8443`],
      [
        'a scheme that is none',
        [`X-Forwarded-Host: ${app}`, 'X-Forwarded-Proto: javascript'],
        `http://${app}`,
        `https://${app}`,
      ],
      ['a scheme with more behind it', ['X-Forwarded-Proto: https://evil.example'], inner, secure],
    ];
    /** Where the handshake would come back to. */
    const originOf = async (options: object, trustProxy: boolean, headers: readonly string[]): Promise<string> => {
      const { served } = await environments.open({ routes, trustProxy }, (fixtures) => [
        [{ ...fixtures.options, ...options, trustProxy }],
      ]);
      const page = ['Accept: text/html', 'Sec-Fetch-Dest: document', 'Cookie: __client_uat=1'];
      const { status, text } = await send(served.port, [`Host: ${HOST}`, ...page, ...headers]);
      expect(status).toBe(307);
      const location = /^location: (.+)$/im.exec(text)?.[1] ?? '';
      return new URL(new URL(location).searchParams.get('redirect_url') ?? '').origin;
    };

    it.each(ROWS)('%s', async (_, headers, seen, production) => {
      const believed = framework.proxyTrust !== 'nobody';
      expect(await originOf({}, true, headers)).toBe(believed ? seen : inner);
      expect(await originOf(PRODUCTION, true, headers)).toBe(believed ? production : secure);
      expect(await originOf({}, false, headers)).toBe(inner);
      expect(await originOf(PRODUCTION, false, headers)).toBe(secure);
    });
  });
}
