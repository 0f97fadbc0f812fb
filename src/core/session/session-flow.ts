/**
 * A browser's session, or a session token in the header: decided by the tables of `decide.ts`, and carried out here. Loaded with the
 * first request that needs it (`session-flow-lazy.ts`).
 */
import type { Reason } from '../../reasons.js';
import { meaningOf } from '../../ground/meanings.js';
import type { MaybePromise } from '../../ports.js';
import { isPromise } from '../../ground/realm.js';
import type { ClassifiedToken } from '../../verify/classify.js';
import type { Verdict, VerifiedSession } from '../../verify/verdict.js';
import { reportIfMismatch } from '../faults/diagnostics.js';
import type { RequestContext } from '../request/context.js';
import { eventRequest } from '../request/event-request.js';
import type { HeaderPairs } from '../../ground/headers.js';
import { markHandled } from '../../ground/maybe-promise.js';
import { handshake, signedOut, unavailable, type AuthOutcome } from '../outcome.js';
import type { Candidate } from './candidates.js';
import { issuersOf } from './clerk-hosts.js';
import { decideCookies, decideVerdict, reasonFor, type Action } from './decide.js';
import { RequestFacts, type SessionServices } from './request-facts.js';
import type { SessionParts } from './parts.js';
import { redirectHeaders } from './redirect.js';
import type { Refreshed } from './refresh.js';
import { isLoop } from './renewable.js';
import { createRenewal, type Renewal } from './renewal.js';

export interface SessionFlow {
  /**
   * The cookies of a request without a header token: handshake, satellites, organizations. Answered at once where the token is
   * remembered and nothing has to be done about it; else a promise.
   */
  fromCookies(context: RequestContext): MaybePromise<AuthOutcome>;
  /**
   * A session token from the `Authorization` header, after it was verified: what is refused may be refreshed or renewed by a handshake.
   *
   * @param isAcceptable asked about a session that is good as far as the token tells
   */
  fromHeader(
    context: RequestContext,
    token: ClassifiedToken,
    verdict: Verdict<VerifiedSession>,
    isAcceptable: (verified: VerifiedSession) => boolean,
  ): Promise<AuthOutcome>;
}

export function createSessionFlow(parts: SessionParts): SessionFlow {
  return new Flow(parts);
}

class Flow implements SessionFlow {
  readonly #services: SessionServices;
  /** One for all requests, which share their calls. */
  readonly #renewal: Renewal;

  constructor(parts: SessionParts) {
    // Refresh and nonces need the instance's secret key; a machine's key opens neither.
    const backend = parts.config.secretKey === null ? null : parts.backend;
    this.#services = { ...parts, backend, issuers: issuersOf(parts.config) };
    this.#renewal = createRenewal(this.#services);
  }

  fromCookies(context: RequestContext): MaybePromise<AuthOutcome> {
    const facts = new RequestFacts(this.#services, context, null);
    return this.#tryImmediate(facts) ?? this.#fromCookies(facts);
  }

  /** The repeat path of cookies: one session token, which is remembered and needs nothing. */
  #tryImmediate(facts: RequestFacts): AuthOutcome | null {
    if (facts.context.cookies.duplicates !== null || decideCookies(facts).then !== 'verify') return null;
    const { recalled } = facts.session;
    if (recalled === null) return null;
    const verdict = { outcome: 'accepted', value: recalled } as const;
    return decideVerdict(facts, verdict).then === 'sign-in' ? this.#services.signIn(recalled, null) : null;
  }

