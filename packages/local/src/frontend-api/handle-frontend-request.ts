/** The Frontend API of the offline instance: what browsers and OAuth clients talk to. A table of routes, and nothing else. */
import { redirect } from '../http/responses.js';
import { acceptAgentTask } from './agent-tasks.js';
import { acceptTicket } from './accept-ticket.js';
import { answerBy } from './answer-route.js';
import { clientRoutes } from './client-routes.js';
import { handshake } from './handshake.js';
import { oauthRoutes } from './oauth/oauth-routes.js';
import { showAccount, showSignOut, submitSignOut, switchOrganization } from './pages/account.js';
import { showSignIn, submitSignIn } from './pages/sign-in.js';
import { showSignUp, submitSignUp } from './pages/sign-up.js';

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
];

/** A path of both APIs: the Backend API makes tasks there. */
const SHARED = '/v1/agents/tasks';

/** Whether the Frontend API answers; all else is the Backend API's (`/v1/clients` and `/users` are). */
export function isFrontendPath(path: string, method = 'GET'): boolean {
  if (path === SHARED) return method !== 'POST';
  return EXACT.has(path) || BELOW.some((prefix) => path.startsWith(prefix));
}

/** Answers a request to the Frontend API. Never throws and never rejects, whatever a client sends. */
export const handleFrontendRequest = answerBy({
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
  [`GET ${SHARED}`]: acceptAgentTask,
  ...clientRoutes,
  ...oauthRoutes,
});
