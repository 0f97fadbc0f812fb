/** A verifier with everything at hand that a test wants to turn: clock, upstream, events. */
import { createVerifier, type SessionRules, type Verifier, type VerifierOptions } from '../../src/verify/verifier.js';
import { classifyToken } from '../../src/verify/classify.js';
import type { UpstreamAnswer, VerificationUpstream } from '../../src/ports.js';
import type { BailiffEvent } from '../../src/types.js';
import type { Verdict, VerifiedMachine, VerifiedSession } from '../../src/verify/verdict.js';
import { createClock, jwksOf, type TestKey } from './tokens.js';

/** By the name of the operation. */
type Call = 'jwks' | 'verifyApiKey' | 'verifyM2MToken' | 'verifyOAuthAccessToken';
type Reply = UpstreamAnswer | Error | Promise<UpstreamAnswer>;
type Replier = Reply | ((token: string) => Reply);

export const answerOf = (status: number, body?: unknown, retryAfterMs: number | null = null): UpstreamAnswer => ({
  status,
  body,
  retryAfterMs,
});

export interface FakeUpstream extends VerificationUpstream {
  readonly calls: Record<Call, number>;
  reply(call: Call, replier: Replier): void;
}

/** Answers 404 until told otherwise. An `Error` is thrown. */
export function createUpstream(keys: readonly TestKey[] = []): FakeUpstream {
  const calls: Record<Call, number> = { jwks: 0, verifyApiKey: 0, verifyM2MToken: 0, verifyOAuthAccessToken: 0 };
  const repliers = new Map<Call, Replier>([['jwks', answerOf(200, jwksOf(...keys))]]);
  const call = (name: Call) => async (token?: string) => {
    calls[name] += 1;
    const replier = repliers.get(name) ?? answerOf(404);
    const reply = await (typeof replier === 'function' ? replier(token ?? '') : replier);
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return {
    calls,
    reply: (name, replier) => void repliers.set(name, replier),
    jwks: call('jwks'),
    verifyOpaque: ({ operation }, token) => call(operation as Call)(token),
  };
}

export interface Bench {
  readonly verifier: Verifier;
  readonly clock: ReturnType<typeof createClock>;
  readonly upstream: FakeUpstream;
  readonly events: BailiffEvent[];
  readonly session: (token: string, rules?: SessionRules) => Promise<Verdict<VerifiedSession>>;
  readonly machine: (token: string) => Promise<Verdict<VerifiedMachine>>;
}

export const CACHE: VerifierOptions['cache'] = {
  sessionTokens: { max: 10_000 },
  machineTokens: { ttlMs: 10_000, negativeTtlMs: 5_000, max: 10_000, store: null },
  jwks: { freshMs: 300_000, staleIfErrorMs: 3_600_000, cooldownMs: 30_000 },
};

/** With `jwtKey` in `options` the upstream is there all the same, so that a test can see that nobody asks it. */
export function createBench(keys: readonly TestKey[], options: Partial<VerifierOptions> = {}): Bench {
  const clock = createClock();
  const upstream = createUpstream(keys);
  const events: BailiffEvent[] = [];
  const verifier = createVerifier({
    jwtKey: null,
    upstream,
    backendKeys: { secretKey: true, machineSecretKey: true },
    audience: [],
    authorizedParties: [],
    missingAzp: 'reject',
    issuer: [],
    clockSkewMs: 5_000,
    cache: CACHE,
    sealKey: null,
    scope: 'test',
    now: clock,
    emit: (event) => void events.push(event),
    ...options,
  });
  return {
    verifier,
    clock,
    upstream,
    events,
    session: async (token, rules) => verifier.verifySession(classifyToken(token), rules),
    machine: async (token) => verifier.verifyMachine(classifyToken(token)),
  };
}

/** `accepted`, or the reason: what most tests compare. */
export function resultOf(verdict: Verdict<unknown>): string {
  return verdict.outcome === 'accepted' ? 'accepted' : `${verdict.outcome} ${verdict.reason}`;
}
