import type { Context, MiddlewareHandler } from 'hono';
import { createResourceMetadata, type ProtectedResourceOptions } from '../../core/index.js';
import { bindings } from './environment.js';

/**
 * Serves the metadata of an OAuth protected resource (RFC 9728), under the well-known path of the root and under that of
 * the resource. Public: `app.use(protectedResourceMetadata({ resource }))` before any guard.
 *
 * @throws {ConfigurationError} for a resource that is no identifier, or when no authorization server is known
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { protectedResourceMetadata } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.use(protectedResourceMetadata({ resource: 'https://api.example.com/mcp' }));
 * ```
 */
export function protectedResourceMetadata(options: ProtectedResourceOptions): MiddlewareHandler {
  const environment = bindings();
  let answerTo = environment === undefined ? createResourceMetadata(options) : undefined;
  return function clerkResourceMetadata(c: Context, next) {
    answerTo ??= createResourceMetadata(options, environment?.(c));
    const answer = answerTo(c.req.method, c.req.url);
    if (answer === null) return next();
    return Promise.resolve(c.newResponse(answer.body, answer.status, Object.fromEntries(answer.headers)));
  };
}
