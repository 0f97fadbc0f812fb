/** The Frontend API of the offline instance: what browsers and OAuth clients talk to. A table of routes. */
import { isPromise } from '../../../../src/ground/realm.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { redirect } from '../http/responses.js';
import type { InstanceState } from '../state/instance-state.js';
import { acceptAgentTask } from './agent-tasks.js';
import { acceptTicket } from './accept-ticket.js';
import { answerBy, type FrontendRoutes } from './answer-route.js';
import { clientRoutes } from './client-routes.js';
import { verifyByLink } from './email-link.js';
import { readableRefusal } from './engine/cors.js';
import { handshake } from './handshake.js';
import { linkClient, syncClient } from './link-domains.js';
import { oauthRoutes } from './oauth/oauth-routes.js';
import { showAccount, showSignOut, submitSignOut, switchOrganization } from './pages/account.js';
import { answerPackageFile, isPackagePath } from './package-files.js';
import { showProvider, submitProvider } from './pages/provider.js';
import { showPicture } from './pictures.js';
import { showSignIn, submitSignIn } from './pages/sign-in.js';
import { showSignUp, submitSignUp } from './pages/sign-up.js';

const ROUTES: FrontendRoutes = {
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
  'GET /v1/client/sync': syncClient,
  'GET /v1/client/link': linkClient,
  'GET /v1/tickets/accept': acceptTicket,
  'GET /v1/verify': verifyByLink,
  'GET /provider': showProvider,
  'POST /v1/oauth_callback': submitProvider,
  'GET /v1/agents/tasks': acceptAgentTask,
  'GET /images/users/{id}': showPicture('users'),
  'GET /images/organizations/{id}': showPicture('organizations'),
  ...oauthRoutes,
};

let answer: ReturnType<typeof answerBy> | undefined;

/** Answers a request to the Frontend API. Never throws and never rejects, whatever a client sends. */
export function handleFrontendRequest(
  state: InstanceState,
  request: LocalRequest,
): LocalResponse | Promise<LocalResponse> {
  if (isPackagePath(request.path)) return answerPackageFile(request);
  // Made when the first request comes: an instance that nobody's browser asks does not read the document.
  answer ??= answerBy({ ...ROUTES, ...clientRoutes(ROUTES) });
  const given = answer(state, request);
  const finish = (response: LocalResponse): LocalResponse => readableRefusal(state, request, response);
  return isPromise(given) ? given.then(finish) : finish(given);
}
