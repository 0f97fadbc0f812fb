/**
 * SHA-1 (RFC 3174), synchronous on every runtime; WebCrypto only has it behind a promise. Names things (the suffix of
 * an instance's cookies), protects nothing.
 */
const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** Constant and mixing function of each of the four rounds (RFC 3174, section 5). */
const ROUNDS: readonly (readonly [constant: number, mix: (b: number, c: number, d: number) => number])[] = [
  [0x5a827999, (b, c, d) => (b & c) | (~b & d)],
  [0x6ed9eba1, (b, c, d) => b ^ c ^ d],
  [0x8f1bbcdc, (b, c, d) => (b & c) | (b & d) | (c & d)],
  [0xca62c1d6, (b, c, d) => b ^ c ^ d],
];

function pad(message: Uint8Array): DataView {
  const padded = new Uint8Array((((message.length + 8) >> 6) << 6) + 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
  return view;
}

/** The 20 bytes of the digest of `message`. */
export function sha1(message: Uint8Array): Uint8Array {
  const blocks = pad(message);
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const words = new Int32Array(80);
  for (let block = 0; block < blocks.byteLength; block += 64) {
    for (let i = 0; i < 16; i += 1) words[i] = blocks.getInt32(block + i * 4);
    for (let i = 16; i < 80; i += 1)
      words[i] = rotate(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
    let [a, b, c, d, e] = state as unknown as [number, number, number, number, number];
    for (let i = 0; i < 80; i += 1) {
      const [constant, mix] = ROUNDS[Math.floor(i / 20)]!;
      const next = (rotate(a, 5) + mix(b, c, d) + e + constant + words[i]!) | 0;
      [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
    }
    [a, b, c, d, e].forEach((value, i) => (state[i] = (state[i]! + value) | 0));
  }
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((value, i) => digest.setInt32(i * 4, value));
  return new Uint8Array(digest.buffer);
}
