/** Authenticators for options that are only known with a request: several domains, several instances in one server. */
import { BoundedMap } from '../bounded-map.js';
import { readVariable, type Environment } from '../environment.js';
import type { AuthenticatorOptions } from '../types.js';
import { createAuthenticator, type Authenticator } from './authenticator.js';
import { CONFIG_VARIABLES } from './config/resolve.js';

export interface AuthenticatorPool {
  /**
   * The authenticator for these options: the same one, with its caches, for equal values; never the same for different
   * ones.
   *
   * @throws ConfigurationError for options that cannot work
   */
  get(options: AuthenticatorOptions, env?: Environment): Authenticator;
}

/** @param settings `max`: authenticators that are kept (default 100); one that is not in use leaves for a new one */
export function createAuthenticatorPool(settings: { readonly max?: number } = {}): AuthenticatorPool {
  const authenticators = new BoundedMap<Authenticator>(settings.max ?? 100);
  const identify = createIdentifier();
  return {
    get(options, env) {
      const variables = CONFIG_VARIABLES.map((name) => readVariable(name, env) ?? null);
      const key = JSON.stringify([describe(options, identify), variables]);
      let authenticator = authenticators.get(key);
      if (authenticator === undefined) {
        authenticator = createAuthenticator(options, env);
        authenticators.set(key, authenticator);
      }
      return authenticator;
    },
  };
}

type Identify = (value: object) => number;

/** Numbers objects that have no value of their own: functions, stores. */
function createIdentifier(): Identify {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (value) => {
    const number = numbers.get(value) ?? (last += 1);
    numbers.set(value, number);
    return number;
  };
}

/** A value as something JSON tells apart exactly. Each form is tagged, so that no two kinds of value look alike. */
function describe(value: unknown, identify: Identify): unknown {
  if (Array.isArray(value)) return ['list', ...value.map((item) => describe(item, identify))];
  if (typeof value === 'function') return ['object', identify(value)];
  if (typeof value !== 'object' || value === null) return [typeof value, String(value)];
  if (Object.getPrototypeOf(value) !== Object.prototype) return ['object', identify(value)];
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return [
    'record',
    ...entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, describe(item, identify)]),
  ];
}
