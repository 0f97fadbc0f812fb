import { createCipheriv, createHash } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BLOCK_BYTES = 4096;
const AES_BLOCK_BYTES = 16;

/** The position of a stream, from which it can be continued. */
export interface RandomState {
  readonly seed: string;
  readonly position: number;
}

/** A stream of bytes that a seed determines: AES-256 in counter mode under SHA-256 of the seed. */
export interface Random {
  bytes(count: number): Buffer;
  /** Letters and digits. */
  base62(length: number): string;
  /** `length` hexadecimal digits; an even number. */
  hex(length: number): string;
  /** In [0, 1). */
  fraction(): number;
  state(): RandomState;
  /** Goes to a place in this stream or in another one. */
  restore(state: RandomState): void;
}

/** @param seed any text; the same text gives the same bytes in every process */
export function createRandom(seed: string): Random {
  let current = seed;
  let key = keyOf(seed);
  let position = 0;
  let block: Buffer = Buffer.alloc(0);
  let blockNumber = -1;

  const nextByte = (): number => {
    const wanted = Math.floor(position / BLOCK_BYTES);
    if (wanted !== blockNumber) {
      block = keystream(key, wanted);
      blockNumber = wanted;
    }
    return block[position++ % BLOCK_BYTES] as number;
  };

  const bytes = (count: number): Buffer => {
    const out = Buffer.allocUnsafe(count);
    for (let i = 0; i < count; i++) out[i] = nextByte();
    return out;
  };

  return {
    bytes,
    base62(length) {
      let text = '';
      while (text.length < length) {
        // 248 = 4 * 62: bytes above it would make the first letters likelier.
        const byte = nextByte();
        if (byte < 248) text += BASE62[byte % 62];
      }
      return text;
    },
    hex: (length) => bytes(length / 2).toString('hex'),
    fraction: () => bytes(4).readUInt32BE() / 2 ** 32,
    state: () => ({ seed: current, position }),
    restore(state) {
      if (state.seed !== current) {
        current = state.seed;
        key = keyOf(current);
        blockNumber = -1;
      }
      position = state.position;
    },
  };
}

function keyOf(seed: string): Buffer {
  return createHash('sha256').update(seed).digest();
}

function keystream(key: Buffer, blockNumber: number): Buffer {
  const counter = Buffer.alloc(AES_BLOCK_BYTES);
  counter.writeBigUInt64BE(BigInt(blockNumber) * BigInt(BLOCK_BYTES / AES_BLOCK_BYTES), 8);
  return createCipheriv('aes-256-ctr', key, counter).update(Buffer.alloc(BLOCK_BYTES));
}
