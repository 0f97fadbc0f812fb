/** Clerk's webhooks into a database: verified, each once, answered only when it is safe. */
import { verifyWebhook, WebhookVerificationError } from 'bailiff/hono';
import { Hono } from 'hono';
import type { Store } from './store.js';

export function createApp(store: Store) {
  const app = new Hono();
  app.post('/webhooks/clerk', async (c) => {
    const event = await verifyWebhook(c); // CLERK_WEBHOOK_SIGNING_SECRET
    const isNew = store.apply(event);
    // 2xx says "kept". If the database fails, this answers 500 and Clerk comes again.
    return c.json({ [isNew ? 'kept' : 'known']: event.id });
  });
  app.onError((error, c) =>
    error instanceof WebhookVerificationError ? c.json({ error: error.code }, error.status) : c.text('Not now', 500),
  );
  return app;
}
