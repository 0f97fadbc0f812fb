/**
 * The session tokens of one request, and which of several under one name is the session.
 *
 * Several cookies of one name are a host-only one beside one of the domain, or one that a proxy or an older release left
 * behind. The one that verifies is the session; of several such, the newest. All that are checked are checked together, so
 * that key ids which nobody knows cost one load of the keys between them.
 */
import type { TokenReason } from '../../errors.js';
import { isSessionJwt, type ClassifiedToken } from '../../verify/classify.js';
import type { Cookies } from '../request/cookies.js';
import type { Verdict, VerifiedSession } from '../../verify/verdict.js';

/** A token of this request: recalled, or else decoded; never both. */
export interface Reading {
  readonly token: string;
  readonly recalled: VerifiedSession | null;
  readonly classified: ClassifiedToken | null;
  readonly claims: Readonly<Record<string, unknown>> | null;
  /** Where it was needed to choose between several; else null. */
  verdict: Verdict<VerifiedSession> | null;
}

export type SessionForm = 'session' | 'undecodable' | 'foreign';

/** What a token is, before it is verified. */
export function formOf({ recalled, classified }: Reading): SessionForm {
  if (recalled !== null) return 'session';
  if (classified === null || classified.jwt === null) return 'undecodable';
  return isSessionJwt(classified) ? 'session' : 'foreign';
}

const SLOTS = ['session', 'suffixedSession'] as const;

/** The session cookies of several values, by name: those of each that may be the session. Empty nearly always. */
export type Rivals = Readonly<Partial<Record<(typeof SLOTS)[number], readonly Reading[]>>>;
const NONE: Rivals = {};

export function findRivals(
  { several }: Cookies,
  read: (token: string) => Reading,
  issuers: ReadonlySet<string>,
): Rivals {
  if (several === null) return NONE;
  const rivals: { -readonly [Slot in keyof Rivals]: Rivals[Slot] } = {};
  const { session, suffixedSession } = several;
  // A suffix says whose the cookie is.
  if (suffixedSession) rivals.suffixedSession = contenders(suffixedSession.map(read), () => true);
  if (session) rivals.session = contenders(session.map(read), ({ claims }) => issuers.has(String(claims?.['iss'])));
  return rivals;
}

/** One value for each name: the best of its rivals, as far as there are verdicts. */
export function settledCookies(cookies: Cookies, rivals: Rivals): Cookies {
  if (cookies.several === null) return cookies;
  const settled = { ...cookies };
  for (const slot of SLOTS) settled[slot] = bestOf(rivals[slot] ?? [])?.token ?? cookies[slot];
  return settled;
}

/**
 * Those of several that may be the session, the newest first by what they say themselves: tokens of this instance, else of
 * any, else whatever is there. A token of another application on the domain is not checked where there is one of ours.
 *
 * @param readings in an order that does not depend on the request
 */
function contenders(readings: readonly Reading[], isOurs: (reading: Reading) => boolean): readonly Reading[] {
  const sessions = readings.filter((reading) => formOf(reading) === 'session');
  const some = [sessions.filter(isOurs), sessions, readings].find((list) => list.length > 0) ?? [];
  const time = (reading: Reading): number => issuedAt(reading) ?? 0;
  // Sorting keeps the order of those that are equally old. No difference is taken: a token may say `1e999`.
  return [...some].sort((one, other) => Number(time(one) < time(other)) - Number(time(one) > time(other)));
}

/** Seconds since the epoch, by what the token says itself. */
export function issuedAt({ claims }: Reading): number | null {
  const iat = claims?.['iat'];
  return typeof iat === 'number' ? iat : null;
}

/** Given only after the signature was found to be good: the token is ours, but not good now. */
const GENUINE: ReadonlySet<TokenReason> = new Set([
  'token-expired',
  'token-not-active-yet',
  'token-iat-in-the-future',
  'token-invalid-authorized-parties',
]);

/**
 * What could not be checked may be the session, so it comes before what is known to have ended: no 401 in an outage. But a key id
 * that nobody knows says little: an older token with one was left behind by a rotation, and a genuine one is renewed.
 */
function rank({ verdict }: Reading): number {
  if (verdict === null) return 4;
  if (verdict.outcome === 'accepted') return 0;
  if (verdict.outcome === 'unchecked') return verdict.reason === 'jwk-kid-unchecked' ? 2 : 1;
  return GENUINE.has(verdict.reason) ? 2 : 3;
}

/** The session among {@link contenders}: the first that verifies, else the one that promises most. */
function bestOf(list: readonly Reading[]): Reading | undefined {
  return list.reduce<Reading | undefined>(
    (best, reading) => (best === undefined || rank(reading) < rank(best) ? reading : best),
    undefined,
  );
}
