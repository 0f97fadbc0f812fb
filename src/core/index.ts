/** The face of core: adapters import this file and nothing behind it. */
export { createAuthenticator } from './authenticator.js';
export type { GetAuthOptions } from './auth/select-auth.js';
export type { Config } from './config/config.js';
export { asError } from '../ground/as-error.js';
export { watched } from './faults/fault.js';
export { createGuards, type Guard, type GuardDecision } from './guards/create-guard.js';
export { createOrganizationGuard, type OrganizationMember, type OrganizationOptions } from './guards/organization.js';
export { answerOf, type Answer } from './guards/denial.js';
export { allOf, anyOf, type Combinators } from './guards/combinators.js';
export { createMiddleware, type Authenticated, type Forward } from './middleware/create-middleware.js';
export { isForSharedCaches, privateAfter, sessionCookiesOf, variedByCookie } from './middleware/private-answer.js';
export { strayOption } from './middleware/stray-option.js';
export { RequestAuthentication } from './middleware/request-authentication.js';
export {
  createAuthorizationServerMetadata,
  type AuthorizationServerOptions,
} from './middleware/authorization-server.js';
export {
  createResourceMetadata,
  type MetadataLookup,
  resourceMetadataUrl,
  type ProtectedResourceOptions,
} from './middleware/resource-metadata.js';
export { createReaders, type Readers } from './middleware/readers.js';
export { createSlot } from './middleware/slot.js';
export type { AuthenticatorSource, MiddlewareSettings } from './middleware/read-arguments.js';
export type { FrontendApiProxyOptions, ProxiedBody } from './proxy/frontend-api-proxy.js';
export { keptBody } from './proxy/kept-body.js';
export { repeatedHeaders } from './request/raw-headers.js';
