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

/** @throws ConfigurationError for an API URL that cannot work, or a key that cannot stand in a header */
export function resolveOptions(options: BackendApiOptions, env?: Environment): ClientConfig {
  const {
    secretKey = readVariable('CLERK_SECRET_KEY', env),
    machineSecretKey = readVariable('CLERK_MACHINE_SECRET_KEY', env),
    apiUrl = readVariable('CLERK_API_URL', env),
    apiVersion = readVariable('CLERK_API_VERSION', env),
    timeoutMs = 30_000,
    deadlineMs = 90_000,
    retries = 2,
    fetch = (url, init) => globalThis.fetch(url, init),
    now = Date.now,
    wait = pause,
    onEvent,
  } = options;
  return {
    secretKey: cleanKey(secretKey),
    machineSecretKey: cleanKey(machineSecretKey),
    apiUrl: cleanUrl(apiUrl || 'https://api.clerk.com'),
    apiVersion: apiVersion || 'v1',
    ...{ timeoutMs, deadlineMs, retries, fetch, now, wait, onEvent },
  };
}

/** A key that a header refuses would be quoted in the error of `fetch`: so it is refused here, unquoted. */
export function cleanKey(text: string | undefined): string | undefined {
  const key = text?.trim();
  if (key && /[^!-~]/.test(key)) throw new ConfigurationError('secretKey', 'The key holds blanks.', 'Copy it again.');
  return key;
}

function cleanUrl(text: string): string {
  if (!/^https?:\/\/[^/?#@\s][^?#@\s]*$/.test(text))
    throw new ConfigurationError('apiUrl', '`apiUrl` is no plain http(s) URL.', 'Correct CLERK_API_URL.');
  return text.replace(/\/+$/, '');
}
