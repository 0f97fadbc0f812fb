/** A request, decided by `@clerk/backend`. */
import { createClerkClient } from '@clerk/backend';
import type { Decide } from './bailiff.js';
import { fill, identity, observeHeaders } from './observe.js';
import { INSTANCES, type Fixtures } from './fixtures.js';

/** What is read of the library's request state. */
interface State {
  readonly status: string;
  readonly reason: string | null;
  readonly tokenType: string | null;
  readonly headers: Headers;
  toAuth(): object | null;
}

export function createReference(fixtures: Fixtures): Decide {
  return async (given) => {
    const { publishableKey, secretKey } = INSTANCES[given.instance];
    const { url, headers } = fill(given, fixtures);
    const { organizationSync, ...options } = given.options;
    const client = createClerkClient({
      secretKey,
      publishableKey,
      apiUrl: fixtures.apiUrl(given.instance),
      telemetry: { disabled: true },
    });
    const settings = {
      ...options,
      ...(given.afterUnknownKeys ? {} : { jwtKey: fixtures.key.pem }),
      organizationSyncOptions: organizationSync,
    };
    try {
      const request = new Request(url, { method: given.method, headers });
      const state = (await client.authenticateRequest(request, settings as never)) as unknown as State;
      return {
        status: state.status,
        reason: state.reason,
        tokenType: state.tokenType,
        ...observeHeaders(state.headers),
        ...identity(state.toAuth() ?? {}),
      };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { status: 'threw', reason, tokenType: null, ...observeHeaders(new Headers()), ...identity({}) };
    }
  };
}
