/** Which operation of the Frontend API a request reaches. */
import { frontendDocument } from '../../document/frontend-document.js';
import type { LocalRequest } from '../../http/messages.js';
import { createRouter, routesOf, type Router } from '../../http/router.js';
import { frontendRequest } from './transport.js';

let router: Router<string> | undefined;

/** Its id in the document; null for pages, files, OAuth and all that is not of the Frontend API. */
export function frontendOperationOf(request: Omit<LocalRequest, 'body' | 'origin'>): string | null {
  const asked = frontendRequest(request);
  if (asked === null) return null;
  router ??= createRouter(
    routesOf(Object.fromEntries(Object.entries(frontendDocument().operations).map(([route, { id }]) => [route, id]))),
  );
  return router.match(asked.method, asked.path)?.value ?? null;
}
