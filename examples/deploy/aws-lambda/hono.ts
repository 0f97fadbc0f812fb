/** Hono on Lambda, behind API Gateway (REST or HTTP API) or a function URL. */
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { clerkMiddleware, requireAuth } from 'bailiff/hono';

const app = new Hono();
// PUBLIC_URL: where browsers see the API, with its stage. Not needed for a function URL and for `$default` on an own domain.
app.use(clerkMiddleware({ publicUrl: process.env['PUBLIC_URL'] }));
app.get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
app.post('/echo', requireAuth(), async (c) => c.json(await c.req.json()));

export const handler = handle(app);
