/** The service that calls: users ask it for a report, and it asks the invoice service as a machine of its own. */
import { clerkMiddleware, requireAuth } from 'bailiff/express';
import express, { type Express } from 'express';

/** @param machineToken gives the token to call with */
export function createReports(invoicesUrl: string, machineToken: () => Promise<string>): Express {
  const app = express();
  app.use(clerkMiddleware());
  app.get('/report', requireAuth(), async (req, res) => {
    // The user's own token stays here: the other service trusts this machine, not whoever it works for.
    const answer = await fetch(`${invoicesUrl}/invoices`, {
      headers: { authorization: `Bearer ${await machineToken()}` },
    });
    if (!answer.ok) return void res.status(502).json({ error: `invoices answered ${answer.status}` });
    res.json({ for: req.auth.userId, from: (await answer.json()) as unknown });
  });
  return app;
}
