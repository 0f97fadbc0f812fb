/** Reads the body of a Web `Request` up to the limit for a webhook. */
import { joinBytes, MAX_DISCARDED_BYTES } from '../ground/bytes.js';
import { WebhookVerificationError } from './errors.js';

/**
 * @param stream null is the empty body
 * @throws WebhookVerificationError (rejects) `body-too-large` as soon as the limit is passed; `raw-body-required` if
 *   the stream is being read elsewhere, or breaks off
 */
export async function readStream(stream: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      // Written so that a limit that is not a number refuses.
      if (!(size <= maxBytes)) {
        void discard(reader);
        throw new WebhookVerificationError('body-too-large');
      }
      chunks.push(value);
    }
  } catch (error) {
    if (error instanceof WebhookVerificationError) throw error;
    throw new WebhookVerificationError('raw-body-required', undefined, { cause: error });
  }
  return joinBytes(chunks, size);
}

/** Runs in the background: the refusal does not wait for it. */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    for (let left = MAX_DISCARDED_BYTES; left >= 0;) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The sender has gone.
  }
}
