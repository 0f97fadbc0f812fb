/** Reads as much of CBOR (RFC 8949) as authenticators write: CTAP2 allows definite lengths alone, and nothing nested deeply. */

import { tagOf } from '../../../../../src/ground/realm.js';

export type Cbor = number | string | boolean | null | Uint8Array | readonly Cbor[] | ReadonlyMap<number | string, Cbor>;

const MAX_DEPTH = 4;

export const isCborMap = (value: Cbor): value is ReadonlyMap<number | string, Cbor> => tagOf(value) === '[object Map]';

/** @throws RangeError for what is no CBOR of this kind, or ends early */
export function readCbor(bytes: Uint8Array): { readonly value: Cbor; readonly length: number } {
  const reader = new Reader(bytes);
  const value = reader.item(0);
  return { value, length: reader.at };
}

class Reader {
  at = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  item(depth: number): Cbor {
    if (depth > MAX_DEPTH) throw new RangeError('CBOR is nested too deeply');
    const head = this.#view.getUint8(this.at++);
    const major = head >> 5;
    if (major === 7) return simple(head & 31);
    const size = this.#size(head & 31);
    const read = READERS[major];
    if (read === undefined) throw new RangeError('CBOR of an unknown kind');
    return read(this, size, depth + 1);
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.byteLength - this.at) throw new RangeError('CBOR ends early');
    return this.bytes.subarray(this.at, (this.at += length));
  }

  #size(info: number): number {
    if (info < 24) return info;
    const length = { 24: 1, 25: 2, 26: 4 }[info];
    // Eight bytes, and lengths that come later: no authenticator needs them.
    if (length === undefined) throw new RangeError('CBOR of an unknown length');
    return this.take(length).reduce((sum, byte) => sum * 256 + byte, 0);
  }
}

const READERS: Readonly<Record<number, (reader: Reader, size: number, depth: number) => Cbor>> = {
  0: (_reader, size) => size,
  1: (_reader, size) => -1 - size,
  2: (reader, size) => reader.take(size),
  3: (reader, size) => new TextDecoder('utf-8', { fatal: true }).decode(reader.take(size)),
  4: (reader, size, depth) => Array.from({ length: bounded(reader, size) }, () => reader.item(depth)),
  5: readMap,
};

/** Each item has a byte at least: a length beyond the end is not worth an allocation. */
function bounded({ bytes, at }: Reader, size: number): number {
  if (size > bytes.byteLength - at) throw new RangeError('CBOR ends early');
  return size;
}

function readMap(reader: Reader, size: number, depth: number): ReadonlyMap<number | string, Cbor> {
  const map = new Map<number | string, Cbor>();
  for (let left = bounded(reader, size); left > 0; left -= 1) {
    const key = reader.item(depth);
    if ((typeof key !== 'number' && typeof key !== 'string') || map.has(key))
      throw new RangeError('CBOR with odd keys');
    map.set(key, reader.item(depth));
  }
  return map;
}

function simple(info: number): boolean | null {
  if (info === 20 || info === 21) return info === 21;
  if (info === 22) return null;
  throw new RangeError('CBOR of an unknown kind');
}
