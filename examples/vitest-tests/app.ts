/** The application under test: nothing in it knows that it is tested. */
import { clerkMiddleware, requireAuth, requirePermission } from 'bailiff/hono';
import { Hono } from 'hono';

export function createApp() {
  const app = new Hono();
  app.use(clerkMiddleware());
  app.get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
  app.post('/invoices', requirePermission('org:invoices:manage'), (c) => c.json({ created: true }, 201));
  app.get('/reports', requireAuth({ token: 'api_key', scope: 'reports:read' }), (c) =>
    c.json({ owner: c.var.auth.subject }),
  );
  return app;
}
