/** Time-based one-time passwords as Clerk makes them: SHA-1, 6 digits, 30 s (RFC 6238). */
import { createHmac } from 'node:crypto';
import type { InstanceState } from '../../state/instance-state.js';

const STEP_MS = 30_000;
export const CODE_DIGITS = 6;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Null if the secret is not Base32 (RFC 4648). */
function decodeBase32(text: string): Buffer | null {
  const clean = text.toUpperCase().replace(/[\s=-]/g, '');
  if (clean === '') return null;
  let bits = '';
  for (const letter of clean) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    bits += value.toString(2).padStart(5, '0');
  }
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** 160 bits, as RFC 4226 (section 4) recommends; in Base32. */
export const newTotpSecret = (state: InstanceState): string =>
  [...state.secret(256)]
    .filter((letter) => ALPHABET.includes(letter))
    .slice(0, 32)
    .join('')
    .padEnd(32, 'A');

export const isTotpSecret = (secret: string): boolean => decodeBase32(secret) !== null;

/** @param secret Base32 @param now ms */
export function totpCode(secret: string, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP_MS)));
  const mac = createHmac('sha1', decodeBase32(secret) ?? Buffer.alloc(0))
    .update(counter)
    .digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(CODE_DIGITS, '0');
}

/** One step of clock difference to either side is accepted (RFC 6238, section 5.2). */
export function isTotpCode(secret: string, code: string, now: number): boolean {
  return [0, -1, 1].some((step) => totpCode(secret, now + step * STEP_MS) === code);
}
