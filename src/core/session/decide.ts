/**
 * What to do with a session, as an ordered table: the first row whose condition holds decides, and names its reason.
 *
 * Pure: facts and a verdict in, a row out. Network, redirects and cookies come after it (`session-flow.ts`). The `id`s
 * are stable, so that a test and a person can speak about a row.
 */
import type { Reason, RequestReason } from '../../reasons.js';
import type { Verdict, VerifiedSession } from '../../verify/verdict.js';
import type { SessionFacts } from './session-facts.js';

/** Handshakes in a row, after which the visitor gets a final answer instead of another redirect. */
export const MAX_REDIRECTS = 3;

export type Action =
  | 'resolve-handshake'
  | 'verify'
  | 'refresh'
  | 'sign-in'
  | 'sign-out'
  /** Renew at the Frontend API. Like the two below only for document requests; else signed out with the same reason. */
  | 'handshake'
  /** Development satellite: ask the primary's sign-in page. */
  | 'ask-primary'
  /** Development primary: send the browser back to the satellite. */
  | 'answer-satellite'
  | 'unavailable';

export interface Row<V = Verdict<VerifiedSession>> {
  readonly id: string;
  readonly when: (facts: SessionFacts, verdict: V) => boolean;
  readonly then: Action;
  /** Absent where there is nothing to explain. */
  readonly reason?:
    RequestReason | 'token-type-mismatch' | 'token-invalid' | ((facts: SessionFacts, verdict: V) => Reason);
}

const hasCookies = (facts: SessionFacts) => facts.hasSession || facts.clientUat !== 0;
const mustSync = (facts: SessionFacts) =>
  facts.satellite &&
  facts.isTopLevelNavigation &&
  facts.synced !== 'true' &&
  (!hasCookies(facts) || facts.synced === 'false');

/** Before a token is verified: what the cookies say together. */
export const COOKIE_ROWS: readonly Row<null>[] = [
  { id: 'handshake-returned', when: (f) => f.handshake === 'open', then: 'resolve-handshake' },
  {
    id: 'satellite-without-auto-sync',
    when: (f) => mustSync(f) && !f.satelliteAutoSync && f.synced !== 'false',
    then: 'sign-out',
    reason: 'session-token-and-uat-missing',
  },
  {
    id: 'satellite-production',
    when: (f) => f.production && mustSync(f),
    then: 'handshake',
    reason: 'satellite-needs-syncing',
  },
  { id: 'satellite-development', when: mustSync, then: 'ask-primary', reason: 'satellite-needs-syncing' },
  {
    id: 'primary-asked',
    when: (f) => !f.production && !f.satellite && f.hasSatelliteQuestion,
    then: 'answer-satellite',
    reason: 'primary-responds-to-syncing',
  },
  {
    id: 'dev-browser-in-query',
    when: (f) => !f.production && f.hasDevBrowserInQuery,
    then: 'handshake',
    reason: 'dev-browser-sync',
  },
  {
    id: 'dev-browser-missing',
    when: (f) => !f.production && !f.hasDevBrowser,
    then: 'handshake',
    reason: 'dev-browser-missing',
  },
  {
    id: 'nobody',
    when: (f) => !f.clientUat && !f.hasSession,
    then: 'sign-out',
    reason: 'session-token-and-uat-missing',
  },
  {
    id: 'session-without-client',
    when: (f) => !f.clientUat,
    then: 'handshake',
    reason: 'session-token-but-no-client-uat',
  },
  {
    id: 'client-without-session',
    when: (f) => !f.hasSession,
    then: 'handshake',
    reason: 'client-uat-but-no-session-token',
  },
  {
    id: 'session-undecodable',
    when: (f) => f.sessionForm === 'undecodable',
    then: 'sign-out',
    reason: 'token-invalid',
  },
  {
    id: 'session-of-another-kind',
    when: (f) => f.sessionForm === 'foreign',
    then: 'sign-out',
    reason: 'token-type-mismatch',
  },
  {
    id: 'session-older-than-client',
    when: (f) => f.issuedAt !== null && f.issuedAt < f.clientUat,
    then: 'handshake',
    reason: 'session-token-iat-before-client-uat',
  },
  { id: 'session-to-verify', when: () => true, then: 'verify' },
];

