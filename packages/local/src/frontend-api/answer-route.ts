/** From a table of routes to what answers them: the Frontend API's, and those of the control. */
import { isPromise } from '../../../../src/ground/realm.js';
import { apiVersionOf } from '../http/api-version.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { createRouter, routesOf, type RouteTable } from '../http/router.js';
import { messageOf } from '../ground/message-of.js';
import { ApiError } from '../model/records/api-error.js';
import { refusal } from '../model/records/refusals.js';
import type { InstanceState } from '../state/instance-state.js';
import { createCall, type FrontendHandler } from './frontend-call.js';
import { refused } from './refused.js';

export type FrontendRoutes = RouteTable<FrontendHandler>;

type Answer = (state: InstanceState, request: LocalRequest) => LocalResponse | Promise<LocalResponse>;

/** Never throws and never rejects, whatever a client sends. `HEAD` is answered as `GET`. */
export function answerBy(table: FrontendRoutes): Answer {
  const router = createRouter(routesOf(table));
  return (state, request) => {
    const path = request.path.replace(/(?<=.)\/$/, '');
    const match = router.match(request.method === 'HEAD' ? 'GET' : request.method, path);
    if (match === null) return notRouted(router.methodsOf(path));
    try {
      if (!isKnownVersion(request)) throw refusal('api_version_invalid');
      const answer = match.value(createCall(state, request, match.params));
      return isPromise(answer) ? answer.catch(broken) : answer;
    } catch (error) {
      return broken(error);
    }
  };
}

/** Clerk's own front end speaks versions that are newer than any document: each release of it names the one of its day. */
function isKnownVersion(request: LocalRequest): boolean {
  const [named = '', ...others] = request.query.getAll('__clerk_api_version');
  const isDated = others.length === 0 && /^\d{4}-\d{2}-\d{2}$/.test(named);
  return (request.query.has('_clerk_js_version') && isDated) || apiVersionOf(request) !== null;
}

/** The same answer to `OPTIONS` for every path of a table. */
export function preflights(table: FrontendRoutes, handler: FrontendHandler): FrontendRoutes {
  return Object.fromEntries(Object.keys(table).map((key) => [`OPTIONS ${key.slice(key.indexOf(' ') + 1)}`, handler]));
}

function notRouted(methods: readonly string[]): LocalResponse {
  if (methods.length === 0) return refused(refusal('resource_not_found'));
  const answer = refused(refusal('method_not_allowed'));
  return { ...answer, headers: [...answer.headers, ['Allow', methods.join(', ')]] };
}

/** A refusal as it is; a fault of our own, told as such: the instance goes on for everyone else. */
function broken(error: unknown): LocalResponse {
  if (error instanceof ApiError) return refused(error);
  return refused(refusal('internal_clerk_error', `The local instance failed: ${messageOf(error)}`));
}
