import type { IncomingMessage } from 'node:http';
import type { MaybePromise } from '../../ports.js';
import { WebhookVerificationError } from '../../webhooks/errors.js';
import { readBody } from './body.js';

/**
 * The bytes of a webhook: what a platform or a parser kept as bytes or text, else the stream if nobody has read it.
 *
 * @param kept what may be the raw body, best first; the last one is what a parser made of it
 * @throws {WebhookVerificationError} (rejects) for a body that is too large or broken off
 */
export function rawBodyOf(req: IncomingMessage, kept: readonly unknown[], maxBytes: number): MaybePromise<unknown> {
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
