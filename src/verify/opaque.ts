/** API keys and opaque tokens. Only Clerk can tell whether one is good, so each answer is used again for a limited time. */
import {
  UpstreamUnreachable,
  type BackendKey,
  type Clock,
  type MaybePromise,
  type UpstreamAnswer,
  type VerificationUpstream,
  type WaitUntil,
} from '../ports.js';
import { createBoundedCache } from '../ground/bounded-cache.js';
import { DEFAULT_RETRY_AFTER_MS } from '../ground/retry-after.js';
import type { BailiffEvent, MachineTokenType, TokenKinds } from '../types.js';
import { runInBackground } from './background.js';
import type { ClassifiedToken } from './classify.js';
import { judgeAnswer, type AnswerExpectations, type OpaqueForm } from './opaque-answer.js';
import type { SharedStore } from './shared-store.js';
import { createSingleFlight, FlightLost, WAITER_DEADLINE_MS } from './single-flight.js';
import { TOKEN_KINDS } from './token-kinds.js';
import { createVerdictCache } from './verdict-cache.js';
import {
  accept,
  leaveUnchecked,
  refuse,
  verifiedToken,
  type Refused,
  type Verdict,
  type VerifiedMachine,
} from './verdict.js';

export interface OpaqueVerifier {
  /** Synchronous. Null unless this process knows the token and may decide without a shared store. */
  recall(token: string): VerifiedMachine | null;
  verify(token: ClassifiedToken, waitUntil?: WaitUntil): MaybePromise<Verdict<VerifiedMachine>>;
  invalidate(tokenOrId: string): Promise<void>;
  readonly size: number;
}

/** A bound, because questions that the runtime has dropped are never taken out. */
const MOST_QUESTIONS = 10_000;
const NONE: readonly string[] = Object.freeze([]);

const IMPLAUSIBLE = refuse('token-invalid', 'The token does not have the shape of one.');
const NO_KEY = refuse(
  'jwk-local-missing',
  'No secret key is configured with which this kind of token could be checked.',
);

