/** `verifyWebhook` for a Web `Request`, or for headers and a raw body. */
import type { HeaderSource } from '../ground/headers.js';
import { WebhookVerificationError } from './errors.js';
import type { WebhookEvent } from './events.js';
import { readStream } from './read-stream.js';
import { openWebhook, type VerifyWebhookOptions } from './verify.js';

/**
 * Headers as frameworks and gateways have them: a look-up, a Web `Headers`, an object with names in any case, or a list of
 * pairs.
 */
export type WebhookHeaders = HeaderSource;

export interface WebhookRequest {
  readonly headers: WebhookHeaders;
  /** The raw body: text or bytes (a Node `Buffer` is bytes). Never the parsed object. */
  readonly body: string | Uint8Array;
}

/**
 * Verifies a webhook of Clerk and gives its event.
 *
 * @param request A Web `Request` whose body nobody has read, or `{ headers, body }` with the raw body.
 * @throws WebhookVerificationError (rejects) if it is not to be trusted: answer its `status`, 400 or 413.
 * @throws ConfigurationError (rejects) if there is no usable signing secret.
 *
 * @example
 * ```ts
 * import { verifyWebhook, WebhookVerificationError } from 'bailiff/webhooks';
 *
 * export async function receive(request: Request): Promise<Response> {
 *   try {
 *     const event = await verifyWebhook(request);
 *     if (event.type === 'user.created') console.log(event.data.id);
 *     return new Response(null, { status: 204 });
 *   } catch (error) {
 *     if (error instanceof WebhookVerificationError) return new Response(null, { status: error.status });
 *     throw error;
 *   }
 * }
 * ```
 */
export async function verifyWebhook(
  request: Request | WebhookRequest,
  options?: VerifyWebhookOptions,
): Promise<WebhookEvent> {
  const opened = openWebhook(request.headers, options);
  return opened.verify(isWebRequest(request) ? await readBody(request, opened.maxBodyBytes) : request.body);
}

/** By shape: on some runtimes a `Request` of another realm is not an instance of the global one. */
function isWebRequest(request: Request | WebhookRequest): request is Request {
  return 'arrayBuffer' in request && typeof request.arrayBuffer === 'function';
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.bodyUsed) throw new WebhookVerificationError('raw-body-required');
  return readStream(request.body, maxBytes);
}
