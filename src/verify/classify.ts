/** Which kind of token a string is: decided in one table, without a look at its signature, so it is a claim, not a fact. */
import type { TokenType } from '../types.js';
import { decodeJwt, type DecodedJwt } from './decode.js';

/** Header `cat`: for what Clerk minted a JWT. */
export const CATEGORIES = {
  /** Session tokens and handshake tokens. */
  session: 'cl_B7d4PD111AAA',
  template: 'cl_B7d4PD222AAA',
  m2m: 'cl_B7d4PD333AAA',
  /** Some instances stamp it on every class: it carries no information. */
  ignored: 'cl_I7d4PD111III',
} as const;

/** Header `typ` of an OAuth access token (RFC 9068 section 2.1). */
export const ACCESS_TOKEN_TYPES: readonly unknown[] = ['at+jwt', 'application/at+jwt'];

export interface ClassifiedToken {
  readonly token: string;
  readonly tokenType: TokenType;
  readonly form: 'opaque' | 'jwt' | 'malformed';
  /** Null unless `form` is `jwt`. */
  readonly jwt: DecodedJwt | null;
  /** Nothing in the header's `cat` says that this is not a session token: absent, a session's, or without information. */
  readonly sessionCategory: boolean;
}

interface KindRule {
  readonly tokenType: TokenType;
  /** Of the opaque form; case-sensitive. */
  readonly prefix: string;
  /** Of the JWT form. */
  readonly matches: (jwt: DecodedJwt) => boolean;
}

/** In this order; what matches none is a session token. */
const KINDS: readonly KindRule[] = [
  { tokenType: 'm2m_token', prefix: 'mt_', matches: (jwt) => isMachineId(jwt.payload['sub']) },
  { tokenType: 'oauth_token', prefix: 'oat_', matches: (jwt) => ACCESS_TOKEN_TYPES.includes(jwt.header['typ']) },
  { tokenType: 'api_key', prefix: 'ak_', matches: () => false },
];

const SESSION_CATEGORIES: readonly unknown[] = [undefined, CATEGORIES.session, CATEGORIES.ignored];

function isMachineId(sub: unknown): boolean {
  return typeof sub === 'string' && sub.startsWith('mch_');
}

/** Whether a token is of a form that only Clerk can read. */
export function isOpaque(token: string): boolean {
  return KINDS.some(({ prefix }) => token.startsWith(prefix));
}

/** Never throws, whatever the string; decodes it at most once. */
export function classifyToken(token: string): ClassifiedToken {
  for (const kind of KINDS) {
    if (token.startsWith(kind.prefix)) {
      return { token, tokenType: kind.tokenType, form: 'opaque', jwt: null, sessionCategory: false };
    }
  }
  const jwt = decodeJwt(token);
  if (jwt === null) return { token, tokenType: 'session_token', form: 'malformed', jwt, sessionCategory: true };
  let tokenType: TokenType = 'session_token';
  for (const kind of KINDS) {
    if (kind.matches(jwt)) {
      tokenType = kind.tokenType;
      break;
    }
  }
  return { token, tokenType, form: 'jwt', jwt, sessionCategory: SESSION_CATEGORIES.includes(jwt.header['cat']) };
}
