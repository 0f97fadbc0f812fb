/** Tells the kind of a token from its text alone. The signature is not checked here, so the kind is what the token claims to be. */
import type { TokenType } from '../types.js';
import { decodeJwt, type DecodedJwt } from './decode.js';
import { MACHINE_TOKEN_TYPES, TOKEN_KINDS } from './token-kinds.js';

export interface ClassifiedToken {
  readonly token: string;
  readonly tokenType: TokenType;
  readonly form: 'opaque' | 'jwt' | 'malformed';
  /** Null unless `form` is `jwt`. */
  readonly jwt: DecodedJwt | null;
  /** Whether the header `cat` allows a session token: it is absent, that of sessions, or carries no information. */
  readonly sessionCategory: boolean;
}

const OPAQUE_FORMS = MACHINE_TOKEN_TYPES.map((tokenType) => ({
  tokenType,
  prefix: TOKEN_KINDS[tokenType].opaque.prefix,
}));

const JWT_FORMS = MACHINE_TOKEN_TYPES.flatMap((tokenType) => {
  const form = TOKEN_KINDS[tokenType].jwt;
  return form === null ? [] : [{ tokenType, matches: form.matches }];
});

const SESSION_CATEGORIES = TOKEN_KINDS.session_token.jwt.policy.categories;

/** Whether a token is of a form that only Clerk can read. */
export function isOpaque(token: string): boolean {
  return OPAQUE_FORMS.some(({ prefix }) => token.startsWith(prefix));
}

/** Never throws, whatever the string, and decodes it at most once. A JWT that is no machine token is a session token. */
export function classifyToken(token: string): ClassifiedToken {
  for (const { tokenType, prefix } of OPAQUE_FORMS) {
    if (token.startsWith(prefix)) return { token, tokenType, form: 'opaque', jwt: null, sessionCategory: false };
  }
  const jwt = decodeJwt(token);
  if (jwt === null) return { token, tokenType: 'session_token', form: 'malformed', jwt, sessionCategory: true };
  let tokenType: TokenType = 'session_token';
  for (const form of JWT_FORMS) {
    if (form.matches(jwt)) {
      tokenType = form.tokenType;
      break;
    }
  }
  return { token, tokenType, form: 'jwt', jwt, sessionCategory: SESSION_CATEGORIES.includes(jwt.header['cat']) };
}

/** Whether a token is a JWT that claims to be a session token of an instance. */
export function isSessionJwt({ form, tokenType, sessionCategory }: ClassifiedToken): boolean {
  return form === 'jwt' && tokenType === 'session_token' && sessionCategory;
}
