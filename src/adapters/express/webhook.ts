import type { WebhookEvent } from '../../webhooks/events.js';
import type { VerifyWebhookOptions } from '../../webhooks/verify.js';
import { verifyNodeWebhook } from '../node/webhook.js';
import { requestOf, type AnyRequest } from './handler.js';

/**
 * Verifies a webhook over its raw body: `req.rawBody` where a platform keeps it, else what `express.raw()` or
 * `express.text()` left in `req.body`, else the stream if nobody has read it. Headers, time and announced length come
 * first, and no more than `maxBodyBytes` of a stream is kept.
 *
 * @param req Express's request, or Node's behind a server like it
 * @param options fall back to `CLERK_WEBHOOK_SIGNING_SECRET`
 * @returns the event, with the `svix-id` as `id`
 * @throws {WebhookVerificationError} (rejects) if it is not to be trusted, or its body was parsed already: answer its
 *   `status`, 400 or 413
 * @throws {ConfigurationError} (rejects) if there is no usable signing secret
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { verifyWebhook } from 'bailiff/express';
 *
 * const app = express();
 * app.post('/webhooks', async (req, res) => {
 *   const event = await verifyWebhook(req);
 *   res.json({ received: event.type });
 * });
 * ```
 */
export function verifyWebhook(req: AnyRequest, options?: VerifyWebhookOptions): Promise<WebhookEvent> {
  const request = requestOf(req);
  return verifyNodeWebhook(request, [request.rawBody, request.body], options);
}
