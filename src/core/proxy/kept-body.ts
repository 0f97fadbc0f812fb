/**
 * A body that a parser read before the proxy could forward it. A parsed body cannot be written back: numbers lose digits, forms lose
 * their nesting, and bytes that are not text lose their values. The proxy sends the original bytes or nothing.
 */
import { ConfigurationError } from '../../errors.js';
import { bytesOf } from '../../ground/realm.js';
import type { RequestView } from '../../types.js';

/**
 * The first of `kept` that holds the original body: bytes, or a text that was read as UTF-8.
 *
 * @param remedy how this framework can keep the bytes
 * @throws {ConfigurationError} if none holds it
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
  // Decoding replaces invalid UTF-8 by U+FFFD and drops a byte order mark; only the length shows the latter.
  if (typeof kept === 'string' && (announced === null || kept.includes('\uFFFD'))) return null;
  return bytes;
}
