/** The facts of one request, worked out when the table asks for them and at most once. */
import { classifyToken, type ClassifiedToken } from '../../verify/classify.js';
import type { SessionClaims } from '../../types.js';
import type { VerifiedSession } from '../../verify/verdict.js';
import { usesSuffixedCookies } from '../request/cookie-suffix.js';
import type { RequestContext } from '../request/context.js';
import { parseClientUat } from '../request/navigation.js';
import { parseUrl } from '../../ground/url.js';
import {
  findDuplicateSessions,
  formOf,
  issuedAt,
  settledCookies,
  type Candidate,
  type DuplicateSessions,
  type SessionForm,
} from './candidates.js';
import { isClerkPage } from './clerk-hosts.js';
import type { SessionFacts } from './session-facts.js';
import { needsActivation, organizationTarget } from './organization-sync.js';
import type { SessionParts } from './parts.js';
import { hasHandshake, refreshObstacle } from './renewable.js';
import { satelliteReturnUrl } from './satellite.js';

interface Chosen {
  readonly suffixed: boolean;
  readonly session: string | null;
  readonly clientUat: number;
  readonly devBrowser: string | null;
}

/** Each attempt is a call to Clerk, and a client may send as many refresh cookies as it likes. */
const MAX_REFRESHES = 2;

/** The parts, with what follows from the options alone. */
export interface SessionServices extends SessionParts {
  readonly issuers: ReadonlySet<string>;
}

export class RequestFacts implements SessionFacts {
  readonly production: boolean;
  readonly satellite: boolean;
  readonly satelliteAutoSync: boolean;
  readonly carrier: 'cookie' | 'header';
  #handshakeTried = false;
  /** Milliseconds to wait; null: Clerk was not asked for a handshake's payload, or it answered. */
  #handshakeOutage: number | null = null;
  #refreshFailure: { readonly why: string; readonly outage: boolean; readonly retryAfterMs: number } | null = null;
  readonly #known: Candidate[] = [];
  #chosen: Chosen | undefined;
  #duplicates: DuplicateSessions | undefined;

  constructor(
    readonly services: SessionServices,
    readonly context: RequestContext,
    private readonly headerToken: ClassifiedToken | null,
    /** One more rule for a session whose token is good. */
    readonly isAcceptable: (verified: VerifiedSession) => boolean = () => true,
  ) {
    const { config } = services;
    this.production = config.instanceType === 'production';
    this.satellite = config.isSatellite;
    this.satelliteAutoSync = config.satelliteAutoSync;
    this.carrier = headerToken === null ? 'cookie' : 'header';
  }

  // ------------------------------------------------------------------------------------ recorded by the flow

  handshakeFailed(): void {
    this.#handshakeTried = true;
  }

  handshakeUnreachable(retryAfterMs: number): void {
    this.#handshakeOutage = retryAfterMs;
  }

  refreshFailed(failure: { readonly why: string; readonly outage: boolean; readonly retryAfterMs: number }): void {
    this.#refreshFailure = failure;
  }

  // ------------------------------------------------------------------------------------ the request

  get isGet(): boolean {
    return this.context.view.method === 'GET';
  }
  get isDocumentRequest(): boolean {
    return this.context.isDocumentRequest;
  }
  get isTopLevelNavigation(): boolean {
    return this.context.isTopLevelNavigation;
  }
  get redirectCount(): number {
    return this.context.redirectCount;
  }
  get handshake(): 'none' | 'open' {
    return this.context.renews && !this.#handshakeTried && hasHandshake(this.context) ? 'open' : 'none';
  }
  get synced(): string | null {
    return this.context.query.synced;
  }
  get hasSatelliteQuestion(): boolean {
    return this.satelliteReturnUrl !== null;
  }
  get satelliteReturnUrl(): URL | null {
    return satelliteReturnUrl(this.services.config, this.context.query.redirectUrl);
  }
  get cameFromElsewhere(): boolean {
    const referrer = this.context.view.header('referer');
    // The usual case, a page of our own, needs no parsing.
    if (!referrer || this.context.startsWithOwnOrigin(referrer)) return false;
    const origin = this.context.publicOrigin;
    if (origin === null) return false;
    const page = parseUrl(referrer);
    return page !== null && page.origin !== origin && !isClerkPage(page, this.services.config);
  }

  // ------------------------------------------------------------------------------------ cookies and tokens

