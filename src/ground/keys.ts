/** Checks of keys by their prefixes: most configuration mistakes are one key in the place of another. */
import { fail, type OptionName } from './option-checks.js';

export type InstanceType = 'development' | 'production';

/** How the keys of each kind begin, and where they belong. */
const KINDS = {
  sk_: 'CLERK_SECRET_KEY',
  pk_: 'CLERK_PUBLISHABLE_KEY',
  ak_: 'CLERK_MACHINE_SECRET_KEY',
  whsec_: 'CLERK_WEBHOOK_SIGNING_SECRET',
  '-----BEGIN ': 'CLERK_JWT_KEY',
} as const;

const REMEDY = 'Copy the right one from the Clerk dashboard.';

/** A check for keys of one kind. One that does not say its kind passes: older keys do not. */
const checkKey =
  (own: keyof typeof KINDS) =>
  (name: OptionName, key: string): string => {
    for (const [prefix, variable] of Object.entries(KINDS))
      if (prefix !== own && key.startsWith(prefix)) fail(name, `holds the ${variable}`, REMEDY);
    // What may stand in an `Authorization` header: printable ASCII.
    return /^[!-~]+$/.test(key) ? key : fail(name, 'is not a key', REMEDY);
  };

export const checkSecretKey = /* @__PURE__ */ checkKey('sk_');
export const checkMachineKey = /* @__PURE__ */ checkKey('ak_');
export const checkWebhookSecret = /* @__PURE__ */ checkKey('whsec_');

/** `mch_…`: anything else could never stand in a token's scopes, and would lock every machine out. */
export function checkMachineId(name: OptionName, id: string): string {
  if (!/^mch_\w+$/.test(id)) fail(name, 'is no id of a machine (mch_…)', REMEDY);
  return id;
}

export const isDevelopmentKey = (key: string | null): boolean => /^(sk_)?test_/.test(key ?? '');

/** The kind of instance that a secret key is for; null if the key does not say. */
export function instanceTypeOfSecretKey(key: string): InstanceType | null {
  if (isDevelopmentKey(key)) return 'development';
  return /^(sk_)?live_/.test(key) ? 'production' : null;
}
