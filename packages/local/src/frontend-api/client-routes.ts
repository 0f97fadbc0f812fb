/** The JSON side of the Frontend API: what a page's own script can ask about its browser. */
import { viewSession } from '../model/sessions/sessions.js';
import { mintSessionToken } from '../model/tokens/session-token.js';
import type { LocalResponse } from '../http/messages.js';
import type { InstanceState } from '../state/instance-state.js';
import type { ClientRow, Fields, SessionRow } from '../state/rows.js';
import { browserCookie, browserOrNew, knownBrowser } from './browser-of-request.js';
import { formOf, type FrontendCall, type FrontendHandler } from './frontend-call.js';
import { allowedOrigin } from './origins.js';
import { failure, json } from '../http/responses.js';
import { preflights, type FrontendRoutes } from './answer-route.js';
import { activateOrganization, liveSession, signOut } from '../model/sessions/client-sessions.js';

/** Lets pages of known origins read the answer, and refuses scripts of all others: the cookie comes along with them too. */
function forPages(handler: FrontendHandler): FrontendHandler {
  return async (call) => {
    const origin = call.request.headers['origin'];
    if (origin === undefined) return handler(call);
    if (!allowedOrigin(call.state, origin)) return failure(403, 'origin_invalid', 'This origin is not allowed');
    const answer = await handler(call);
    const headers = [
      ['Access-Control-Allow-Origin', origin],
      ['Access-Control-Allow-Credentials', 'true'],
      ['Vary', 'Origin'],
    ] as const;
    return { ...answer, headers: [...answer.headers, ...headers] };
  };
}

/** Answers with the development browser, a new one where none is known. */
function devBrowser(call: FrontendCall): LocalResponse {
  if (call.state.instanceType !== 'development')
    return failure(404, 'resource_not_found', 'Only development instances have these');
  const browser = browserOrNew(call);
  return json({ id: browser.token, token: browser.token, object: 'dev_browser' }, 200, [
    ['Set-Cookie', browserCookie(call.state, browser)],
  ]);
}

function environment({ state }: FrontendCall): LocalResponse {
  const production = state.instanceType === 'production';
  return json({
    auth_config: { object: 'auth_config', single_session_mode: true, url_based_session_syncing: !production },
    display_config: {
      object: 'display_config',
      instance_environment_type: state.instanceType,
      sign_in_url: `${state.frontendApiUrl}/sign-in`,
      sign_up_url: `${state.frontendApiUrl}/sign-up`,
      user_profile_url: `${state.frontendApiUrl}/user`,
    },
  });
}

function showClient(call: FrontendCall): LocalResponse {
  const client = knownBrowser(call)?.client ?? null;
  return json({ response: client === null ? null : describe(call.state, client), client: null });
}

function describe(state: InstanceState, client: ClientRow): Fields {
  const session = liveSession(state, client);
  return {
    ...client,
    sessions: session === null ? [] : [viewSession(state, session)],
    last_active_session_id: session?.id ?? null,
  };
}

/** The session of the path, if it is the one that this browser is signed in with. */
function withSession(
  answer: (call: FrontendCall, session: SessionRow, client: ClientRow) => LocalResponse,
): FrontendHandler {
  return (call) => {
    const client = knownBrowser(call)?.client ?? null;
    if (client === null) return failure(401, 'authentication_invalid', 'This browser is not signed in');
    const session = liveSession(call.state, client);
    if (session === null || session.id !== call.params['id'])
      return failure(404, 'resource_not_found', 'Session not found');
    return answer(call, session, client);
  };
}

const mint = withSession((call, session) => {
  const asked = formOf(call).get('organization_id');
  const current = asked === null ? session : activateOrganization(call.state, session, asked);
  const jwt = mintSessionToken(call.state, current, { azp: call.request.headers['origin'] });
  return json({ object: 'token', jwt });
});

const touch = withSession((call, session, client) => {
  const asked = formOf(call).get('active_organization_id');
  const current = asked === null ? session : activateOrganization(call.state, session, asked);
  return json({ response: viewSession(call.state, current), client: describe(call.state, client) });
});

const end = withSession((call, session, client) => {
  signOut(call.state, client);
  return json({
    response: viewSession(call.state, call.state.table('sessions').get(session.id) ?? session),
    client: describe(call.state, client),
  });
});

function endAll(call: FrontendCall): LocalResponse {
  const client = knownBrowser(call)?.client;
  if (client) signOut(call.state, client);
  return json({ response: null, client: null });
}

function preflight({ request }: FrontendCall): LocalResponse {
  const headers = [
    ['Access-Control-Allow-Methods', 'GET, POST, DELETE'],
    ['Access-Control-Allow-Headers', request.headers['access-control-request-headers'] ?? ''],
  ] as const;
  return { status: 204, headers, body: '' };
}

const ROUTES: FrontendRoutes = {
  'GET /v1/dev_browser': devBrowser,
  'POST /v1/dev_browser': devBrowser,
  'GET /v1/environment': environment,
  'GET /v1/client': showClient,
  'DELETE /v1/client/sessions': endAll,
  'POST /v1/client/sessions/{id}/tokens': mint,
  'POST /v1/client/sessions/{id}/touch': touch,
  'POST /v1/client/sessions/{id}/end': end,
  'POST /v1/client/sessions/{id}/remove': end,
};

export const clientRoutes: FrontendRoutes = Object.fromEntries(
  Object.entries({ ...ROUTES, ...preflights(ROUTES, preflight) }).map(([key, handler]) => [key, forPages(handler)]),
);
