import type { IncomingMessage } from 'node:http';
import type { MaybePromise } from '../../ports.js';
import { WebhookVerificationError } from '../../webhooks/errors.js';
import type { WebhookEvent } from '../../webhooks/events.js';
import type { VerifyWebhookOptions } from '../../webhooks/verify.js';
import { readBody } from './body.js';

/**
 * Verifies a webhook on Node's own request.
 *
 * @param kept values that may be the raw body, best first; the last one is the parsed body
 * @throws {WebhookVerificationError} (rejects) if it is not to be trusted, or its body is gone
 * @throws {ConfigurationError} (rejects) if there is no usable signing secret
 */
export async function verifyNodeWebhook(
  req: IncomingMessage,
  kept: readonly unknown[],
  options: VerifyWebhookOptions | undefined,
): Promise<WebhookEvent> {
  // Loaded with the first webhook: most servers and most cold starts see none.
  const { openWebhook } = await import('../../webhooks/verify.js');
  const opened = openWebhook(req.headers, options);
  return opened.verify(await rawBodyOf(req, kept, opened.maxBodyBytes));
}

/** The raw body: one that a platform or a parser kept as bytes or text, else the stream if nobody has read it. */
function rawBodyOf(req: IncomingMessage, kept: readonly unknown[], maxBytes: number): MaybePromise<unknown> {
  const found = kept.find((body) => typeof body === 'string' || ArrayBuffer.isView(body));
  if (found !== undefined) return found;
  return isUnread(req) ? read(req, maxBytes) : kept.at(-1);
}

/**
 * Only the stream itself knows whether it was read: Express 4 leaves `{}` in `req.body` behind a parser of another type. A
 * stand-in for a request that cannot tell (a mock in a test) would keep us waiting for ever.
 */
function isUnread({ readable, readableDidRead }: IncomingMessage): boolean {
  return readable && (readableDidRead as boolean | undefined) === false;
}

async function read(req: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const body = await readBody(req, maxBytes).catch(() => {
    throw new WebhookVerificationError('raw-body-required', 'The sender hung up in the middle of the body.');
  });
  if (body === null) throw new WebhookVerificationError('body-too-large');
  return body;
}
