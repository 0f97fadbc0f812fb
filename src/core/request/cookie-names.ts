/**
 * The names of Clerk's protocol, each written once: cookies, and the parameters of URLs. An instance may add its suffix to
 * the name of a cookie (`__session_a1B2c3D4`).
 */

export const COOKIE = {
  session: '__session',
  client: '__client',
  clientUat: '__client_uat',
  refresh: '__refresh',
  devBrowser: '__clerk_db_jwt',
  handshake: '__clerk_handshake',
  handshakeNonce: '__clerk_handshake_nonce',
  /** Counts the handshakes in a row. This server sets it; Clerk never does. */
  redirectCount: '__clerk_redirect_count',
} as const;

export const PARAMETER = {
  // These four may come, or be sent, in a URL instead of a cookie.
  session: COOKIE.session,
  devBrowser: COOKIE.devBrowser,
  handshake: COOKIE.handshake,
  handshakeNonce: COOKIE.handshakeNonce,
  synced: '__clerk_synced',
  redirectUrl: '__clerk_redirect_url',
  help: '__clerk_help',
  apiVersion: '__clerk_api_version',
  handshakeReason: '__clerk_hs_reason',
  /** Taken out of the address that a handshake comes back to, like `devBrowser`. */
  devSession: '__dev_session',
} as const;

/** The beginning of every parameter that a request may bring to this server. */
export const PARAMETER_PREFIX = '__clerk_';

/** The name of a cookie of the instance with this suffix. */
export function suffixed(name: string, suffix: string): string {
  return `${name}_${suffix}`;
}
