/** The routes of the authorization server. */
import type { LocalResponse } from '../../http/messages.js';
import type { FrontendCall, FrontendHandler } from '../frontend-call.js';
import { json } from '../../http/responses.js';
import { preflights, type FrontendRoutes } from '../answer-route.js';
import { authorize, decide, submitConsent } from './authorize.js';
import { OAuthError } from '../../model/oauth/oauth-error.js';
import { oauthFailure } from './oauth-failure.js';
import { metadata } from './metadata.js';
import { register } from './register.js';
import { token } from './token.js';
import { introspect, revoke, userinfo } from './token-inspection.js';

type SyncHandler = (call: FrontendCall) => LocalResponse;

const ANY_ORIGIN = ['Access-Control-Allow-Origin', '*'] as const;

/** Endpoints that a script of any page may call: they take no cookies, only what is in the request. */
const OPEN: Readonly<Record<string, SyncHandler>> = {
  'GET /.well-known/jwks.json': ({ state }) => json(state.keys.jwks()),
  'GET /.well-known/oauth-authorization-server': metadata,
  'GET /.well-known/openid-configuration': metadata,
  'POST /oauth/register': register,
  'POST /oauth/token': token,
  'GET /oauth/userinfo': userinfo,
  'POST /oauth/userinfo': userinfo,
  'POST /oauth/token_info': introspect,
  'POST /oauth/token/revoke': revoke,
  'POST /oauth/revoke': revoke,
};

function forEveryone(handler: SyncHandler): SyncHandler {
  return (call) => {
    const answer = attempt(() => handler(call));
    return { ...answer, headers: [...answer.headers, ANY_ORIGIN] };
  };
}

function attempt(run: () => LocalResponse): LocalResponse {
  try {
    return run();
  } catch (error) {
    if (error instanceof OAuthError) return oauthFailure(error);
    throw error;
  }
}

const preflight: FrontendHandler = ({ request }) => ({
  status: 204,
  headers: [
    ANY_ORIGIN,
    ['Access-Control-Allow-Methods', 'GET, POST'],
    ['Access-Control-Allow-Headers', request.headers['access-control-request-headers'] ?? '*'],
  ],
  body: '',
});

export const oauthRoutes: FrontendRoutes = {
  'GET /oauth/authorize': authorize,
  'POST /oauth/authorize': decide,
  'POST /v1/me/oauth/consent/{client_id}': submitConsent,
  ...Object.fromEntries(Object.entries(OPEN).map(([key, handler]) => [key, forEveryone(handler)])),
  ...preflights(OPEN, preflight),
};
