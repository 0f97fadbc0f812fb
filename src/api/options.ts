/** Options and environment, read once. */
import {
  checkTransport,
  CONNECTION_VARIABLES,
  connectionName,
  readConnection,
  type Connection,
} from '../ground/connection.js';
import type { Environment } from '../environment.js';
import { API_VERSION_DATE } from '../ground/api-version.js';
import { isDevelopmentKey } from '../ground/keys.js';
import { fail } from '../ground/option-checks.js';
import { checkNames } from '../ground/option-names.js';
import { API_VERSIONS } from './generated/meta.js';
import type { BackendApiOptions } from './values.js';

/** Every option beside those of the connection, and what counts where it is not given. */
const DEFAULTS = {
  clerkApiVersion: API_VERSION_DATE,
  timeoutMs: 30_000,
  deadlineMs: 90_000,
  retries: 2,
  fetch: undefined,
  now: () => Date.now(),
  wait: undefined,
  onEvent: undefined,
} satisfies Record<Exclude<keyof BackendApiOptions, keyof Connection>, unknown>;

type Defaults = typeof DEFAULTS;

/** The options after environment and defaults. */
export type ClientConfig = Connection & {
  readonly [Key in keyof Defaults]: NonNullable<BackendApiOptions[Key]> | Extract<Defaults[Key], undefined>;
};

/** @throws ConfigurationError for a name that is no option, and for what could not work or would give a key away */
export function resolveOptions(options: BackendApiOptions = {}, env?: Environment): ClientConfig {
  checkNames(options, Object.keys({ ...CONNECTION_VARIABLES, ...DEFAULTS }));
  const config = { ...DEFAULTS, ...defined(options), ...readConnection(options, env) } as ClientConfig;
  if (!API_VERSIONS.includes(config.clerkApiVersion))
    fail({ option: 'clerkApiVersion' }, 'is not a known version', `Use ${API_VERSIONS.join(' or ')}.`);
  if (config.secretKey ?? config.machineSecretKey) checkKeyStaysSecret(config, config.secretKey);
  return config;
}

/** @param secretKey of the instance that is spoken to: it tells what kind of instance that is, for a machine's key too */
export function checkKeyStaysSecret({ apiUrl }: Connection, secretKey: string | null): void {
  checkTransport(connectionName('apiUrl'), apiUrl, isDevelopmentKey(secretKey));
}

/** Without the members that are null or undefined: they count as not given. */
export const defined = <T extends object>(members: T | undefined) =>
  Object.fromEntries(Object.entries(members ?? {}).filter(([, value]) => value !== null && value !== undefined)) as {
    [Key in keyof T]?: NonNullable<T[Key]>;
  };
