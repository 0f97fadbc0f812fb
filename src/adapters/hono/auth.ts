import type { Context } from 'hono';
import { createReaders, type Readers } from '../../core/index.js';
import { showAuth, slot } from './slot.js';

const readers = createReaders({
  slot,
  show: (c, authentication) => showAuth(c, authentication.auth),
  // Hono's own error handler sends what `error.getResponse()` gives.
  attach: (error, { status, headers, body }) =>
    void Object.defineProperty(error, 'getResponse', { value: () => Response.json(body, { status, headers }) }),
});

/**
 * The caller of a request, narrowed to the kinds that are asked for; a caller of another kind reads as signed out.
 * Never verifies anything: see {@link authenticate}.
 *
 * @param c Hono's context
 * @param options `acceptsToken`: the kinds, by default session tokens alone; `treatPendingAsSignedOut`
 * @returns the auth object of the caller, or a signed-out one with the `reason`; test `isAuthenticated`
 * @throws {ConfigurationError} if the middleware has not run
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { getAuth } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.get('/whoami', (c) => {
 *   const { userId } = getAuth(c);
 *   return c.json({ userId });
 * });
 * ```
 */
export const getAuth: Readers<Context>['getAuth'] = readers.getAuth;

/**
 * As {@link getAuth}, but verifies kinds that the middleware did not accept; afterwards `c.var.auth` is that caller.
 *
 * @param c Hono's context
 * @param options `acceptsToken`: the kinds to verify
 * @returns the auth object of the caller, or a signed-out one with the `reason`; test `isAuthenticated`
 * @throws {ConfigurationError} (rejects) if the middleware has not run
 * @throws {AuthUnavailableError} (rejects) if the token could not be checked; left alone, it becomes a 503
 * @throws {AuthenticationFaultError} (rejects) if this server failed; left alone, it becomes a 500
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { authenticate } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.get('/whoami', async (c) => {
 *   const auth = await authenticate(c, { acceptsToken: 'api_key' });
 *   return c.json({ name: auth.isAuthenticated ? auth.name : null });
 * });
 * ```
 */
export const authenticate: Readers<Context>['authenticate'] = readers.authenticate;

/**
 * The signed-in user, from the Backend API: one call for each request, however often it is asked. Null if nobody is signed in, for
 * machines, and for a user that has been deleted since. It holds `private_metadata`: send `toPublic(user)` of `bailiff/api` to browsers.
 *
 * @param c Hono's context
 * @throws {ConfigurationError} (rejects) if the middleware has not run, or without a secret key
 * @throws {AuthUnavailableError} (rejects) if Clerk did not answer; left alone, it becomes a 503
 * @throws {BackendApiError} (rejects) if Clerk refuses
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { currentUser, requireAuth } from 'bailiff/hono';
 *
 * const app = new Hono();
 * app.get('/hello', requireAuth(), async (c) => {
 *   const user = await currentUser(c);
 *   return c.json({ hello: user?.first_name });
 * });
 * ```
 */
export const currentUser: Readers<Context>['currentUser'] = readers.currentUser;
