/** `getToken({ template, expiresInSeconds })`: a new token of the same session from the Backend API. */
import { AuthUnavailableError, ConfigurationError, TokenVerificationError } from '../../errors.js';
import { UpstreamUnreachable } from '../../ports.js';
import { describeAnswer } from '../../ground/upstream-body.js';
import { failWithFault, type FaultListener } from '../faults/fault.js';
import type { Backend } from '../backend-api/client.js';
import type { TokenMinter } from './auth-objects.js';
import { DEFAULT_RETRY_AFTER_MS } from '../../ground/retry-after.js';

const MIN_SECONDS = 30;
const MAX_SECONDS = 315_360_000;
/**
 * @throws ConfigurationError without a secret key
 * @throws RangeError for a lifetime that the API would not accept
 * @throws AuthUnavailableError when the API cannot answer
 * @throws AuthenticationFaultError when this server fails
 * @throws TokenVerificationError when the API refuses: the session has ended, or there is no such template
 */
export function createTokenMinter(backend: Backend | null, config: FaultListener): TokenMinter {
  const { secretKey } = config;
  return async (sessionId, { template = null, expiresInSeconds = null }) => {
    if (expiresInSeconds !== null && !(expiresInSeconds >= MIN_SECONDS && expiresInSeconds <= MAX_SECONDS)) {
      throw new RangeError(`expiresInSeconds is not between ${MIN_SECONDS} and ${MAX_SECONDS}.`);
    }
    if (backend === null || secretKey === null) {
      throw new ConfigurationError('secretKey', 'A new token needs the secret key.', 'Set CLERK_SECRET_KEY.');
    }
    const answer = await backend.createSessionToken(sessionId, template, expiresInSeconds).catch((cause: unknown) => {
      if (!(cause instanceof UpstreamUnreachable)) return failWithFault(config, cause);
      throw new AuthUnavailableError('unexpected-error', 'Clerk could not be reached.', cause.retryAfterMs, { cause });
    });
    const { status, body } = answer;
    const jwt = typeof body === 'object' && body !== null && 'jwt' in body ? body.jwt : undefined;
    if (status === 200 && typeof jwt === 'string' && jwt !== '') return jwt;
    if (status === 401)
      throw new AuthUnavailableError(
        'secret-key-invalid',
        'Clerk does not accept the secret key.',
        DEFAULT_RETRY_AFTER_MS,
      );
    if (status >= 400 && status < 500 && status !== 429) {
      throw new TokenVerificationError('token-verification-failed', `Clerk gave no token for the session (${status}).`);
    }
    throw new AuthUnavailableError(
      'unexpected-error',
      `Clerk could not give a token (${status}). ${describeAnswer(answer)}`,
      answer.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS,
    );
  };
}
