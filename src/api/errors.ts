/** What the Backend API client throws beside `ConfigurationError`. */
import { BailiffError } from '../errors.js';

export {
  BackendApiError,
  type BackendApiErrorItem,
  type BackendApiFailure,
  type Facts,
} from '../ground/backend-api-error.js';

/** An argument with which the call cannot be made: an id that would change the path, a `limit` above the maximum. Nothing was sent. */
export class InvalidArgumentError extends BailiffError {
  override readonly name = 'InvalidArgumentError';
  readonly code = 'invalid-argument';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, 'invalid-argument', options);
  }
}
