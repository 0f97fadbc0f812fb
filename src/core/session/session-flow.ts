/** A browser's session, or a session token in the header: decided by the tables of `decide.ts`, and carried out here. */
import type { Reason } from '../../errors.js';
import { meaningOf } from '../../shared/meanings.js';
import type { MaybePromise } from '../../ports.js';
import { isPromise } from '../../shared/realm.js';
import type { ClassifiedToken } from '../../verify/classify.js';
import type { Verdict, VerifiedSession } from '../../verify/verdict.js';
import type { RequestContext } from '../request/context.js';
import { andThen, heard } from '../../shared/maybe-promise.js';
import type { Reading } from './candidates.js';
import { issuersOf } from './clerk-hosts.js';
import { decideCookies, decideVerdict, reasonFor, type Action } from './decide.js';
import { RequestFacts, type SessionServices } from './facts.js';
import { handshakeHeaders, handshakeUrl, isLoop, pageUrl } from './handshake.js';
import { resolveHandshake } from './handshake-return.js';
import { createNonceExchange, type NonceExchange } from './nonce.js';
import type { SessionOutcome, SessionParts, SignedOut } from './outcome.js';
import { createRefresher, type ExpiredSession, type Refreshed, type Refresher } from './refresh.js';
import { answerToSatellite, questionToPrimary } from './satellite.js';

export type { SessionOutcome, SessionParts } from './outcome.js';

export interface SessionFlow {
  /** A request without a header token: cookies, handshake, satellites, organizations. */
  fromCookies(context: RequestContext): MaybePromise<SessionOutcome>;
  /** A session token from the `Authorization` header: verified, else refreshed or renewed by a handshake. */
  fromHeader(context: RequestContext, token: ClassifiedToken): MaybePromise<SessionOutcome>;
}

export function createSessionFlow(parts: SessionParts): SessionFlow {
  return new Flow(parts);
}

class Flow implements SessionFlow {
  readonly #services: SessionServices;
  readonly #refresh: Refresher | null;
  readonly #exchange: NonceExchange | null;

  constructor(parts: SessionParts) {
    // Refresh and nonces need the instance's secret key; a machine's key opens neither.
    const backend = parts.config.secretKey === null ? null : parts.backend;
    this.#services = { ...parts, backend, issuers: issuersOf(parts.config) };
    this.#refresh = backend === null ? null : createRefresher({ ...parts, backend });
    this.#exchange = backend === null ? null : createNonceExchange(backend, parts.config.now);
  }

  fromCookies(context: RequestContext): MaybePromise<SessionOutcome> {
    // Without a publishable key nobody knows which cookies are this instance's.
    if (context.config.publishableKey === null) return signedOut('session-token-and-uat-missing');
    const facts = new RequestFacts(this.#services, context, null);
    if (context.cookies.several === null) return this.#cookies(facts);
    return andThen(this.#compare(facts), () => this.#cookies(facts));
  }

  fromHeader(context: RequestContext, token: ClassifiedToken): MaybePromise<SessionOutcome> {
    if (token.jwt === null) return signedOut('token-invalid');
    if (token.tokenType !== 'session_token' || !token.sessionCategory) return signedOut('token-type-mismatch');
    const facts = new RequestFacts(this.#services, context, token);
    return andThen(this.#services.verifier.verifySession(token, undefined, context.waitUntil), (verdict) =>
      this.#verdict(facts, verdict),
    );
  }

  #cookies(facts: RequestFacts): MaybePromise<SessionOutcome> {
    const row = decideCookies(facts);
    if (row.then === 'resolve-handshake') {
      const unreachable = (retryAfterMs: number) => facts.handshakeUnreachable(retryAfterMs);
      return andThen(resolveHandshake(this.#services, this.#exchange, facts.context, unreachable), (outcome) => {
        if (outcome !== null) return outcome;
        facts.handshakeFailed();
        return this.#cookies(facts);
      });
    }
    if (row.then === 'verify')
      return andThen(this.#verify(facts.session, facts), (verdict) => this.#verdict(facts, verdict));
    return this.#act(facts, row.then, reasonFor(row, facts, null) ?? 'unexpected-error', null);
  }

  /**
   * Verdicts on session cookies that share a name. All begin in one turn of the event loop and so share one load of the
   * keys; the older ones are left alone once a newer one is known to be good.
   */
  #compare(facts: RequestFacts): MaybePromise<void> {
    const waiting: Promise<void>[] = [];
    for (const list of Object.values(facts.rivals)) {
      for (const reading of list) {
        const verdict = this.#verify(reading, facts);
        if (isPromise(verdict)) waiting.push(heard(verdict.then((late) => void (reading.verdict = late))));
        else reading.verdict = verdict;
        if (reading.verdict?.outcome === 'accepted') break;
      }
    }
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  }

  #verify(session: Reading, { context }: RequestFacts): MaybePromise<Verdict<VerifiedSession>> {
    if (session.verdict !== null) return session.verdict;
    if (session.recalled !== null) return { outcome: 'accepted', value: session.recalled };
    if (session.classified === null) throw new TypeError('A token is either recalled or classified.');
    return this.#services.verifier.verifySession(session.classified, undefined, context.waitUntil);
  }

  #verdict(facts: RequestFacts, verdict: Verdict<VerifiedSession>): MaybePromise<SessionOutcome> {
    const row = decideVerdict(facts, verdict);
    if (row.then === 'sign-in' && verdict.outcome === 'accepted') {
      return { status: 'signed-in', session: verdict.value, headers: null };
    }
    if (row.then === 'refresh') return this.#renew(facts, verdict);
    return this.#act(facts, row.then, reasonFor(row, facts, verdict) ?? 'unexpected-error', verdict);
  }

