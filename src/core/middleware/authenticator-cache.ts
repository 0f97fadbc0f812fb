/** Authenticators for options that are only known with a request: several domains, several instances in one server. */
import { createBoundedCache } from '../../ground/bounded-cache.js';
import { readVariable, type Environment } from '../../environment.js';
import { isPlainObject } from '../../ground/option-names.js';
import type { AuthenticatorOptions, Logger } from '../../types.js';
import { createAuthenticator, type Authenticator } from '../authenticator.js';
import { callable } from '../config/checks.js';
import { checkAuthenticatorOptions } from '../config/authenticator-options.js';
import { CONFIG_VARIABLES, resolveLog } from '../config/resolve.js';
import { createChurnDetector } from './churn-detector.js';

export interface AuthenticatorCache {
  /**
   * The authenticator for these options: the same one, with its caches, for equal values; never the same for different
   * ones. A listener or a logger decides nothing, so a new one with each request makes no new authenticator: events and faults go to
   * the one that was given last.
   *
   * @throws ConfigurationError for options that cannot work, and for what are none (`undefined`, a list, a function, ...)
   */
  get(options: AuthenticatorOptions, env?: Environment): Authenticator;
}

type Listener = NonNullable<AuthenticatorOptions['onEvent']>;

interface Cached {
  readonly authenticator: Authenticator;
  /** The listener and the logger of the last call; null if there is none, so that no event is made. */
  readonly relay: { listener: Listener | null; logger: Logger | null };
}

/**
 * @param settings `max`: authenticators that are kept (default 100); the one that was used longest ago leaves for a new one. `warn`:
 *   takes what a developer should know (default: the logger of the options that it is about)
 */
export function createAuthenticatorCache(
  settings: { readonly max?: number; readonly warn?: (message: string) => void } = {},
): AuthenticatorCache {
  const { max = 100 } = settings;
  let log = resolveLog(null);
  const cache = createBoundedCache<Cached>(max);
  const identify = createIdentifier();
  const detectChurn = createChurnDetector(max, settings.warn ?? ((message) => log.warn('cache.split', message)));

  function create(options: AuthenticatorOptions, relay: Cached['relay'], env: Environment | undefined): Cached {
    const onEvent: Listener | null = relay.listener && ((event) => relay.listener?.(event));
    const logger: Logger | null = relay.logger && {
      warn: (message) => relay.logger?.warn(message),
      error: (message) => relay.logger?.error(message),
    };
    return {
      authenticator: createAuthenticator({ ...options, onEvent, logger: logger ?? options.logger }, env),
      relay,
    };
  }

  return {
    get(options, env) {
      // Before anything is copied from it: a copy of a list or a `Map` is `{}`, which means the environment.
      if (!isPlainObject(options)) checkAuthenticatorOptions(options);
      const { onEvent, logger, ...deciding } = options;
      const listener = (onEvent ?? null) === null ? null : callable<Listener>({ option: 'onEvent' }, onEvent);
      log = resolveLog(logger);
      const relay = { listener, logger: logger === false ? null : (logger ?? null) };
      const watchers = [listener !== null, logger === false ? 'silent' : relay.logger !== null];
      const others = [watchers, CONFIG_VARIABLES.map((name) => readVariable(name, env) ?? null)];
      const key = JSON.stringify([describe(deciding, identify), others]);
      let cached = cache.get(key);
      if (cached === undefined) {
        cached = create({ ...deciding, logger }, relay, env);
        cache.set(key, cached);
        const objects = new Map<string, number>();
        const note = (value: object, path: string) => void objects.set(path, identify(value));
        detectChurn(JSON.stringify([describe(deciding, note), others]), objects);
      } else Object.assign(cached.relay, relay);
      return cached.authenticator;
    },
  };
}

type Identify = (value: object, path: string) => number | void;

/** Numbers objects that have no value of their own: functions, stores. */
function createIdentifier(): (value: object) => number {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (value) => {
    const number = numbers.get(value) ?? (last += 1);
    numbers.set(value, number);
    return number;
  };
}

/**
 * A value as something JSON tells apart exactly. Each form is tagged, so that no two kinds of value look alike; what is null
 * or undefined is not there, as in all options.
 */
function describe(value: unknown, identify: Identify, path = ''): unknown {
  if (Array.isArray(value)) return ['list', ...value.map((item) => describe(item, identify, path))];
  if (typeof value === 'function') return ['object', identify(value, path)];
  if (typeof value !== 'object' || value === null) return [typeof value, String(value)];
  if (!isPlainObject(value)) return ['object', identify(value, path)];
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return [
    'record',
    ...entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, describe(item, identify, path === '' ? key : `${path}.${key}`)]),
  ];
}
