/** The public face of `bailiff/fastify`. */
export { clerkMiddleware, oauthAuthorizationServerMetadata, protectedResourceMetadata } from './plugin.js';
export { guarded, requireAuth, requirePermission, requireRole, requireScope } from './guards.js';
export { authenticate, getAuth, verifyWebhook } from './readers.js';
export { allOf, anyOf, createAuthenticator, resourceMetadataUrl } from '../../core/index.js';
export * from '../../errors.js';
export { WebhookVerificationError } from '../../webhooks/errors.js';
export type {
  AuthorizationServerOptions,
  FrontendApiProxyOptions,
  GetAuthOptions,
  ProtectedResourceOptions,
} from '../../core/index.js';
// By way of the public face, so that `declare module 'bailiff'` finds it in every program that imports this one.
export type * from '../../index.js';
export type * from './augment.js';
export type * from './middleware-options.js';
export type { Guard } from './guards.js';
