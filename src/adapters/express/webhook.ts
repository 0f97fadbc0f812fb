import type { Request } from 'express';
import { WebhookVerificationError } from '../../webhooks/errors.js';
import type { WebhookEvent } from '../../webhooks/events.js';
import type { VerifyWebhookOptions } from '../../webhooks/verify.js';
import { readBody } from './body.js';
import { requestOf } from './handler.js';

/**
 * Verifies a webhook over its raw body: `req.rawBody` where a platform keeps it, else what `express.raw()` or
 * `express.text()` left in `req.body`, else the unread stream. Headers, time and announced length come first, and no more
 * than `maxBodyBytes` of a stream is kept.
 *
 * @throws {WebhookVerificationError} (rejects) if it is not to be trusted, or its body was parsed already: answer its
 *   `status`, 400 or 413
 * @throws {ConfigurationError} (rejects) if there is no usable signing secret
 */
export async function verifyWebhook(req: Express.Request, options?: VerifyWebhookOptions): Promise<WebhookEvent> {
  const request = requestOf(req);
  // Loaded with the first webhook: most servers and most cold starts see none.
  const { openWebhook } = await import('../../webhooks/verify.js');
  const opened = openWebhook(request.headers, options);
  const kept: unknown = (request as { rawBody?: unknown }).rawBody ?? request.body;
  const unread = kept === undefined && !request.readableEnded && !request.readableDidRead;
  return opened.verify(unread ? await read(request, opened.maxBodyBytes) : kept);
}

async function read(request: Request, maxBytes: number): Promise<Uint8Array> {
  const body = await readBody(request, maxBytes).catch(() => {
    throw new WebhookVerificationError('raw-body-required', 'The sender hung up in the middle of the body.');
  });
  if (body === null) throw new WebhookVerificationError('body-too-large');
  return body;
}
