/** Options of what is remembered. Types only. */
import type { Store } from '../ports.js';
import type { Option } from './option.js';

/** How many tokens and keys are remembered, and for how long. */
export interface CacheOptions {
  readonly sessionTokens?: Option<{
    /**
     * How many verified session tokens are kept in process. The one that was not used for the longest time leaves first.
     *
     * @default 10,000
     * @unit entries
     */
    readonly max?: Option<number>;
  }>;
  readonly machineTokens?: Option<{
    /**
     * How long a verified token may be used again without asking Clerk. A revoked one may pass for so long; no token passes after its
     * own expiration. 0 turns caching off.
     *
     * @default 10,000
     * @unit ms
     */
    readonly ttlMs?: Option<number>;
    /**
     * How long a refused token stays refused without asking Clerk.
     *
     * @default 5,000
     * @unit ms
     */
    readonly negativeTtlMs?: Option<number>;
    /**
     * How many machine tokens are kept in process.
     *
     * @default 10,000
     * @unit entries
     */
    readonly max?: Option<number>;
    /**
     * Any Keyv instance (Redis, Valkey, …): a fleet shares verified machine tokens, invalidations and the keys of the instance.
     *
     * @default none: each process has its own
     */
    readonly store?: Option<Store>;
  }>;
  readonly jwks?: Option<{
    /**
     * How long the keys of the instance serve before they are loaded again. A withdrawn key may pass for so long.
     *
     * @default 300,000
     * @unit ms
     */
    readonly freshMs?: Option<number>;
    /**
     * How long known keys serve while the JWKS cannot be loaded.
     *
     * @default 3,600,000
     * @unit ms
     */
    readonly staleIfErrorMs?: Option<number>;
    /**
     * The longest time for which a token of a key that is not known yet waits (503) until the keys are loaded again, while
     * others try made-up key ids. They buy six loads in twice this time at most; without them the wait is 5,000. Less than the
     * default counts as the default.
     *
     * @default 30,000
     * @unit ms
     */
    readonly cooldownMs?: Option<number>;
  }>;
}
