/** Bodies of requests, read without taking the connection away from under the answer. */
import type { IncomingMessage } from 'node:http';
import { joinBytes, MAX_DISCARDED_BYTES } from '../../ground/bytes.js';

/**
 * Reads the rest of a body and throws it away. Node does so by itself with a body that nobody has touched, but not with one that was
 * read in part. To destroy the body, as `for await` does, would cut the connection before the answer is out.
 */
export function discardRest(req: IncomingMessage): void {
  if (req.readableEnded || req.destroyed) return;
  let left = MAX_DISCARDED_BYTES;
  req.on('data', (chunk: Uint8Array) => {
    left -= chunk.length;
    // `destroySoon` closes after everything that was written, so the answer goes out first.
    if (left < 0) req.socket.destroySoon();
  });
  req.on('error', () => undefined);
  req.resume();
}

/**
 * The whole body of a request that nobody has read.
 *
 * @returns null when the body is larger than `maxBytes`; the rest is then read and thrown away
 * @throws (rejects) when the sender hangs up
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const onData = (chunk: Uint8Array | string): void => {
      // Text where somebody has called `req.setEncoding()`.
      const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
      size += bytes.length;
      chunks.push(bytes);
      // Written so that a limit that is not a number refuses.
      if (size <= maxBytes) return;
      stop();
      discardRest(req);
      resolve(null);
    };
    const onEnd = (): void => {
      stop();
      resolve(joinBytes(chunks, size));
    };
    const onFailure = (error?: Error): void => {
      stop();
      reject(error ?? cutOff());
    };
    const stop = (): void => {
      req.off('data', onData).off('end', onEnd).off('error', onFailure).off('close', onFailure);
    };
    req.on('end', onEnd).on('error', onFailure).on('close', onFailure).on('data', onData);
  });
}

/** The error for a sender that hung up. Its name keeps it from counting as a fault of this server (`isNetworkFailure`). */
export function cutOff(): Error {
  return Object.assign(new Error('The request was cut off.'), { name: 'AbortError' });
}
