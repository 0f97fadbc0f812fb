import type { MaybePromise } from '../../ports.js';
import { WebhookVerificationError } from '../../webhooks/errors.js';
import type { WebhookEvent } from '../../webhooks/events.js';
import type { VerifyWebhookOptions } from '../../webhooks/verify.js';
import { readBody } from './body.js';
import { requestOf, type AnyRequest, type HttpRequest } from './handler.js';

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
  return opened.verify(await rawBody(request, opened.maxBodyBytes));
}

function rawBody(request: HttpRequest, maxBytes: number): MaybePromise<unknown> {
  const { rawBody: bytes, body: parsed } = request;
  const kept = [bytes, parsed].find((body) => typeof body === 'string' || ArrayBuffer.isView(body));
  if (kept !== undefined) return kept;
  return isUnread(request) ? read(request, maxBytes) : parsed;
}

/**
 * Only the stream itself knows whether it was read: Express 4 leaves `{}` in `req.body` behind a parser of another type. A
 * stand-in for a request that cannot tell (a mock in a test) would keep us waiting for ever.
 */
function isUnread({ readable, readableDidRead }: HttpRequest): boolean {
  return readable && (readableDidRead as boolean | undefined) === false;
}

async function read(request: HttpRequest, maxBytes: number): Promise<Uint8Array> {
  const body = await readBody(request, maxBytes).catch(() => {
    throw new WebhookVerificationError('raw-body-required', 'The sender hung up in the middle of the body.');
  });
  if (body === null) throw new WebhookVerificationError('body-too-large');
  return body;
}