  get chosen(): Chosen {
    return (this.#chosen ??= this.#choose());
  }
  get hasDevBrowserInQuery(): boolean {
    return this.context.query.devBrowser !== null;
  }
  get devBrowserToken(): string | null {
    return this.context.query.devBrowser ?? this.chosen.devBrowser;
  }
  get hasDevBrowser(): boolean {
    return this.devBrowserToken !== null;
  }
  get hasSession(): boolean {
    return this.chosen.session !== null;
  }
  get clientUat(): number {
    return this.chosen.clientUat;
  }
  get sessionForm(): SessionForm {
    return formOf(this.session);
  }
  get issuedAt(): number | null {
    return issuedAt(this.session);
  }

  /** The token that decides: the header's, else the chosen cookie. Ask only where there is one. */
  get session(): Candidate {
    return this.headerToken === null ? this.#read(this.chosen.session ?? '') : this.#fromHeader(this.headerToken);
  }
  /** The token to be renewed by a handshake: a cookie, else the header's. */
  get tokenForHandshake(): string | null {
    return this.chosen.session ?? this.headerToken?.token ?? null;
  }

  /** Session cookies that share a name. The choice between them needs their verdicts. Empty nearly always. */
  get duplicateSessions(): DuplicateSessions {
    return (this.#duplicates ??= findDuplicateSessions(
      this.context.cookies,
      (token) => this.#read(token),
      this.services.issuers,
    ));
  }

  // ------------------------------------------------------------------------------------ after verification

  get refreshObstacle(): string | null {
    if (this.#refreshFailure !== null) return this.#refreshFailure.why;
    if (!this.context.renews) return 'non-eligible-no-renewal';
    const { claims } = this.session;
    const refreshToken = this.context.cookies.suffixedRefresh;
    return refreshObstacle({ isGet: this.isGet, refreshToken, backend: this.services.backend, claims });
  }
  /** To be tried in turn. */
  get refreshTokens(): readonly string[] {
    const { duplicates, suffixedRefresh } = this.context.cookies;
    return (duplicates?.suffixedRefresh ?? [suffixedRefresh ?? '']).slice(0, MAX_REFRESHES);
  }
  get refreshOutage(): boolean {
    return this.#refreshFailure?.outage ?? false;
  }
  get retryAfterMs(): number {
    return this.#refreshFailure?.retryAfterMs ?? this.#handshakeOutage ?? 0;
  }
  /** Clerk could not be asked for what might have signed this visitor in. */
  get outage(): boolean {
    return this.refreshOutage || this.#handshakeOutage !== null;
  }
  get renewsMissingAzp(): boolean {
    const { config } = this.services;
    if (this.carrier === 'header' || config.missingAzp !== 'handshake' || config.authorizedParties.length === 0)
      return false;
    const azp = this.session.claims?.['azp'];
    return azp === undefined || azp === '';
  }
  organizationDiffers(claims: SessionClaims): boolean {
    const { config } = this.services;
    if (config.organizationSync === null) return false;
    const { path, publicOrigin } = this.context;
    // Without an address to come back to, there is no handshake that could switch.
    const target = path === null || publicOrigin === null ? null : organizationTarget(config, path);
    return target !== null && needsActivation(target, claims);
  }

  // ------------------------------------------------------------------------------------

  #choose(): Chosen {
    const cookies = settledCookies(this.context.cookies, this.duplicateSessions);
    const suffixed = usesSuffixedCookies({
      cookies,
      peek: (token) => this.#read(token).claims,
      production: this.production,
      issuers: this.services.issuers,
      now: this.services.config.now(),
    });
    return {
      suffixed,
      session: suffixed ? cookies.suffixedSession : cookies.session,
      clientUat: parseClientUat(suffixed ? cookies.suffixedClientUat : cookies.clientUat),
      devBrowser: suffixed ? cookies.suffixedDevBrowser : cookies.devBrowser,
    };
  }

  #read(token: string): Candidate {
    const known = this.#known.find((candidate) => candidate.token === token);
    if (known !== undefined) return known;
    const recalled = this.services.verifier.recall(token);
    return this.#keep(
      recalled?.tokenType === 'session_token'
        ? { token, recalled, classified: null, claims: recalled.data, verdict: null }
        : fromClassified(classifyToken(token)),
    );
  }

  #fromHeader(classified: ClassifiedToken): Candidate {
    return (
      this.#known.find((candidate) => candidate.classified === classified) ?? this.#keep(fromClassified(classified))
    );
  }

  #keep(candidate: Candidate): Candidate {
    this.#known.push(candidate);
    return candidate;
  }
}

function fromClassified(classified: ClassifiedToken): Candidate {
  const { token, jwt } = classified;
  return { token, recalled: null, classified, claims: jwt?.payload ?? null, verdict: null };
}
