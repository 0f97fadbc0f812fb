/** One application for many organizations: the organization in the address must be the active one. */
import { clerkMiddleware, requireOrganization, requirePermission, type ClerkMiddlewareOptions } from 'bailiff/hono';
import { Hono } from 'hono';

/** Invoices by organization. A real application would have the organization's id in every row of its database. */
const INVOICES: Readonly<Record<string, readonly string[]>> = { acorn: ['Acorns, 12 kg'], oak: ['Oak planks, 3 m'] };

/**
 * A token always speaks for one organization: without this comparison, a member of one could read another's data by typing its name.
 */
const inOrganization = requireOrganization({ param: 'slug', as: 'slug' });

export function createApp(options: ClerkMiddlewareOptions = {}) {
  const app = new Hono();
  app.use(
    clerkMiddleware({
      // For browsers: opening a page of another organization that the user belongs to makes it the active one.
      organizationSync: { organizationPatterns: ['/orgs/:slug', '/orgs/:slug/(.*)'] },
      ...options,
    }),
  );

  app.get('/orgs/:slug/invoices', inOrganization, requirePermission('org:invoices:read'), (c) =>
    c.json({ organization: c.var.auth.orgId, invoices: INVOICES[c.req.param('slug')] ?? [] }),
  );
  app.post('/orgs/:slug/invoices', inOrganization, requirePermission('org:invoices:manage'), (c) =>
    c.json({ created: true }, 201),
  );
  return app;
}
