export { startLocalInstance, type LocalInstanceOptions } from './start-local-instance.js';
export type { LocalEnvironment } from './environment-of.js';
export type { LocalInstance, RotateOptions } from './local-instance.js';
export type {
  ApiKeyRequest,
  IssuedApiKey,
  IssuedToken,
  M2MTokenRequest,
  OAuthTokenRequest,
  SessionTokenRequest,
} from './credentials.js';
export type { ClockStart, Duration } from './clock.js';
export type { ActiveFault, Fault, FaultRequest } from './faults.js';
export type { InProcessFetch } from './in-process-fetch.js';
export type { RequestLogEntry } from './request-log.js';
/** @deprecated Use {@link RequestLogEntry}. */
export type { RequestLogEntry as JournalEntry } from './request-log.js';
export { UnsafeInstanceError } from './safety.js';
export type { Row, SigningKey } from './instance-state.js';
export { loadSeed, SeedError, type SeedDocument } from './seed-document.js';
export { readSnapshot, SnapshotError } from './snapshot.js';
export type { Snapshot } from './create-instance-state.js';
export type { SignedIn, SignInOptions, SignInUser } from './sign-in.js';
export type { WebhookAttempt, WebhookDeliverer, WebhookDelivery, WebhookEndpoint } from './webhooks/types.js';
