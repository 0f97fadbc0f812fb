/** The table of routes: every operation of the document, and what the official client calls beyond it. */
import { refusal } from '../model/records/refusals.js';
import type { Handler } from './engine/operation.js';
import type { BackendRoute } from './engine/backend-route.js';
import { newerRoutes } from './newer-routes.js';
import { compileRenderer } from './engine/render.js';
import { handlers } from './handlers.js';
import { createRouter } from '../http/router.js';
import type { Route, Router } from '../http/router.js';
import { specification } from '../document/specification.js';

let router: Router<BackendRoute> | undefined;

/** @throws ApiError 404 or 405 */
export function matchRoute(
  method: string,
  path: string,
): { route: BackendRoute; params: Readonly<Record<string, string>> } {
  router ??= createRouter([...documentRoutes(), ...newerRoutes()]);
  const unversioned = path === '/v1' || path.startsWith('/v1/') ? path.slice(3) : path;
  const plain = unversioned.replace(/(?<=.)\/+$/, '');
  const match = router.match(method, plain);
  if (match !== null) return { route: match.value, params: match.params };
  if (router.methodsOf(plain).length === 0) throw refusal('resource_not_found', `There is no ${path}.`);
  throw refusal('method_not_allowed', `${path} has no ${method}.`);
}

function* documentRoutes(): Iterable<Route<BackendRoute>> {
  for (const operation of specification().operations) {
    const { id, method, path, authenticated, success } = operation;
    const html = id === 'GetPublicInterstitial';
    yield {
      method,
      path,
      value: {
        id,
        operation,
        authenticated,
        status: success.status,
        html,
        handler: handlers[id] ?? notImplemented,
        render: success.schema && compileRenderer(success.schema),
      },
    };
  }
}

const notImplemented: Handler = (call) => {
  throw refusal('not_implemented', `The local instance does not implement ${call.operationId}.`);
};
