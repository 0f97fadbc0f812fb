/** Options, environment and defaults to a {@link Config}: everything is checked here, once, and nowhere else. */
import {
  checkTransport,
  CONNECTION_VARIABLES,
  readConnection,
  readOption,
  type Connection,
} from '../../ground/connection.js';
import { readVariable, type Environment } from '../../environment.js';
import { ConfigurationError } from '../../errors.js';
import { checkMachineId, instanceTypeOfSecretKey } from '../../ground/keys.js';
import type { Clock, Fetch } from '../../ports.js';
import { markHandled } from '../../ground/maybe-promise.js';
import type { AuthenticatorOptions, Logger } from '../../types.js';
import { createLog, type Log } from '../faults/log.js';
import { resolveAcceptsToken } from './accepts-token.js';
import { NO_AUDIENCE, resolveAudience } from './audience.js';
import { resolveCache } from './cache.js';
import {
  callable,
  count,
  filledList,
  flag,
  oneOf,
  origin,
  origins,
  pageUrl,
  parseBoolean,
  withMethods,
  type OptionName,
} from './checks.js';
import { checkedClock } from './clock.js';
import { redactOnInspect } from './redact-on-inspect.js';
import type { Config } from './config.js';
import { checkAuthenticatorOptions } from './authenticator-options.js';
import { compileOrganizationSync } from './organization-sync.js';
import { checkPublicUrl, onPublicSite, type PublicUrl } from './public-url.js';
import { parsePublishableKey } from './publishable-key.js';
import { resolveFrontendApiUrl, resolveSatellite } from './satellite.js';

export type { Environment } from '../../environment.js';

/** Options with an environment variable behind them. */
const VARIABLES = {
  ...CONNECTION_VARIABLES,
  publishableKey: 'CLERK_PUBLISHABLE_KEY',
  jwtKey: 'CLERK_JWT_KEY',
  machineId: 'CLERK_MACHINE_ID',
  domain: 'CLERK_DOMAIN',
  isSatellite: 'CLERK_IS_SATELLITE',
  proxyUrl: 'CLERK_PROXY_URL',
  signInUrl: 'CLERK_SIGN_IN_URL',
  signUpUrl: 'CLERK_SIGN_UP_URL',
} as const satisfies Partial<Record<keyof AuthenticatorOptions, string>>;

/** All variables that a configuration may depend on. */
export const CONFIG_VARIABLES: readonly string[] = Object.values(VARIABLES);

const MAX_CLOCK_SKEW_MS = 60_000;
/** One for all configurations, like `systemFetch`, so that `compare.ts` finds them alike. */
const systemClock: Clock = () => Date.now();
/** Looked up at each call: on some runtimes `fetch` may not be called as a method of another object. */
const systemFetch: Fetch = (input, init) => fetch(input, init);

type VariableOption = keyof typeof VARIABLES;
type Reader = ReturnType<typeof reader>;

const name = (option: VariableOption): OptionName => ({ option, variable: VARIABLES[option] });

function reader(options: AuthenticatorOptions, env: Environment | undefined) {
  /** The option, else its variable, checked; else null. */
  const string = (option: VariableOption, check?: (name: OptionName, value: string) => string) =>
    readOption(name(option), options[option], env, check);
  function boolean(option: VariableOption): boolean {
    const given = options[option] ?? null;
    if (given !== null) return flag(name(option), given);
    return parseBoolean(readVariable(VARIABLES[option], env) ?? 'false');
  }
  /** An option without a variable, through its check if it is given. */
  function plain<K extends keyof AuthenticatorOptions, T>(
    option: K,
    check: (name: OptionName, value: NonNullable<AuthenticatorOptions[K]>) => T,
    absent: T,
  ): T {
    const value = options[option] ?? null;
    return value === null ? absent : check({ option }, value);
  }
  return { string, boolean, plain };
}

/**
 * The configuration of one authenticator. An option that is given wins over its variable; `null` counts as not given, and a
 * blank variable is unset.
 *
 * @param env looked at instead of `process.env` (the bindings of a Worker, for example)
 * @throws ConfigurationError for anything that cannot work, naming the option, its variable and the remedy
 */
