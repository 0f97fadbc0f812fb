import type { Context } from 'hono';
import { WebhookVerificationError } from '../../webhooks/errors.js';
import type { WebhookEvent } from '../../webhooks/events.js';
import { readStream } from '../../webhooks/read-stream.js';
import type { VerifyWebhookOptions } from '../../webhooks/verify.js';
import { bindings } from './environment.js';

/**
 * Verifies a webhook over its raw body. Reading it through `c.req` before or after is fine: Hono keeps what was read as text or
 * bytes. Headers, time and announced length come first, and no more than `maxBodyBytes` of a stream is kept.
 *
 * @param c Hono's context
 * @param options fall back to `CLERK_WEBHOOK_SIGNING_SECRET`
 * @returns the event, with the `svix-id` as `id`
 * @throws {WebhookVerificationError} (rejects) if it is not to be trusted, or its body is gone: answer its `status`, 400
 *   or 413; left alone, it becomes that answer
 * @throws {ConfigurationError} (rejects) if there is no usable signing secret
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { verifyWebhook } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.post('/webhooks', async (c) => {
 *   const event = await verifyWebhook(c);
 *   return c.json({ received: event.type });
 * });
 * ```
 */
export async function verifyWebhook(c: Context, options?: VerifyWebhookOptions): Promise<WebhookEvent> {
  // Loaded with the first webhook: most servers and most cold starts see none.
  const { openWebhook } = await import('../../webhooks/verify.js');
  try {
    const opened = openWebhook((name) => c.req.header(name), options, bindings()?.(c));
    return opened.verify(await rawBody(c, opened.maxBodyBytes));
  } catch (error) {
    if (error instanceof WebhookVerificationError) answerItself(error);
    throw error;
  }
}

/** Hono's own error handler sends what `error.getResponse()` gives, else 500. A webhook of a stranger is no fault of this server. */
function answerItself(error: WebhookVerificationError): void {
  const { code, status } = error;
  Object.defineProperty(error, 'getResponse', { value: () => Response.json({ error: code }, { status }) });
}

/** What Hono keeps of a body are promises, whatever its types say. */
interface BodyCache {
  text?: Promise<string>;
  arrayBuffer?: Promise<ArrayBuffer>;
}

/** `c.req.json()` alone would be written out again, and the signature covers the exact bytes. */
async function rawBody({ req }: Context, maxBytes: number): Promise<Uint8Array | string> {
  const cache = req.bodyCache as unknown as BodyCache;
  try {
    if (cache.text !== undefined) return await cache.text;
    if (cache.arrayBuffer !== undefined) return new Uint8Array(await cache.arrayBuffer);
    if (req.raw.bodyUsed) throw new WebhookVerificationError('raw-body-required');
    const reading = readStream(req.raw.body, maxBytes);
    // For whoever reads the body behind us through `c.req`, as if we had read it there.
    cache.arrayBuffer = reading.then((body) => body.buffer as ArrayBuffer);
    cache.arrayBuffer.catch(() => undefined);
    return await reading;
  } catch (error) {
    if (error instanceof WebhookVerificationError) throw error;
    throw new WebhookVerificationError('raw-body-required', undefined, { cause: error });
  }
}
