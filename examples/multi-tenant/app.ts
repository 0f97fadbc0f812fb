/** One application for many organizations: the organization in the address must be the active one. */
import { clerkMiddleware, requireAuth, type ClerkMiddlewareOptions } from 'bailiff/hono';
import { Hono, type MiddlewareHandler } from 'hono';

/** Invoices by organization. A real application would have the organization's id in every row of its database. */
const INVOICES: Readonly<Record<string, readonly string[]>> = { acorn: ['Acorns, 12 kg'], oak: ['Oak planks, 3 m'] };

/**
 * A member of the organization that the address names, with the permission there. A token always speaks for one
 * organization: without this comparison, a member of one could read another's data by typing its name.
 */
function inOrganization(permission: string): MiddlewareHandler {
  return (c, next) => {
    const slug = c.req.param('slug');
    const guard: MiddlewareHandler = requireAuth({
      permission,
      check: (auth) => auth.tokenType === 'session_token' && auth.orgSlug !== null && auth.orgSlug === slug,
    });
    return guard(c, next);
  };
}

export function createApp(options: ClerkMiddlewareOptions = {}) {
  const app = new Hono();
  app.use(
    clerkMiddleware({
      // For browsers: opening a page of another organization that the user belongs to makes it the active one.
      organizationSync: { organizationPatterns: ['/orgs/:slug', '/orgs/:slug/(.*)'] },
      ...options,
    }),
  );

  app.get('/orgs/:slug/invoices', inOrganization('org:invoices:read'), (c) =>
    c.json({ organization: c.var.auth.orgId, invoices: INVOICES[c.req.param('slug')] ?? [] }),
  );
  app.post('/orgs/:slug/invoices', inOrganization('org:invoices:manage'), (c) => c.json({ created: true }, 201));
  return app;
}
