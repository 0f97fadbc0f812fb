/**
 * The session tokens of one request, and the choice between several cookies of one name.
 *
 * Several cookies of one name occur when a host-only cookie stands beside one of the domain, or when a proxy or an older
 * release left one behind. The session is the one that verifies; of several that verify, the newest. They are checked
 * together, so that all unknown key ids cost one load of the keys.
 */
import type { TokenReason } from '../../reasons.js';
import { isSessionJwt, type ClassifiedToken } from '../../verify/classify.js';
import type { Cookies } from '../request/cookies.js';
import type { Verdict, VerifiedSession } from '../../verify/verdict.js';

/** A token of this request that may be its session. It was either recalled from the cache or decoded, never both. */
export interface Candidate {
  readonly token: string;
  readonly recalled: VerifiedSession | null;
  readonly classified: ClassifiedToken | null;
  readonly claims: Readonly<Record<string, unknown>> | null;
  /** Set where several cookies had to be compared; else null. */
  verdict: Verdict<VerifiedSession> | null;
}

export type SessionForm = 'session' | 'undecodable' | 'foreign';

/** The form of a token before it is verified. */
export function formOf({ recalled, classified }: Candidate): SessionForm {
  if (recalled !== null) return 'session';
  if (classified === null || classified.jwt === null) return 'undecodable';
  return isSessionJwt(classified) ? 'session' : 'foreign';
}

const SESSION_COOKIES = ['session', 'suffixedSession'] as const;
type SessionCookie = (typeof SESSION_COOKIES)[number];

/** For each session cookie that came with several values: those values that may be the session, best first. Nearly always empty. */
export type DuplicateSessions = Readonly<Partial<Record<SessionCookie, readonly Candidate[]>>>;
const NONE: DuplicateSessions = {};

export function findDuplicateSessions(
  { duplicates }: Cookies,
  read: (token: string) => Candidate,
  issuers: ReadonlySet<string>,
): DuplicateSessions {
  if (duplicates === null) return NONE;
  const found: { [Name in SessionCookie]?: readonly Candidate[] } = {};
  const { session, suffixedSession } = duplicates;
  // The suffix tells the instance of the cookie.
  if (suffixedSession) found.suffixedSession = likelySessions(suffixedSession.map(read), () => true);
  if (session) found.session = likelySessions(session.map(read), ({ claims }) => issuers.has(String(claims?.['iss'])));
  return found;
}

/** The cookies with one value for each name: the best of several, by their verdicts as far as there are any. */
export function settledCookies(cookies: Cookies, duplicates: DuplicateSessions): Cookies {
  if (cookies.duplicates === null) return cookies;
  const settled = { ...cookies };
  for (const name of SESSION_COOKIES) settled[name] = bestOf(duplicates[name] ?? [])?.token ?? cookies[name];
  return settled;
}

/**
 * The values that may be the session, newest first by their own unverified `iat`: the tokens of this instance, else those of
 * any instance, else all values. A token of another application on the domain is not checked if there is one of ours.
 *
 * @param candidates in an order that does not depend on the request
 */
function likelySessions(
  candidates: readonly Candidate[],
  isOurs: (candidate: Candidate) => boolean,
): readonly Candidate[] {
  const sessions = candidates.filter((candidate) => formOf(candidate) === 'session');
  const some = [sessions.filter(isOurs), sessions, candidates].find((list) => list.length > 0) ?? [];
  const time = (candidate: Candidate): number => issuedAt(candidate) ?? 0;
  // Sorting keeps the order of equally old tokens. The times are compared and not subtracted: a token may say `1e999`.
  return [...some].sort((one, other) => Number(time(one) < time(other)) - Number(time(one) > time(other)));
}

/** The unverified `iat` in seconds since the epoch; null: none. */
export function issuedAt({ claims }: Candidate): number | null {
  const iat = claims?.['iat'];
  return typeof iat === 'number' ? iat : null;
}

/** Reasons that follow a good signature: the token is one of this instance, but not valid now. */
const GENUINE: ReadonlySet<TokenReason> = new Set([
  'token-expired',
  'token-not-active-yet',
  'token-iat-in-the-future',
  'token-invalid-authorized-parties',
]);

/**
 * A token that could not be checked may be the session, so it comes before one that has ended: an outage must not become a 401.
 * A token with an unknown key id has no such precedence: it may have been left behind by a rotation of the keys, while a
 * genuine one that has ended can be renewed.
 */
function rank({ verdict }: Candidate): number {
  if (verdict === null) return 4;
  if (verdict.outcome === 'accepted') return 0;
  if (verdict.outcome === 'unchecked') return verdict.reason === 'jwk-kid-unchecked' ? 2 : 1;
  return GENUINE.has(verdict.reason) ? 2 : 3;
}

/** The session among {@link likelySessions}: the first with the lowest rank. */
function bestOf(list: readonly Candidate[]): Candidate | undefined {
  return list.reduce<Candidate | undefined>(
    (best, candidate) => (best === undefined || rank(candidate) < rank(best) ? candidate : best),
    undefined,
  );
}
