import {
  createAuthorizationServerMetadata,
  createResourceMetadata,
  type AuthorizationServerOptions,
  type MetadataLookup,
  type ProtectedResourceOptions,
} from '../../core/index.js';
import { requestOf, responseOf, run, urlOf, type Handler } from './handler.js';
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
 * import express from 'express';
 * import { protectedResourceMetadata } from 'bailiff/express';
 *
 * const app = express();
 * app.use(protectedResourceMetadata({ resource: 'https://api.example.com/mcp' }));
 * ```
 */
export function protectedResourceMetadata(options: ProtectedResourceOptions): Handler {
  return serve(createResourceMetadata(options));
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
 * import express from 'express';
 * import { oauthAuthorizationServerMetadata } from 'bailiff/express';
 *
 * const app = express();
 * app.use(oauthAuthorizationServerMetadata());
 * ```
 */
export function oauthAuthorizationServerMetadata(options: AuthorizationServerOptions = {}): Handler {
  return serve(createAuthorizationServerMetadata(options));
}

function serve(answerTo: MetadataLookup): Handler {
  return function clerkMetadata(request, response, next) {
    const req = requestOf(request);
    const res = responseOf(response);
    const answer = answerTo(req.method ?? '', urlOf(req));
    if (answer === null) return next();
    run(
      next,
      () => answer,
      (found) => sendAnswer(res, found),
    );
  };
}