  #renew(facts: RequestFacts, verdict: Verdict<VerifiedSession>): MaybePromise<SessionOutcome> {
    const { token, claims } = facts.session;
    const sessionId = String(claims?.['sid']);
    const expired = { token, sessionId, suffixedCookies: facts.chosen.suffixed };
    return this.#firstRefreshed(facts, expired).then((result) => {
      if (result.ok) return { status: 'signed-in', session: result.session, headers: result.headers };
      facts.refreshFailed(result);
      return this.#verdict(facts, verdict);
    });
  }

  /** Another refresh token is tried only when Clerk refused the one before. */
  async #firstRefreshed(facts: RequestFacts, expired: Omit<ExpiredSession, 'refreshToken'>): Promise<Refreshed> {
    if (this.#refresh === null) throw new TypeError('A refresh was decided without a Backend API.');
    const [first = '', ...others] = facts.refreshTokens;
    let result = await this.#refresh(facts.context, { ...expired, refreshToken: first });
    for (const refreshToken of others) {
      if (result.ok || result.outage) break;
      result = await this.#refresh(facts.context, { ...expired, refreshToken });
    }
    return result;
  }

  #act(facts: RequestFacts, action: Action, reason: Reason, verdict: Verdict<VerifiedSession> | null): SessionOutcome {
    const message = describe(reason, verdict, facts.carrier);
    const retryAfterMs = verdict?.outcome === 'unchecked' ? verdict.retryAfterMs : facts.retryAfterMs;
    const unavailable: SessionOutcome = { status: 'unavailable', reason, message, retryAfterMs };
    if (action === 'unavailable') return unavailable;
    const detail = verdict?.outcome === 'refused' ? { detail: verdict.message } : null;
    const out: SignedOut = { status: 'signed-out', reason, message, ...detail, headers: null };
    // Where no redirect can follow, somebody whom Clerk might have signed in is not told that they are signed out.
    const undecided = facts.outage || verdict?.outcome === 'unchecked';
    const outcomeWithoutRedirect = undecided ? unavailable : out;
    // A verdict speaks for itself; without one, a handshake that could not be opened may have brought a session.
    if (action === 'sign-out') return verdict === null ? outcomeWithoutRedirect : out;
    if (!facts.isDocumentRequest) return outcomeWithoutRedirect;
    const { emit } = facts.services.config;
    if (isLoop(facts.context)) {
      emit?.({ type: 'handshake', step: 'loop', reason });
      return undecided ? outcomeWithoutRedirect : { ...out, message: `${message} ${LOOP}` };
    }
    const location = this.#location(facts, action, reason);
    if (location === null) return outcomeWithoutRedirect;
    emit?.({ type: 'handshake', step: 'started', reason });
    return { status: 'handshake', reason, message, headers: handshakeHeaders(location, facts.redirectCount) };
  }

  #location(facts: RequestFacts, action: Action, reason: Reason): string | null {
    const { context, services } = facts;
    if (action === 'answer-satellite') {
      return facts.satelliteReturnUrl && answerToSatellite(facts.satelliteReturnUrl, facts.devBrowserToken);
    }
    if (action === 'ask-primary') {
      const current = pageUrl(context);
      return current && services.config.signInUrl && questionToPrimary(services.config.signInUrl, current);
    }
    return handshakeUrl(context, {
      reason,
      suffixedCookies: facts.chosen.suffixed,
      sessionToken: facts.tokenForHandshake,
      devBrowserToken: facts.devBrowserToken,
      acceptsNonce: services.backend !== null,
    });
  }
}

const LOOP =
  'Three handshakes in a row did not help. Check that the publishable key and the secret key belong to the same instance, that the clock of this server is right, and that the browser keeps cookies.';

function signedOut(reason: Reason): SignedOut {
  return { status: 'signed-out', reason, message: describe(reason, null, 'cookie'), headers: null };
}

/** The cause in words: the verdict's where there is one, with the code and what carried the token. */
function describe(reason: Reason, verdict: Verdict<VerifiedSession> | null, carrier: 'cookie' | 'header'): string {
  if (verdict !== null && verdict.outcome !== 'accepted') {
    return `${verdict.message} (reason=${reason}, token-carrier=${carrier})`;
  }
  return meaningOf(reason) ?? '';
}
