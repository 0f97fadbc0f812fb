/** An authorization request (RFC 6749 section 4.1.1), checked. */
import type { InstanceState } from '../../state/instance-state.js';
import type { OAuthApplicationRow } from '../../state/rows.js';
import { findApplication, isRegisteredRedirect, redirectUrisOf } from '../../model/oauth/clients.js';
import { OAuthError } from '../../model/oauth/oauth-error.js';
import { grantableScopes, words } from '../../model/oauth/scopes.js';

/** Where the answer goes: known before anything else is looked at, because errors go there too. */
export interface ReplyTo {
  readonly application: OAuthApplicationRow;
  readonly redirectUri: string;
  readonly state: string | null;
}

export interface AuthorizationRequest extends ReplyTo {
  readonly scopes: readonly string[];
  readonly codeChallenge: string | null;
  readonly nonce: string | null;
  /** RFC 8707: the servers that the token is for. */
  readonly resources: readonly string[];
  /** OpenID Connect Core section 3.1.2.1: `none`, `login`, `consent`. */
  readonly prompts: readonly string[];
}

/** Null if the client or its redirect URI is not known: then nothing may be sent anywhere (RFC 6749 section 4.1.2.1). */
export function replyTo(state: InstanceState, query: URLSearchParams): ReplyTo | null {
  const application = findApplication(state, query.get('client_id'));
  if (application === undefined) return null;
  const registered = redirectUrisOf(application);
  const redirectUri = query.get('redirect_uri') ?? (registered.length === 1 ? registered[0] : undefined);
  if (redirectUri === undefined || !isRegisteredRedirect(application, redirectUri)) return null;
  return { application, redirectUri, state: query.get('state') };
}

/** @throws OAuthError for what is then told to the client. */
export function checkRequest(state: InstanceState, reply: ReplyTo, query: URLSearchParams): AuthorizationRequest {
  const { application } = reply;
  if (query.get('response_type') !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type must be code.');
  const codeChallenge = query.get('code_challenge');
  const needsChallenge = application.public === true || application.pkce_required === true;
  if (codeChallenge === null ? needsChallenge : query.get('code_challenge_method') !== 'S256') {
    throw new OAuthError('invalid_request', 'This client must send a code_challenge with the method S256.');
  }
  if (codeChallenge !== null && !/^[\w-]{43}$/.test(codeChallenge)) {
    throw new OAuthError('invalid_request', 'code_challenge must be the base64url form of a SHA-256 digest.');
  }
  const scope = query.get('scope');
  return {
    ...reply,
    codeChallenge,
    scopes: grantableScopes(state, application, scope === null ? null : words(scope)),
    nonce: query.get('nonce'),
    resources: resourcesOf(query),
    prompts: promptsOf(query),
  };
}

/** @throws OAuthError `invalid_request` for `none` with anything else */
function promptsOf(query: URLSearchParams): readonly string[] {
  const prompts = words(query.get('prompt'));
  if (prompts.includes('none') && prompts.length > 1)
    throw new OAuthError('invalid_request', 'prompt is none, or something else.');
  return prompts;
}

/** @throws OAuthError `invalid_target` for what is not an absolute URI without a fragment (RFC 8707 section 2). */
export function resourcesOf(query: URLSearchParams): readonly string[] {
  const resources = [...new Set(query.getAll('resource'))];
  const isTarget = (uri: string) => URL.canParse(uri) && !uri.includes('#');
  if (!resources.every(isTarget))
    throw new OAuthError('invalid_target', 'resource must be an absolute URI without a fragment.');
  return resources;
}
