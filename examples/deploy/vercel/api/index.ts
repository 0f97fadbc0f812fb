/** A function for all paths: vercel.json sends them here, and the function still sees the path of the browser. */
import { Hono } from 'hono';
import { handle } from 'hono/vercel';
import { clerkMiddleware, requireAuth } from 'bailiff/hono';

const app = new Hono();
app.use(clerkMiddleware());
app.get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
app.post('/echo', requireAuth(), async (c) => c.json(await c.req.json()));

export const GET = handle(app);
export const POST = handle(app);
