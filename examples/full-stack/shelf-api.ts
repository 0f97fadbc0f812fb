/** The first API, on Express: what somebody reads, or a whole organization. Pages of its own origin call it with their cookies. */
import { clerkMiddleware, requireAuth, type ClerkMiddlewareOptions } from 'bailiff/express';
import express, { type Express } from 'express';

/** @param clerk keys come from the environment; this is for what does not */
export function createShelfApi(clerk: ClerkMiddlewareOptions = {}): Express {
  const app = express();
  const shelves = new Map<string, string[]>();

  // With `frontendApiProxy` it also passes on what Clerk's packages ask of `/__clerk`.
  app.use(clerkMiddleware(clerk), express.json());

  app.get('/api/shelf', requireAuth(), (req, res) => {
    const owner = req.auth.orgId ?? req.auth.userId;
    res.json({ owner, books: shelves.get(owner) ?? [] });
  });
  app.post('/api/shelf', requireAuth(), (req, res) => {
    const owner = req.auth.orgId ?? req.auth.userId;
    const { title } = (req.body ?? {}) as { title?: unknown };
    if (typeof title !== 'string' || title === '') return void res.status(422).json({ error: 'A book has a title.' });
    const books = [...(shelves.get(owner) ?? []), title];
    shelves.set(owner, books);
    res.status(201).json({ owner, books });
  });
  return app;
}
