/** Whether two authenticators would decide alike, so that mounting the middleware twice verifies once. */
import type { Authenticator } from '../authenticator.js';
import type { Config } from '../config/config.js';

/** Everything that decides who is believed, and where browsers are sent. */
const RULES = [
  'secretKey',
  'jwtKey',
  'machineSecretKey',
  'apiUrl',
  'apiVersion',
  'frontendApiUrl',
  'domain',
  'isSatellite',
  'proxyUrl',
  'trustProxy',
  'signInUrl',
  'signUpUrl',
  'satelliteAutoSync',
  'allowedRedirectOrigins',
  'authorizedParties',
  'missingAzp',
  'audience',
  'issuer',
  'clockSkewMs',
  'acceptsToken',
  'treatPendingAsSignedOut',
] as const satisfies readonly (keyof Config)[];

export function sameRules(one: Authenticator, other: Authenticator): boolean {
  if (one === other) return true;
  const [a, b] = [one.config, other.config];
  return (
    a.publishableKey?.raw === b.publishableKey?.raw &&
    a.organizationSync?.patterns === b.organizationSync?.patterns &&
    a.now === b.now &&
    RULES.every((name) => sameValue(a[name], b[name]))
  );
}

/** Lists by their items; objects and functions are the same only if they are one. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => item === b[i]);
  return a === b;
}
