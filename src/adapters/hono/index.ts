/** The public face of `bailiff/hono`. */
export { clerkMiddleware } from './middleware.js';
export { requireAuth, requirePermission, requireRole, requireScope } from './guards.js';
export { authenticate, getAuth } from './auth.js';
export { protectedResourceMetadata } from './resource-metadata.js';
export { verifyWebhook } from './webhook.js';
export { allOf, anyOf } from '../../core/guards/requirement.js';
export { resourceMetadataUrl } from '../../core/middleware/resource-metadata.js';
export { createAuthenticator } from '../../core/authenticator.js';
export * from '../../errors.js';
export { WebhookVerificationError } from '../../webhooks/errors.js';
export type { ProtectedResourceOptions } from '../../core/middleware/resource-metadata.js';
export type { FrontendApiProxyOptions } from '../../core/proxy/frontend-api-proxy.js';
// By way of the public face, so that `declare module 'bailiff'` finds it in every program that imports this one.
export type * from '../../index.js';
export type * from './augment.js';
export type * from './settings.js';
export type { GetAuthOptions } from './auth.js';
export type { Guard } from './guards.js';
