export { startLocalInstance, type LocalInstanceOptions } from './instance/start-local-instance.js';
export type { LocalEnvironment } from './state/env-variables.js';
export type { CredentialIssuer } from './instance/credential-issuer.js';
export type { LocalInstance, RotateOptions } from './instance/local-instance.js';
export type {
  ApiKeyRequest,
  IssuedApiKey,
  IssuedToken,
  M2MTokenRequest,
  OAuthTokenRequest,
  SessionTokenRequest,
} from './model/issue-credentials.js';
export type { SentMessage } from './model/verification/messages.js';
export type { ClockStart, Duration } from './state/clock.js';
export type { ActiveFault, Fault, FaultRequest } from './server/faults.js';
export type { InProcessFetch } from './server/in-process-fetch.js';
export type { FrontEnd, FrontEndEnv } from './ground/front-end-env.js';
export type { Hint } from './server/hints.js';
export type { RequestLogEntry } from './server/request-log.js';
/** @deprecated Use {@link RequestLogEntry}. */
export type { RequestLogEntry as JournalEntry } from './server/request-log.js';
export { UnsafeInstanceError } from './instance/safety.js';
export type { Row, SigningKey } from './state/instance-state.js';
export { loadSeed, SeedError, type SeedDocument } from './instance/seed/seed-document.js';
export { readSnapshot, SnapshotError } from './instance/snapshot.js';
export type { Snapshot } from './state/create-instance-state.js';
export type { SignedIn, SignInOptions, SignInUser } from './instance/sign-in.js';
export type { WebhookAttempt, WebhookDeliverer, WebhookDelivery, WebhookEndpoint } from './webhooks/webhook-types.js';
