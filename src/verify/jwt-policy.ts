/** The rules for one kind of JWT: the header that it has, and the claims that it must have. */
import type { ClaimRule } from './claims.js';
import { refuse, type Refused } from './verdict.js';

export interface JwtPolicy {
  /** The allowed values of the header `typ`. */
  readonly types: readonly unknown[];
  readonly foreignType: Refused;
  /** The allowed values of the header `cat`. */
  readonly categories: readonly unknown[];
  readonly foreignCategory: Refused;
  /** In the order in which a token with several faults is judged. They are read after the signature. */
  readonly claims: readonly ClaimRule[];
}

/** The header `cat`: the purpose for which Clerk signed a JWT. That of JWT templates, `cl_B7d4PD222AAA`, is in no policy. */
const CATEGORIES = {
  /** Session tokens and handshake tokens. */
  session: 'cl_B7d4PD111AAA',
  m2m: 'cl_B7d4PD333AAA',
  /** Some instances stamp it on every JWT: it carries no information. */
  ignored: 'cl_I7d4PD111III',
} as const;

/** A token without `cat`, or with one that carries no information, may be of any kind. */
export const SESSION_CATEGORIES: readonly unknown[] = [undefined, CATEGORIES.session, CATEGORIES.ignored];
export const M2M_CATEGORIES: readonly unknown[] = [undefined, CATEGORIES.m2m];
export const NO_CATEGORY: readonly unknown[] = [undefined, CATEGORIES.ignored];

export const PLAIN_TYPES: readonly unknown[] = [undefined, 'JWT'];
/** The header `typ` of an OAuth access token (RFC 9068 section 2.1). */
export const ACCESS_TOKEN_TYPES: readonly unknown[] = ['at+jwt', 'application/at+jwt'];

export const INVALID = refuse('token-invalid');
export const OTHER_KIND = refuse('token-type-mismatch');
export const WRONG_TYPE = refuse('token-invalid', 'The header `typ` is not that of this kind of token.');
export const WRONG_MACHINE_TYPE = refuse('token-verification-failed', WRONG_TYPE.message);
