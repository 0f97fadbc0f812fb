/** Deno Deploy, or `deno run --allow-net --allow-env main.ts`. Keys are environment variables of the project. */
import { Hono } from 'hono';
import { clerkMiddleware, requireAuth } from 'bailiff/hono';

// Deno brings this type itself: the line is for compilers that do not know Deno.
declare const Deno: { serve(handler: (request: Request) => Response | Promise<Response>): unknown };

const app = new Hono();
app.use(clerkMiddleware());
app.get('/me', requireAuth(), (c) => c.json({ userId: c.var.auth.userId }));
app.post('/echo', requireAuth(), async (c) => c.json(await c.req.json()));

Deno.serve(app.fetch);
