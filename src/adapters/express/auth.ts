import { createReaders, type Readers } from '../../core/index.js';
import { attachHeaders, showAuth } from '../node/show-auth.js';
import type { AnyRequest } from './handler.js';
import { sendStateHeaders } from './respond.js';
import { responseTo, slot } from './slot.js';

const readers = createReaders({
  slot,
  show(req: AnyRequest, authentication) {
    showAuth(req, authentication.auth);
    const res = responseTo(req);
    if (res !== undefined) sendStateHeaders(res, authentication);
  },
  attach: attachHeaders,
});

/**
 * The caller of a request, narrowed to the kinds that are asked for; a caller of another kind reads as signed out.
 * Never verifies anything: see {@link authenticate}.
 *
 * @param req Express's request, or Node's behind a server like it
 * @param options `acceptsToken`: the kinds, by default session tokens alone; `treatPendingAsSignedOut`
 * @returns the auth object of the caller, or a signed-out one with the `reason`; test `isAuthenticated`
 * @throws {ConfigurationError} if the middleware has not run
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { getAuth } from 'bailiff/express';
 *
 * const app = express();
 * app.get('/whoami', (req, res) => {
 *   const { userId } = getAuth(req);
 *   res.json({ userId });
 * });
 * ```
 */
export const getAuth: Readers<AnyRequest>['getAuth'] = readers.getAuth;

/**
 * As {@link getAuth}, but verifies kinds that the middleware did not accept; afterwards `req.auth` is that caller.
 *
 * @param req Express's request, or Node's behind a server like it
 * @param options `acceptsToken`: the kinds to verify
 * @returns the auth object of the caller, or a signed-out one with the `reason`; test `isAuthenticated`
 * @throws {ConfigurationError} (rejects) if the middleware has not run
 * @throws {AuthUnavailableError} (rejects) if the token could not be checked; left alone, it becomes a 503
 * @throws {AuthenticationFaultError} (rejects) if this server failed; left alone, it becomes a 500
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { authenticate } from 'bailiff/express';
 *
 * const app = express();
 * app.get('/whoami', async (req, res) => {
 *   const auth = await authenticate(req, { acceptsToken: 'api_key' });
 *   res.json({ name: auth.isAuthenticated ? auth.name : null });
 * });
 * ```
 */
export const authenticate: Readers<AnyRequest>['authenticate'] = readers.authenticate;

/**
 * The signed-in user, from the Backend API: one call for each request, however often it is asked. Null if nobody is signed in, for
 * machines, and for a user that has been deleted since. It holds `private_metadata`: send `toPublic(user)` of `bailiff/api` to browsers.
 *
 * @param req Express's request, or Node's behind a server like it
 * @throws {ConfigurationError} (rejects) if the middleware has not run, or without a secret key
 * @throws {AuthUnavailableError} (rejects) if Clerk did not answer; left alone, it becomes a 503
 * @throws {BackendApiError} (rejects) if Clerk refuses
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { currentUser, requireAuth } from 'bailiff/express';
 *
 * const app = express();
 * app.get('/hello', requireAuth(), async (req, res) => {
 *   const user = await currentUser(req);
 *   res.json({ hello: user?.first_name });
 * });
 * ```
 */
export const currentUser: Readers<AnyRequest>['currentUser'] = readers.currentUser;
