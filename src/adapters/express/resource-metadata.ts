import { createResourceMetadata, type ProtectedResourceOptions } from '../../core/index.js';
import { requestOf, responseOf, urlOf, type Handler } from './handler.js';

/**
 * Serves the metadata of an OAuth protected resource (RFC 9728), under the well-known path of the root and under that of
 * the resource. Public: `app.use(protectedResourceMetadata({ resource }))` before any guard.
 *
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
  const answerTo = createResourceMetadata(options);
  return function clerkResourceMetadata(request, response, next) {
    const req = requestOf(request);
    const res = responseOf(response);
    const answer = answerTo(req.method ?? '', urlOf(req));
    if (answer === null) return next();
    res.statusCode = answer.status;
    for (const [name, value] of answer.headers) res.setHeader(name, value);
    res.end(answer.body ?? undefined);
  };
}
