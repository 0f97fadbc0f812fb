import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares a secret with what somebody gave for it. The time that it takes tells nothing of either, their lengths included. */
export function isSameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
