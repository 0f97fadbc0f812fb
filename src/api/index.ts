export { createBackendApi } from './create-backend-api.js';
export { createBackendClient } from './client.js';
export { request } from './any-request.js';
export { BackendApiError, InvalidArgumentError } from './errors.js';
export type { BackendApiErrorItem, BackendApiFailure } from './errors.js';
export { ConfigurationError } from '../errors.js';
export { toPublic } from './public-data.js';
export type { Public } from './public-data.js';
export { fullName, primaryEmailAddress } from './user-data.js';
export type {
  ApiRequest,
  BackendApiOptions,
  BackendClient,
  CallOptions,
  JsonObject,
  PageRequest,
  Paginated,
  Upload,
} from './values.js';
export type * from './generated/interfaces.js';
export type * from './generated/types.js';
