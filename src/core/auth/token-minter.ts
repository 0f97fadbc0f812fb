/** `getToken({ template, expiresInSeconds })`: a new token of the same session from the Backend API. */
import { ask } from '../backend-api/ask.js';
import type { Backend } from '../backend-api/client.js';
import type { FaultListener } from '../faults/fault.js';
import type { TokenMinter } from './auth-objects.js';

const MIN_SECONDS = 30;
const MAX_SECONDS = 315_360_000;

/**
 * @throws ConfigurationError without a secret key
 * @throws RangeError for a lifetime that the API would not accept
 * @throws BackendApiError when the API refuses: the session has ended, or there is no such template
 * @throws AuthUnavailableError when the API cannot answer, or does not accept this server
 * @throws AuthenticationFaultError when this server fails
 */
export function createTokenMinter(backend: Backend | null, config: FaultListener): TokenMinter {
  return async (sessionId, { template = null, expiresInSeconds = null }) => {
    if (expiresInSeconds !== null && !(expiresInSeconds >= MIN_SECONDS && expiresInSeconds <= MAX_SECONDS)) {
      throw new RangeError(`expiresInSeconds is not between ${MIN_SECONDS} and ${MAX_SECONDS}.`);
    }
    const asked = template === null ? 'expiresInSeconds' : `template: ${JSON.stringify(template)}`;
    const call = (api: Backend) => api.createSessionToken(sessionId, template, expiresInSeconds);
    const { jwt } = await ask(config, backend, `getToken({ ${asked} })`, call, hasJwt);
    return jwt;
  };
}

function hasJwt(body: unknown): body is { readonly jwt: string } {
  const { jwt } = Object(body) as { readonly jwt?: unknown };
  return typeof jwt === 'string' && jwt !== '';
}
