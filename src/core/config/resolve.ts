/** Options, environment and defaults to a {@link Config}: everything is checked here, once, and nowhere else. */
import { readVariable, type Environment } from '../../environment.js';
import { ConfigurationError } from '../../errors.js';
import type { Clock, Fetch } from '../../ports.js';
import type { AuthenticatorOptions } from '../../types.js';
import { resolveAcceptsToken } from './accepts-token.js';
import { resolveCache } from './cache.js';
import {
  baseUrl,
  callable,
  count,
  fail,
  flag,
  oneOf,
  origin,
  pageUrl,
  parseBoolean,
  text,
  textList,
  type OptionName,
} from './checks.js';
import { conceal } from './conceal.js';
import type { Config } from './config.js';
import { isLoopbackHost } from './frontend-api-url.js';
import { checkMachineId, checkMachineKey, checkSecretKey, instanceTypeOfSecretKey } from './keys.js';
import { compileOrganizationSync } from './organization-sync.js';
import { parsePublishableKey } from './publishable-key.js';
import { resolveFrontendApiUrl, resolveSatellite } from './satellite.js';

export type { Environment } from '../../environment.js';

/** Options with an environment variable behind them. */
const VARIABLES = {
  secretKey: 'CLERK_SECRET_KEY',
  publishableKey: 'CLERK_PUBLISHABLE_KEY',
  jwtKey: 'CLERK_JWT_KEY',
  machineSecretKey: 'CLERK_MACHINE_SECRET_KEY',
  apiUrl: 'CLERK_API_URL',
  apiVersion: 'CLERK_API_VERSION',
  machineId: 'CLERK_MACHINE_ID',
  domain: 'CLERK_DOMAIN',
  isSatellite: 'CLERK_IS_SATELLITE',
  proxyUrl: 'CLERK_PROXY_URL',
  signInUrl: 'CLERK_SIGN_IN_URL',
  signUpUrl: 'CLERK_SIGN_UP_URL',
} as const satisfies Partial<Record<keyof AuthenticatorOptions, string>>;

/** All variables that a configuration may depend on. */
export const CONFIG_VARIABLES: readonly string[] = Object.values(VARIABLES);

/** Options of `@clerk/backend` that have another name here. Ignoring them silently would change what is enforced. */
const RENAMED: Readonly<Record<string, string>> = {
  clockSkewInMs: 'clockSkewMs',
  organizationSyncOptions: 'organizationSync',
  skipJwksCache: 'cache.jwks',
};

const DEFAULT_API_URL = 'https://api.clerk.com';
const MAX_CLOCK_SKEW_MS = 60_000;
/** One for all, so that two configurations can be seen to have the same clock. */
const systemClock: Clock = () => Date.now();

type VariableOption = keyof typeof VARIABLES;
type Reader = ReturnType<typeof reader>;

function reader(options: AuthenticatorOptions, env: Environment | undefined) {
  const name = (option: VariableOption): OptionName => ({ option, variable: VARIABLES[option] });
  /** The option, else its variable, checked; else null. */
  function string(option: VariableOption, check: (name: OptionName, value: string) => string = (_, value) => value) {
    const given = options[option];
    const value = given === undefined ? readVariable(VARIABLES[option], env) : text(name(option), given);
    return value === undefined ? null : check(name(option), value);
  }
  function boolean(option: VariableOption): boolean {
    if (options[option] !== undefined) return flag(name(option), options[option]);
    return parseBoolean(readVariable(VARIABLES[option], env) ?? 'false');
  }
  /** An option without a variable, through its check if it is given. */
  function plain<K extends keyof AuthenticatorOptions, T>(
    option: K,
    check: (name: OptionName, value: NonNullable<AuthenticatorOptions[K]>) => T,
    absent: T,
  ): T {
    const value = options[option];
    return value === undefined ? absent : check({ option }, value);
  }
  return { string, boolean, plain };
}

/**
 * The configuration of one authenticator. An option that is given wins over its variable; a blank variable is unset.
 *
 * @param env looked at instead of `process.env` (the bindings of a Worker, for example)
 * @throws ConfigurationError for anything that cannot work, naming the option, its variable and the remedy
 */
export function resolveConfig(options: AuthenticatorOptions = {}, env?: Environment): Config {
  refuseRenamed(options);
  const read = reader(options, env);
  const keys = resolveKeys(read);
  const instanceType =
    keys.publishableKey?.instanceType ?? instanceTypeOfSecretKey(keys.secretKey ?? '') ?? 'production';
  const apiVersion = read.string('apiVersion', checkApiVersion) ?? 'v1';
  const site = resolveSatellite({
    instanceType,
    isSatellite: read.boolean('isSatellite'),
    domain: read.string('domain'),
    proxyUrl: read.string('proxyUrl'),
    signInUrl: read.string('signInUrl', pageUrl),
  });
  const config: Config = {
    ...keys,
    ...site,
    instanceType,
    frontendApiUrl: resolveFrontendApiUrl(keys.publishableKey, site),
    apiUrl: resolveApiUrl(read, apiVersion, keys.secretKey),
    machineId: read.string('machineId', checkMachineId),
    apiVersion,
    trustProxy: read.plain('trustProxy', flag, false),
    signUpUrl: read.string('signUpUrl', pageUrl),
    satelliteAutoSync: read.plain('satelliteAutoSync', flag, false),
    allowedRedirectOrigins: read.plain('allowedRedirectOrigins', checkOrigins, []),
    organizationSync: compileOrganizationSync(options.organizationSync),
    authorizedParties: read.plain('authorizedParties', checkParties, []),
    missingAzp: read.plain('missingAzp', (name, v) => oneOf(name, v, ['handshake', 'reject', 'allow']), 'handshake'),
    audience: read.plain('audience', (name, value) => textList(name, value, { single: true }), []),
    issuer: read.plain('issuer', (name, value) => textList(name, value, { single: true }), []),
    clockSkewMs: read.plain('clockSkewMs', (name, value) => count(name, value, MAX_CLOCK_SKEW_MS), 5_000),
    acceptsToken: resolveAcceptsToken(options.acceptsToken, keys),
    treatPendingAsSignedOut: read.plain('treatPendingAsSignedOut', flag, true),
    cache: resolveCache(options.cache),
    // Looked up at each call: on some runtimes `fetch` may not be called as a method of another object.
    fetch: read.plain<'fetch', Fetch>('fetch', callable, (input, init) => fetch(input, init)),
    now: read.plain<'now', Clock>('now', callable, systemClock),
    emit: resolveEmit(options.onEvent),
  };
  return conceal(config, () => summaryOf(config), ['secretKey', 'machineSecretKey', 'jwtKey', 'cache']);
}

