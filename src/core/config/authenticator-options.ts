/** Every option of an authenticator by name. A new one does not compile until it stands here. */
import { checkOptionNames, isPlainObject, kindOf, type OptionNames } from '../../ground/option-names.js';
import type { AudienceOptions, AuthenticatorOptions } from '../../types.js';
import { ConfigurationError } from '../../errors.js';

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
  publicUrl: true,
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
  // False or an object of any class.
  logger: true,
};

export const AUDIENCE_OPTIONS: OptionNames<AudienceOptions> = { value: true, sessionTokens: true };

const OF_THE_MIDDLEWARE = 'Give it to clerkMiddleware().';
const OF_THE_PROXY = 'Use frontendApiProxy.fapiUrl.';
const AFTER_SIGNING_IN = 'Use requireAuth({ redirect: true }).';

/** Names that are known, but not here: those of `@clerk/express` and `@clerk/backend`, and the settings of our own middleware. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  clockSkewInMs: 'Use clockSkewMs.',
  organizationSyncOptions: 'Use organizationSync.',
  skipJwksCache: 'Use cache.jwks.',
  clerkClient: 'Use createBackendApi() of bailiff/api.',
  debug: 'Use onEvent.',
  enableHandshake: 'Leave it out.',
  afterSignInUrl: AFTER_SIGNING_IN,
  afterSignUpUrl: AFTER_SIGNING_IN,
  onDenied: OF_THE_MIDDLEWARE,
  frontendApiProxy: OF_THE_MIDDLEWARE,
  resourceMetadata: OF_THE_MIDDLEWARE,
  // `apiUrl`, which is near, is not what is meant, and would get the secret key.
  fapiUrl: OF_THE_PROXY,
};

/**
 * @param more what may stand beside them: the settings of a middleware
 * @throws ConfigurationError for what is no plain object, and for a name that is none of an option, nested ones too
 */
export function checkAuthenticatorOptions(options: unknown, more: OptionNames<object> = {}): void {
  if (!isPlainObject(options)) {
    const problem = `The options are ${kindOf(options)}, not an object of options.`;
    throw new ConfigurationError('options', problem, 'Give a plain object: { … }. Or call it: clerkMiddleware().');
  }
  const names = { ...AUTHENTICATOR_OPTIONS, ...more };
  for (const name of Object.keys(options)) {
    const elsewhere = Object.hasOwn(ELSEWHERE, name) && !Object.hasOwn(names, name) ? ELSEWHERE[name] : undefined;
    if (elsewhere !== undefined) throw new ConfigurationError(name, `There is no option ${name} here.`, elsewhere);
  }
  checkOptionNames(options, names);
}
