/** Options and environment, read once. */
import { ConfigurationError } from '../errors.js';
import { pause } from './limits.js';
import type { BackendApiOptions } from './values.js';

export type Environment = Readonly<Record<string, string | undefined>>;

type Optional = 'secretKey' | 'machineSecretKey' | 'onEvent';

/** The options after environment and defaults. */
export type ClientConfig = { readonly [Key in Optional]: BackendApiOptions[Key] } & {
  readonly [Key in Exclude<keyof BackendApiOptions, Optional>]-?: NonNullable<BackendApiOptions[Key]>;
};

/** The process's environment; empty where there is none (Workers) or where it must not be read (Deno without permission). */
export function readEnvironment(): Environment {
  try {
    return process.env;
  } catch {
    return {};
  }
}

/** @throws ConfigurationError for an API URL that cannot work, or a key that cannot stand in a header */
export function resolveOptions(options: BackendApiOptions, env: Environment): ClientConfig {
  const {
    secretKey = env['CLERK_SECRET_KEY'],
    machineSecretKey = env['CLERK_MACHINE_SECRET_KEY'],
    apiUrl = env['CLERK_API_URL'],
    apiVersion = env['CLERK_API_VERSION'],
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
    apiUrl: cleanUrl(clean(apiUrl) || 'https://api.clerk.com'),
    apiVersion: clean(apiVersion) || 'v1',
    ...{ timeoutMs, deadlineMs, retries, fetch, now, wait, onEvent },
  };
}

/** Trims, and takes off quotes that an env file left. */
const clean = (text: string | undefined) => text?.trim().replace(/^(["'])(.*)\1$/, '$2');

/** A key that a header refuses would be quoted in the error of `fetch`: so it is refused here, unquoted. */
export function cleanKey(text: string | undefined): string | undefined {
  const key = clean(text);
  if (key && /[^!-~]/.test(key)) throw new ConfigurationError('secretKey', 'The key holds blanks.', 'Copy it again.');
  return key;
}

function cleanUrl(text: string): string {
  if (!/^https?:\/\/[^/?#@\s][^?#@\s]*$/.test(text))
    throw new ConfigurationError('apiUrl', '`apiUrl` is no plain http(s) URL.', 'Correct CLERK_API_URL.');
  return text.replace(/\/+$/, '');
}
