/** The application of `before.ts` on Bailiff. `onDenied` keeps the bodies of refusals that its clients know. */
import { createBackendApi, fullName, primaryEmailAddress } from 'bailiff/api';
import {
  clerkMiddleware,
  currentUser,
  getAuth,
  requireAuth,
  requirePermission,
  verifyWebhook,
  WebhookVerificationError,
  type Auth,
} from 'bailiff/express';
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

/** A guard of one's own stays as it is. */
function requireOrganizationOf(param: string) {
  return (req: Request, res: Response, next: NextFunction): void => {
    if (getAuth(req).orgId === req.params[param]) next();
    else res.status(404).json({ error: 'not found' });
  };
}

/** Who an audit line names: users and machines. */
function actorOf(auth: Auth): string {
  if (auth.tokenType === 'api_key') return `key ${auth.id}`;
  if (auth.tokenType === 'session_token') return `user ${auth.userId}`;
  return 'nobody';
}

export function createApp(options: { secretKey: string; publishableKey: string; apiUrl: string }): Express {
  const app = express();
  const api = createBackendApi({ secretKey: options.secretKey, apiUrl: options.apiUrl });
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
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) throw error;
        res.status(400).json({ error: 'bad webhook' });
      }
    }),
  );

  const errors = { unauthenticated: 'unauthorized', 'token-type-mismatch': 'unauthorized', forbidden: 'forbidden' };
  app.use(
    clerkMiddleware(options, {
      onDenied({ case: why, status, headers }, _req, res, next) {
        const error = (errors as Partial<Record<string, string>>)[why];
        // An outage of Clerk (503) has the answer of Bailiff: there was none before.
        return error === undefined ? next() : res.status(status).set(headers).json({ error });
      },
    }),
  );
  app.use(express.json());

  app.get('/', (req, res) => {
    res.send(getAuth(req).userId ? 'Welcome back' : 'Hello');
  });

  app.get('/me', requireAuth(), (req, res) => {
    const { userId, orgId, orgRole } = getAuth(req);
    res.json({ userId, orgId, orgRole });
  });

  app.get(
    '/me/name',
    requireAuth(),
    route(async (req, res) => {
      const user = (await currentUser(req))!;
      res.json({ name: fullName(user), email: primaryEmailAddress(user)?.email_address ?? null });
    }),
  );

  app.patch(
    '/me/plan',
    requireAuth(),
    route(async (req, res) => {
      const { plan } = req.body as { plan: string };
      const user = await api.users.updateMetadata(getAuth(req).userId!, { public_metadata: { plan } });
      res.json({ plan: user.public_metadata?.['plan'] });
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
      const { data } = await api.organizationMemberships.list(getAuth(req).orgId!);
      res.json(data.map(({ role, public_user_data }) => ({ role, userId: public_user_data?.user_id })));
    }),
  );

  app.get('/usage', requireAuth({ token: 'api_key', scope: 'usage:read' }), (req, res) => {
    const auth = getAuth(req, { acceptsToken: 'api_key' });
    res.json({ requests: 12, gone: gone.length, for: actorOf(auth) });
  });

  const onError: ErrorRequestHandler = (_error, _req, res, _next) => {
    res.status(500).json({ error: 'internal' });
  };
  return app.use(onError);
}
