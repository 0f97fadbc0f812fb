import type { Random } from './random.js';

/** Prefixes whose ids the API description gives as 32 hexadecimal digits; all others have 27 letters and digits. */
const HEXADECIMAL = new Set(['ak', 'mt', 'oat', 'aplt']);

/** A new id: `user` or `user_` gives `user_2xhF...`. */
export function createId(random: Random, prefix: string): string {
  const name = prefix.replace(/_$/, '');
  return `${name}_${HEXADECIMAL.has(name) ? random.hex(32) : random.base62(27)}`;
}
