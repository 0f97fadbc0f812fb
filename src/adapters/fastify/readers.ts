import type { FastifyRequest } from 'fastify';
import { createReaders, type Readers } from '../../core/index.js';
import type { WebhookEvent } from '../../webhooks/events.js';
import type { VerifyWebhookOptions } from '../../webhooks/verify.js';
import { attachHeaders, showAuth } from '../node/show-auth.js';
import { verifyNodeWebhook } from '../node/webhook.js';
import { slot } from './request.js';

const readers = createReaders({
  slot,
  show: (request, authentication) => showAuth(request, authentication.auth),
  attach: attachHeaders,
});

/**
 * The caller of a request, narrowed to the kinds that are asked for; a caller of another kind reads as signed out.
 * Never verifies anything: see {@link authenticate}.
 *
 * @param request Fastify's request
 * @param options `acceptsToken`: the kinds, by default session tokens alone; `treatPendingAsSignedOut`
 * @returns the auth object of the caller, or a signed-out one with the `reason`; test `isAuthenticated`
 * @throws {ConfigurationError} if the plugin has not run
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { getAuth } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.get('/whoami', (request) => {
 *   const { userId } = getAuth(request);
 *   return { userId };
 * });
 * ```
 */
export const getAuth: Readers<FastifyRequest>['getAuth'] = readers.getAuth;

/**
 * As {@link getAuth}, but verifies kinds that the plugin did not accept; afterwards `request.auth` is that caller.
 *
 * @param request Fastify's request
 * @param options `acceptsToken`: the kinds to verify
 * @returns the auth object of the caller, or a signed-out one with the `reason`; test `isAuthenticated`
 * @throws {ConfigurationError} (rejects) if the plugin has not run
 * @throws {AuthUnavailableError} (rejects) if the token could not be checked; left alone, it becomes a 503
 * @throws {AuthenticationFaultError} (rejects) if this server failed; left alone, it becomes a 500
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { authenticate } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.get('/whoami', async (request) => {
 *   const auth = await authenticate(request, { acceptsToken: 'api_key' });
 *   return { name: auth.isAuthenticated ? auth.name : null };
 * });
 * ```
 */
export const authenticate: Readers<FastifyRequest>['authenticate'] = readers.authenticate;

/**
 * The signed-in user, from the Backend API: one call for each request, however often it is asked. Null if nobody is signed in, for
 * machines, and for a user that has been deleted since. It holds `private_metadata`: send `toPublic(user)` of `bailiff/api` to browsers.
 *
 * @param request Fastify's request
 * @throws {ConfigurationError} (rejects) if the plugin has not run, or without a secret key
 * @throws {AuthUnavailableError} (rejects) if Clerk did not answer; left alone, it becomes a 503
 * @throws {BackendApiError} (rejects) if Clerk refuses
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { currentUser, guarded, requireAuth } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.get('/hello', guarded(requireAuth(), async (request) => ({ hello: (await currentUser(request))?.first_name })));
 * ```
 */
export const currentUser: Readers<FastifyRequest>['currentUser'] = readers.currentUser;

/**
 * Verifies a webhook over its raw body: what a content type parser left as bytes or text in `request.body`, or `request.rawBody`.
 *
 * @param request Fastify's request
 * @param options fall back to `CLERK_WEBHOOK_SIGNING_SECRET`
 * @returns the event, with the `svix-id` as `id`
 * @throws {WebhookVerificationError} (rejects) if it is not to be trusted, or its body was parsed already: answer its
 *   `status`, 400 or 413
 * @throws {ConfigurationError} (rejects) if there is no usable signing secret
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { verifyWebhook } from 'bailiff/fastify';
 *
 * const app = fastify();
 * app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
 * app.post('/webhooks', async (request) => {
 *   const event = await verifyWebhook(request);
 *   return { received: event.type };
 * });
 * ```
 */
export function verifyWebhook(request: FastifyRequest, options?: VerifyWebhookOptions): Promise<WebhookEvent> {
  const { raw, rawBody, body } = request as FastifyRequest & { readonly rawBody?: unknown };
  return verifyNodeWebhook(raw, [rawBody, body], options);
}
