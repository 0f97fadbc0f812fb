/**
 * How Clerk is reached: keys, address and version. Core, API client, proxy and command read them here, so that one configuration
 * means one thing, and what one of them refuses the next does not send.
 */
import { readVariable, type Environment } from '../environment.js';
import { checkMachineKey, checkSecretKey } from './keys.js';
import { isLoopbackHost } from './loopback.js';
import { baseUrl, fail, text, type OptionName } from './option-checks.js';

/** Options by which the Backend API is reached, and the variables that stand in for them. */
export const CONNECTION_VARIABLES = {
  secretKey: 'CLERK_SECRET_KEY',
  machineSecretKey: 'CLERK_MACHINE_SECRET_KEY',
  apiUrl: 'CLERK_API_URL',
  apiVersion: 'CLERK_API_VERSION',
} as const;

type ConnectionOption = keyof typeof CONNECTION_VARIABLES;

export interface Connection {
  readonly secretKey: string | null;
  readonly machineSecretKey: string | null;
  /** Origin and base path, without the version and without a trailing slash. */
  readonly apiUrl: string;
  /** `v1` */
  readonly apiVersion: string;
}

/**
 * An option, else its variable, cleaned and checked; else null.
 *
 * @throws ConfigurationError for an option that is empty or no text, and what `check` throws
 */
export function readOption(
  name: OptionName,
  given: unknown,
  env: Environment | undefined,
  check?: (name: OptionName, value: string) => string,
): string | null {
  const value = given === null || given === undefined ? readVariable(name.variable ?? '', env) : text(name, given);
  return value === undefined ? null : check ? check(name, value) : value;
}

export const connectionName = (option: ConnectionOption): OptionName => ({
  option,
  variable: CONNECTION_VARIABLES[option],
});

/** @throws ConfigurationError for a key in the place of another, an address that is none, a version that is none */
export function readConnection(
  options: { readonly [Option in ConnectionOption]?: unknown },
  env?: Environment,
): Connection {
  const read = (option: ConnectionOption, check: Parameters<typeof readOption>[3]) =>
    readOption(connectionName(option), options[option], env, check);
  const apiVersion = read('apiVersion', checkApiVersion) ?? 'v1';
  const apiUrl = read('apiUrl', baseUrl) ?? 'https://api.clerk.com';
  return {
    secretKey: read('secretKey', checkSecretKey),
    machineSecretKey: read('machineSecretKey', checkMachineKey),
    // Some applications write the version into the address as well.
    apiUrl: apiUrl.replace(new RegExp(`/${apiVersion}$`), ''),
    apiVersion,
  };
}

const checkApiVersion = (name: OptionName, value: string): string =>
  /^v\d{1,3}$/.test(value) ? value : fail(name, 'is not an API version', 'Use v1.');

/**
 * Keys leave this machine encrypted. Plain http is for loopback, and for a development instance, whose address may be a container
 * next door. A key that does not say what it is for counts as one of production.
 *
 * @throws ConfigurationError
 */
export function checkTransport(name: OptionName, url: string, isDevelopment: boolean): void {
  if (url.startsWith('http:') && !isDevelopment && !isLoopbackHost(new URL(url).host))
    fail(name, 'would send a production key in plain text', 'Use https.');
}
