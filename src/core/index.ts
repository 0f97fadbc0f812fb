/** The face of core: adapters import this file and nothing behind it. */
export { createAuthenticator } from './authenticator.js';
export type { AuthenticateOptions, Authenticator, Health } from './authenticator.js';
export type { GetAuthOptions } from './auth/select.js';
export type { Config } from './config/config.js';
export { asError, withRealErrors } from './faults/as-error.js';
export { reportFault, watched, type FaultContext, type FaultListener } from './faults/fault.js';
export { createGuard, type Guard } from './guards/create-guard.js';
export type { Answer, GuardResult } from './guards/denial.js';
export { allOf, anyOf } from './guards/requirement.js';
export { createMiddleware, type Entered, type Forward, type Middleware } from './middleware/create-middleware.js';
export { isForSharedCaches, privateAfter, sessionCookiesOf, variedByCookie } from './middleware/private-answer.js';
export { RequestAuthentication } from './middleware/request-authentication.js';
export {
  createResourceMetadata,
  resourceMetadataUrl,
  type MetadataAnswer,
  type ProtectedResourceOptions,
} from './middleware/resource-metadata.js';
export { createReaders, type Readers } from './middleware/readers.js';
export { createSlot, type Slot } from './middleware/slot.js';
export type { AuthenticatorSource, MiddlewareSettings } from './middleware/settings.js';
export type { FrontendApiProxy, FrontendApiProxyOptions, ProxiedBody } from './proxy/frontend-api-proxy.js';
export { keptBody } from './proxy/kept-body.js';
export { targetOf } from './proxy/proxied-path.js';
export { repeatedHeaders } from './request/raw-headers.js';
