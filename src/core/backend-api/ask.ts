/** Calls of the Backend API that a handler asks for. Loaded with the first of them. */
import { AuthUnavailableError, ConfigurationError } from '../../errors.js';
import { errorOfAnswer } from '../../ground/backend-api-error.js';
import { DEFAULT_RETRY_AFTER_MS } from '../../ground/retry-after.js';
import { describeAnswer } from '../../ground/upstream-body.js';
import { UpstreamUnreachable, type UpstreamAnswer } from '../../ports.js';
import { failWithFault, type FaultListener } from '../faults/fault.js';
import type { Backend } from './client.js';

/**
 * @param what for errors: the function that was called, with what tells one call from another
 * @returns the body of an answer that is a success and holds what `isWhole` looks for
 * @throws ConfigurationError (rejects) without a secret key
 * @throws BackendApiError (rejects) for what the API refuses
 * @throws AuthUnavailableError (rejects) when it cannot answer, or does not accept this server
 * @throws AuthenticationFaultError (rejects) when this server fails
 */
export async function ask<Body>(
  config: FaultListener,
  backend: Backend | null,
  what: string,
  call: (backend: Backend) => Promise<UpstreamAnswer>,
  isWhole: (body: unknown) => body is Body,
): Promise<Body> {
  if (backend === null || config.secretKey === null) {
    throw new ConfigurationError('secretKey', `${what} needs the secret key.`, 'Set CLERK_SECRET_KEY.');
  }
  const answer = await call(backend).catch((cause: unknown) => {
    if (!(cause instanceof UpstreamUnreachable)) return failWithFault(config, cause);
    throw new AuthUnavailableError('unexpected-error', `${what}: Clerk could not be reached.`, cause.retryAfterMs, {
      cause,
    });
  });
  const { status, body } = answer;
  if (status === 200 && isWhole(body)) return body;
  const retryAfterMs = answer.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS;
  if (status === 401) {
    throw new AuthUnavailableError('secret-key-invalid', 'Clerk does not accept the secret key.', retryAfterMs);
  }
  if (status >= 400 && status < 500 && status !== 429) {
    const { retryAfterMs: asked } = answer;
    throw errorOfAnswer(what, body, describeAnswer(answer), { status, traceId: null, retryAfterMs: asked });
  }
  throw new AuthUnavailableError(
    'unexpected-error',
    `${what}: Clerk could not answer. ${describeAnswer(answer)}`,
    retryAfterMs,
  );
}
