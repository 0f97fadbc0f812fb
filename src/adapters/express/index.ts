/** The public face of `bailiff/express`. */
export { clerkMiddleware } from './middleware.js';
export {
  allOf,
  anyOf,
  requireAuth,
  requireOrganization,
  requirePermission,
  requireRole,
  requireScope,
} from './guards.js';
export { authenticate, currentUser, getAuth } from './auth.js';
export { oauthAuthorizationServerMetadata, protectedResourceMetadata } from './resource-metadata.js';
export { verifyWebhook } from './webhook.js';
export { createAuthenticator, resourceMetadataUrl } from '../../core/index.js';
export * from '../../errors.js';
export * from '../../reasons.js';
export { WebhookVerificationError } from '../../webhooks/errors.js';
export type {
  AuthorizationServerOptions,
  FrontendApiProxyOptions,
  GetAuthOptions,
  OrganizationMember,
  OrganizationOptions,
  ProtectedResourceOptions,
} from '../../core/index.js';
// By way of the public face, so that `declare module 'bailiff'` finds it in every program that imports this one.
export type * from '../../index.js';
export type * from './augment.js';
export type * from './middleware-options.js';
export type { Handler } from './handler.js';
export type { Guard, GuardedRequest } from './narrowing.js';
