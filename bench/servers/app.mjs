/** `node app.mjs <express|hono> <bare|bailiff|clerk>`: the same guarded route in each, and nothing else. Prints its port. */
const [framework, library] = process.argv.slice(2);
const PERMISSION = 'org:invoices:manage';
const jwtKey = process.env.CLERK_JWT_KEY;

const apps = {
  async express() {
    const { default: express } = await import('express');
    const app = express();
    app.disable('x-powered-by');
    const answer = (req, res) => res.json({ ok: true });
    if (library === 'bare') app.get('/invoices', answer);
    if (library === 'bailiff') {
      const { clerkMiddleware, requirePermission } = await import('bailiff/express');
      app.use(clerkMiddleware());
      app.get('/invoices', requirePermission(PERMISSION), answer);
    }
    if (library === 'clerk') {
      const { clerkMiddleware, getAuth } = await import('@clerk/express');
      app.use(clerkMiddleware({ jwtKey }));
      const guard = (req, res, next) => (getAuth(req).has({ permission: PERMISSION }) ? next() : res.status(403).end());
      app.get('/invoices', guard, answer);
    }
    const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
  },
  async hono() {
    const { Hono } = await import('hono');
    const { serve } = await import('@hono/node-server');
    const app = new Hono();
    const answer = (c) => c.json({ ok: true });
    if (library === 'bare') app.get('/invoices', answer);
    if (library === 'bailiff') {
      const { clerkMiddleware, requirePermission } = await import('bailiff/hono');
      app.use(clerkMiddleware());
      app.get('/invoices', requirePermission(PERMISSION), answer);
    }
    if (library === 'clerk') {
      const { clerkMiddleware, getAuth } = await import('@clerk/hono');
      app.use(clerkMiddleware({ jwtKey }));
      const guard = (c, next) => (getAuth(c).has({ permission: PERMISSION }) ? next() : c.body(null, 403));
      app.get('/invoices', guard, answer);
    }
    serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => console.log(info.port));
  },
};
await apps[framework]();

/** A line in, a line out: the CPU time that this process has used so far, in microseconds. */
process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage();
  console.log(user + system);
});
