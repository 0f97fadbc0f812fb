/** An application on `@clerk/express`, as one finds them. `after.ts` is the same on Bailiff: docs/migrating.md. */
import { createClerkClient, clerkMiddleware, getAuth, type AuthObject, type User } from '@clerk/express';
import { verifyWebhook } from '@clerk/express/webhooks';
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express';

interface Invoice {
  readonly id: string;
  readonly orgId: string;
  readonly total: number;
  readonly by: string;
}

/** Handlers that are async, with their errors in the error handler. */
const route =
  (handle: (req: Request, res: Response) => Promise<unknown>) => (req: Request, res: Response, next: NextFunction) =>
    void handle(req, res).catch(next);

/** Hand-made guards. */
function requireUser(req: Request, res: Response, next: NextFunction): void {
  if (getAuth(req).userId) next();
  else res.status(401).json({ error: 'unauthorized' });
}
function requirePermission(permission: string) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const auth = getAuth(req);
    if (!auth.userId) res.status(401).json({ error: 'unauthorized' });
    else if (!auth.has({ permission })) res.status(403).json({ error: 'forbidden' });
    else next();
  };
}
function requireOrganizationOf(param: string) {
  return (req: Request, res: Response, next: NextFunction): void => {
    if (getAuth(req).orgId === req.params[param]) next();
    else res.status(404).json({ error: 'not found' });
  };
}

/** Who an audit line names: users and machines. */
function actorOf(auth: AuthObject): string {
  if (auth.tokenType === 'api_key') return `key ${auth.id}`;
  if (auth.tokenType === 'session_token') return `user ${auth.userId}`;
  return 'nobody';
}
const nameOf = (user: User): string => [user.firstName, user.lastName].filter(Boolean).join(' ');

export function createApp(options: { secretKey: string; publishableKey: string; apiUrl: string }): Express {
  const app = express();
  const clerkClient = createClerkClient(options);
  const invoices = new Map<string, Invoice>();
  const gone: string[] = [];

  app.post(
    '/webhooks/clerk',
    express.raw({ type: 'application/json' }),
    route(async (req, res) => {
      try {
        const event = await verifyWebhook(req);
        if (event.type === 'user.deleted' && event.data.id) gone.push(event.data.id);
        res.sendStatus(204);
      } catch {
        res.status(400).json({ error: 'bad webhook' });
      }
    }),
  );

  app.use(clerkMiddleware(options));
  app.use(express.json());

  app.get('/', (req, res) => {
    // In a project of its own it is `req.auth().userId`: this one has the types of Bailiff too.
    const { auth } = req as unknown as { auth: () => { userId: string | null } };
    res.send(auth().userId ? 'Welcome back' : 'Hello');
  });

  app.get('/me', requireUser, (req, res) => {
    const { userId, orgId, orgRole } = getAuth(req);
    res.json({ userId, orgId: orgId ?? null, orgRole: orgRole ?? null });
  });

  app.get(
    '/me/name',
    requireUser,
    route(async (req, res) => {
      const user = await clerkClient.users.getUser(getAuth(req).userId!);
      res.json({ name: nameOf(user), email: user.primaryEmailAddress?.emailAddress ?? null });
    }),
  );

  app.patch(
    '/me/plan',
    requireUser,
    route(async (req, res) => {
      const { plan } = req.body as { plan: string };
      const user = await clerkClient.users.updateUserMetadata(getAuth(req).userId!, { publicMetadata: { plan } });
      res.json({ plan: user.publicMetadata['plan'] });
    }),
  );

  app.get(
    '/orgs/:orgId/invoices',
    requirePermission('org:invoices:read'),
    requireOrganizationOf('orgId'),
    (req, res) => {
      res.json([...invoices.values()].filter(({ orgId }) => orgId === req.params['orgId']));
    },
  );

  app.post(
    '/orgs/:orgId/invoices',
    requirePermission('org:invoices:manage'),
    requireOrganizationOf('orgId'),
    (req, res) => {
      const { userId, orgId } = getAuth(req);
      const { total } = req.body as { total: number };
      const invoice: Invoice = { id: `inv_${invoices.size + 1}`, orgId: orgId!, total, by: userId! };
      invoices.set(invoice.id, invoice);
      res.status(201).json(invoice);
    },
  );

  app.get(
    '/orgs/:orgId/members',
    requirePermission('org:invoices:read'),
    requireOrganizationOf('orgId'),
    route(async (req, res) => {
      const organizationId = getAuth(req).orgId!;
      const { data } = await clerkClient.organizations.getOrganizationMembershipList({ organizationId });
      res.json(data.map(({ role, publicUserData }) => ({ role, userId: publicUserData?.userId })));
    }),
  );

  app.get('/usage', (req, res) => {
    const auth = getAuth(req, { acceptsToken: 'api_key' });
    if (!auth.isAuthenticated) return void res.status(401).json({ error: 'unauthorized' });
    if (!auth.scopes?.includes('usage:read')) return void res.status(403).json({ error: 'forbidden' });
    res.json({ requests: 12, gone: gone.length, for: actorOf(auth) });
  });

  const onError: ErrorRequestHandler = (_error, _req, res, _next) => {
    res.status(500).json({ error: 'internal' });
  };
  return app.use(onError);
}
