/** `pk_live_…` / `pk_test_…`: base64 of the Frontend API host and a dollar sign (Clerk's documentation, "Clerk API keys"). */
import { checkPublishableKey, KEY_REMEDY } from '../../ground/keys.js';
import { fail, type OptionName } from '../../ground/option-checks.js';
import { encodeBase64url } from '../../verify/encoding.js';
import type { InstanceType, PublishableKey } from './config.js';
import { sha1 } from './sha1.js';

const NAME: OptionName = { option: 'publishableKey', variable: 'CLERK_PUBLISHABLE_KEY' };
const PREFIX_LENGTH = 'pk_live_'.length;
const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$/i;

/**
 * Takes a publishable key apart.
 *
 * @throws ConfigurationError if it is no publishable key. It says which key this is instead, or that this one is cut off;
 *   it never quotes the text, which may be a secret key.
 */
export function parsePublishableKey(raw: string): PublishableKey {
  checkPublishableKey(NAME, raw);
  if (!/^pk_(live|test)_/.test(raw)) fail(NAME, 'begins with neither pk_live_ nor pk_test_', KEY_REMEDY);
  const frontendApiHost = decodeHost(raw.slice(PREFIX_LENGTH)) ?? fail(NAME, 'is cut off or damaged', KEY_REMEDY);
  const instanceType: InstanceType = raw.startsWith('pk_live_') ? 'production' : 'development';
  return Object.freeze({ raw, instanceType, frontendApiHost, cookieSuffix: cookieSuffix(raw) });
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
