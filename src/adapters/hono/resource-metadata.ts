import type { Context, MiddlewareHandler } from 'hono';
import {
  createAuthorizationServerMetadata,
  createResourceMetadata,
  type AuthorizationServerOptions,
  type MetadataLookup,
  type ProtectedResourceOptions,
} from '../../core/index.js';
import type { Environment } from '../../environment.js';
import { bindings } from './environment.js';
import { sendAnswer } from './respond.js';

/**
 * Serves the metadata of an OAuth protected resource (RFC 9728), under the well-known path of the root and under that of
 * the resource. Public: `app.use(protectedResourceMetadata({ resource }))` before any guard.
 *
 * @param options `resource` is the identifier of the protected resource, an absolute URL
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
  return serve((env) => createResourceMetadata(options, env));
}

/**
 * Hands on the metadata of the instance as an OAuth authorization server (RFC 8414), under `/.well-known/oauth-authorization-server` of this
 * server, for clients of older MCP drafts that look there. Public: before any guard. 503 while the instance cannot be reached.
 *
 * @param options fall back to `CLERK_PUBLISHABLE_KEY`
 * @throws {ConfigurationError} when no authorization server is known
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { oauthAuthorizationServerMetadata } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.use(oauthAuthorizationServerMetadata());
 * ```
 */
export function oauthAuthorizationServerMetadata(options: AuthorizationServerOptions = {}): MiddlewareHandler {
  return serve((env) => createAuthorizationServerMetadata(options, env));
}

function serve(create: (env?: Environment) => MetadataLookup): MiddlewareHandler {
  const environment = bindings();
  let answerTo = environment === undefined ? create() : undefined;
  return async function clerkMetadata(c: Context, next) {
    answerTo ??= create(environment?.(c));
    const answer = await answerTo(c.req.method, c.req.url);
    return answer === null ? next() : sendAnswer(c, answer);
  };
}
