import type { Context } from 'hono';
import { WebhookVerificationError } from '../../webhooks/errors.js';
import type { WebhookEvent } from '../../webhooks/events.js';
import type { VerifyWebhookOptions } from '../../webhooks/verify.js';

/**
 * Verifies a webhook over its raw body. Reading it through `c.req` before is fine: Hono keeps what it has read as text or bytes.
 *
 * @throws {WebhookVerificationError} (rejects) if it is not to be trusted, or its body is gone: answer 400
 * @throws {ConfigurationError} (rejects) if there is no usable signing secret
 */
export async function verifyWebhook(c: Context, options?: VerifyWebhookOptions): Promise<WebhookEvent> {
  const body = await rawBody(c);
  // Loaded with the first webhook: most servers and most cold starts see none.
  const { verifyWebhookPayload } = await import('../../webhooks/verify.js');
  return verifyWebhookPayload({ headers: (name) => c.req.header(name), body }, options);
}

/** `c.req.json()` alone would be written out again, and the signature covers the exact bytes. */
async function rawBody(c: Context): Promise<Uint8Array | string> {
  const { bodyCache } = c.req;
  if (bodyCache.text !== undefined) return bodyCache.text;
  if (bodyCache.arrayBuffer === undefined && c.req.raw.bodyUsed)
    throw new WebhookVerificationError('raw-body-required');
  try {
    return new Uint8Array(await c.req.arrayBuffer());
  } catch {
    throw new WebhookVerificationError('raw-body-required');
  }
}
