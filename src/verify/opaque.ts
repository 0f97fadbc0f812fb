/** API keys and opaque tokens: only Clerk can tell what they are worth, so each answer is used for as long as it may be. */
import { createBoundedCache } from '../shared/bounded-cache.js';
import {
  UpstreamUnreachable,
  type Clock,
  type MaybePromise,
  type UpstreamAnswer,
  type VerificationUpstream,
  type WaitUntil,
} from '../ports.js';
import type { BailiffEvent, MachineTokenType } from '../types.js';
import { runBehind } from './background.js';
import type { ClassifiedToken } from './classify.js';
import { isPlausible, judgeAnswer, OPAQUE_KINDS, type AnswerExpectations } from './opaque-answer.js';
import { accept, deepFreeze, leaveUnchecked, refuse } from './outcome.js';
import type { SharedStore } from './shared-store.js';
import { createSingleFlight, FlightLost } from './single-flight.js';
import { createVerdictCache } from './verdict-cache.js';
import type { Refused, Verdict, VerifiedMachine } from './verdict.js';
import { DEFAULT_RETRY_AFTER_MS } from '../shared/retry-after.js';

export interface OpaqueVerifier {
  /** Synchronous; null unless this process may decide alone. */
  recall(token: string): VerifiedMachine | null;
  verify(token: ClassifiedToken, waitUntil?: WaitUntil): MaybePromise<Verdict<VerifiedMachine>>;
  invalidate(tokenOrId: string): Promise<void>;
  readonly size: number;
}

/** The port gives up after 3 s; this is for tasks that the runtime has dropped. */
const WAITER_DEADLINE_MS = 5_000;
/** Of those whose runtime has dropped them some may be left. */
const MOST_QUESTIONS = 10_000;
const NONE: readonly string[] = Object.freeze([]);

const IMPLAUSIBLE = refuse('token-invalid', 'The token does not have the shape of one.');
const NO_KEY = refuse(
  'jwk-local-missing',
  'No secret key is configured with which this kind of token could be checked.',
);