export function createOpaqueVerifier(parts: {
  readonly upstream: VerificationUpstream | null;
  readonly backendKeys: Readonly<Record<BackendKey, boolean>>;
  readonly settings: { readonly ttlMs: number; readonly negativeTtlMs: number; readonly max: number };
  readonly expected: AnswerExpectations;
  readonly shared: SharedStore | null;
  readonly clockSkewMs: number;
  readonly now: Clock;
  readonly emit: ((event: BailiffEvent) => void) | null;
}): OpaqueVerifier {
  const { upstream, backendKeys, settings, expected, clockSkewMs, now, emit } = parts;
  // A process that keeps nothing takes nothing from the store either, but still tells it of invalidations.
  const shared = settings.ttlMs > 0 ? parts.shared : null;
  const flights = createSingleFlight<Verdict<VerifiedMachine>>(WAITER_DEADLINE_MS, now);
  const storeReads = createSingleFlight<StoreFinding>(WAITER_DEADLINE_MS, now);
  // Beside a shared store, this cache serves only while the store is down.
  const accepted = createVerdictCache<VerifiedMachine>({ max: settings.max, now });
  // A cache of its own, so that a flood of bad tokens does not push good ones out.
  const refused = createVerdictCache<Refused>({ max: settings.max, now });
  /** The number of invalidations. An entry that was read from the store before one is not kept after it. */
  let invalidationCount = 0;
  /** The last question about each token. The answer to an earlier one, from before an invalidation, is not kept. */
  const questions = createBoundedCache<Question>(MOST_QUESTIONS);

  const report = (tokenType: MachineTokenType, hit: boolean, source: 'memory' | 'store'): void =>
    emit?.({ type: 'token.cache', hit, tokenType, source });

  /** Reads from the store a verdict that may be used without asking Clerk; else the invalidations that stand. */
  async function readStore(store: SharedStore, token: string, tokenType: MachineTokenType): Promise<StoreFinding> {
    const countBefore = invalidationCount;
    const answer = await store.read(tokenType, token, accepted.get(token)?.data.id ?? null);
    if (answer.state === 'hit') {
      report(tokenType, true, 'store');
      const value = verified(token, tokenType, answer.entry.data);
      if (countBefore === invalidationCount) keep(value, answer.entry.until);
      return { value };
    }
    const kept = answer.state === 'failed' ? accepted.get(token) : null;
    if (kept !== null) {
      report(tokenType, true, 'memory');
      return { value: kept };
    }
    report(tokenType, false, 'store');
    const seen = answer.state === 'miss' ? answer.seen : NONE;
    // The token was invalidated: it must not come back when the store fails.
    if (seen.length > 0) accepted.delete(token);
    return { value: null, seen };
  }

  /** Verifies a token by a verdict of the fleet, else by asking Clerk. */
  async function verifyThroughStore(
    store: SharedStore,
    token: string,
    tokenType: MachineTokenType,
    waitUntil: WaitUntil | undefined,
  ): Promise<Verdict<VerifiedMachine>> {
    const found = await storeReads.run(token, () => readStore(store, token, tokenType));
    return found.value === null ? askOnce(token, tokenType, found.seen, waitUntil) : accept(found.value);
  }

  /** A request that has seen an invalidation does not join a call that began before it. */
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
    // The state that Clerk reports may be older than the answer's arrival, but not older than the question.
    const question: Question = { asked: now(), seen };
    questions.set(token, question);
    const verdict = await askUpstream(token, tokenType);
    if (questions.peek(token) !== question) return verdict;
    questions.delete(token);
    remember(token, tokenType, verdict, question, waitUntil);
    return verdict;
  }

  async function askUpstream(token: string, tokenType: MachineTokenType): Promise<Verdict<VerifiedMachine>> {
    const form: OpaqueForm<TokenKinds[MachineTokenType]['data']> = TOKEN_KINDS[tokenType].opaque;
    let answer: UpstreamAnswer;
    try {
      answer = await (upstream as VerificationUpstream).verifyOpaque(form.ask, token);
    } catch (error) {
      if (!(error instanceof UpstreamUnreachable)) throw error;
      return leaveUnchecked('unexpected-error', Math.max(error.retryAfterMs, DEFAULT_RETRY_AFTER_MS));
    }
    const verdict = judgeAnswer(form, answer, expected, now());
    return verdict.outcome === 'accepted' ? accept(verified(token, tokenType, verdict.value)) : verdict;
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
    // The request does not wait for the store.
    if (shared === null) return;
    runInBackground(shared.write(token, { kind: tokenType, id: data.id, asked, until, seen, data }), waitUntil);
  }

  function keep(value: VerifiedMachine, until: number): void {
    accepted.put(value.token, value, { from: now() - clockSkewMs, until, key: null });
  }

  return {
    recall: (token) => (shared === null ? accepted.get(token) : null),
    verify({ token, tokenType }, waitUntil) {
      if (tokenType === 'session_token') return IMPLAUSIBLE;
      const { prefix, ask: question } = TOKEN_KINDS[tokenType].opaque;
      if (upstream === null || !question.keys.some((key) => backendKeys[key])) return NO_KEY;
      if (!isPlausible(token, prefix)) return IMPLAUSIBLE;
      const refusal = refused.get(token);
      if (refusal !== null) {
        report(tokenType, true, 'memory');
        return refusal;
      }
      const hit = shared === null ? accepted.get(token) : null;
      if (hit !== null) {
        report(tokenType, true, 'memory');
        return accept(hit);
      }
      const verdict =
        shared === null
          ? askOnce(token, tokenType, NONE, waitUntil)
          : verifyThroughStore(shared, token, tokenType, waitUntil);
      return verdict.catch(lost);
    },
    async invalidate(tokenOrId) {
      invalidationCount += 1;
      questions.clear();
      flights.clear();
      storeReads.clear();
      refused.delete(tokenOrId);
      accepted.delete(tokenOrId);
      accepted.deleteWhere((value) => value.data.id === tokenOrId);
      await parts.shared?.invalidate(tokenOrId);
    },
    get size() {
      return accepted.size;
    },
  };
}

/** A call that the runtime has dropped leaves the token unchecked. Every other error is a fault of this server. */
function lost(error: unknown): Verdict<VerifiedMachine> {
  if (error instanceof FlightLost) return leaveUnchecked('unexpected-error', DEFAULT_RETRY_AFTER_MS);
  throw error;
}

const MAX_OPAQUE_LENGTH = 1_024;

/** Whether a token may be sent to Clerk: it has a text behind its prefix, and only characters of a bearer token (RFC 6750 section 2.1). */
function isPlausible(token: string, prefix: string): boolean {
  if (token.length <= prefix.length || token.length > MAX_OPAQUE_LENGTH || !token.startsWith(prefix)) return false;
  return /^[A-Za-z0-9._~+/-]+=*$/.test(token);
}

interface Question {
  /** Milliseconds since the epoch. */
  readonly asked: number;
  readonly seen: readonly string[];
}

type StoreFinding =
  | { readonly value: VerifiedMachine }
  /** Clerk has to be asked. The answer will be newer than the invalidations with the marks in `seen`. */
  | { readonly value: null; readonly seen: readonly string[] };

/** @param data made by `judgeAnswer` for this kind, here or, sealed, in another process of the fleet */
function verified(token: string, tokenType: MachineTokenType, data: unknown): VerifiedMachine {
  return verifiedToken(tokenType, token, data as TokenKinds[MachineTokenType]['data']) as VerifiedMachine;
}
