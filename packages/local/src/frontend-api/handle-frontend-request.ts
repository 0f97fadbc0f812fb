/** The Frontend API of the offline instance: what browsers and OAuth clients talk to. A route table, and nothing else. */
import type { LocalRequest, LocalResponse, InstanceState } from '../state/instance-state.js';
import { createCall } from './frontend-call.js';
import { clientRoutes } from './client-routes.js';
import { controlRoutes } from '../server/control-routes.js';
import { handshake } from './handshake.js';
import { oauthRoutes } from './oauth/oauth-routes.js';
import { showAccount, showSignOut, submitSignOut, switchOrganization } from './pages/account.js';
import { showSignIn, submitSignIn } from './pages/sign-in.js';
import { showSignUp, submitSignUp } from './pages/sign-up.js';
import { failure, redirect } from '../http/responses.js';
import { compileRoutes, matchRoute } from './frontend-route.js';
import { acceptTicket } from './accept-ticket.js';
import { messageOf } from '../shared/message-of.js';
import { isPromise } from '../../../../src/shared/realm.js';

/** Paths that belong to the Frontend API whole, and those below which everything does. */
const EXACT = new Set([
  '/',
  '/sign-in',
  '/sign-up',
  '/sign-out',
  '/user',
  '/v1/client',
  '/v1/environment',
  '/v1/dev_browser',
]);
const BELOW = [
  '/.well-known/',
  '/oauth/',
  '/sign-in/',
  '/sign-up/',
  '/user/',
  '/v1/client/',
  '/v1/dev_browser/',
  '/v1/tickets/',
  '/__bailiff/',
];

const ROUTES = compileRoutes({
  'GET /': ({ base }) => redirect(`${base}/user`),
  'GET /sign-in': showSignIn,
  'POST /sign-in': submitSignIn,
  'GET /sign-up': showSignUp,
  'POST /sign-up': submitSignUp,
  'GET /sign-out': showSignOut,
  'POST /sign-out': submitSignOut,
  'GET /user': showAccount,
  'POST /user/organization': switchOrganization,
  'GET /v1/client/handshake': handshake,
  'GET /v1/tickets/accept': acceptTicket,
  ...clientRoutes,
  ...oauthRoutes,
  ...controlRoutes,
});

/** Whether the Frontend API answers this path; all others are the Backend API's (`/v1/clients` and `/users` are). */
export function isFrontendPath(path: string): boolean {
  return EXACT.has(path) || BELOW.some((prefix) => path.startsWith(prefix));
}

/** Answers a request to the Frontend API. Never throws and never rejects, whatever a client sends. */
export function handleFrontendRequest(
  state: InstanceState,
  request: LocalRequest,
): LocalResponse | Promise<LocalResponse> {
  const { handler, params, methods } = matchRoute(ROUTES, request.method, request.path);
  if (handler === null) return methods.length === 0 ? notFound() : notAllowed(methods);
  try {
    const answer = handler(createCall(state, request, params));
    return isPromise(answer) ? answer.catch(broken) : answer;
  } catch (error) {
    return broken(error);
  }
}

function notFound(): LocalResponse {
  return failure(404, 'resource_not_found', 'Not found');
}

function notAllowed(methods: readonly string[]): LocalResponse {
  const refused = failure(405, 'method_not_allowed', 'Method not allowed');
  return { ...refused, headers: [...refused.headers, ['Allow', methods.join(', ')]] };
}

/** A fault of our own, told as such: the instance goes on for everyone else. */
function broken(error: unknown): LocalResponse {
  return failure(500, 'internal_clerk_error', `The local instance failed: ${messageOf(error)}`);
}
