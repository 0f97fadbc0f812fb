/**
 * `node app.mjs <express|hono> <bare|idle|bailiff|clerk|raw>`: the same guarded route in each, and nothing else. Prints its port.
 * Two that no library can undercut: `idle` is bare with a middleware that leaves one and the same object for the guard, which looks at
 * nothing else; `raw` is bare with nothing but the RSA check of a token that is not among the last 10,000.
 */
import { createPublicKey, verify } from 'node:crypto';

const [framework, library] = process.argv.slice(2);
const PERMISSION = 'org:invoices:manage';
const jwtKey = process.env['CLERK_JWT_KEY'] ?? '';

/** @typedef {import('bailiff').Auth & { isAuthenticated: true }} Auth as much of it as the idle guard looks at */
const somebody = /** @type {Auth} */ (
  /** @type {unknown} */ (Object.freeze({ isAuthenticated: true, userId: 'user_1' }))
);
/** @type {Set<string>} */
const seen = new Set();
const key = library === 'raw' ? createPublicKey(jwtKey) : null;
function rawCheck(/** @type {string | undefined} */ authorization) {
  if (key === null || authorization === undefined) throw new Error('refused');
  const token = authorization.slice(7);
  if (seen.has(token)) return;
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  if (!verify('RSA-SHA256', Buffer.from(token.slice(0, end)), key, signature)) throw new Error('refused');
  seen.add(token);
  if (seen.size > 10_000) seen.delete(seen.values().next().value ?? '');
}

/** @type {Record<string, () => Promise<void>>} */
const apps = {
  async express() {
    const { default: express } = await import('express');
    const app = express();
    app.disable('x-powered-by');
    /** @type {import('express').RequestHandler} */
    const answer = (_, res) => void res.json({ ok: true });
    if (library === 'raw') app.use((req, _, next) => (rawCheck(req.headers.authorization), next()));
    if (library === 'bare' || library === 'raw') app.get('/invoices', answer);
    if (library === 'idle') {
      app.use((req, _, next) => ((req.auth = somebody), next()));
      app.get('/invoices', (req, res, next) => (req.auth?.isAuthenticated ? next() : res.status(401).end()), answer);
    }
    if (library === 'bailiff') {
      const { clerkMiddleware, requirePermission } = await import('bailiff/express');
      app.use(clerkMiddleware());
      app.get('/invoices', requirePermission(PERMISSION), answer);
    }
    if (library === 'clerk') {
      const { clerkMiddleware, getAuth } = await import('@clerk/express');
      app.use(clerkMiddleware({ jwtKey }));
      /** @type {import('express').RequestHandler} */
      const guard = (req, res, next) =>
        void (getAuth(req).has({ permission: PERMISSION }) ? next() : res.status(403).end());
      app.get('/invoices', guard, answer);
    }
    const server = app.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      console.log(port);
    });
  },
  async hono() {
    const { Hono } = await import('hono');
    const { serve } = await import('@hono/node-server');
    const app = new Hono();
    const answer = (/** @type {import('hono').Context} */ c) => c.json({ ok: true });
    if (library === 'raw') app.use((c, next) => (rawCheck(c.req.header('authorization')), next()));
    if (library === 'bare' || library === 'raw') app.get('/invoices', answer);
    if (library === 'idle') {
      app.use((c, next) => (c.set('auth', somebody), next()));
      app.get('/invoices', (c, next) => (c.get('auth').isAuthenticated ? next() : c.body(null, 401)), answer);
    }
    if (library === 'bailiff') {
      const { clerkMiddleware, requirePermission } = await import('bailiff/hono');
      app.use(clerkMiddleware());
      app.get('/invoices', requirePermission(PERMISSION), answer);
    }
    if (library === 'clerk') {
      const { clerkMiddleware, getAuth } = await import('@clerk/hono');
      app.use(clerkMiddleware({ jwtKey }));
      /** @type {import('hono').Handler} */
      const guard = (c, next) => (getAuth(c).has({ permission: PERMISSION }) ? next() : c.body(null, 403));
      app.get('/invoices', guard, answer);
    }
    serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => console.log(info.port));
  },
};
const start = apps[framework ?? ''];
if (start === undefined) throw new Error(`There is no ${framework}.`);
await start();

/** A line in, a line out: the CPU time that this process has used so far, in microseconds. */
process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage();
  console.log(user + system);
});

/** In a cluster: its last answer is out. */
process.once('disconnect', () => process.exit());
