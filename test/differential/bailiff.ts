/** The same request, decided by Bailiff. */
import { createAuthenticator, type Authenticator } from '../../src/index.js';
import type { Case } from './generate.js';
import { fill, identity, observeHeaders, type Observation } from './observe.js';
import { INSTANCES, type Fixtures } from './fixtures.js';

export type Decide = (given: Case) => Promise<Observation>;

/** One authenticator for each set of options, so that what it remembers of earlier requests is tried as well. */
export function createBailiff(fixtures: Fixtures): Decide {
  const authenticators = new Map<string, Promise<Authenticator>>();
  const authenticatorFor = ({ instance, afterUnknownKeys, options: { acceptsToken: _, ...options } }: Case) => {
    const key = JSON.stringify([instance, options, afterUnknownKeys]);
    const known = authenticators.get(key);
    if (known !== undefined) return known;
    const { publishableKey, secretKey } = INSTANCES[instance];
    const created = createAuthenticator(
      {
        ...options,
        publishableKey,
        secretKey,
        // The clock stands still, so that keys may not be loaded again.
        ...(afterUnknownKeys ? { now: () => fixtures.now } : { jwtKey: fixtures.key.pem }),
        apiUrl: fixtures.apiUrl(instance),
        trustProxy: true,
        allowedRedirectOrigins: ['https://satellite.example'],
      },
      {},
    );
    const prepared = (
      afterUnknownKeys ? lookForKeys(created, fixtures.token(instance, 'unknown-key')) : Promise.resolve()
    ).then(() => created);
    authenticators.set(key, prepared);
    return prepared;
  };
  return async (given) => {
    const { url, headers } = fill(given, fixtures);
    const acceptsToken = given.options.acceptsToken ?? 'session_token';
    const request = new Request(url, { method: given.method, headers });
    const state = await (await authenticatorFor(given)).authenticateRequest(request, { acceptsToken });
    return {
      status: state.status,
      reason: state.reason,
      tokenType: state.tokenType,
      ...observeHeaders(state.headers),
      ...identity(state.auth),
    };
  };
}

/** Loads the keys, and then once more for a key id that nobody knows. */
async function lookForKeys(authenticator: Authenticator, token: string): Promise<void> {
  await authenticator.warmup();
  await authenticator.authenticateRequest(
    new Request('https://app.acornbooks.example/', { headers: { authorization: `Bearer ${token}` } }),
  );
}
