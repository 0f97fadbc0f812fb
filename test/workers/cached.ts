/** An isolate whose store is the cache of its data center. What it puts there can be replaced by whoever else uses that cache. */
import { createAuthenticator } from 'bailiff';
import { clerkMiddleware, requireAuth } from 'bailiff/hono';
import { Hono } from 'hono';
import { cacheStore } from '../../examples/hono-worker/cache-store.js';

const cache = (caches as unknown as { readonly default: Cache }).default;
const names = new Set<string>();
const store = cacheStore(cache);

const authenticator = createAuthenticator(
  {
    secretKey: 'sk_test_worker000000000000000000000000000',
    publishableKey: 'pk_test_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    cache: {
      machineTokens: {
        store: { ...store, set: (name, value, ttlMs) => (names.add(name), store.set(name, value, ttlMs)) },
      },
    },
  },
  {},
);

const app = new Hono();
app.post('/replace', async (c) => {
  const value = await c.req.text();
  for (const name of names) await store.set(name, value);
  return c.json(names.size);
});
app.use(clerkMiddleware(authenticator));
app.get('/me', requireAuth(), (c) => c.text('user'));
app.get('/machine', requireAuth({ token: 'api_key' }), (c) => c.text('machine'));

export default app;
