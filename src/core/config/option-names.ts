/** Every option of an authenticator by name. A new one does not compile until it stands here. */
import { checkOptionNames, isPlainObject, type OptionNames } from '../../option-names.js';
import type { AudienceOptions, AuthenticatorOptions } from '../../types.js';
import { fail } from './checks.js';

const AUTHENTICATOR_OPTIONS: OptionNames<AuthenticatorOptions> = {
  secretKey: true,
  publishableKey: true,
  jwtKey: true,
  machineSecretKey: true,
  machineId: true,
  apiUrl: true,
  apiVersion: true,
  domain: true,
  isSatellite: true,
  proxyUrl: true,
  trustProxy: true,
  signInUrl: true,
  signUpUrl: true,
  satelliteAutoSync: true,
  allowedRedirectOrigins: true,
  organizationSync: { organizationPatterns: true, personalAccountPatterns: true },
  authorizedParties: true,
  missingAzp: true,
  // A text, a list or an object: its own check tells them apart.
  audience: true,
  issuer: true,
  clockSkewMs: true,
  acceptsToken: true,
  treatPendingAsSignedOut: true,
  cache: {
    sessionTokens: { max: true },
    machineTokens: { ttlMs: true, negativeTtlMs: true, max: true, store: true },
    jwks: { freshMs: true, staleIfErrorMs: true, cooldownMs: true },
  },
  fetch: true,
  now: true,
  onEvent: true,
};

export const AUDIENCE_OPTIONS: OptionNames<AudienceOptions> = { value: true, sessionTokens: true };

const OF_THE_MIDDLEWARE = 'Give it to the middleware: clerkMiddleware(source, { … }).';

/** Names that are known, but not here: those of `@clerk/backend`, and the settings of our own middleware. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  clockSkewInMs: 'Use clockSkewMs.',
  organizationSyncOptions: 'Use organizationSync.',
  skipJwksCache: 'Use cache.jwks.',
  clerkClient: 'Use createBackendApi() of bailiff/api.',
  onDenied: OF_THE_MIDDLEWARE,
  frontendApiProxy: OF_THE_MIDDLEWARE,
  resourceMetadata: OF_THE_MIDDLEWARE,
};

/**
 * @param more what may stand beside them: the settings of a middleware
 * @throws ConfigurationError for what is no plain object, and for a name that is none of an option, nested ones too
 */
export function checkAuthenticatorOptions(options: unknown, more: OptionNames<object> = {}): void {
  const names = { ...AUTHENTICATOR_OPTIONS, ...more };
  for (const name of isPlainObject(options) ? Object.keys(options) : []) {
    const elsewhere = Object.hasOwn(ELSEWHERE, name) && !Object.hasOwn(names, name) ? ELSEWHERE[name] : undefined;
    if (elsewhere !== undefined) fail({ option: name }, 'is none of an authenticator', elsewhere);
  }
  checkOptionNames(options, names);
}
