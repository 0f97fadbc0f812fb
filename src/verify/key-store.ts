/**
 * The keys of an instance, loaded when they are needed and kept no longer than they may be.
 *
 * ```
 *  0            80 %       freshMs                      freshMs + staleIfErrorMs
 *  |-- fresh ----|-- fresh ---|------- stale -----------------|---- nothing left
 *                ^ a request starts  ^ a request waits for a     a request waits for a load;
 *                  a load, none waits  load; if it fails, known   if it fails: unchecked (503)
 *                                      keys go on
 * ```
 *
 * After two failed loads nobody pays for another one until a short back-off has passed.
 *
 * A key id that nobody knows is an attacker's to choose, or that of a new key. It is refused when a set without it was
 * asked for after the token had come, and only then: an older set says nothing about a key that may have appeared since.
 * Loads for its sake have a budget (`load-budget.ts`). Beyond that the token cannot be checked yet, which is no 401.
 */
import type { Deferred } from '#signature';
import type { Clock, MaybePromise, VerificationUpstream, WaitUntil } from '../ports.js';
import type { BailiffEvent } from '../types.js';
import { runBehind } from './background.js';
import { loadKeySet, type KeySet, type LoadFailure, type LoadResult } from './jwks.js';
import type { VerificationKey } from './keys.js';
import { createLoadBudget } from './load-budget.js';
import { leaveUnchecked, refuse } from './outcome.js';
import { createSingleFlight, FlightLost } from './single-flight.js';
import type { Refused, Unchecked } from './verdict.js';

export interface KeyStoreSettings {
  readonly freshMs: number;
  readonly staleIfErrorMs: number;
  /** The longest wait of a key id that nobody knows, while others use up the loads for such key ids. */
  readonly cooldownMs: number;
}

export type KeyLookup = VerificationKey | Refused | Unchecked;

export interface KeyStoreHealth {
  readonly jwks: 'local' | 'fresh' | 'stale' | 'empty' | 'none';
  readonly ageMs: number | null;
  readonly keys: number;
}

/** Where a pipeline gets its keys. */
export interface KeySource {
  /**
   * `kid` comes from an unverified header; `waitUntil` from the request that asks. Rejects where this server is at fault that there
   * are no keys.
   */
  find(kid: unknown, waitUntil?: WaitUntil): MaybePromise<KeyLookup>;
  /** Until when verdicts that rest on these keys may be used again without asking {@link find}; ms since the epoch. */
  recallUntil(): number;
  /** Makes sure that there are keys; null if so. */
  prepare(): Promise<Unchecked | null>;
  health(): KeyStoreHealth;
}

/** From this part of `freshMs` on, a load is started in the background. */
const REFRESH_AT = 0.8;
const FIRST_BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 8_000;
/** A wrong secret key does not mend itself within a second. */
const SECRET_KEY_BACK_OFF_MS = 10_000;
const MAX_RETRY_AFTER_MS = 60_000;
/** The port gives up after 3 s; this is for tasks that the runtime has dropped. */
const WAITER_DEADLINE_MS = 5_000;

