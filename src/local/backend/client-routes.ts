/** Routes that the official client calls although the pinned document does not describe them. */
import type { BackendRoute } from './backend-route.js';
import type { Route } from './router.js';

export function clientRoutes(): Route<BackendRoute>[] {
  return [];
}