export function createOpaqueVerifier(parts: {
  readonly upstream: VerificationUpstream | null;
  readonly canVerify: { readonly apiKey: boolean; readonly m2m: boolean; readonly oauth: boolean };
  readonly settings: { readonly ttlMs: number; readonly negativeTtlMs: number; readonly max: number };
  readonly expected: AnswerExpectations;
  readonly shared: SharedStore | null;
  readonly clockSkewMs: number;
  readonly now: Clock;
  readonly emit: ((event: BailiffEvent) => void) | null;
}): OpaqueVerifier {
  const { upstream, canVerify, settings, expected, clockSkewMs, now, emit } = parts;
  // Who keeps nothing takes nothing from the store either, but tells it of invalidations.
  const shared = settings.ttlMs > 0 ? parts.shared : null;
  const flights = createSingleFlight<Verdict<VerifiedMachine>>(WAITER_DEADLINE_MS, now);
  const looks = createSingleFlight<Found>(WAITER_DEADLINE_MS, now);
  // With a shared store this is what is left when the store is down.
  const verified = createVerdictCache<VerifiedMachine>({ max: settings.max, now });
  // Apart, so that a flood of bad tokens does not push good ones out.
  const refused = createVerdictCache<Refused>({ max: settings.max, now });
  /** Counts invalidations: what was read in the store before one is not kept after it. */
  let invalidationCount = 0;
  /** The last question about each token: the answer to an earlier one, before an invalidation, is not kept. */
  const questions = createBoundedCache<Question>(MOST_QUESTIONS);

  const report = (tokenType: MachineTokenType, hit: boolean, source: 'memory' | 'store'): void =>
    emit?.({ type: 'token.cache', hit, tokenType, source });

  /** What this process may use without Clerk, or else the invalidations that stand. */
  async function look(store: SharedStore, token: string, tokenType: MachineTokenType): Promise<Found> {
    const countBefore = invalidationCount;
    const answer = await store.read(tokenType, token, verified.get(token)?.data.id ?? null);
    if (answer.state === 'hit') {
      report(tokenType, true, 'store');
      const value = wrap(token, tokenType, answer.entry.data);
      if (countBefore === invalidationCount) keep(value, answer.entry.until);
      return { value };
    }
    const kept = answer.state === 'failed' ? verified.get(token) : null;
    if (kept !== null) {
      report(tokenType, true, 'memory');
      return { value: kept };
    }
    report(tokenType, false, 'store');
    const seen = answer.state === 'miss' ? answer.seen : NONE;
    // Somebody has invalidated it: it must not come back when the store fails.
    if (seen.length > 0) verified.delete(token);
    return { value: null, seen };
  }

  async function throughStore(
    store: SharedStore,
    token: string,
    tokenType: MachineTokenType,
    waitUntil: WaitUntil | undefined,
  ): Promise<Verdict<VerifiedMachine>> {
    const found = await looks.run(token, () => look(store, token, tokenType));
    return found.value === null ? askOnce(token, tokenType, found.seen, waitUntil) : accept(found.value);
  }

  /** Who has seen an invalidation does not join a call that was countBefore before it. */
  function askOnce(
    token: string,
    tokenType: MachineTokenType,
    seen: readonly string[],
    waitUntil: WaitUntil | undefined,
  ) {
    return flights.run([token, ...seen].join(' '), () => ask(token, tokenType, seen, waitUntil));
  }

  async function ask(
    token: string,
    tokenType: MachineTokenType,
    seen: readonly string[],
    waitUntil: WaitUntil | undefined,
  ): Promise<Verdict<VerifiedMachine>> {
    if (shared === null) report(tokenType, false, 'memory');
    // What Clerk says may be older than its arrival, but not than the question.
    const question: Question = { asked: now(), seen };
    questions.set(token, question);
    const verdict = await askUpstream(token, tokenType);
    if (questions.peek(token) !== question) return verdict;
    questions.delete(token);
    remember(token, tokenType, verdict, question, waitUntil);
    return verdict;
  }

  async function askUpstream(token: string, tokenType: MachineTokenType): Promise<Verdict<VerifiedMachine>> {
    let answer: UpstreamAnswer;
    try {
      answer = await OPAQUE_KINDS[tokenType].ask(upstream as VerificationUpstream, token);
    } catch (error) {
      if (!(error instanceof UpstreamUnreachable)) throw error;
      return leaveUnchecked('unexpected-error', Math.max(error.retryAfterMs, DEFAULT_RETRY_AFTER_MS));
    }
    const verdict = judgeAnswer(tokenType, answer, expected, now());
    return verdict.outcome === 'accepted' ? accept(wrap(token, tokenType, verdict.value)) : verdict;
  }

  function remember(
    token: string,
    tokenType: MachineTokenType,
    verdict: Verdict<VerifiedMachine>,
    { asked, seen }: Question,
    waitUntil: WaitUntil | undefined,
  ): void {
    const time = now();
    if (verdict.outcome === 'refused' && settings.negativeTtlMs > 0) {
      refused.put(token, verdict, { from: time - clockSkewMs, until: time + settings.negativeTtlMs, key: null });
    }
    if (verdict.outcome !== 'accepted' || settings.ttlMs <= 0) return;
    const { data } = verdict.value;
    const until = Math.min(asked + settings.ttlMs, data.expiration ?? Infinity);
    keep(verdict.value, until);
    // The caller does not wait for the store.
    if (shared === null) return;
    runBehind(shared.write(token, { kind: tokenType, id: data.id, asked, until, seen, data }), waitUntil);
  }

  function keep(value: VerifiedMachine, until: number): void {
    verified.put(value.token, value, { from: now() - clockSkewMs, until, key: null });
  }

  return {
    recall: (token) => (shared === null ? verified.get(token) : null),
    verify({ token, tokenType }, waitUntil) {
      if (tokenType === 'session_token') return IMPLAUSIBLE;
      const kind = OPAQUE_KINDS[tokenType];
      if (upstream === null || !canVerify[kind.permission]) return NO_KEY;
      if (!isPlausible(token, kind.prefix)) return IMPLAUSIBLE;
      const refusal = refused.get(token);
      if (refusal !== null) {
        report(tokenType, true, 'memory');
        return refusal;
      }
      const hit = shared === null ? verified.get(token) : null;
      if (hit !== null) {
        report(tokenType, true, 'memory');
        return accept(hit);
      }
      const verdict =
        shared === null
          ? askOnce(token, tokenType, NONE, waitUntil)
          : throughStore(shared, token, tokenType, waitUntil);
      return verdict.catch(lost);
    },
    async invalidate(tokenOrId) {
      invalidationCount += 1;
      questions.clear();
      flights.clear();
      looks.clear();
      refused.delete(tokenOrId);
      verified.delete(tokenOrId);
      verified.deleteWhere((value) => value.data.id === tokenOrId);
      await parts.shared?.invalidate(tokenOrId);
    },
    get size() {
      return verified.size;
    },
  };
}

/** The runtime has dropped the call: Clerk was asked and no answer arrived. Whatever else went wrong did so here. */
function lost(error: unknown): Verdict<VerifiedMachine> {
  if (error instanceof FlightLost) return leaveUnchecked('unexpected-error', DEFAULT_RETRY_AFTER_MS);
  throw error;
}

interface Question {
  /** Milliseconds since the epoch. */
  readonly asked: number;
  readonly seen: readonly string[];
}

type Found =
  | { readonly value: VerifiedMachine }
  /** Clerk has to be asked. `seen`: the marks of invalidations that the answer will be newer than. */
  | { readonly value: null; readonly seen: readonly string[] };

/** `data` is what `judgeAnswer` made for this kind, here or, sealed, in another process of the fleet. */
function wrap(token: string, tokenType: MachineTokenType, data: unknown): VerifiedMachine {
  return { tokenType, token, data: deepFreeze(data), attachment: undefined } as VerifiedMachine;
}
