/** What browsers send when a cookie was set for the host and for its domain: two values under one name, in any order. */
import { expect, it } from 'vitest';
import { callsOf, OPERATIONS } from '../../support/clerk.js';
import { T0_S } from '../../support/tokens.js';
import type { Framework, Adapter } from '../frameworks.js';
import { renewSession, SUFFIX, type TokenName } from '../fixtures.js';
import { createEnvironments } from './harness.js';

const routes = [{ path: '/me', guards: [(adapter: Adapter) => adapter.requireAuth()] }];
const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document' };
const LONG_AGO = T0_S - 99_999;

export function severalCookies(framework: Framework): void {
  const environments = createEnvironments(framework);

  /** Both orders of two lists of cookies, as a page and as a script: the answers. */
  async function ask(
    environment: Awaited<ReturnType<typeof environments.open>>,
    ...lists: readonly (readonly string[])[]
  ) {
    const answers = [];
    for (const ordered of [lists, [...lists].reverse()]) {
      for (const kind of [PAGE, {}]) {
        const cookie = [...ordered.flat(), `__clerk_db_jwt_${SUFFIX}=dvb`].join('; ');
        answers.push(await environment.get('/me', null, { ...kind, cookie }));
      }
    }
    return answers;
  }
  const jar = (token: string, clientUat: number | string = LONG_AGO) => [
    `__session=${token}`,
    `__session_${SUFFIX}=${token}`,
    `__client_uat=${clientUat}`,
    `__client_uat_${SUFFIX}=${clientUat}`,
  ];

  it.each<TokenName | ''>(['', 'expired', 'tampered', 'forged', 'template', 'garbage', 'apiKey'])(
    'signs in with a good session beside %j, without a redirect and without a call',
    async (bad) => {
      const environment = await environments.open({ routes });
      const { tokens, clerk } = environment.fixtures;
      for (const answer of await ask(environment, jar(bad && tokens[bad]), jar(tokens.admin))) {
        expect(answer).toMatchObject({ status: 200, body: { userId: 'user_ada' } });
        expect(answer.headers['set-cookie']).toBeUndefined();
      }
      expect(callsOf(clerk, OPERATIONS.jwks)).toBe(1);
      expect(environment.fixtures.verifications()).toBe(0);
    },
  );

  it('prefers the session of the newest client time over a client that has signed out', async () => {
    const environment = await environments.open({ routes });
    const { admin } = environment.fixtures.tokens;
    for (const { status } of await ask(environment, jar(admin, 0), jar(admin))) expect(status).toBe(200);
    const [page, script] = await ask(environment, jar(admin, LONG_AGO), jar(admin, T0_S + 1));
    expect(page?.status).toBe(307);
    expect(script).toMatchObject({ status: 401 });
    expect(script?.headers['x-clerk-auth-reason']).toBe('session-token-iat-before-client-uat');
  });

  it('refuses any number of bad sessions', async () => {
    const environment = await environments.open({ routes });
    const { tampered, forged, template, garbage, expired } = environment.fixtures.tokens;
    const [page, script] = await ask(
      environment,
      [tampered, forged, template, garbage, expired].flatMap((bad) => jar(bad)),
    );
    expect(page?.status).not.toBe(200);
    expect(script?.status).toBe(401);
    for (const answer of await ask(environment, jar(tampered), jar(forged), jar(template)))
      expect(answer.status).not.toBe(200);
  });

  it('renews an expired session with the refresh cookie that Clerk accepts', async () => {
    const environment = await environments.open({ routes });
    environment.fixtures.clerk.fail({
      operation: OPERATIONS.refresh,
      when: ({ body }) => (body as { refresh_token: string }).refresh_token !== 'rt-good',
      status: 401,
      code: 'refresh_token_unknown',
    });
    const cookies = renewSession(environment.fixtures);
    const { expired } = environment.fixtures.tokens;
    const lists = ['rt-good', 'rt-old'].map((token) => [...jar(expired), `__refresh_${SUFFIX}=${token}`]);
    for (const answer of await ask(environment, ...lists)) {
      expect(answer).toMatchObject({ status: 200, body: { userId: 'user_ada' } });
      expect(answer.headers['set-cookie']).toEqual(cookies);
    }
    // Each of the four asked twice, and no more.
    expect(callsOf(environment.fixtures.clerk, OPERATIONS.refresh)).toBe(8);
  });

  it('ignores a name that has more values than a browser keeps', async () => {
    const environment = await environments.open({ routes });
    const { admin, member, stale, pending, tampered } = environment.fixtures.tokens;
    const [page, script] = await ask(
      environment,
      ...[admin, member, stale, pending, tampered].map((token) => jar(token)),
    );
    expect(page?.status).toBe(307);
    expect(script?.status).toBe(401);
    expect(script?.headers['x-clerk-auth-reason']).toBe('client-uat-but-no-session-token');
  });
}
