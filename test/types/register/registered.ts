/** An application that has registered its roles, permissions and claims. A program of its own: it would change all others. */
import { anyOf, getAuth, requireAuth, requirePermission, requireRole } from 'bailiff/express';
import { requireAuth as requireAuthInHono } from 'bailiff/hono';
import type { Request } from 'express';

declare module 'bailiff' {
  interface Register {
    role: 'org:admin' | 'org:member';
    permission: 'org:invoices:read' | 'org:invoices:manage';
    claims: { plan: 'free' | 'pro' };
  }
}

requireRole('org:admin');
requirePermission('org:invoices:read', 'org:invoices:manage');
requireAuth({ role: ['org:admin', 'org:member'], permission: 'org:invoices:read' });
requireAuth(anyOf({ permission: 'org:invoices:read' }, { token: 'api_key', scope: 'anything' }));

// @ts-expect-error a typo in a role
requireRole('org:admim');
// @ts-expect-error a typo in a permission
requirePermission('org:invoices:raed');
// @ts-expect-error a typo among several
requirePermission('org:invoices:read', 'org:invoice:manage');
// @ts-expect-error a typo in a requirement
requireAuth({ permission: 'org:invoices:raed' });
// @ts-expect-error a typo in a list
requireAuth({ role: ['org:admin', 'org:membre'] });
// @ts-expect-error a typo in a combination
requireAuth(anyOf({ permission: 'org:invoices:raed' }, { token: 'api_key' }));
// @ts-expect-error the same in Hono
requireAuthInHono({ permission: 'org:invoices:raed' });

export function handler(req: Request): void {
  const auth = getAuth(req);
  auth.has({ permission: 'org:invoices:manage' });
  // @ts-expect-error a typo in has()
  auth.has({ permission: 'org:invoices:mange' });
  if (!auth.isAuthenticated) return;
  const role: 'org:admin' | 'org:member' | null = auth.orgRole;
  const plan: 'free' | 'pro' = auth.sessionClaims.plan;
  // @ts-expect-error no such plan
  const other: 'enterprise' = auth.sessionClaims.plan;
  void [role, plan, other];
}
