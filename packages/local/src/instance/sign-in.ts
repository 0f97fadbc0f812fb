import { issueSession, type SessionTokenRequest } from '../model/issue-credentials.js';
import { clientOf, newBrowser } from '../model/sessions/browsers.js';
import { issueRefreshToken } from '../model/sessions/sessions.js';
import { createUser } from '../model/users/users.js';
import { cookieSuffix } from '../ground/cookie-suffix.js';
import type { InstanceState, Row } from '../state/instance-state.js';

/** A user's id (created if there is none), a user object, or the body of `POST /users` for a new user. */
export type SignInUser = string | Readonly<Record<string, unknown>>;

export interface SignInOptions extends Omit<SessionTokenRequest, 'userId' | 'orgId' | 'sessionId'> {
  /** The active organization: its id, or the organization object. */
  readonly org?: string | { readonly id: string };
}

/** What a signed-in browser sends. */
export interface SignedIn {
  readonly token: string;
  /** For API requests: `Authorization`. */
  readonly headers: Readonly<Record<string, string>> & { readonly authorization: string };
  /** For page requests: all cookies of a browser, by name. */
  readonly cookies: Readonly<Record<string, string>>;
  /** The same as the value of a `Cookie` header. */
  readonly cookieHeader: string;
  readonly user: Row;
  readonly session: Row;
}

/** Signs a user in with a browser of its own. */
export function signIn(state: InstanceState, who: SignInUser = {}, { org, ...rest }: SignInOptions = {}): SignedIn {
  const orgId = typeof org === 'string' ? org : org?.id;
  const browser = newBrowser(state);
  const client = clientOf(state, browser);
  const issued = issueSession(
    state,
    { ...rest, userId: userIdOf(state, who), ...(orgId === undefined ? {} : { orgId }) },
    client.id,
  );
  const { token, session } = issued;
  const now = state.now();
  // An impersonator leaves no trace: it is not the user who signs in.
  const traces = rest.actor === undefined ? { last_sign_in_at: now, last_active_at: now } : {};
  const user = state.table('users').update(issued.user.id, traces) ?? issued.user;
  const suffix = cookieSuffix(state.publishableKey);
  // Not after the token's iat: a browser whose client changed later than its token has to renew the token first.
  const updatedAt = String(Math.floor(session.created_at / 1000));
  const unsuffixed = {
    __session: token,
    __client_uat: updatedAt,
    ...(state.instanceType === 'development' ? { __clerk_db_jwt: browser.token } : {}),
  };
  const suffixed = Object.fromEntries(Object.entries(unsuffixed).map(([name, value]) => [`${name}_${suffix}`, value]));
  const cookies = { ...unsuffixed, ...suffixed, [`__refresh_${suffix}`]: issueRefreshToken(state, session.id) };
  const cookieHeader = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
  return { token, headers: { authorization: `Bearer ${token}` }, cookies, cookieHeader, user, session };
}

function userIdOf(state: InstanceState, who: SignInUser): string {
  if (typeof who === 'string') return who;
  const { id } = who;
  if (typeof id === 'string' && state.table('users').get(id) !== undefined) return id;
  // A body as `POST /users` takes it, which createUser looks at field by field.
  return createUser(state, who).id;
}
