/** Which scopes there are, which a client may ask for, and which it gets when it names none. */
import { lookUp } from '../../ground/look-up.js';
import { settingsOf } from '../instance/settings.js';
import type { InstanceState } from '../../state/instance-state.js';
import type { OAuthApplicationRow } from '../../state/rows.js';
import { OAuthError } from './oauth-error.js';

/** Asks for an organization at consent; tokens then name it. */
export const ORGANIZATION_SCOPE = 'user:org:read';

/** Both say how the protocol runs, not what may be read: OpenID Connect clients send them unasked. */
const PROTOCOL_SCOPES = ['openid', 'offline_access'];

const STANDARD_SCOPES = ['openid', 'profile', 'email', 'public_metadata', 'private_metadata', 'offline_access'];

const MEANINGS: Readonly<Record<string, string>> = {
  openid: 'Know who you are',
  profile: 'See your name and picture',
  email: 'See your email address',
  public_metadata: 'See your public metadata',
  private_metadata: 'See your private metadata',
  offline_access: 'Keep access while you are away',
  [ORGANIZATION_SCOPE]: 'Know the organization that you choose',
};

/** For the user who is asked to consent; a scope of the application's own is told by its name. */
export const meaningOf = (scope: string): string => lookUp(MEANINGS, scope) ?? scope;

/** What Clerk gives to clients that name no scopes. */
const DEFAULT_SCOPES = ['profile', 'email'];

/** As discovery tells it. Scopes of an application's own stand with the application. */
export const supportedScopes = (state: InstanceState): readonly string[] =>
  settingsOf(state, 'organizations').enabled ? [...STANDARD_SCOPES, ORGANIZATION_SCOPE] : STANDARD_SCOPES;

export function defaultScopes(state: InstanceState): readonly string[] {
  const chosen = settingsOf(state, 'oauth').default_scopes;
  return Array.isArray(chosen) ? chosen.map(String) : DEFAULT_SCOPES;
}

/** What a request gets. Null: it names none. @throws OAuthError `invalid_scope` */
export function grantableScopes(
  state: InstanceState,
  application: OAuthApplicationRow,
  asked: readonly string[] | null,
): readonly string[] {
  const allowed = new Set(words(application.scopes));
  if (!settingsOf(state, 'organizations').enabled) allowed.delete(ORGANIZATION_SCOPE);
  if (asked === null) return defaultScopes(state).filter((scope) => allowed.has(scope));
  const foreign = asked.find((scope) => !allowed.has(scope) && !PROTOCOL_SCOPES.includes(scope));
  if (foreign !== undefined)
    throw new OAuthError('invalid_scope', 'A scope was asked for that this client may not have.');
  return asked;
}

/** The words of a `scope` parameter, each once. */
export function words(value: unknown): readonly string[] {
  return typeof value === 'string' ? [...new Set(value.split(/\s+/).filter(Boolean))] : [];
}
