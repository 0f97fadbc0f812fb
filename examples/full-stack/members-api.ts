/** The second API, on Hono and an origin of its own: who else is in the organization. Pages call it with a token. */
import { createBackendApi } from 'bailiff/api';
import { clerkMiddleware, requireRole, type ClerkMiddlewareOptions } from 'bailiff/hono';
import { Hono } from 'hono';
import { cors } from 'hono/cors';

/** @param options `page`: the origin whose pages may call it; `clerk`: what does not come from the environment */
export function createMembersApi({ page, clerk = {} }: { page: string; clerk?: ClerkMiddlewareOptions }): Hono {
  const app = new Hono();
  const api = createBackendApi();
  app.use(cors({ origin: page, allowHeaders: ['authorization'] }), clerkMiddleware(clerk));

  app.get('/members', requireRole('org:admin'), async (c) => {
    const members: (string | null | undefined)[] = [];
    for await (const { public_user_data } of api.organizationMemberships.list(c.var.auth.orgId ?? ''))
      members.push(public_user_data?.identifier);
    return c.json({ members });
  });
  return app;
}