export function createKeyStore(parts: {
  readonly upstream: VerificationUpstream;
  readonly settings: KeyStoreSettings;
  readonly now: Clock;
  readonly emit: ((event: BailiffEvent) => void) | null;
  readonly onFault?: ((error: unknown) => void) | undefined;
}): KeySource {
  const { upstream, settings, now, emit, onFault } = parts;
  const { freshMs, staleIfErrorMs, cooldownMs } = settings;
  const budget = createLoadBudget(cooldownMs);
  const flights = createSingleFlight<LoadFailure | null>(WAITER_DEADLINE_MS, now);

  let keys: KeySet = new Map();
  let loadedAt = -Infinity;
  let failure: LoadFailure | null = null;
  let failures = 0;
  /** No load before this instant. */
  let retryAt = -Infinity;
  let recallUntil = -Infinity;
  let loadingSince = -Infinity;
  /** How many sets were asked for, and which of them the present one is. An order, since a clock may stand still. */
  let asked = 0;
  let answered = 0;

  /** A clock that was set back must not make keys live longer. */
  const age = (): number => {
    const ms = now() - loadedAt;
    return ms >= 0 ? ms : Infinity;
  };
  const usable = (): boolean => age() < freshMs + staleIfErrorMs;
  const backingOff = (): boolean => now() < retryAt && retryAt - now() <= MAX_RETRY_AFTER_MS;
  /** A task that the runtime has dropped is no load under way. */
  const loading = (): boolean => now() - loadingSince < WAITER_DEADLINE_MS;

  /** Joins the load under way, or starts one; `budgeted`: for the sake of an unknown key id. */
  function load(budgeted = false): Promise<LoadFailure | null> {
    return flights
      .run('jwks', async () => {
        const startedAt = now();
        loadingSince = startedAt;
        // Who comes in the same turn of the event loop comes before the set is asked for.
        await Promise.resolve();
        asked += 1;
        const order = asked;
        const result = await loadKeySet(upstream);
        loadingSince = -Infinity;
        // Late, and a newer set is there: it must not bring back a key that was withdrawn.
        if (order < answered) return null;
        const cause = apply(result, startedAt);
        if (cause !== null) return cause;
        answered = order;
        // A load that failed says nothing about key ids: the back-off alone decides when to look again.
        if (budgeted) budget.spend(startedAt);
        return null;
      })
      .catch((error: unknown): LoadFailure => {
        if (!(error instanceof FlightLost)) throw error;
        // The task was lost, which says nothing about Clerk: no back-off.
        return { reason: 'jwk-remote-failed-to-load', retryAfterMs: null, detail: null };
      });
  }

  function apply(result: LoadResult, startedAt: number): LoadFailure | null {
    const durationMs = Math.max(0, now() - startedAt);
    if ('failure' in result) {
      fail(result.failure);
      const staleMs = keys.size > 0 && usable() ? age() : null;
      const { reason, detail, fault } = result.failure;
      // Without keys, whoever waits gets it.
      if (staleMs !== null && reason === 'authentication-fault') onFault?.(fault);
      emit?.({ type: 'jwks.failed', reason, detail, staleMs, durationMs });
      return result.failure;
    }
    keys = replaceKeys(keys, result.keys);
    loadedAt = now();
    failure = null;
    failures = 0;
    retryAt = -Infinity;
    recallUntil = loadedAt + freshMs * REFRESH_AT;
    emit?.({ type: 'jwks.refreshed', keys: keys.size, durationMs });
    return null;
  }

  function fail(next: LoadFailure): void {
    failure = next;
    const backOff = backOffAfter(next, failures);
    failures += 1;
    retryAt = now() + Math.min(Math.max(backOff, next.retryAfterMs ?? 0), MAX_RETRY_AFTER_MS);
    recallUntil = Math.min(retryAt, loadedAt + freshMs + staleIfErrorMs);
  }

  /** Throws the fault, where it is one: then there is nothing that Clerk has to say. */
  function unchecked({ reason, detail, fault, ...cause }: LoadFailure): Unchecked {
    if (reason === 'authentication-fault') throw fault;
    return leaveUnchecked(reason, Math.max(cause.retryAfterMs ?? 0, retryAt - now(), FIRST_BACK_OFF_MS), detail);
  }

  /** Loads unless a load has just failed; the failure, or null if there are keys that may be used. */
  async function ensure(): Promise<LoadFailure | null> {
    if (failure !== null && backingOff()) return usable() ? null : failure;
    const cause = await load();
    return cause === null || usable() ? null : cause;
  }

  /** A known key, while the set may be used. */
  const known = (kid: string): VerificationKey | undefined => (usable() ? keys.get(kid) : undefined);

  /** For a key that the present set does not have, or when that set is too old. */
  async function lookFor(kid: string): Promise<KeyLookup> {
    const before = asked;
    if (loading() || age() >= freshMs) {
      const cause = await ensure();
      if (cause !== null) return unchecked(cause);
    }
    if (!known(kid) && answered <= before) {
      if (failure !== null && backingOff()) return unchecked(failure);
      const cause = budget.waitMs(now()) === 0 ? await load(true) : null;
      if (cause !== null) return unchecked(cause);
    }
    return known(kid) ?? (answered > before ? refuse('jwk-kid-mismatch') : notYet());
  }

  const notYet = (): Unchecked =>
    leaveUnchecked('jwk-kid-unchecked', Math.max(budget.waitMs(now()), FIRST_BACK_OFF_MS));

  function refreshInBackground(waitUntil: WaitUntil | undefined): void {
    if (loading() || (failure !== null && backingOff())) return;
    // Nobody waits, and cached verdicts stay in use meanwhile.
    recallUntil = loadedAt + freshMs;
    const task = load().catch((error: unknown) => onFault?.(error));
    runBehind(task, waitUntil);
  }

  return {
    find(kid, waitUntil) {
      if (typeof kid !== 'string' || kid === '') return refuse('jwk-kid-mismatch');
      const ms = age();
      const key = ms < freshMs ? keys.get(kid) : undefined;
      if (key === undefined) return lookFor(kid);
      if (ms >= freshMs * REFRESH_AT) refreshInBackground(waitUntil);
      return key;
    },
    recallUntil: () => recallUntil,
    async prepare() {
      if (age() < freshMs) return null;
      const cause = await ensure();
      return cause && unchecked(cause);
    },
    health() {
      const some = keys.size > 0 && usable();
      return {
        jwks: !some ? 'empty' : age() < freshMs ? 'fresh' : 'stale',
        ageMs: loadedAt === -Infinity ? null : Math.max(0, now() - loadedAt),
        keys: some ? keys.size : 0,
      };
    },
  };
}