  async #fromCookies(facts: RequestFacts): Promise<AuthOutcome> {
    if (facts.context.cookies.duplicates !== null) await this.#verifyDuplicates(facts);
    let row = decideCookies(facts);
    if (row.then === 'resolve-handshake') {
      const unreachable = (retryAfterMs: number) => facts.handshakeUnreachable(retryAfterMs);
      const outcome = await this.#renewal.fromHandshake(facts.context, unreachable);
      if (outcome !== null) return outcome;
      facts.handshakeFailed();
      row = decideCookies(facts);
    }
    if (row.then === 'verify') return this.#verdict(facts, await this.#verify(facts.session, facts));
    return this.#act(facts, row.then, reasonFor(row, facts, null) ?? 'unexpected-error', null);
  }

  fromHeader(
    context: RequestContext,
    token: ClassifiedToken,
    verdict: Verdict<VerifiedSession>,
    isAcceptable: (verified: VerifiedSession) => boolean,
  ): Promise<AuthOutcome> {
    return this.#verdict(new RequestFacts(this.#services, context, token, isAcceptable), verdict);
  }

  /**
   * Verdicts on session cookies that share a name. All begin in one turn of the event loop and so share one load of the
   * keys; older ones are not verified once a newer one is known to be good.
   */
  async #verifyDuplicates(facts: RequestFacts): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const list of Object.values(facts.duplicateSessions)) {
      for (const candidate of list) {
        const verdict = this.#verify(candidate, facts);
        if (isPromise(verdict)) waiting.push(markHandled(verdict.then((late) => void (candidate.verdict = late))));
        else candidate.verdict = verdict;
        if (candidate.verdict?.outcome === 'accepted') break;
      }
    }
    await Promise.all(waiting);
  }

  #verify(session: Candidate, { context }: RequestFacts): MaybePromise<Verdict<VerifiedSession>> {
    if (session.verdict !== null) return session.verdict;
    if (session.recalled !== null) return { outcome: 'accepted', value: session.recalled };
    if (session.classified === null) throw new TypeError('A token is either recalled or classified.');
    return this.#services.verifier.verifySession(session.classified, undefined, context.waitUntil);
  }

  async #verdict(facts: RequestFacts, verdict: Verdict<VerifiedSession>): Promise<AuthOutcome> {
    if (verdict.outcome === 'refused') {
      const { config, waitUntil } = facts.context;
      reportIfMismatch(config, verdict.reason, facts.session.classified?.jwt ?? null, waitUntil);
    }
    let row = decideVerdict(facts, verdict);
    if (row.then === 'refresh') {
      const result = await this.#renew(facts);
      if (result.ok) return this.#signIn(facts, result.session, result.headers);
      facts.refreshFailed(result);
      row = decideVerdict(facts, verdict);
    }
    if (row.then === 'sign-in' && verdict.outcome === 'accepted') return this.#signIn(facts, verdict.value, null);
    if (row.then === 'refresh') throw new TypeError('Decided twice to refresh.');
    return this.#act(facts, row.then, reasonFor(row, facts, verdict) ?? 'unexpected-error', verdict);
  }

  #signIn(facts: RequestFacts, verified: VerifiedSession, headers: HeaderPairs | null): AuthOutcome {
    return facts.isAcceptable(verified)
      ? this.#services.signIn(verified, headers)
      : signedOut('session_token', 'token-invalid-authorized-parties');
  }

  #renew({ context, session, chosen, refreshTokens }: RequestFacts): Promise<Refreshed> {
    const { token, claims } = session;
    const expired = { token, sessionId: String(claims?.['sid']), suffixedCookies: chosen.suffixed };
    return this.#renewal.refresh(context, expired, refreshTokens);
  }

  #act(facts: RequestFacts, action: Action, reason: Reason, verdict: Verdict<VerifiedSession> | null): AuthOutcome {
    const message = describe(reason, verdict, facts.carrier);
    const retryAfterMs = verdict?.outcome === 'unchecked' ? verdict.retryAfterMs : facts.retryAfterMs;
    const detail = verdict?.outcome === 'refused' ? verdict.message : null;
    const asUnavailable = () => unavailable('session_token', reason, message, { retryAfterMs });
    const asSignedOut = (remedy = '') => signedOut('session_token', reason, { message: message + remedy, detail });
    if (action === 'unavailable') return asUnavailable();
    // Without a redirect, "signed out" must be certain: while Clerk could still have signed the visitor in, the answer is 503.
    const undecided = facts.outage || verdict?.outcome === 'unchecked';
    const outcomeWithoutRedirect = undecided ? asUnavailable : asSignedOut;
    // After a verdict the session is known to be bad. Without one, a handshake that could not be checked may have brought a session.
    if (action === 'sign-out') return verdict === null ? outcomeWithoutRedirect() : asSignedOut();
    if (!facts.isDocumentRequest) return outcomeWithoutRedirect();
    const emitStep = (step: 'loop' | 'started') =>
      facts.services.config.emit?.({ type: 'handshake', step, reason, ...eventRequest(facts.context.view) });
    if (isLoop(facts.context)) {
      emitStep('loop');
      return undecided ? asUnavailable() : asSignedOut(LOOP_REMEDY);
    }
    const headers = redirectHeaders(facts, action, reason);
    if (headers === null) return outcomeWithoutRedirect();
    emitStep('started');
    return handshake(reason, message, headers);
  }
}

const LOOP_REMEDY = ' Three handshakes in a row did not help: check keys, clock and cookies.';

/** The cause in words: the verdict's where there is one, with the code and what carried the token. */
function describe(reason: Reason, verdict: Verdict<VerifiedSession> | null, carrier: 'cookie' | 'header'): string {
  return verdict !== null && verdict.outcome !== 'accepted'
    ? `${verdict.message} (reason=${reason}, token-carrier=${carrier})`
    : (meaningOf(reason) ?? '');
}
