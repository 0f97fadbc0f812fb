/** `pk_live_…` / `pk_test_…`: base64 of the Frontend API host and a dollar sign (Clerk's documentation, "Clerk API keys"). */
import { ConfigurationError } from '../../errors.js';
import { encodeBase64url } from '../../verify/encoding.js';
import type { InstanceType, PublishableKey } from './config.js';
import { sha1 } from './sha1.js';

const INSTANCE_TYPES: Readonly<Record<string, InstanceType>> = { pk_live_: 'production', pk_test_: 'development' };
const PREFIX_LENGTH = 8;
const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$/i;

/**
 * Takes a publishable key apart.
 *
 * @throws ConfigurationError if it is no publishable key.
 */
export function parsePublishableKey(raw: string): PublishableKey {
  const instanceType = Object.hasOwn(INSTANCE_TYPES, raw.slice(0, PREFIX_LENGTH))
    ? INSTANCE_TYPES[raw.slice(0, PREFIX_LENGTH)]
    : undefined;
  const host = instanceType === undefined ? null : decodeHost(raw.slice(PREFIX_LENGTH));
  if (instanceType === undefined || host === null) {
    throw new ConfigurationError(
      'publishableKey',
      'The publishable key is not valid.',
      'Set CLERK_PUBLISHABLE_KEY to a key that begins with pk_live_ or pk_test_.',
    );
  }
  return Object.freeze({ raw, instanceType, frontendApiHost: host, cookieSuffix: cookieSuffix(raw) });
}

/** The suffix of an instance's cookies: the first 8 characters of base64url(SHA-1(key)). */
export function cookieSuffix(publishableKey: string): string {
  return encodeBase64url(sha1(new TextEncoder().encode(publishableKey))).slice(0, 8);
}

function decodeHost(encoded: string): string | null {
  let text: string;
  try {
    text = atob(encoded);
  } catch {
    return null;
  }
  if (!text.endsWith('$')) return null;
  const host = text.slice(0, -1);
  return HOST.test(host) ? host : null;
}