/** How long nothing is loaded after a failure that follows `failures` others, in milliseconds. One alone may be a hiccup. */
function backOffAfter({ reason }: LoadFailure, failures: number): number {
  if (reason === 'secret-key-invalid') return SECRET_KEY_BACK_OFF_MS;
  return failures === 0 ? 0 : Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), MAX_BACK_OFF_MS);
}

/** The new set; keys that did not change stay the same objects, and those that left are marked. */
function replaceKeys(before: KeySet, after: KeySet): KeySet {
  const result = new Map(after);
  for (const [kid, key] of before) {
    if (after.get(kid)?.fingerprint === key.fingerprint) result.set(kid, key);
    else key.active = false;
  }
  return result;
}

/**
 * A configured key: whatever key id the token names, and no network, ever. One that turns out to be unusable lets nobody in:
 * whoever asks for it gets the error.
 */
export function createLocalKeySource(given: Deferred<VerificationKey>): KeySource {
  let key = typeof given === 'function' ? null : given;
  let usable = true;
  // Each who comes before there is a key loads it: in Workers a promise may end with the request that made it.
  async function load(from: () => Promise<VerificationKey>): Promise<VerificationKey> {
    try {
      const loaded = await from();
      usable = true;
      return (key ??= loaded);
    } catch (error) {
      usable = false;
      throw error;
    }
  }
  const find = () => key ?? load(given as () => Promise<VerificationKey>);
  return {
    find,
    recallUntil: () => Infinity,
    prepare: async () => {
      await find();
      return null;
    },
    health: () => (usable ? { jwks: 'local', ageMs: null, keys: 1 } : { jwks: 'empty', ageMs: null, keys: 0 }),
  };
}

/** Neither a key nor a way to load one. */
export function createMissingKeySource(): KeySource {
  const unchecked = leaveUnchecked('jwk-failed-to-resolve', MAX_RETRY_AFTER_MS);
  return {
    find: () => unchecked,
    recallUntil: () => -Infinity,
    prepare: () => Promise.resolve(unchecked),
    health: () => ({ jwks: 'none', ageMs: null, keys: 0 }),
  };
}
