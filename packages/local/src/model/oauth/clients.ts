/** OAuth clients: look-up, authentication, and redirect URIs. */
import { isSameSecret } from '../../ground/same-secret.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { OAuthApplicationRow } from '../../state/rows.js';
import { settingsOf } from '../instance/settings.js';
import { OAuthError } from './oauth-error.js';

export function findApplication(state: InstanceState, clientId: string | null): OAuthApplicationRow | undefined {
  const found = clientId === null ? undefined : state.table('oauth_applications').by('client_id', clientId)[0];
  const blocked = settingsOf(state, 'oauth').client_id_metadata_documents_block_implicitly_allowed_clients;
  return blocked && found?.implicitly_allowed === true ? undefined : found;
}

/** Anybody can make such a client, so that it never gets anything without the user's consent. */
export const isSelfRegistered = (application: OAuthApplicationRow): boolean =>
  application.dynamically_registered || application.metadata_document === true;

/** Whether users are asked before this client gets anything. */
export const hasConsentScreen = (application: OAuthApplicationRow): boolean =>
  application.consent_screen_enabled !== false || isSelfRegistered(application);

/**
 * The client that calls a token endpoint, by `client_secret_basic`, `client_secret_post`, or, for a public client, by
 * name alone (RFC 6749 section 2.3).
 *
 * @throws OAuthError `invalid_client`
 */
export function authenticateClient(
  state: InstanceState,
  authorization: string | undefined,
  form: URLSearchParams,
): OAuthApplicationRow {
  const basic = parseBasic(authorization);
  const clientId = basic?.id ?? form.get('client_id');
  const secret = basic?.secret ?? form.get('client_secret') ?? '';
  const application = findApplication(state, clientId);
  if (application === undefined) throw new OAuthError('invalid_client', 'The client is unknown.');
  if (application.public === true) return application;
  const expected = application.client_secret;
  if (expected === undefined || expected === '' || !isSameSecret(secret, expected)) {
    throw new OAuthError('invalid_client', 'The client secret is missing or wrong.');
  }
  return application;
}

function parseBasic(header: string | undefined): { id: string; secret: string } | null {
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString();
  const at = text.indexOf(':');
  return at < 0 ? null : { id: formDecode(text.slice(0, at)), secret: formDecode(text.slice(at + 1)) };
}

/** Both parts are form-encoded before they are joined (RFC 6749 section 2.3.1); some clients leave that out. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
}

export function redirectUrisOf(application: OAuthApplicationRow): readonly string[] {
  const { redirect_uris: uris = [], callback_url: callback = '' } = application;
  return callback === '' ? uris : [...uris, callback];
}

/**
 * Exact comparison, but for the port of a loopback address: native clients listen on whatever port is free (RFC 8252 section 7.3). Clients of
 * metadata documents are compared exactly.
 */
export function isRegisteredRedirect(application: OAuthApplicationRow, uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  if (application.metadata_document === true) return redirectUrisOf(application).includes(uri);
  const asked = withoutLoopbackPort(uri);
  return redirectUrisOf(application).some(
    (registered) => registered === uri || withoutLoopbackPort(registered) === asked,
  );
}

function withoutLoopbackPort(uri: string): string {
  if (!/^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)[:/]/.test(uri) || !URL.canParse(uri)) return uri;
  const url = new URL(uri);
  if (url.username !== '' || url.password !== '') return uri;
  url.port = '';
  return url.href;
}

/** Where codes may be sent: https, http on loopback, or the private scheme of an app (`com.example.app:/callback`); never a script. */
export function isSafeRedirect(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, hash, username, password } = new URL(uri);
  if (hash !== '' || username !== '' || password !== '') return false;
  if (protocol === 'https:') return true;
  if (protocol === 'http:') return /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  return (
    /^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:$/.test(protocol) ||
    /^(cursor|vscode|vscode-insiders|windsurf|zed):$/.test(protocol)
  );
}
