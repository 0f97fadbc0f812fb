/**
 * A Worker whose clock, Backend API and shared store are the test's: the time comes with each request, and everything that it
 * fetches goes to the test.
 */
import { createAuthenticator } from 'bailiff';
import { clerkMiddleware, requireAuth } from 'bailiff/hono';
import { Hono } from 'hono';

let now = 0;

/** Takes two steps to write, so that a write that ends with its request has not been made. */
const store = {
  // At once: a slow machine would take a slow store for one that is down, and leave it alone.
  get: () => Promise.resolve(undefined),
  async set(key: string, value: string) {
    await fetch('https://store.example/ready');
    await fetch(`https://store.example/${key}`, { method: 'PUT', body: value });
  },
  delete: () => Promise.resolve(),
};

const authenticator = createAuthenticator(
  {
    secretKey: 'sk_test_worker000000000000000000000000000',
    publishableKey: 'pk_test_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    now: () => now,
    cache: { machineTokens: { store } },
  },
  {},
);

const app = new Hono();
app.use((c, next) => {
  now = Number(c.req.header('x-now'));
  return next();
});
app.get('/age', (c) => c.json(authenticator.health().ageMs));
app.use(clerkMiddleware(authenticator));
app.get('/me', requireAuth(), (c) => c.text('user'));
app.get('/machine', requireAuth({ token: 'api_key' }), (c) => c.text('machine'));

export default app;
