import type { WebhookEvent } from '../../webhooks/events.js';
import type { VerifyWebhookOptions } from '../../webhooks/verify.js';
import { rawBodyOf } from '../node/raw-body.js';
import { requestOf, type AnyRequest } from './handler.js';

/**
 * Verifies a webhook over its raw body: `req.rawBody` where a platform keeps it, else what `express.raw()` or
 * `express.text()` left in `req.body`, else the stream if nobody has read it. Headers, time and announced length come
 * first, and no more than `maxBodyBytes` of a stream is kept.
 *
 * @throws {WebhookVerificationError} (rejects) if it is not to be trusted, or its body was parsed already: answer its
 *   `status`, 400 or 413
 * @throws {ConfigurationError} (rejects) if there is no usable signing secret
 */
export async function verifyWebhook(req: AnyRequest, options?: VerifyWebhookOptions): Promise<WebhookEvent> {
  const request = requestOf(req);
  // Loaded with the first webhook: most servers and most cold starts see none.
  const { openWebhook } = await import('../../webhooks/verify.js');
  const opened = openWebhook(request.headers, options);
  return opened.verify(await rawBodyOf(request, [request.rawBody, request.body], opened.maxBodyBytes));
}
