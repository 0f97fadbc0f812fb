/** What Bailiff does, as spans and metrics: one line, `onEvent: openTelemetry()`. */
import { clerkMiddleware, requireAuth, type ClerkMiddlewareOptions } from 'bailiff/hono';
import { openTelemetry } from 'bailiff/opentelemetry';
import { Hono } from 'hono';

/** Start the OpenTelemetry SDK first: the bridge takes the providers that are global when it is made. */
export function createApp(options: ClerkMiddlewareOptions = {}) {
  const app = new Hono();
  app.use(clerkMiddleware({ ...options, onEvent: openTelemetry() }));
  app.get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
  app.get('/reports', requireAuth({ token: 'api_key' }), (c) => c.json({ owner: c.var.auth.subject }));
  return app;
}
