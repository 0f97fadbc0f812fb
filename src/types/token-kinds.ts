/** The kinds of token, and every type that follows from the list of them. Types only. */
import type {
  ApiKeyAuth,
  InvalidTokenAuth,
  M2MAuth,
  OAuthAuth,
  SignedInSession,
  SignedOutApiKey,
  SignedOutM2M,
  SignedOutOAuth,
  SignedOutSession,
} from './auth.js';
import type { ApiKey, M2MToken, OAuthAccessToken, SessionClaims } from './tokens.js';

/**
 * One entry for each kind of token: what a verified token of the kind says (`data`), its auth object (`auth`), the auth
 * object of a request without an accepted token of the kind (`signedOut`), and the method of an authenticator that
 * verifies one (`method`). How a token of the kind is verified is the row of the same name in `src/verify/token-kinds.ts`.
 */
export interface TokenKinds {
  readonly session_token: Kind<SessionClaims, SignedInSession, SignedOutSession, 'verifySessionToken'>;
  readonly api_key: Kind<ApiKey, ApiKeyAuth, SignedOutApiKey, 'verifyApiKey'>;
  readonly m2m_token: Kind<M2MToken, M2MAuth, SignedOutM2M, 'verifyM2MToken'>;
  readonly oauth_token: Kind<OAuthAccessToken, OAuthAuth, SignedOutOAuth, 'verifyOAuthToken'>;
}

interface Kind<Data, Authenticated, SignedOut, Method extends string> {
  readonly data: Data;
  readonly auth: Authenticated;
  readonly signedOut: SignedOut;
  readonly method: Method;
}

export type TokenType = keyof TokenKinds;
/** Every kind but sessions: its callers have scopes, and no role, permission or second factor. */
export type MachineTokenType = Exclude<TokenType, 'session_token'>;
/** One kind, a list of kinds, or all of them. */
export type AcceptsToken = TokenType | readonly TokenType[] | 'any';

/**
 * A user, signed in or not.
 *
 * @example
 * ```ts
 * import type { SessionAuth } from 'bailiff';
 *
 * export const greeting = (auth: SessionAuth) => (auth.isAuthenticated ? `Hello ${auth.userId}` : 'Please sign in');
 * ```
 */
export type SessionAuth = SignedInSession | SignedOutSession;
/** The caller of a request: the object at `req.auth` and `c.var.auth`. */
export type Auth = TokenKinds[TokenType]['auth' | 'signedOut'] | InvalidTokenAuth;

/** The authenticated callers of a kind. */
export type AuthenticatedAs<T extends TokenType> = TokenKinds[T]['auth'];

type KindsOf<A extends AcceptsToken> = A extends 'any' ? TokenType : A extends readonly (infer K)[] ? K : A;
/** What `getAuth(…, { acceptsToken })` gives back. */
export type AuthFor<A extends AcceptsToken> =
  | Extract<Auth, { tokenType: KindsOf<A> }>
  | (A extends readonly TokenType[] ? InvalidTokenAuth : A extends 'any' ? InvalidTokenAuth : never);
