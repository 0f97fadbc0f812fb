/** Routes that the official client calls although the pinned document does not describe them. */
import type { BackendRoute } from './backend-route.js';
import { handshakePayloadHandlers } from './resources/handshake-payload.js';
import type { Handlers } from './operation.js';
import type { Route } from './router.js';

export function clientRoutes(): Route<BackendRoute>[] {
  return [route('GET', '/clients/handshake_payload', 'GetHandshakePayload', handshakePayloadHandlers)];
}

function route(method: string, path: string, id: string, handlers: Handlers): Route<BackendRoute> {
  const handler = handlers[id];
  if (handler === undefined) throw new Error(`No handler for ${id}`);
  const render = (value: unknown): string => JSON.stringify(value);
  return {
    method,
    path,
    value: { id, operation: null, authenticated: true, status: 200, html: false, handler, render },
  };
}