export function resolveConfig(options: AuthenticatorOptions = {}, env?: Environment): Config {
  checkAuthenticatorOptions(options);
  const read = reader(options, env);
  const connection = readConnection(options, env);
  const keys = resolveKeys(read, connection);
  const instanceType =
    keys.publishableKey?.instanceType ?? instanceTypeOfSecretKey(keys.secretKey ?? '') ?? 'production';
  if (keys.secretKey !== null || keys.machineSecretKey !== null)
    checkTransport(name('apiUrl'), connection.apiUrl, instanceType === 'development');
  const publicUrl = read.plain<'publicUrl', PublicUrl | null>('publicUrl', checkPublicUrl, null);
  const onSite = <T extends string | null>(address: T): T | string => onPublicSite(publicUrl, address);
  const given = resolveSatellite({
    instanceType,
    isSatellite: read.boolean('isSatellite'),
    domain: read.string('domain'),
    proxyUrl: read.string('proxyUrl'),
    signInUrl: read.string('signInUrl', pageUrl),
  });
  const site = { ...given, proxyUrl: onSite(given.proxyUrl), signInUrl: onSite(given.signInUrl) };
  const config: Config = {
    ...connection,
    ...keys,
    ...site,
    instanceType,
    frontendApiUrl: resolveFrontendApiUrl(keys.publishableKey, site),
    machineId: read.string('machineId', checkMachineId),
    publicUrl,
    trustProxy: read.plain('trustProxy', flag, false),
    signUpUrl: onSite(read.string('signUpUrl', pageUrl)),
    satelliteAutoSync: read.plain('satelliteAutoSync', flag, false),
    allowedRedirectOrigins: read.plain('allowedRedirectOrigins', checkOrigins, []),
    organizationSync: compileOrganizationSync(options.organizationSync ?? {}),
    authorizedParties: read.plain('authorizedParties', origins, []),
    missingAzp: read.plain('missingAzp', (name, v) => oneOf(name, v, ['handshake', 'reject', 'allow']), 'handshake'),
    ...read.plain('audience', resolveAudience, NO_AUDIENCE),
    issuer: read.plain('issuer', (name, value) => filledList(name, value, { single: true }), []),
    clockSkewMs: read.plain('clockSkewMs', (name, value) => count(name, value, MAX_CLOCK_SKEW_MS), 5_000),
    acceptsToken: resolveAcceptsToken(options.acceptsToken ?? null, keys),
    treatPendingAsSignedOut: read.plain('treatPendingAsSignedOut', flag, true),
    cache: resolveCache(options.cache ?? {}),
    fetch: read.plain<'fetch', Fetch>('fetch', callable, systemFetch),
    now: read.plain<'now', Clock>('now', (name, value) => checkedClock(callable<Clock>(name, value)), systemClock),
    emit: resolveEmit(options.onEvent ?? null),
    log: resolveLog(options.logger ?? null),
  };
  return redactOnInspect(config, () => summaryOf(config), ['secretKey', 'machineSecretKey', 'jwtKey', 'cache']);
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

type Keys = Pick<Config, 'secretKey' | 'publishableKey' | 'jwtKey' | 'machineSecretKey'>;

function resolveKeys(read: Reader, { secretKey, machineSecretKey }: Connection): Keys {
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
    'Set CLERK_SECRET_KEY or CLERK_JWT_KEY (node --env-file=.env).',
  );
}

const checkOrigins = (name: OptionName, value: readonly string[]) =>
  Object.freeze(filledList(name, value).map((item) => origin(name, item)));

/**
 * Without a logger it is the console, but for tests (`NODE_ENV=test`, which their runners set): many of them make configurations that
 * are wrong on purpose.
 *
 * @throws ConfigurationError for what is neither false nor an object with `warn` and `error`
 */
export function resolveLog(logger: AuthenticatorOptions['logger']): Log {
  const given = logger ?? (readVariable('NODE_ENV') === 'test' ? false : null);
  if (given === null || given === false) return createLog(given);
  return createLog(withMethods<Logger>({ option: 'logger' }, given, ['warn', 'error']));
}

/** A listener that throws or rejects must not change what is decided. */
function resolveEmit(listener: NonNullable<AuthenticatorOptions['onEvent']> | null): Config['emit'] {
  if (listener === null) return null;
  const listen = callable<(event: unknown) => unknown>({ option: 'onEvent' }, listener);
  return (event) => {
    try {
      markHandled(listen(event));
    } catch {
      // A listener that throws changes nothing.
    }
  };
}
