/** Cache options: defaults and bounds. Times in milliseconds. */
import type { Store } from '../../ports.js';
import type { CacheOptions } from '../../types.js';
import { count, withMethods } from './checks.js';
import type { Config } from './config.js';

const DAY_MS = 86_400_000;
const MAX_ENTRIES = 1_000_000;

/** Default and upper bound of every number. */
const NUMBERS = {
  'sessionTokens.max': [10_000, MAX_ENTRIES],
  'machineTokens.ttlMs': [10_000, DAY_MS],
  'machineTokens.negativeTtlMs': [5_000, DAY_MS],
  'machineTokens.max': [10_000, MAX_ENTRIES],
  'jwks.freshMs': [300_000, DAY_MS],
  'jwks.staleIfErrorMs': [3_600_000, 7 * DAY_MS],
  'jwks.cooldownMs': [30_000, DAY_MS],
} as const satisfies Readonly<Record<string, readonly [fallback: number, max: number]>>;

type Group = keyof CacheOptions;

/** @param options names and groups have been checked */
export function resolveCache(options: CacheOptions): Config['cache'] {
  const given = (group: Group): Readonly<Record<string, unknown>> => ({ ...options[group] });
  function number(path: keyof typeof NUMBERS): number {
    const [group, key] = path.split('.') as [Group, string];
    const [fallback, max] = NUMBERS[path];
    const value = given(group)[key];
    return value === undefined || value === null ? fallback : count({ option: `cache.${path}` }, value, max);
  }
  const store = given('machineTokens')['store'] ?? null;
  return Object.freeze({
    sessionTokens: Object.freeze({ max: number('sessionTokens.max') }),
    machineTokens: Object.freeze({
      ttlMs: number('machineTokens.ttlMs'),
      negativeTtlMs: number('machineTokens.negativeTtlMs'),
      max: number('machineTokens.max'),
      store:
        store === null
          ? null
          : withMethods<Store>({ option: 'cache.machineTokens.store' }, store, ['get', 'set', 'delete']),
    }),
    jwks: Object.freeze({
      freshMs: number('jwks.freshMs'),
      staleIfErrorMs: number('jwks.staleIfErrorMs'),
      cooldownMs: number('jwks.cooldownMs'),
    }),
  });
}
