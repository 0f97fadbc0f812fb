/** Options and environment, read once. */
import { readVariable, type Environment } from '../environment.js';
import { ConfigurationError } from '../errors.js';
import { pause } from './limits.js';
import type { BackendApiOptions } from './values.js';

type Optional = 'secretKey' | 'machineSecretKey' | 'onEvent';

/** The options after environment and defaults. */
export type ClientConfig = { readonly [Key in Optional]: BackendApiOptions[Key] } & {
  readonly [Key in Exclude<keyof BackendApiOptions, Optional>]-?: NonNullable<BackendApiOptions[Key]>;
};

/** @throws ConfigurationError for an API URL that cannot work */
export function resolveOptions(options: BackendApiOptions, env?: Environment): ClientConfig {
  const {
    secretKey = readVariable('CLERK_SECRET_KEY', env),
    machineSecretKey = readVariable('CLERK_MACHINE_SECRET_KEY', env),
    apiUrl = readVariable('CLERK_API_URL', env) ?? 'https://api.clerk.com',
    apiVersion = readVariable('CLERK_API_VERSION', env) ?? 'v1',
    timeoutMs = 30_000,
    deadlineMs = 90_000,
    retries = 2,
    fetch = (url, init) => globalThis.fetch(url, init),
    now = Date.now,
    wait = pause,
    onEvent,
  } = options;
  if (!/^https?:\/\/[^/?#@\s][^?#@\s]*$/.test(apiUrl))
    throw new ConfigurationError('apiUrl', '`apiUrl` is no plain http(s) URL.', 'Correct CLERK_API_URL.');
  return {
    ...{ secretKey, machineSecretKey, apiVersion, timeoutMs, deadlineMs, retries, fetch, now, wait, onEvent },
    apiUrl: apiUrl.replace(/\/+$/, ''),
  };
}
