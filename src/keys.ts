/** Which key is which: most configuration mistakes are one key in the place of another. */
import { fail, type OptionName } from './option-checks.js';

export type InstanceType = 'development' | 'production';

interface KeyKind {
  readonly prefix: RegExp;
  readonly what: string;
  readonly belongsIn: string;
}

const SECRET: KeyKind = { prefix: /^sk_/, what: 'a secret key', belongsIn: 'CLERK_SECRET_KEY' };
const PUBLISHABLE: KeyKind = { prefix: /^pk_/, what: 'a publishable key', belongsIn: 'CLERK_PUBLISHABLE_KEY' };
const MACHINE: KeyKind = { prefix: /^ak_/, what: 'a machine secret key', belongsIn: 'CLERK_MACHINE_SECRET_KEY' };
const WEBHOOK: KeyKind = { prefix: /^whsec_/, what: 'a webhook secret', belongsIn: 'CLERK_WEBHOOK_SIGNING_SECRET' };
const PEM: KeyKind = { prefix: /^-----BEGIN /, what: 'a PEM key', belongsIn: 'CLERK_JWT_KEY' };

const NOT_A_SECRET_KEY = [PUBLISHABLE, MACHINE, WEBHOOK, PEM];
const NOT_A_MACHINE_KEY = [SECRET, PUBLISHABLE, WEBHOOK, PEM];
const NOT_A_WEBHOOK_SECRET = [SECRET, PUBLISHABLE, MACHINE, PEM];

/** Printable ASCII: what may stand in an `Authorization` header. */
const HEADER_SAFE = /^[\x21-\x7e]+$/;

function checkKey(name: OptionName, key: string, foreign: readonly KeyKind[]): string {
  const mistaken = foreign.find(({ prefix }) => prefix.test(key));
  if (mistaken !== undefined) fail(name, `holds ${mistaken.what}`, `That belongs in ${mistaken.belongsIn}.`);
  if (!HEADER_SAFE.test(key)) fail(name, 'holds characters that no key has', 'Copy it again from the Clerk dashboard.');
  return key;
}

export const checkSecretKey = (name: OptionName, key: string): string => checkKey(name, key, NOT_A_SECRET_KEY);
export const checkMachineKey = (name: OptionName, key: string): string => checkKey(name, key, NOT_A_MACHINE_KEY);
export const checkWebhookSecret = (name: OptionName, secret: string): string =>
  checkKey(name, secret, NOT_A_WEBHOOK_SECRET);

/** `mch_…`: anything else could never stand in a token's scopes, and would lock every machine out. */
export function checkMachineId(name: OptionName, id: string): string {
  if (!/^mch_\w+$/.test(id))
    fail(name, 'is no id of a machine', 'Copy the id (mch_…) of this machine from the Clerk dashboard.');
  return id;
}

const SECRET_KEY_TYPES: readonly (readonly [prefix: RegExp, type: InstanceType])[] = [
  [/^(sk_)?live_/, 'production'],
  [/^(sk_)?test_/, 'development'],
];

/** The kind of instance that a secret key is for; null if the key does not say. */
export function instanceTypeOfSecretKey(key: string): InstanceType | null {
  return SECRET_KEY_TYPES.find(([prefix]) => prefix.test(key))?.[1] ?? null;
}
