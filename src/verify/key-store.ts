/**
 * The keys of an instance. They are loaded when a token needs them, and kept for a limited time.
 *
 * ```
 *  0            80 %       freshMs                      freshMs + staleIfErrorMs
 *  |-- fresh ----|-- fresh ---|------- stale -----------------|---- nothing left
 *                ^ a request starts  ^ a request waits for a     a request waits for a load;
 *                  a load, none waits  load; if it fails, known   if it fails: unchecked (503)
 *                                      keys go on
 * ```
 *
 * After two failed loads no request waits for another one until a short back-off has passed.
 *
 * An unknown key id is either invented by an attacker or that of a new key. It is refused only when a key set that was
 * requested after the token arrived lacks it: an older set says nothing about a key that may have appeared since. The loads
 * for unknown key ids have a budget (`load-budget.ts`). Beyond the budget the token cannot be checked yet, which is no 401.
 */
import type { Clock, VerificationUpstream, WaitUntil } from '../ports.js';
import type { BailiffEvent } from '../types.js';
import { runInBackground } from './background.js';
import { loadKeySet, type KeySet, type LoadFailure, type LoadResult } from './jwks.js';
import type { KeyLookup, KeySource } from './key-source.js';
import type { VerificationKey } from './keys.js';
import { createLoadBudget } from './load-budget.js';
import type { SharedKeys, SharedKeySet } from './shared-keys.js';
import { createSingleFlight, FlightLost, WAITER_DEADLINE_MS } from './single-flight.js';
import { leaveUnchecked, refuse, type Unchecked } from './verdict.js';

export interface KeyStoreSettings {
  readonly freshMs: number;
  readonly staleIfErrorMs: number;
  /** The longest wait of an unknown key id while others use up the budget of loads. */
  readonly cooldownMs: number;
}

/** From this part of `freshMs` on, a load is started in the background. */
const REFRESH_AT = 0.8;
const FIRST_BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 8_000;
/** A wrong secret key does not mend itself within a second. */
const SECRET_KEY_BACK_OFF_MS = 10_000;
const MAX_RETRY_AFTER_MS = 60_000;

