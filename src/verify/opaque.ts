/** API keys and opaque tokens: only Clerk can tell what they are worth, so each answer is used for as long as it may be. */
import {
  UpstreamUnreachable,
  type Clock,
  type MaybePromise,
  type UpstreamAnswer,
  type VerificationUpstream,
} from '../ports.js';
import type { BailiffEvent, MachineTokenType } from '../types.js';
import type { ClassifiedToken } from './classify.js';
import { isPlausible, judgeAnswer, OPAQUE_KINDS, type AnswerExpectations } from './opaque-answer.js';
import { accept, deepFreeze, leaveUnchecked, refuse } from './outcome.js';
import type { SharedStore } from './shared-store.js';
import { createSingleFlight } from './single-flight.js';
import { createVerdictCache } from './verdict-cache.js';
import type { Refused, Verdict, VerifiedMachine } from './verdict.js';

export interface OpaqueVerifier {
  /** Synchronous; null unless this process may decide alone. */
  recall(token: string): VerifiedMachine | null;
  verify(token: ClassifiedToken): MaybePromise<Verdict<VerifiedMachine>>;
  invalidate(tokenOrId: string): Promise<void>;
  readonly size: number;
}

/** The port gives up after 3 s; this is for tasks that the runtime has dropped. */
const WAITER_DEADLINE_MS = 5_000;
const RETRY_AFTER_MS = 1_000;

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
  const { upstream, canVerify, settings, expected, shared, clockSkewMs, now, emit } = parts;
  const flights = createSingleFlight<Verdict<VerifiedMachine>>(WAITER_DEADLINE_MS, now);
  // With a shared store this is what is left when the store is down.
  const verified = createVerdictCache<VerifiedMachine>({ max: settings.max, now });
  // Apart, so that a flood of bad tokens does not push good ones out.
  const refused = createVerdictCache<Refused>({ max: settings.max, now });
  /** Counts invalidations: an answer that was asked for before one is not kept after it. */
  let era = 0;

  const report = (tokenType: MachineTokenType, hit: boolean, source: 'memory' | 'store'): void =>
    emit?.({ type: 'token.cache', hit, tokenType, source });

  async function ask(token: string, tokenType: MachineTokenType): Promise<Verdict<VerifiedMachine>> {
    const begun = era;
    const before = shared === null ? null : await shared.read(tokenType, token);
    if (before?.state === 'hit') {
      report(tokenType, true, 'store');
      const value = wrap(token, tokenType, before.entry.data);
      if (begun === era) keep(value, before.entry.until);
      return accept(value);
    }
    if (before?.state === 'failed') {
      const value = verified.get(token);
      if (value !== null) {
        report(tokenType, true, 'memory');
        return accept(value);
      }
    }
    report(tokenType, false, shared === null ? 'memory' : 'store');
    const verdict = await askUpstream(token, tokenType);
    if (begun === era && before?.state !== 'gone') remember(token, tokenType, verdict);
    return verdict;
  }

  async function askUpstream(token: string, tokenType: MachineTokenType): Promise<Verdict<VerifiedMachine>> {
    let answer: UpstreamAnswer;
    try {
      answer = await OPAQUE_KINDS[tokenType].ask(upstream as VerificationUpstream, token);
    } catch (error) {
      const retryAfterMs = error instanceof UpstreamUnreachable ? error.retryAfterMs : 0;
      return leaveUnchecked('unexpected-error', Math.max(retryAfterMs, RETRY_AFTER_MS));
    }
    const verdict = judgeAnswer(tokenType, answer, expected, now());
    return verdict.outcome === 'accepted' ? accept(wrap(token, tokenType, verdict.value)) : verdict;
  }

  function remember(token: string, tokenType: MachineTokenType, verdict: Verdict<VerifiedMachine>): void {
    const time = now();
    if (verdict.outcome === 'refused' && settings.negativeTtlMs > 0) {
      refused.put(token, verdict, { from: time - clockSkewMs, until: time + settings.negativeTtlMs, key: null });
    }
    if (verdict.outcome !== 'accepted' || settings.ttlMs <= 0) return;
    const { data } = verdict.value;
    const until = Math.min(time + settings.ttlMs, data.expiration ?? Infinity);
    keep(verdict.value, until);
    // The caller does not wait for the store.
    void shared?.write(token, { kind: tokenType, id: data.id, until, data });
  }

  function keep(value: VerifiedMachine, until: number): void {
    verified.put(value.token, value, { from: now() - clockSkewMs, until, key: null });
  }

  return {
    recall: (token) => (shared === null ? verified.get(token) : null),
    verify({ token, tokenType }) {
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
      return flights
        .run(token, () => ask(token, tokenType))
        .catch(() => leaveUnchecked('unexpected-error', RETRY_AFTER_MS));
    },
    async invalidate(tokenOrId) {
      era += 1;
      flights.clear();
      refused.delete(tokenOrId);
      verified.delete(tokenOrId);
      verified.deleteWhere((value) => value.data.id === tokenOrId);
      await shared?.invalidate(tokenOrId);
    },
    get size() {
      return verified.size;
    },
  };
}

/** `data` is what `judgeAnswer` made for this kind, here or, sealed, in another process of the fleet. */
function wrap(token: string, tokenType: MachineTokenType, data: unknown): VerifiedMachine {
  return { tokenType, token, data: deepFreeze(data), attachment: undefined } as VerifiedMachine;
}
