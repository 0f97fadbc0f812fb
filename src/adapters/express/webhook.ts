import type { WebhookEvent } from '../../webhooks/events.js';
import type { VerifyWebhookOptions } from '../../webhooks/verify.js';
import { requestOf } from './handler.js';

/** Webhooks are a few kilobytes; an unsigned sender gets no more of our memory than this. */
const MAX_BODY_BYTES = 1_000_000;

/**
 * Verifies a webhook over its raw body: `req.rawBody` where a platform keeps it, else what `express.raw()` or
 * `express.text()` left in `req.body`, else the unread stream.
 *
 * @throws {WebhookVerificationError} (rejects) if it is not to be trusted, or its body was parsed already: answer 400
 * @throws {ConfigurationError} (rejects) if there is no usable signing secret
 */
export async function verifyWebhook(req: Express.Request, options?: VerifyWebhookOptions): Promise<WebhookEvent> {
  const request = requestOf(req);
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const kept: unknown = (request as { rawBody?: unknown }).rawBody ?? request.body;
  const unread = kept === undefined && !request.readableEnded && !request.readableDidRead;
  const body = unread ? await read(request) : kept;
  // Loaded with the first webhook: most servers and most cold starts see none.
  const { verifyWebhookPayload } = await import('../../webhooks/verify.js');
  return verifyWebhookPayload({ headers: header, body }, options);
}

/** The whole body, or nothing (which no signature fits) if it is too large. */
async function read(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
