/** Options and environment, read once. */
import { readVariable, type Environment } from '../environment.js';
import { ConfigurationError } from '../errors.js';
import { pause } from './limits.js';
import type { BackendApiOptions } from './values.js';

type Optional = 'secretKey' | 'machineSecretKey' | 'fetch' | 'onEvent';

/** The options after environment and defaults. */
export type ClientConfig = { readonly [Key in Optional]?: NonNullable<BackendApiOptions[Key]> | undefined } & {
  readonly [Key in Exclude<keyof BackendApiOptions, Optional>]-?: NonNullable<BackendApiOptions[Key]>;
};

/** @throws ConfigurationError for an API URL that cannot work */
export function resolveOptions(options: BackendApiOptions | undefined, env?: Environment): ClientConfig {
  const config = {
    secretKey: readVariable('CLERK_SECRET_KEY', env),
    machineSecretKey: readVariable('CLERK_MACHINE_SECRET_KEY', env),
    apiUrl: readVariable('CLERK_API_URL', env) ?? 'https://api.clerk.com',
    apiVersion: readVariable('CLERK_API_VERSION', env) ?? 'v1',
    timeoutMs: 30_000,
    deadlineMs: 90_000,
    retries: 2,
    now: Date.now,
    wait: pause,
    ...defined(options),
  } satisfies ClientConfig;
  if (!/^https?:[^?#@\s]+$/.test(config.apiUrl) || !URL.canParse(config.apiUrl))
    throw new ConfigurationError('apiUrl', 'The API URL is malformed.', 'Set CLERK_API_URL.');
  return config;
}

/** Without the members that are null or undefined: they count as not given. */
export const defined = <T extends object>(members: T | undefined) =>
  Object.fromEntries(Object.entries(members ?? {}).filter(([, value]) => (value ?? undefined) !== undefined)) as {
    [Key in keyof T]?: NonNullable<T[Key]>;
  };
