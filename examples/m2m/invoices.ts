/** The service that is called: it lets in machines whose token is meant for it, and nobody else. */
import { clerkMiddleware, getAuth, requireAuth } from 'bailiff/express';
import express, { type Express } from 'express';

export function createInvoices(): Express {
  const app = express();
  app.use(clerkMiddleware());
  // The scopes of an M2M token are the machines that may take it: `mch_invoices` is this service itself.
  app.get('/invoices', requireAuth({ token: 'm2m_token', scope: 'mch_invoices' }), (req, res) => {
    const caller = getAuth(req, { acceptsToken: 'm2m_token' });
    res.json({ calledBy: caller.machineId, invoices: [{ id: 'inv_1', total: 1200 }] });
  });
  return app;
}
