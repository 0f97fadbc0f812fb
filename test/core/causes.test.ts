/** The cause of an error that Bailiff throws may come from the application's own `fetch`, and hold the request with its key. */
import { inspect } from 'node:util';
import { createAuthenticator } from 'bailiff';
import { createBackendApi } from 'bailiff/api';
import { describe, expect, it } from 'vitest';
import { T0 } from '../support/tokens.js';
import { INSTANCES, KEY, tokenOf } from './session/support.js';

const { publishableKey, secretKey } = INSTANCES.production;

/** As axios, got and proxy agents have it. */
const refused = (init: RequestInit | undefined) =>
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:443'), {
    code: 'ECONNREFUSED',
    config: { headers: init?.headers },
    cause: { request: { key: secretKey } },
  });
const ownFetch = (_url: string, init?: RequestInit) => Promise.reject(refused(init));

async function errorOf(run: () => Promise<unknown>): Promise<Error> {
  return run().then(
    () => expect.unreachable(),
    (error: unknown) => error as Error,
  );
}

describe('the cause of an outage', () => {
  it.each([
    ['AuthUnavailableError of getToken()', 'getToken'],
    ['AuthUnavailableError of warmup()', 'warmup'],
    ['BackendApiError of bailiff/api', 'api'],
  ])('holds no key: %s', async (_name, how) => {
    const authenticator = createAuthenticator({
      publishableKey,
      ...(how === 'warmup' ? { secretKey } : { secretKey, jwtKey: KEY.pem }),
      now: () => T0,
      logger: false,
      fetch: ownFetch,
    });
    const error = await errorOf(async () => {
      if (how === 'warmup') return authenticator.warmup();
      if (how === 'api') return createBackendApi({ secretKey, fetch: ownFetch, retries: 0 }).users.get('user_1');
      const headers = { authorization: `Bearer ${tokenOf('production')}` };
      const { auth } = await authenticator.authenticateRequest(new Request('https://x.example/', { headers }));
      return 'getToken' in auth ? auth.getToken({ template: 't' }) : null;
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secretKey);
    if (how !== 'warmup') expect(inspect(error, { depth: 10 })).toContain('ECONNREFUSED');
  });
});
