/** A Cloudflare Worker. Keys are bindings (`wrangler secret put CLERK_SECRET_KEY`): Bailiff reads them from `c.env`. */
import { anyOf, clerkMiddleware, getAuth, requireAuth, requirePermission } from 'bailiff/hono';
import { Hono } from 'hono';

const app = new Hono();
app.use(clerkMiddleware());

app.get('/', (c) => c.text(getAuth(c).isAuthenticated ? 'Welcome back' : 'Hello'));
app.get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
app.post('/invoices', requirePermission('org:invoices:manage'), (c) => c.json({ created: true }, 201));
app.get(
  '/invoices',
  requireAuth(anyOf({ permission: 'org:invoices:read' }, { token: 'api_key', scope: 'invoices:read' })),
  (c) => c.json({ readBy: c.var.auth.tokenType }),
);

export default app;