/** What may be shown of a configuration: which keys there are, never what they are. */
function summaryOf(config: Config): Readonly<Record<string, unknown>> {
  const present = (value: string | null) => (value === null ? null : '[redacted]');
  return {
    instanceType: config.instanceType,
    publishableKey: config.publishableKey?.raw ?? null,
    secretKey: present(config.secretKey),
    machineSecretKey: present(config.machineSecretKey),
    jwtKey: present(config.jwtKey),
    apiUrl: config.apiUrl,
    frontendApiUrl: config.frontendApiUrl,
    acceptsToken: config.acceptsToken,
  };
}

function refuseRenamed(options: AuthenticatorOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('options', 'The options are not an object.', 'Pass an object, or nothing.');
  }
  for (const [old, now] of Object.entries(RENAMED)) {
    if (Object.hasOwn(options, old)) fail({ option: old }, 'has another name here', `Use ${now}.`);
  }
}

type Keys = Pick<Config, 'secretKey' | 'publishableKey' | 'jwtKey' | 'machineSecretKey'>;

function resolveKeys(read: Reader): Keys {
  const secretKey = read.string('secretKey', checkSecretKey);
  const machineSecretKey = read.string('machineSecretKey', checkMachineKey);
  const jwtKey = read.string('jwtKey');
  const publishable = read.string('publishableKey');
  const publishableKey = publishable === null ? null : parsePublishableKey(publishable);
  const instanceType = instanceTypeOfSecretKey(secretKey ?? '');
  if (publishableKey !== null && instanceType !== null && instanceType !== publishableKey.instanceType) {
    throw new ConfigurationError(
      'secretKey',
      `The secret key is of a ${instanceType} instance, the publishable key of a ${publishableKey.instanceType} one.`,
      'Set CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY to the keys of one instance.',
    );
  }
  return { secretKey, publishableKey, jwtKey, machineSecretKey };
}

/** @throws ConfigurationError if no token of any kind could be verified */
export function requireAnyKey({ secretKey, machineSecretKey, jwtKey }: Keys): void {
  if (secretKey !== null || machineSecretKey !== null || jwtKey !== null) return;
  throw new ConfigurationError(
    'secretKey',
    'There is no key to verify tokens with.',
    'Set CLERK_SECRET_KEY, or CLERK_JWT_KEY to verify session tokens without a network.',
  );
}

function checkApiVersion(name: OptionName, value: string): string {
  return /^v\d{1,3}$/.test(value) ? value : fail(name, 'is not an API version', 'Leave it out, or use v1.');
}

function resolveApiUrl(read: Reader, apiVersion: string, secretKey: string | null): string {
  const name: OptionName = { option: 'apiUrl', variable: VARIABLES.apiUrl };
  const url = baseUrl(name, read.string('apiUrl') ?? DEFAULT_API_URL);
  const live = instanceTypeOfSecretKey(secretKey ?? '') === 'production';
  if (live && url.startsWith('http:') && !isLoopbackHost(new URL(url).host)) {
    fail(name, 'would send a production key without encryption', 'Use an https URL.');
  }
  const versioned = `/${apiVersion}`;
  return url.endsWith(versioned) ? url.slice(0, -versioned.length) : url;
}

const checkOrigins = (name: OptionName, value: readonly string[]) =>
  Object.freeze(textList(name, value).map((item) => origin(name, item)));

/** `azp` is compared as it is; only the trailing slash, which no origin has, is forgiven. */
function checkParties(name: OptionName, value: readonly string[]): readonly string[] {
  const parties = textList(name, value).map((party) => party.replace(/(?<=:\/\/.+)\/$/, ''));
  if (parties.some((party) => party.includes('*'))) fail(name, 'holds a wildcard', 'List each origin in full.');
  return Object.freeze(parties);
}

/** A listener that throws or rejects must not change what is decided. */
function resolveEmit(listener: AuthenticatorOptions['onEvent']): Config['emit'] {
  if (listener === undefined) return null;
  const listen = callable<(event: unknown) => unknown>({ option: 'onEvent' }, listener);
  return (event) => {
    try {
      const result = listen(event);
      if (result instanceof Promise) result.catch(() => undefined);
    } catch {
      // Whoever observes is on their own.
    }
  };
}
