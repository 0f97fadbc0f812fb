/** From a table of routes to what answers them: the Frontend API's, and those of the control. */
import { isPromise } from '../../../../src/ground/realm.js';
import { apiVersionOf } from '../http/api-version.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { failure } from '../http/responses.js';
import { createRouter, routesOf, type RouteTable } from '../http/router.js';
import { messageOf } from '../ground/message-of.js';
import type { InstanceState } from '../state/instance-state.js';
import { createCall, type FrontendHandler } from './frontend-call.js';

export type FrontendRoutes = RouteTable<FrontendHandler>;

type Answer = (state: InstanceState, request: LocalRequest) => LocalResponse | Promise<LocalResponse>;

/** Never throws and never rejects, whatever a client sends. `HEAD` is answered as `GET`. */
export function answerBy(table: FrontendRoutes): Answer {
  const router = createRouter(routesOf(table));
  return (state, request) => {
    const path = request.path.replace(/(?<=.)\/$/, '');
    const match = router.match(request.method === 'HEAD' ? 'GET' : request.method, path);
    if (match === null) return refused(router.methodsOf(path));
    if (apiVersionOf(request) === null) return failure(400, 'api_version_invalid', 'The API version is invalid');
    try {
      const answer = match.value(createCall(state, request, match.params));
      return isPromise(answer) ? answer.catch(broken) : answer;
    } catch (error) {
      return broken(error);
    }
  };
}

/** The same answer to `OPTIONS` for every path of a table. */
export function preflights(table: FrontendRoutes, handler: FrontendHandler): FrontendRoutes {
  return Object.fromEntries(Object.keys(table).map((key) => [`OPTIONS ${key.slice(key.indexOf(' ') + 1)}`, handler]));
}

function refused(methods: readonly string[]): LocalResponse {
  if (methods.length === 0) return failure(404, 'resource_not_found', 'Not found');
  const answer = failure(405, 'method_not_allowed', 'Method not allowed');
  return { ...answer, headers: [...answer.headers, ['Allow', methods.join(', ')]] };
}

/** A fault of our own, told as such: the instance goes on for everyone else. */
function broken(error: unknown): LocalResponse {
  return failure(500, 'internal_clerk_error', `The local instance failed: ${messageOf(error)}`);
}
