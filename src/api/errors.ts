/** What the Backend API client throws beside `ConfigurationError`. */
import { BailiffError } from '../errors.js';

export { BackendApiError, type BackendApiErrorItem, type BackendApiFailure } from '../ground/backend-api-error.js';

/**
 * An argument with which the call cannot be made: an id that would change the path, a `limit` above the maximum. Nothing was sent.
 *
 * @example
 * ```ts
 * import { createBackendApi, InvalidArgumentError } from 'bailiff/api';
 *
 * const api = createBackendApi();
 * await api.users.get('../organizations/org_1').catch((error: unknown) => {
 *   console.log(error instanceof InvalidArgumentError); // true
 * });
 * ```
 */
export class InvalidArgumentError extends BailiffError {
  override readonly name = 'InvalidArgumentError';
  protected static override readonly bailiffClass = 'InvalidArgumentError';
  readonly code = 'invalid-argument';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, 'invalid-argument', options);
  }
}