const refused = (verdict: Verdict<VerifiedSession>, reason: Reason) =>
  verdict.outcome === 'refused' && verdict.reason === reason;
const reasonOf = (_facts: SessionFacts, verdict: Verdict<VerifiedSession>): Reason =>
  verdict.outcome === 'accepted' ? 'unexpected-error' : verdict.reason;

const refreshReason = (facts: SessionFacts): Reason => `session-token-expired-refresh-${facts.refreshObstacle ?? ''}`;

/** After the token was verified, whatever carried it. */
export const VERDICT_ROWS: readonly Row[] = [
  {
    // No outage: Clerk is up, so a page need not wait until the key may be looked for.
    id: 'key-not-looked-for',
    when: (f, v) =>
      v.outcome === 'unchecked' && v.reason === 'jwk-kid-unchecked' && f.carrier === 'cookie' && f.isDocumentRequest,
    then: 'handshake',
    reason: reasonOf,
  },
  { id: 'not-checked', when: (_f, v) => v.outcome === 'unchecked', then: 'unavailable', reason: reasonOf },
  {
    id: 'expired-refreshable',
    when: (f, v) => refused(v, 'token-expired') && f.refreshObstacle === null,
    then: 'refresh',
  },
  {
    // An API client could have been served if Clerk were up: no 401. A page still has the Frontend API to turn to.
    id: 'expired-in-an-outage',
    when: (f, v) => refused(v, 'token-expired') && f.refreshOutage && !f.isDocumentRequest,
    then: 'unavailable',
    reason: refreshReason,
  },
  {
    id: 'expired',
    when: (_f, v) => refused(v, 'token-expired'),
    then: 'handshake',
    reason: refreshReason,
  },
  {
    id: 'not-active-yet',
    when: (_f, v) => refused(v, 'token-not-active-yet'),
    then: 'handshake',
    reason: 'session-token-nbf',
  },
  {
    id: 'from-the-future',
    when: (_f, v) => refused(v, 'token-iat-in-the-future'),
    then: 'handshake',
    reason: 'session-token-iat-in-the-future',
  },
  {
    // A cookie that was minted during a navigation names no party. A page renews it; anything else is refused, because
    // the token could come from a foreign origin.
    id: 'party-missing',
    when: (f, v) => refused(v, 'token-invalid-authorized-parties') && f.isDocumentRequest && f.renewsMissingAzp,
    then: 'handshake',
    reason: 'session-token-missing-azp',
  },
  { id: 'refused', when: (_f, v) => v.outcome === 'refused', then: 'sign-out', reason: reasonOf },
  {
    id: 'came-from-elsewhere',
    when: (f) =>
      f.carrier === 'cookie' && !f.satellite && f.isTopLevelNavigation && f.redirectCount === 0 && f.cameFromElsewhere,
    then: 'handshake',
    reason: 'primary-domain-cross-origin-sync',
  },
  {
    id: 'organization-differs',
    // Where a handshake cannot help (a POST, the third in a row), the session stays as it is: the route must check.
    when: (f, v) =>
      f.carrier === 'cookie' &&
      f.isDocumentRequest &&
      f.redirectCount < MAX_REDIRECTS &&
      v.outcome === 'accepted' &&
      f.organizationDiffers(v.value.data),
    then: 'handshake',
    reason: 'active-organization-mismatch',
  },
  { id: 'signed-in', when: () => true, then: 'sign-in' },
];

/** The row for cookies that have not been verified yet. */
export function decideCookies(facts: SessionFacts): Row<null> {
  return firstOf(COOKIE_ROWS, facts, null);
}

/** The row for a verdict. */
export function decideVerdict(facts: SessionFacts, verdict: Verdict<VerifiedSession>): Row {
  return firstOf(VERDICT_ROWS, facts, verdict);
}

function firstOf<V>(rows: readonly Row<V>[], facts: SessionFacts, verdict: V): Row<V> {
  for (const row of rows) if (row.when(facts, verdict)) return row;
  throw new TypeError('No row matches.');
}

/** The reason code of a row; null where there is nothing to explain. */
export function reasonFor<V>(row: Row<V>, facts: SessionFacts, verdict: V): Reason | null {
  return typeof row.reason === 'function' ? row.reason(facts, verdict) : (row.reason ?? null);
}
