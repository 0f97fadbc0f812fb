/** What is wrong with a server's configuration is told to whoever runs it: once, in the log, in `health()` and as an event. */
import { createAuthenticator, type AuthenticatorOptions, type BailiffEvent } from 'bailiff';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../support/clerk.js';
import { createKey, sessionToken, T0_S } from '../../support/tokens.js';
import type { Adapter, Framework } from '../frameworks.js';
import { browserCookies, type Fixtures } from '../fixtures.js';
import { codeOf, createEnvironments, user, type Answer } from './harness.js';

let instances = 0;
const SECRET = /sk_test_\w{6}|sk_live_\w{6}|eyJ|ak_\w{6}/;

export function diagnostics(framework: Framework): void {
  const environments = createEnvironments(framework);
  const routes = [
    { path: '/open' },
    { path: '/me', guards: [user] },
    { path: '/machine', guards: [(adapter: Adapter) => adapter.requireAuth({ token: 'api_key' })] },
  ];

  /** Warnings come once a process, so each server has an instance of its own. */
  async function open(tune: (fixtures: Fixtures, host: string) => AuthenticatorOptions) {
    const host = `clerk-${framework.name.replace(/\W/g, '').toLowerCase()}-${(instances += 1)}.example`;
    const publishableKey = `pk_test_${Buffer.from(`${host}$`).toString('base64')}`;
    const events: BailiffEvent[] = [];
    const warnings: string[] = [];
    let authenticator: ReturnType<typeof createAuthenticator> | undefined;
    const environment = await environments.open({ routes }, (fixtures) => {
      const logger = { warn: (text: string) => warnings.push(text), error: () => undefined };
      const onEvent = (event: BailiffEvent) => void events.push(event);
      authenticator = createAuthenticator(
        { ...fixtures.options, publishableKey, onEvent, logger, ...tune(fixtures, host) },
        {},
      );
      return [[authenticator]];
    });
    const told = () => events.filter((event) => event.type === 'diagnostic');
    return { ...environment, events, warnings, told, host, health: () => authenticator!.health() };
  }

  /** Every answer that is not signed in says so, and why. */
  const stateOf = ({ headers }: Answer) => [headers['x-clerk-auth-status'], headers['x-clerk-auth-reason']];

  it('answers 503 and warns once if Clerk refuses the secret key', async () => {
    const { get, warnings, told, host, health, events } = await open(() => ({ secretKey: 'sk_test_wrong0000000000' }));
    for (const [path, credential] of [
      ['/me', 'admin'],
      ['/machine', 'apiKey'],
      ['/me', 'member'],
    ] as const) {
      const answer = await get(path, credential);
      expect([answer.status, codeOf(answer), answer.headers['retry-after']]).toEqual([
        503,
        'auth-unavailable',
        expect.stringMatching(/^\d+$/),
      ]);
      expect(stateOf(answer)).toEqual(['unavailable', 'secret-key-invalid']);
    }
    expect(stateOf(await get('/open', 'admin'))).toEqual(['unavailable', 'secret-key-invalid']);
    await expect.poll(() => warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`bailiff: The Backend API refuses CLERK_SECRET_KEY of instance ${host}`);
    expect(told()).toEqual([
      { type: 'diagnostic', diagnostic: 'secret-key-invalid', message: warnings[0]?.replace('bailiff: ', '') },
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'denied', status: 503, reason: 'secret-key-invalid', by: 'guard' }),
    );
    expect(health()).toMatchObject({ ready: false, diagnostics: ['secret-key-invalid'] });
    expect(JSON.stringify([warnings, events])).not.toMatch(SECRET);
  });

  it('drops the finding when the key works again', async () => {
    const { get, fixtures, health } = await open(() => ({}));
    fixtures.clerk.fail({ operation: OPERATIONS.apiKey, status: 401, times: 1 });
    expect((await get('/machine', 'apiKey')).status).toBe(503);
    expect(health().diagnostics).toEqual(['secret-key-invalid']);
    expect((await get('/machine', 'apiKey')).status).toBe(200);
    expect(health().diagnostics).toEqual([]);
  });

  it('records no finding for an outage', async () => {
    const { get, fixtures, health, warnings } = await open(() => ({}));
    fixtures.goDown();
    const answer = await get('/me', 'admin');
    expect([answer.status, ...stateOf(answer)]).toEqual([503, 'unavailable', 'jwk-remote-failed-to-load']);
    expect([health().diagnostics, warnings]).toEqual([[], []]);
  });

  it('records no finding for a session that Clerk refuses to refresh', async () => {
    const { get, fixtures, health } = await open(({ options }) => ({ publishableKey: options.publishableKey! }));
    const body = { errors: [{ code: 'refresh_token_not_found' }] };
    fixtures.clerk.fail({ operation: OPERATIONS.refresh, status: 401, body });
    await get('/me', null, browserCookies(fixtures.tokens.expired));
    expect(fixtures.verifications()).toBe(1);
    expect(health().diagnostics).toEqual([]);
  });

  describe('keys of two instances', () => {
    const foreign = createKey('RS256', { kid: 'ins_foreign' });
    const claims = (host: string) => ({ iss: `https://${host}`, iat: T0_S - 10, nbf: T0_S - 20, exp: T0_S + 50 });
    const asked: string[] = [];
    /** The Frontend API of the publishable key publishes this key. */
    const publishing =
      (jwk: object, host: string): NonNullable<AuthenticatorOptions['fetch']> =>
      async (input, init) => {
        if (!input.includes(host)) return fetch(input, init);
        asked.push(JSON.stringify([input, init?.headers ?? null]));
        return Response.json({ keys: [jwk] });
      };

    it('are reported when a token arrives that the instance of the publishable key has signed', async () => {
      const { get, warnings, told, host, health } = await open((_, name) => ({ fetch: publishing(foreign.jwk, name) }));
      const token = sessionToken(foreign, claims(host));
      const answer = await get('/me', null, { authorization: `Bearer ${token}` });
      expect([answer.status, ...stateOf(answer)]).toEqual([401, 'signed-out', 'jwk-kid-mismatch']);
      await expect.poll(() => warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(
        /sessions are of instance \S+, .*CLERK_SECRET_KEY or CLERK_JWT_KEY is of another instance/,
      );
      expect([told().length, health().diagnostics]).toEqual([1, ['instance-mismatch']]);
      expect(asked.pop()).toBe(JSON.stringify([`https://${host}/.well-known/jwks.json`, null]));
    });

    it('are not reported for a made-up token, which also causes one look-up only', async () => {
      const { get, warnings, host, health } = await open((_, name) => ({ fetch: publishing(foreign.jwk, name) }));
      const before = asked.length;
      const made = createKey('RS256', { kid: 'ins_foreign' });
      for (let round = 0; round < 5; round += 1) {
        const token = sessionToken(made, { ...claims(host), jti: String(round) });
        // Refused, or with one key id too many: cannot be looked for yet.
        expect([401, 503]).toContain((await get('/me', null, { authorization: `Bearer ${token}` })).status);
      }
      await expect.poll(() => asked.length).toBe(before + 1);
      expect((await get('/me', 'admin')).status).toBe(200);
      expect([health().diagnostics, warnings]).toEqual([[], []]);
    });
  });

  it('records a finding for session cookies without a publishable key', async () => {
    // Nobody is asked. The address alone tells this instance from those of other tests.
    const { get, warnings, told, health } = await open((_, host) => ({
      publishableKey: null,
      apiUrl: `https://${host}`,
    }));
    expect(stateOf(await get('/me'))).toEqual(['signed-out', 'session-token-and-uat-missing']);
    expect(health().diagnostics).toEqual([]);
    for (const cookie of ['__session=x', 'a=b; __session_abcd1234=x']) {
      const answer = await get('/me', null, { cookie });
      expect([answer.status, ...stateOf(answer)]).toEqual([401, 'signed-out', 'publishable-key-missing']);
    }
    await expect.poll(() => warnings).toHaveLength(1);
    expect(warnings[0]).toContain('CLERK_PUBLISHABLE_KEY of the development instance is not set');
    expect([told().length, health().diagnostics]).toEqual([1, ['publishable-key-missing']]);
  });

  it('ignores a logger that throws', async () => {
    const fail = () => {
      throw new Error('logger');
    };
    const { get, told } = await open(() => ({
      secretKey: 'sk_test_wrong0000000000',
      logger: { warn: fail, error: fail },
    }));
    expect((await get('/me', 'admin')).status).toBe(503);
    await expect.poll(() => told()).toHaveLength(1);
    expect((await get('/machine', 'apiKey')).status).toBe(503);
  });
}
