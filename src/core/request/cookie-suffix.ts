/**
 * Decides which of the twin cookies count: those whose names end with this instance's suffix, or the plain ones.
 *
 * Several instances can share a domain (staging and production, two products), so the plain cookies may belong to another
 * one. But an older browser library writes the plain ones alone, and may have written them last. Session, client and dev
 * browser share one decision, so that they never come from two instances. Tokens are only read here; the chosen one is
 * verified afterwards.
 */
import type { Cookies } from './cookies.js';

/** Reads the unverified claims of a token; null when it cannot be decoded. */
export type Peek = (token: string) => Readonly<Record<string, unknown>> | null;

export interface SuffixFacts {
  readonly cookies: Cookies;
  readonly peek: Peek;
  readonly production: boolean;
  /** The values that `iss` of this instance's tokens may have. */
  readonly issuers: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface SuffixRow {
  readonly row: number;
  when(facts: SuffixFacts): boolean;
  readonly use: 'plain' | 'suffixed';
}

const SIGNED_OUT = '0';

function issuerOf(token: string, peek: Peek): unknown {
  const claims = peek(token);
  return claims === null ? null : claims['iss'];
}

function issuedAt(token: string | null, peek: Peek): number {
  const iat = token === null ? 0 : peek(token)?.['iat'];
  return typeof iat === 'number' ? iat : 0;
}

function hasEnded(token: string | null, { peek, now }: SuffixFacts): boolean {
  const exp = token === null ? null : peek(token)?.['exp'];
  return typeof exp === 'number' && exp * 1000 <= now;
}

/** The first row that matches decides. */
export const SUFFIX_ROWS: readonly SuffixRow[] = [
  {
    row: 1,
    // A plain session that names no issuer was not written by a library that knows suffixes.
    when: ({ cookies, peek }) => cookies.session !== null && !issuerOf(cookies.session, peek),
    use: 'plain',
  },
  {
    row: 2,
    // The plain session belongs to another instance.
    when: ({ cookies, peek, issuers }) => {
      if (cookies.session === null) return false;
      const issuer = issuerOf(cookies.session, peek);
      return typeof issuer !== 'string' || !issuers.has(issuer);
    },
    use: 'suffixed',
  },
  {
    row: 3,
    // Nothing has a suffix.
    when: ({ cookies }) => cookies.suffixedClientUat === null && cookies.suffixedSession === null,
    use: 'plain',
  },
  {
    row: 4,
    // Both are signed in, and the plain session is the newer one.
    when: ({ cookies, peek }) =>
      cookies.suffixedClientUat !== SIGNED_OUT &&
      cookies.clientUat !== SIGNED_OUT &&
      // The usual case, one token under both names, needs no reading.
      cookies.session !== cookies.suffixedSession &&
      issuedAt(cookies.session, peek) > issuedAt(cookies.suffixedSession, peek),
    use: 'plain',
  },
  {
    row: 5,
    // Signed out with a suffix, but not without.
    when: ({ cookies }) => cookies.suffixedClientUat === SIGNED_OUT && cookies.clientUat !== SIGNED_OUT,
    use: 'plain',
  },
  {
    row: 6,
    // Development: signed out without a suffix, and the suffixed session has ended.
    when: (facts) =>
      !facts.production &&
      facts.cookies.suffixedClientUat !== SIGNED_OUT &&
      facts.cookies.clientUat === SIGNED_OUT &&
      hasEnded(facts.cookies.suffixedSession, facts),
    use: 'plain',
  },
  {
    row: 7,
    // A suffixed session without its client cookie.
    when: ({ cookies }) => cookies.suffixedSession !== null && cookies.suffixedClientUat === null,
    use: 'plain',
  },
  { row: 8, when: () => true, use: 'suffixed' },
];

/** Applies {@link SUFFIX_ROWS}. */
export function usesSuffixedCookies(facts: SuffixFacts): boolean {
  return SUFFIX_ROWS.find((row) => row.when(facts))?.use === 'suffixed';
}
