/** One process in a container: for Docker, Kubernetes and Fly. */
import express from 'express';
import { createAuthenticator } from 'bailiff';
import { clerkMiddleware, requireAuth } from 'bailiff/express';

const authenticator = createAuthenticator();
const app = express();

/** The process runs. It says nothing of Clerk: a restart would not bring Clerk back. */
app.get('/live', (_req, res) => {
  res.sendStatus(204);
});
/** Tokens can be verified. The probe loads the keys itself, because no other request comes before it says yes. */
app.get('/ready', async (_req, res) => {
  await authenticator.warmup().catch(() => undefined);
  const health = authenticator.health();
  res.status(health.ready ? 200 : 503).json(health);
});

app.use(clerkMiddleware(authenticator));
app.get('/me', requireAuth(), (req, res) => {
  res.json({ userId: req.auth.userId });
});

const server = app.listen(Number(process.env['PORT'] ?? 8080), () => {
  const address = server.address();
  console.log(`listening on port ${typeof address === 'object' ? address?.port : address}`);
});
// The platform says that the container ends: requests under way are answered, then the process exits.
process.once('SIGTERM', () => server.close());
