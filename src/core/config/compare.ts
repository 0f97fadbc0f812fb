/** Whether two configurations decide alike, so that mounting the middleware twice verifies once. Compares every part of them. */
import type { Config } from './config.js';

type Role =
  /** Which token is accepted, for how long, or where a browser is sent may depend on it. */
  | 'decides'
  /** It only watches. */
  | 'observes'
  /** It follows from others, which decide. */
  | 'derived';

/** A new part of the configuration does not compile until somebody has said what it does. When in doubt, it decides. */
const ROLES: Readonly<Record<Exclude<keyof Config, 'cache'>, Role>> = {
  secretKey: 'decides',
  publishableKey: 'decides',
  jwtKey: 'decides',
  machineSecretKey: 'decides',
  machineId: 'decides',
  instanceType: 'derived',
  frontendApiUrl: 'derived',
  apiUrl: 'decides',
  apiVersion: 'decides',
  domain: 'decides',
  isSatellite: 'decides',
  proxyUrl: 'decides',
  publicUrl: 'decides',
  trustProxy: 'decides',
  signInUrl: 'decides',
  signUpUrl: 'decides',
  satelliteAutoSync: 'decides',
  allowedRedirectOrigins: 'decides',
  organizationSync: 'decides',
  authorizedParties: 'decides',
  missingAzp: 'decides',
  audience: 'decides',
  sessionAudience: 'decides',
  issuer: 'decides',
  clockSkewMs: 'decides',
  acceptsToken: 'decides',
  treatPendingAsSignedOut: 'decides',
  fetch: 'decides',
  now: 'decides',
  emit: 'observes',
  log: 'observes',
};

type CacheRoles = { readonly [Group in keyof Config['cache']]: Readonly<Record<keyof Config['cache'][Group], Role>> };

/** A cache answers in Clerk's place: how long it may, and what is in it, decides whether a revoked key passes. */
const CACHE_ROLES: CacheRoles = {
  // 0 turns a cache off, so the sizes count too.
  sessionTokens: { max: 'decides' },
  machineTokens: { ttlMs: 'decides', negativeTtlMs: 'decides', max: 'decides', store: 'decides' },
  jwks: { freshMs: 'decides', staleIfErrorMs: 'decides', cooldownMs: 'decides' },
};

type Read = (config: Config) => unknown;

/** Parts that are new objects in each configuration are compared by the text that they were made from. */
const AS_TEXT: Partial<Record<keyof Config, Read>> = {
  publishableKey: ({ publishableKey }) => publishableKey?.raw,
  publicUrl: ({ publicUrl }) => publicUrl && publicUrl.origin + publicUrl.path,
  organizationSync: ({ organizationSync }) => organizationSync?.patterns,
};

const deciding = <K extends string>(roles: Readonly<Record<K, Role>>): readonly K[] =>
  (Object.keys(roles) as K[]).filter((name) => roles[name] === 'decides');

const cacheReads = (group: keyof CacheRoles): readonly Read[] =>
  deciding<string>(CACHE_ROLES[group]).map(
    (name) => (config) => (config.cache[group] as Readonly<Record<string, unknown>>)[name],
  );

const READS: readonly Read[] = [
  ...deciding(ROLES).map((name): Read => AS_TEXT[name] ?? ((config) => config[name])),
  ...(Object.keys(CACHE_ROLES) as (keyof CacheRoles)[]).flatMap(cacheReads),
];

/** Functions and stores are compared by identity, because what they would answer cannot be compared. */
export function decideAlike(one: Config, other: Config): boolean {
  return one === other || READS.every((read) => sameValue(read(one), read(other)));
}

/** Lists by their items, in order. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => item === b[i]);
  return a === b;
}
