/** A token for calls to other services: minted when it is needed, kept until shortly before it expires. */
import { createBackendApi, type BackendApiOptions } from 'bailiff/api';

const LIFETIME_SECONDS = 3600;
/** A token is replaced this long before its end, so that none expires on the way. */
const MARGIN_MS = 60_000;

/**
 * @param options `machineSecretKey` says which machine speaks (environment: CLERK_MACHINE_SECRET_KEY)
 * @param now milliseconds
 */
export function createMachineToken(options: BackendApiOptions = {}, now: () => number = Date.now) {
  const api = createBackendApi(options);
  let current: Promise<string> | null = null;
  let renewAt = 0;

  return function machineToken(): Promise<string> {
    if (current === null || now() >= renewAt) {
      renewAt = now() + LIFETIME_SECONDS * 1000 - MARGIN_MS;
      // Requests that come meanwhile wait for the same one.
      current = api.m2mTokens
        .create({ seconds_until_expiration: LIFETIME_SECONDS })
        .then(({ token }) => token ?? Promise.reject(new Error('No token in the answer.')));
      // A failure is not kept: the next request tries again.
      current.catch(() => (current = null));
    }
    return current;
  };
}
