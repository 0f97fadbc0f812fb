import { createHash } from 'node:crypto';

/** Clerk's cookie suffix: the first eight characters of base64url(SHA-1(publishable key)). */
export function cookieSuffix(publishableKey: string): string {
  return createHash('sha1').update(publishableKey).digest('base64url').slice(0, 8);
}
