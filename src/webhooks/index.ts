export { ConfigurationError } from '../errors.js';
export { WebhookVerificationError } from './errors.js';
export type { WebhookErrorCode } from './errors.js';
export type * from './events.js';
export { verifyWebhook } from './request.js';
export type { WebhookHeaders, WebhookRequest } from './request.js';
export { verifyWebhookPayload } from './verify.js';
export type { VerifyWebhookOptions, WebhookPayload } from './verify.js';