export function createKeyStore(parts: {
  readonly upstream: VerificationUpstream;
  readonly settings: KeyStoreSettings;
  readonly now: Clock;
  readonly emit: ((event: BailiffEvent) => void) | null;
  readonly onFault?: ((error: unknown) => void) | undefined;
  /** Loads the key set that a fleet shares. Null: every process asks Clerk itself. */
  readonly share?: (() => Promise<SharedKeys>) | null;
}): KeySource {
  const { upstream, settings, now, emit, onFault, share = null } = parts;
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
  /** How many sets were requested, and the number of the present one. Numbers and no times, since a clock may stand still. */
  let asked = 0;
  let answered = 0;

  /** Infinite after the clock was set back, which must not make keys live longer. */
  const age = (): number => {
    const ms = now() - loadedAt;
    return ms >= 0 ? ms : Infinity;
  };
  const usable = (): boolean => age() < freshMs + staleIfErrorMs;
  const backingOff = (): boolean => now() < retryAt && retryAt - now() <= MAX_RETRY_AFTER_MS;
  /** A load that the runtime has dropped does not count after the deadline. */
  const loading = (): boolean => now() - loadingSince < WAITER_DEADLINE_MS;

  /** Joins the load under way, or starts one. A load with a `kid` is for that unknown key id, and costs budget. */
  function load(waitUntil: WaitUntil | undefined, kid: string | null = null): Promise<LoadFailure | null> {
    return flights
      .run('jwks', async () => {
        const startedAt = now();
        loadingSince = startedAt;
        // Tokens that arrive in the same turn of the event loop arrive before the set is requested.
        await Promise.resolve();
        asked += 1;
        const order = asked;
        const shared = share && (await share().catch(withoutSharing));
        const found = shared && (await shared.find((set) => suffices(set, kid)));
        // Another process may have asked before the token arrived, so `answered` stays: such a set refuses no key id.
        if (found !== null && suffices(found, kid)) return adopt(found, startedAt, kid);
        const askedAt = now();
        const result = await loadKeySet(upstream);
        loadingSince = -Infinity;
        // A newer set has arrived first: this one must not bring back a key that was withdrawn.
        if (order < answered) return null;
        const document = 'document' in result ? result.document : null;
        if (shared) runInBackground(shared.publish(document, askedAt), waitUntil);
        const spare = document === null && shared ? shared.last() : null;
        if (spare !== null && spare.askedAt > loadedAt) take(spare);
        const cause = apply(result, startedAt);
        if (cause !== null) return cause;
        answered = order;
        // A failed load says nothing about key ids, so it costs no budget: the back-off alone decides when to try again.
        if (kid !== null) budget.spend(startedAt);
        return null;
      })
      .catch((error: unknown): LoadFailure => {
        if (!(error instanceof FlightLost)) throw error;
        // The runtime dropped the load, which says nothing about Clerk: no back-off.
        return { reason: 'jwk-remote-failed-to-load', retryAfterMs: null, detail: null };
      });
  }

  function apply(result: LoadResult, startedAt: number): LoadFailure | null {
    const durationMs = Math.max(0, now() - startedAt);
    if ('failure' in result) {
      fail(result.failure);
      const staleMs = keys.size > 0 && usable() ? age() : null;
      const { reason, detail, fault } = result.failure;
      // Without usable keys, the waiting requests throw the fault themselves.
      if (staleMs !== null && reason === 'authentication-fault') onFault?.(fault);
      emit?.({ type: 'jwks.failed', reason, detail, staleMs, durationMs });
      return result.failure;
    }
    take({ keys: result.keys, askedAt: now() });
    emit?.({ type: 'jwks.refreshed', keys: keys.size, durationMs });
    return null;
  }

  const withoutSharing = (error: unknown): null => {
    onFault?.(error);
    return null;
  };

  function take(set: SharedKeySet): void {
    keys = replaceKeys(keys, set.keys);
    loadedAt = set.askedAt;
    failure = null;
    failures = 0;
    retryAt = -Infinity;
    recallUntil = loadedAt + freshMs * REFRESH_AT;
  }

  /** Whether a set of the fleet saves this process a load: it is newer, young, and holds the key id that is looked for. */
  const suffices = ({ keys: found, askedAt }: SharedKeySet, kid: string | null): boolean =>
    askedAt > loadedAt && now() - askedAt < freshMs * REFRESH_AT && (kid === null || found.has(kid));

  function adopt(set: SharedKeySet, startedAt: number, kid: string | null): null {
    loadingSince = -Infinity;
    take(set);
    if (kid !== null) budget.spend(startedAt);
    emit?.({ type: 'jwks.refreshed', keys: keys.size, durationMs: Math.max(0, now() - startedAt), source: 'store' });
    return null;
  }

  function fail(next: LoadFailure): void {
    failure = next;
    const backOff = backOffAfter(next, failures);
    failures += 1;
    retryAt = now() + Math.min(Math.max(backOff, next.retryAfterMs ?? 0), MAX_RETRY_AFTER_MS);
    recallUntil = Math.min(retryAt, loadedAt + freshMs + staleIfErrorMs);
  }

  /** Throws what this server is at fault for; every other failure is a verdict. */
  function unchecked({ reason, detail, fault, ...cause }: LoadFailure): Unchecked {
    if (reason === 'authentication-fault') throw fault;
    return leaveUnchecked(reason, Math.max(cause.retryAfterMs ?? 0, retryAt - now(), FIRST_BACK_OFF_MS), detail);
  }

  /** Loads unless a load has just failed. Returns the failure, or null if there are keys that may be used. */
  async function ensure(waitUntil?: WaitUntil): Promise<LoadFailure | null> {
    if (failure !== null && backingOff()) return usable() ? null : failure;
    const cause = await load(waitUntil);
    return cause === null || usable() ? null : cause;
  }

  /** The key with this id, while the set may be used. */
  const known = (kid: string): VerificationKey | undefined => (usable() ? keys.get(kid) : undefined);

  /** Handles a key id that the present set lacks, and a set that is too old. */
  async function lookFor(kid: string, waitUntil: WaitUntil | undefined): Promise<KeyLookup> {
    const before = asked;
    if (loading() || age() >= freshMs) {
      const cause = await ensure(waitUntil);
      if (cause !== null) return unchecked(cause);
    }
    if (!known(kid) && answered <= before) {
      if (failure !== null && backingOff()) return unchecked(failure);
      const cause = budget.waitMs(now()) === 0 ? await load(waitUntil, kid) : null;
      if (cause !== null) return unchecked(cause);
    }
    return known(kid) ?? (answered > before ? refuse('jwk-kid-mismatch') : notYet());
  }

  const notYet = (): Unchecked =>
    leaveUnchecked('jwk-kid-unchecked', Math.max(budget.waitMs(now()), FIRST_BACK_OFF_MS));

  function refreshInBackground(waitUntil: WaitUntil | undefined): void {
    if (loading() || (failure !== null && backingOff())) return;
    // No request waits, and cached verdicts stay in use meanwhile.
    recallUntil = loadedAt + freshMs;
    const task = load(waitUntil).catch((error: unknown) => onFault?.(error));
    runInBackground(task, waitUntil);
  }

  return {
    find(kid, waitUntil) {
      if (typeof kid !== 'string' || kid === '') return refuse('jwk-kid-mismatch');
      const ms = age();
      const key = ms < freshMs ? keys.get(kid) : undefined;
      if (key === undefined) return lookFor(kid, waitUntil);
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

/** The back-off in milliseconds after a failure that follows `failures` others. A single failure may be a hiccup. */
function backOffAfter({ reason }: LoadFailure, failures: number): number {
  if (reason === 'secret-key-invalid') return SECRET_KEY_BACK_OFF_MS;
  return failures === 0 ? 0 : Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), MAX_BACK_OFF_MS);
}

/** The new set. Keys that did not change stay the same objects; keys that left turn inactive. */
function replaceKeys(before: KeySet, after: KeySet): KeySet {
  const result = new Map(after);
  for (const [kid, key] of before) {
    if (after.get(kid)?.fingerprint === key.fingerprint) result.set(kid, key);
    else key.active = false;
  }
  return result;
}
