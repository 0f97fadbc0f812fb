/** A Worker. Keys are secrets (`npx wrangler secret put CLERK_SECRET_KEY`): Bailiff reads them from `c.env`. */
import { Hono } from 'hono';
import { clerkMiddleware, requireAuth } from 'bailiff/hono';

const app = new Hono();
app.use(clerkMiddleware());
app.get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
app.post('/echo', requireAuth(), async (c) => c.json(await c.req.json()));

export default app;
