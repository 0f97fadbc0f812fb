/** One server, several sites with a Clerk instance each: whose users are meant depends on the host. */
import { clerkMiddleware, requireAuth, type ClerkMiddlewareOptions } from 'bailiff/express';
import express, { type Express, type Request } from 'express';

/** @param instances the options of each site, by host; the whole list: a host that is not here is nobody's */
export function createApp(instances: ReadonlyMap<string, ClerkMiddlewareOptions>): Express {
  const optionsFor = (req: Request) => instances.get(req.hostname);
  const app = express();

  // Whoever sends a request chooses its Host header: it may pick from our list, and nothing else.
  app.use((req, res, next) => {
    if (optionsFor(req) === undefined) return void res.status(421).json({ error: 'unknown host' });
    next();
  });
  app.use(
    clerkMiddleware((req) => {
      const options = optionsFor(req);
      if (options === undefined) throw new Error('unknown host');
      // Equal options share an authenticator with its keys and caches; different ones never do.
      return options;
    }),
  );
  app.get('/me', requireAuth(), (req, res) => {
    res.json({ site: req.hostname, userId: req.auth.userId });
  });
  return app;
}
