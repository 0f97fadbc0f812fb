/**
 * A body that somebody read before it could be forwarded. What a parser made of it is another one: numbers lose digits, forms their
 * nesting, bytes that are no text their values. So only the bytes that came are sent on, or nothing.
 */
import { ConfigurationError } from '../../errors.js';
import { bytesOf } from '../../ground/realm.js';
import type { RequestView } from '../../types.js';

/**
 * The first of `kept` that holds the body as it came: bytes, or a text that was read as UTF-8.
 *
 * @param remedy how bytes are kept in this framework
 * @throws {ConfigurationError} if none does
 */
export function keptBody(kept: readonly unknown[], view: Pick<RequestView, 'header'>, remedy: string): Uint8Array {
  for (const one of kept) {
    const bytes = bytesAsTheyCame(one, view);
    if (bytes !== null) return bytes;
  }
  throw new ConfigurationError(
    'frontendApiProxy',
    'A body was read before the Frontend API proxy could forward it, and its bytes were not kept.',
    remedy,
  );
}

function bytesAsTheyCame(kept: unknown, view: Pick<RequestView, 'header'>): Uint8Array | null {
  const bytes = typeof kept === 'string' ? new TextEncoder().encode(kept) : bytesOf(kept);
  const announced = view.header('content-length') ?? null;
  if (bytes === null || (announced !== null && Number(announced) !== bytes.length)) return null;
  // Decoding swaps what is no UTF-8 for U+FFFD and takes a byte order mark away, which only the length gives away.
  if (typeof kept === 'string' && (announced === null || kept.includes('\uFFFD'))) return null;
  return bytes;
}
