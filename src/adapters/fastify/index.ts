/** The public face of `bailiff/fastify`. */
export { clerkMiddleware, oauthAuthorizationServerMetadata, protectedResourceMetadata } from './plugin.js';
export { allOf, anyOf, guarded, requireOrganization } from './guards.js';
export { requireAuth, requirePermission, requireRole, requireScope } from './guards.js';
export { authenticate, currentUser, getAuth, verifyWebhook } from './readers.js';
export { createAuthenticator, resourceMetadataUrl } from '../../core/index.js';
export * from '../../errors.js';
export * from '../../reasons.js';
export { WebhookVerificationError } from '../../webhooks/errors.js';
export type { FrontendApiProxyOptions, GetAuthOptions, ProtectedResourceOptions } from '../../core/index.js';
export type { AuthorizationServerOptions, OrganizationMember, OrganizationOptions } from '../../core/index.js';
// By way of the public face, so that `declare module 'bailiff'` finds it in every program that imports this one.
export type * from '../../index.js';
export type * from './augment.js';
export type * from './middleware-options.js';
export type { Guard } from './guards.js';
