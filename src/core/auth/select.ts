/** Which part of an auth object a reader asked for: the table of `getAuth`. */
import type { AcceptsToken, Auth } from '../../types.js';

export function selectAuth(auth: Auth, acceptsToken: AcceptsToken = 'session_token'): Auth {
  void acceptsToken;
  return auth;
}
