import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import * as core from '../../core/index.js';
import { forward } from '../node/forward.js';
import type { ClerkMiddlewareOptions, ClerkMiddlewareSettings, ClerkMiddlewareSource } from './middleware-options.js';
import { present, putHeaders, sendAnswer } from './reply.js';
import { FastifyView, slot } from './request.js';

/** A plugin whose hooks belong to the context that registers it, and to the contexts below (as `fastify-plugin` does it). */
function plugin(name: string, register: (fastify: FastifyInstance) => void): FastifyPluginCallback {
  // Fastify itself reads these three.
  const callback: FastifyPluginCallback = (fastify, options, done) =>
    done(core.strayOption(options, ['prefix', 'logLevel', 'logSerializers']) ?? void register(fastify));
  return Object.assign(callback, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: name,
    [Symbol.for('plugin-meta')]: { name, fastify: '5.x' },
  });
}

/**
 * A plugin that authenticates each request of the context that registers it: `app.register(clerkMiddleware())`. It sets
 * `request.auth`, sends the redirects of the browser's handshake and puts the headers that go with the decision on the reply. A
 * signed-out request goes on: guards decide. Registered twice, it verifies once; with other rules, it decides anew.
 *
 * @param source options (environment variables fill the gaps), an authenticator, or `(request) => either`
 * @param settings `onDenied` and the like, for when the source cannot hold them; they may stand among the options too
 * @throws {ConfigurationError} for options that cannot work
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { clerkMiddleware, guarded, requireAuth } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.register(clerkMiddleware());
 * app.get('/me', guarded(requireAuth(), (request) => ({ userId: request.auth.userId })));
 * ```
 */
export function clerkMiddleware(
  source: ClerkMiddlewareOptions | ClerkMiddlewareSource = {},
  settings: ClerkMiddlewareSettings = {},
): FastifyPluginCallback {
  const middleware = core.createMiddleware(slot, source, settings);
  return plugin('bailiff', (fastify) => {
    if (!fastify.hasRequestDecorator('auth')) fastify.decorateRequest('auth', null as never);
    fastify.addHook('onRequest', async (request, reply) => {
      const view = new FastifyView(request);
      const entered = await middleware(request, view);
      if ('proxy' in entered) {
        await forward(entered, view, request.raw, reply.raw, request);
        return void reply.hijack();
      }
      if (entered.answer !== null) return sendAnswer(reply, entered.answer);
      present(request, reply, entered.authentication);
    });
    // The headers are put on here, because guards and readers may authenticate again before.
    fastify.addHook('onSend', (request, reply, payload, sent) => {
      const authentication = slot.get(request);
      if (authentication?.headersSent === false) {
        authentication.headersSent = true;
        putHeaders(reply, authentication.answerHeaders);
      }
      sent(null, payload);
    });
  });
}

/**
 * A plugin that serves the metadata of an OAuth protected resource (RFC 9728), under the well-known path of the root and under
 * that of the resource. Public: register it before any guard.
 *
 * @param options `resource` is the identifier of the protected resource, an absolute URL
 * @throws {ConfigurationError} for a resource that is no identifier, or when no authorization server is known
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { protectedResourceMetadata } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.register(protectedResourceMetadata({ resource: 'https://api.example.com/mcp' }));
 * ```
 */
export function protectedResourceMetadata(options: core.ProtectedResourceOptions): FastifyPluginCallback {
  return metadata('bailiff-resource-metadata', core.createResourceMetadata(options));
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
 * import fastify from 'fastify';
 * import { oauthAuthorizationServerMetadata } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.register(oauthAuthorizationServerMetadata());
 * ```
 */
export function oauthAuthorizationServerMetadata(options: core.AuthorizationServerOptions = {}): FastifyPluginCallback {
  return metadata('bailiff-authorization-server', core.createAuthorizationServerMetadata(options));
}

function metadata(name: string, answerTo: core.MetadataLookup): FastifyPluginCallback {
  return plugin(name, (fastify) => {
    fastify.addHook('onRequest', async ({ method, originalUrl }, reply) => {
      const answer = await answerTo(method, originalUrl);
      if (answer !== null) await sendAnswer(reply, answer);
    });
  });
}
