/** Bodies that come in pieces. */

/** How much of a refused body is read and thrown away, so that its connection can carry the next request. */
export const MAX_DISCARDED_BYTES = 16_000_000;

/** @param size the bytes of all pieces together */
export function joinBytes(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}
